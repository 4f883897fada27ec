"""Every edit of a program is offered in some episode, and each episode's offer fits its world."""

from dataclasses import replace

import numpy as np
import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.limits import SPARE_EDITS
from nerion_gym.envs.prepare import measured_reach
from nerion_gym.envs.state import EpisodeState
from nerion_gym.errors import TaskError
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome, Status, TestResult
from nerion_gym.types.program import Focus, FunctionRef, Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Limits, Task
from tests.unit.envs.fakes import OPERATORS, FakeRunner, make_world

pytestmark = pytest.mark.pure

SUITE = Suite((("t.py", b""),), targets=("t.py",))
CONTROL = Outcome((TestResult("t", Status.PASSED),), selected=1)


BOX = """\
first = 1


class Box(tuple):
    size = 3 * 4

    def area(self, a=5):
        return a * 6


if 1 < 2:
    ratio = 3

    def chosen():
        return 1 < 2
else:
    ratio = 4


def unreached(a):
    return a * 9
"""


def large(name, lines):
    """Return a function with two edits a line or more."""
    body = "".join(f"    a = a * {2 + line}\n" for line in range(lines))
    return f"def {name}(a):\n{body}    return a\n\n\n"


def mixed():
    """Return files with everything that can hold an edit."""
    table = "".join(f"LIMIT_{number} = {number} * 2\n" for number in range(30))
    return {
        "big.py": large("long", 40) + large("short", 3) + "last = 7 * 8\n",
        "table.py": table,
        "box.py": BOX,
    }


def task_of(files, reached=None):
    """Return a measured task; `reached`: path -> lines that its one test runs."""
    program = Program.from_files({path: text.encode() for path, text in files.items()})
    lines = {path: frozenset(found) for path, found in (reached or {}).items()}
    baseline = Baseline(program, SUITE, CONTROL, Coverage({"t": lines}, {}))
    return Task("drawn", program, SUITE, operators=OPERATORS, baseline=baseline)


def episodes(task, limits, seeds):
    """Yield (seed, environment just reset) of a world over a task."""
    env = CodeEditEnv(make_world(task=task, limits=limits), runner=FakeRunner())
    for seed in seeds:
        env.reset(seed=seed)
        yield seed, env


def all_edits(task):
    return enumerate_edits(task.program, resolve(OPERATORS), None)


REACHED = {"big.py": {2, 46}, "box.py": {8, 15}}
SMALL = Limits(edits=24, tests=4, nodes=512, steps=6)


@pytest.mark.parametrize("reached", [REACHED, {}], ids=["some", "none"])
def test_every_edit_is_offered_in_some_episode(reached):
    task, offered = task_of(mixed(), reached), set()
    for _, env in episodes(task, SMALL, range(400)):
        listed = list(env.edits)
        assert 0 < len(listed) <= SMALL.edits - SPARE_EDITS
        places = [all_edits(task).index(edit) for edit in listed]
        assert places == sorted(places)  # canonical order
        offered.update(listed)
    assert offered == set(all_edits(task))
    found = measured_reach(make_world(task=task, limits=SMALL), task)
    assert (found.total, found.within, found.reasons) == (len(offered), len(offered), ())


def test_each_edit_offered_has_its_own_place_in_the_graph():
    task = task_of(mixed(), REACHED)
    for _, env in episodes(task, SMALL, range(60)):
        graph = env._scene.graph
        for edit in env.edits:
            span = graph.span_of(graph.node_of(edit.site))
            assert span.contains(edit.site)
            assert span.end - span.start < 1000  # a node of its own, not the file's


def test_the_seed_decides_the_part_and_a_state_replays_it():
    task = task_of(mixed(), {"big.py": {2}})
    first = {seed: (env.state, env.edits) for seed, env in episodes(task, SMALL, range(12))}
    windows = set()
    for seed, env in episodes(task, SMALL, range(12)):
        state, edits = first[seed]
        assert (env.state, env.edits) == (state, edits)
        windows.add(env.current.focus.window)
        assert EpisodeState.from_json(state.to_json()) == state
        env.restore(state)
        assert env.edits == edits
    assert len(windows) > 2


def test_a_wanted_function_with_too_many_edits_is_offered_in_parts():
    task, offered = task_of(mixed(), REACHED), set()
    env = CodeEditEnv(make_world(task=task, limits=SMALL), runner=FakeRunner())
    for seed in range(60):
        _, info = env.reset(seed=seed, options={"focus": "long"})
        assert info["edits_offered"] == len(env.edits) < info["edits_total"] == len(all_edits(task))
        offered.update(env.edits)
    assert len(offered) > 3 * SMALL.edits
    assert all(edit.site.path == "big.py" for edit in offered)


def test_what_fits_is_drawn_as_if_there_were_no_rest():
    small = large("one", 3) + large("two", 3) + large("three", 3)
    limits = Limits(edits=24, tests=4, nodes=256, steps=6)
    reached = {"m.py": {2, 9, 16}}
    alone, beside = (task_of({"m.py": small + end}, reached) for end in ("", "x = 1\n"))
    pairs = zip(
        episodes(alone, limits, range(40)), episodes(beside, limits, range(40)), strict=True
    )
    focuses = [(one.current.focus, two.current.focus) for (_, one), (_, two) in pairs]
    same = [one == two for one, two in focuses]
    rest = [two.functions[0].qualname == "<module>" for _, two in focuses]
    assert all(a != b for a, b in zip(same, rest, strict=True))
    assert 0 < sum(rest) < len(rest) // 2


def test_code_whose_graph_is_too_large_is_said_to_be_out_of_reach():
    files = {
        "a.py": large("long", 60) + large("short", 2),
        "b.py": f"x = [{'1, ' * 300}2]\ny = 3\n",
    }
    limits = Limits(edits=24, tests=4, nodes=128, steps=6)
    task, offered = task_of(files, {"a.py": {2, 66}}), set()
    for _, env in episodes(task, limits, range(120)):
        offered.update(env.edits)
    found = measured_reach(make_world(task=task, limits=limits), task)
    assert len(offered) == found.within < found.total == len(all_edits(task))
    assert {reason.split(" (")[0] for reason in found.reasons} == {
        "a.py::long",
        "b.py::<module 0:1>",
    }
    assert f"{found.within} of {found.total} within reach" in found.text
    assert "graph nodes (N = 128" in found.text
    with pytest.raises(TaskError, match=r"a\.py::long.*graph nodes"):
        env.reset(options={"focus": "long"})


def test_windows_stay_in_place_while_a_world_keeps_its_edits():
    task = task_of(mixed(), {"big.py": {2}})
    world = make_world("always", task, SMALL)
    env = CodeEditEnv(world, runner=AlwaysGreen())
    env.reset(seed=1)
    assert env.current.focus.window is not None
    before = len(env.edits)
    *_, info = env.step(1)
    assert info["end"] != "over_limit"
    assert 0 < len(env.edits) <= before


class AlwaysGreen(FakeRunner):
    """Says of every program that its one test passes."""

    def run(self, program, tests, *, stop_at_first_failure=False):
        return CONTROL


def test_draws_depend_on_the_generator_only():
    task = task_of(mixed(), REACHED)
    env = CodeEditEnv(make_world(task=task, limits=SMALL), runner=FakeRunner())
    runs = []
    for _ in range(2):
        env.np_random = np.random.default_rng(5)
        runs.append([env.reset() and env.edits for _ in range(30)])
    assert runs[0] == runs[1]


def test_a_task_that_names_functions_starts_from_these_and_edits_no_others():
    text = large("one", 3) + large("two", 3) + large("three", 3) + "LIMIT = 7 * 8\n"
    whole = task_of({"m.py": text}, {"m.py": range(1, 8)})
    named = tuple(FunctionRef("m.py", name) for name in ("one", "three"))
    limits = Limits(edits=64, tests=4, nodes=512, steps=4)
    task = replace(whole, pool=named)
    assert task.id != whole.id
    assert CodeEditEnv(make_world(task=whole, limits=limits), runner=FakeRunner()).reset(seed=0)
    seen = set()
    env = CodeEditEnv(make_world(task=task, limits=limits), runner=FakeRunner())
    for seed in range(30):
        env.reset(seed=seed)
        seen.update(env.current.focus.functions)
    assert seen == set(named)
    reach = measured_reach(env.world, env.task)
    offered = enumerate_edits(task.program, env.world.operators, Focus(named))
    assert (reach.total, reach.within) == (len(offered), len(offered))


def test_functions_without_an_edit_are_refused_by_the_task_that_names_them():
    task = task_of({"m.py": "def f(a):\n    return a\n\n\ndef g(a):\n    return a * 2\n"})
    named = replace(task, pool=(FunctionRef("m.py", "f"),))
    limits = Limits(edits=64, tests=4, nodes=512, steps=4)
    world = make_world(task=named, limits=limits)
    world = replace(world, operators=resolve(("swap_arithmetic",)))
    with pytest.raises(TaskError, match=r"no editable site in m.py"):
        CodeEditEnv(world, runner=FakeRunner()).reset(seed=0)
