"""Tasks with bugs: a right program, bugs put into it, and the edits that take them out again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.edits.inject import inject
from nerion_gym.edits.preview import apply
from nerion_gym.envs.draw import grow
from nerion_gym.envs.generators import named
from nerion_gym.envs.limits import overflow
from nerion_gym.envs.listing import listed_edits
from nerion_gym.envs.prepare import room_for
from nerion_gym.envs.reward import lost
from nerion_gym.envs.state import State
from nerion_gym.envs.units import Unit, is_reached, units_of
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.syntax.loose import WHOLE
from nerion_gym.types.program import Focus, FunctionRef, Program, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nerion_gym.edits.inject import Injection
    from nerion_gym.edits.operator import Operator
    from nerion_gym.envs.draw import Room
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit, Splice
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.protocols import TestRunner
    from nerion_gym.types.task import Limits, Task

DRAWS = 128
"""Numbered draws of bugs of one original: a finite set, so that what is known is met again."""
TRIES = 20
"""Sets of bugs of one draw, until one is a task."""
SIGN = "#"


@dataclass(frozen=True, eq=False)
class BuggyTasks:
    """Draws an original and one of its numbered sets of bugs: the task `NAME#NUMBER`.

    A set of bugs is a task where the tests notice it, and each bug that is left until the last
    is repaired; and where the focus lists the reference repair.

    Attributes:
        originals: right programs with their suites; where one has a pool, bugs lie in it.
        operators: listed to whoever repairs; bugs are drawn of the repairable ones.
        limits: of the world.
        bugs: how many, at least 1.
        draws: sets of bugs of an original.
    """

    originals: tuple[Task, ...]
    operators: tuple[Operator, ...]
    limits: Limits
    bugs: int = 1
    draws: int = DRAWS

    def sample(self, rng: np.random.Generator, options: Mapping[str, Any]) -> Task:
        """Return an original under the name of a draw.

        Raises:
            ConfigError: `options["task"]` is no `NAME#NUMBER` of this world.
        """
        if "task" in options:
            return self._named(options["task"])
        original = self.originals[int(rng.integers(len(self.originals)))]
        return numbered(original, int(rng.integers(self.draws)))

    def _named(self, wanted: object) -> Task:
        name, sign, number = str(wanted).rpartition(SIGN)
        if not sign or not number.isdecimal() or not int(number) < self.draws:
            msg = f"options['task']={wanted!r}: expected NAME{SIGN}0 to NAME{SIGN}{self.draws - 1}"
            raise ConfigError(msg)
        return numbered(named(self.originals, name), int(number))

    def derive(self, original: Task, runner: TestRunner) -> Task:
        """Return the task of a measured original under the name of a draw.

        Raises:
            TaskError: no set of bugs of this draw is a task.
        """
        baseline = original.baseline
        if baseline is None:
            msg = f"{original.name}: bugs are put into measured programs only"
            raise TaskError(msg)
        rng = np.random.default_rng(seed_of(original, self.bugs))
        pool = Focus(original.pool) if original.pool else None
        for _ in range(TRIES):
            found = inject(
                original.program, baseline.coverage, self.bugs, rng, self.operators, pool
            )
            task = self._task(original, baseline, found, runner)
            if task is not None:
                return task
        msg = (
            f"{original.name}: none of {TRIES} draws of bugs ({self.bugs} each) is noticed by its "
            f"tests, one repair after another, and fits this world (K = {self.limits.edits}, "
            f"N = {self.limits.nodes}); ask for fewer bugs, or give more tests"
        )
        raise TaskError(msg)

    def _task(
        self, original: Task, baseline: Baseline, found: Injection, runner: TestRunner
    ) -> Task | None:
        """Return the task of an injection, None where it is none."""
        way = stages(found)
        outcomes = [runner.run(program, original.suite) for program in way]
        left = [lost(baseline.control, outcome) for outcome in outcomes]
        if not all(left[:-1]) or left[-1]:
            return None
        task = replace(
            original, program=found.program, goal="repair", pool=(), reference=found.repair
        )
        room = room_for(task, self.operators, self.limits, outcomes[0])
        for focus in focuses(room, original.program, found):
            if self._holds(task, focus, way, outcomes[0]):
                return replace(task, focus=focus)
        return None

    def _holds(
        self, task: Task, focus: Focus | None, way: Sequence[Program], outcome: Outcome
    ) -> bool:
        """Whether the reference repair can be made through a focus within the limits."""
        for number, program in enumerate(way):
            catalog = listed_edits(program, self.operators, focus)
            if number < len(task.reference) and task.reference[number] not in catalog:
                return False
            state = State(task, focus, program, outcome, outcome, catalog)
            if overflow(state, self.limits, spare=number == 0):
                return False
        return True


def numbered(original: Task, number: int) -> Task:
    """Return an original under the name of one of its draws."""
    return replace(original, name=f"{original.name}{SIGN}{number}")


def seed_of(original: Task, bugs: int) -> int:
    """Return the seed of a draw: of what it is drawn from and its number, of nothing else."""
    text = f"{original.id}{SIGN}{original.name.rpartition(SIGN)[2]}{SIGN}{bugs}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


def stages(found: Injection) -> list[Program]:
    """Return the broken program, and what each edit of the repair makes of it."""
    way = [found.program]
    for edit in found.repair:
        way.append(apply(way[-1], edit))
    return way


# --- the focus ----------------------------------------------------------------------------------


def focuses(room: Room, right: Program, found: Injection) -> Iterator[Focus | None]:
    """Yield what an episode may look at, the best first: all, or the pieces with the bugs."""
    if not room.fits(None):
        yield None
        return
    starts = pieces(right, found)
    alone = Focus(tuple(unit.ref for unit in starts))
    if not room.fits(alone):
        pool = [unit for unit in room.units() if is_reached(room.task, unit)]
        yield grow(starts, units_of(room.task.program), pool, room.fits)
    yield around_repair(room, alone, found.repair[0])


def pieces(right: Program, found: Injection) -> tuple[Unit, ...]:
    """Return the functions that hold a bug or the place of its repair, or the code outside."""
    held: dict[FunctionRef, Unit] = {}
    programs = (*([right] * len(found.edits)), *stages(found))
    for program, edit in zip(programs, (*found.edits, *found.repair), strict=False):
        for splice in edit.splices:
            unit = piece_at(program, splice)
            held.setdefault(unit.ref, unit)
    return tuple(held.values())


def piece_at(program: Program, splice: Splice) -> Unit:
    """Return the function that holds a splice, or the code of its file outside of functions."""
    span = Span(splice.path, splice.start, splice.end)
    for unit in units_of(program):
        if unit.ref.path == splice.path and unit.span.contains(span):
            return unit
    whole = Span(splice.path, 0, len(program.source(splice.path)))
    return Unit(FunctionRef(splice.path, WHOLE), whole, range(0), frozenset())


def around_repair(room: Room, focus: Focus, repair: Edit) -> Focus:
    """Return as many edits of a focus as a world has slots for, the repair in their middle."""
    edits = room.edits(focus)
    place = edits.index(repair) if repair in edits else 0
    first = max(0, min(place - room.most // 2, len(edits) - room.most))
    return replace(focus, window=(first, first + room.most))
