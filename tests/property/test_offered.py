"""Over many episodes all edits of a package are offered, whatever it looks like; nothing is run."""

import numpy as np
import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.prepare import measured_reach
from nerion_gym.envs.probing import PROBING_OPERATORS, probing_world
from nerion_gym.envs.units import units_of
from nerion_gym.envs.worlds.repo import LIMITS
from nerion_gym.tasks.package import load_package
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome, Status, TestResult
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Limits, Task
from tests.support.sources import fetch_pinned
from tests.unit.envs.fakes import FakeRunner

PATIENCE = 2000
"""Episodes until every part has come round, at most."""


def measured(program, rng):
    """Return a task whose one test reaches three functions in four, drawn."""
    lines = {}
    for unit in units_of(program):
        if rng.random() < 0.75:
            lines.setdefault(unit.ref.path, set()).update(unit.lines)
    reached = {"t": {path: frozenset(found) for path, found in lines.items()}}
    suite = Suite((("t.py", b""),), targets=("t.py",))
    control = Outcome((TestResult("t", Status.PASSED),), selected=1)
    baseline = Baseline(program, suite, control, Coverage(reached, {}))
    return Task("drawn", program, suite, operators=PROBING_OPERATORS, baseline=baseline)


def offered_of(task, limits):
    """Return the edits that some episode offers and the number of episodes that took."""
    world = probing_world("Offered", (task,), limits)
    env = CodeEditEnv(world, runner=FakeRunner())
    wanted, offered = measured_reach(world, task).within, set()
    for seed in range(PATIENCE):
        env.reset(seed=seed)
        assert 0 < len(env.edits) <= limits.edits - 4
        offered.update(env.edits)
        if len(offered) == wanted:
            return offered, seed + 1
    return offered, PATIENCE


def generated(rng):
    """Return a package: functions and tables of any size, classes, nested blocks."""
    files = {}
    for number in range(int(rng.integers(1, 4))):
        blocks = []
        for place in range(int(rng.integers(1, 9))):
            size = int(rng.integers(1, 8)) ** 2 // 2
            lines = [f"x_{line} = {rng.integers(9)} + {line} < 3" for line in range(size)]
            body = "".join(f"    {line}\n" for line in lines) + f"    return {place}\n"
            inner = body.replace("    ", "        ")
            forms = (
                "".join(f"{line}\n" for line in lines) or "x = 1\n",
                f"def f_{place}(a=1):\n{body}",
                f"class C_{place}:\n    size = 2 * 3\n\n    def m(self):\n{inner}",
                f"if 1 < {place}:\n    def f_{place}():\n{inner}\nelse:\n    y = 1\n",
            )
            blocks.append(forms[int(rng.integers(len(forms)))])
        files[f"m_{number}.py"] = "\n\n".join(blocks).encode()
    return Program.from_files(files)


@pytest.mark.pure
@pytest.mark.parametrize("seed", range(8))
def test_every_edit_of_a_generated_package_is_offered(seed):
    rng = np.random.default_rng(seed)
    task = measured(generated(rng), rng)
    offered, _ = offered_of(task, Limits(edits=64, tests=4, nodes=2048, steps=6))
    assert offered == set(enumerate_edits(task.program, resolve(PROBING_OPERATORS), None))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "path"), [("parse", "parse"), ("tabulate", "tabulate")])
def test_every_edit_of_a_real_package_is_offered(name, path):
    task = load_package(fetch_pinned(name) / path, operators=PROBING_OPERATORS)
    task = measured(task.program, np.random.default_rng(0))
    offered, _ = offered_of(task, LIMITS)
    assert offered == set(enumerate_edits(task.program, resolve(PROBING_OPERATORS), None))
