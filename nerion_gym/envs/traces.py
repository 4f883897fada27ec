"""Where the trace columns of an observation come from: one trace a program, by the runner.

Where no edit is kept, it asks about every edit that the world lists, in the whole program: once a
task, and all focuses and windows get their rows by look-up. Where edits are kept, each step may
show a program that nobody has seen; there it asks about the functions that are shown. What is said
of these is the same: it depends on nothing that is asked elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING

from nerion_gym.envs.listing import listed_edits
from nerion_gym.errors import ConfigError
from nerion_gym.execution.tracing.checks import checks_of
from nerion_gym.types.edit import Kind
from nerion_gym.types.program import Focus
from nerion_gym.types.protocols import Tracer
from nerion_gym.types.trace import Trace

if TYPE_CHECKING:
    from nerion_gym.edits.operator import Operator
    from nerion_gym.envs.core import CodeEditEnv
    from nerion_gym.envs.state import State
    from nerion_gym.envs.world import World
    from nerion_gym.types.program import Program
    from nerion_gym.types.protocols import TestRunner
    from nerion_gym.types.suite import Suite


def checked(trace: object) -> bool | None:
    """Return the argument `trace` of an environment.

    Raises:
        ConfigError: it is none.
    """
    if trace is None or isinstance(trace, bool):
        return trace
    msg = f"trace={trace!r}: expected True, False, or None for the world's own choice"
    raise ConfigError(msg)


def is_traced(world: World, asked: bool | None, runner: TestRunner) -> bool:
    """Return whether an environment shows traces.

    Where nothing was asked for, worlds that never commit do, if their runner can: one trace a task
    serves all episodes. Elsewhere each new program would need one, which costs several times the
    step (decision 19).
    """
    return world.commit == "never" and isinstance(runner, Tracer) if asked is None else asked


def is_whole(world: World) -> bool:
    """Whether a trace is of the whole program, and so of the task."""
    return world.commit == "never"


def area_of(world: World, state: State) -> Focus | None:
    """Return the functions that a trace asks about; None: all."""
    if is_whole(world) or state.focus is None:
        return None
    return Focus((*state.focus.functions, *state.focus.context))


def trace_of(
    runner: TestRunner,
    program: Program,
    suite: Suite,
    operators: tuple[Operator, ...],
    area: Focus | None = None,
) -> Trace:
    """Return the trace of a program; what a provider would write cannot be listed, so not asked.

    Args:
        runner: runs it.
        program: whose edits are asked about.
        suite: its tests.
        operators: whose edits.
        area: where; None: everywhere.

    Raises:
        ConfigError: the runner cannot trace.
        SandboxError: the machinery failed.
    """
    if not isinstance(runner, Tracer):
        msg = f"trace=True: {type(runner).__name__} cannot trace; use LocalRunner, or trace=False"
        raise ConfigError(msg)
    asked = tuple(operator for operator in operators if operator.kind is not Kind.GENERATIVE)
    return runner.trace(program, suite, listed_edits(program, asked, area))


def traced(env: CodeEditEnv, state: State) -> State:
    """Return a state with the trace of its program, or with none where none is shown.

    Raises:
        ConfigError: the runner cannot trace.
        SandboxError: the machinery failed.
    """
    if not is_traced(env.world, env.trace, env.runner):
        return replace(state, trace=None)
    area = area_of(env.world, state)
    if state.trace is None:
        started = perf_counter()
        trace = trace_of(env.runner, state.program, state.task.suite, env.world.operators, area)
        env.stats.seconds += perf_counter() - started
        state = replace(state, trace=trace)
    env.stats.count_trace(state.trace, area)
    return state


@lru_cache(maxsize=64)
def asserted(suite: Suite, program: Program, tests: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return (test id, kind of assertion) for each assertion that tests make, in their order.

    Args:
        suite: whose files are read.
        program: for doctests in it: the task's, because an edit keeps what a test asserts.
        tests: their ids.
    """
    checks = checks_of(suite, Trace((), (), program=program), tests)
    return tuple((test, check.kind.value) for test in tests for check in checks.of_test(test))
