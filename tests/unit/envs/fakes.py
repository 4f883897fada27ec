"""A runner that executes a one-file program in-process: enough to test the dynamics."""

from nerion_gym.edits.registry import resolve
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.reward import RepairProgress, Survivors
from nerion_gym.envs.world import World
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome, Status, TestResult
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Limits, Task

SOURCE = b"""\
def f(a, b):
    product = a * b
    return product


def g(a):
    if a < 3:
        return 1
    return 2
"""
CHECKS = {
    "t::product": lambda ns: ns["f"](2, 3) == 6,
    "t::small": lambda ns: ns["g"](0) == 1,
    "t::large": lambda ns: ns["g"](9) == 2,
}
SUITE = Suite((("t.py", b""),), targets=("t.py",))
OPERATORS = (
    "rename_local",
    "change_operator_multiply_to_add",
    "swap_arithmetic",
    "swap_comparison",
    "increment_number",
    "decrement_number",
)


class FakeRunner:
    def __init__(self):
        self.runs = []

    def run(self, program, tests, *, stop_at_first_failure=False):
        self.runs.append(program)
        return Outcome(tuple(self.check(program, name) for name in CHECKS), selected=len(CHECKS))

    def check(self, program, name):
        namespace = {}
        exec(program.source("m.py"), namespace)  # noqa: S102 - the program above
        try:
            good = CHECKS[name](namespace)
        except (KeyError, TypeError) as error:
            return TestResult(name, Status.FAILED, type(error).__name__)
        if good:
            return TestResult(name, Status.PASSED)
        return TestResult(name, Status.FAILED, "AssertionError")

    def run_many(self, programs, tests, *, stop_at_first_failure=False):
        return [self.run(program, tests) for program in programs]

    def coverage(self, program, tests):
        lines = {"t::product": {2, 3}, "t::small": {7, 8}, "t::large": {7, 9}}
        return Coverage(
            {test: {"m.py": frozenset(found)} for test, found in lines.items()},
            {"m.py": frozenset({1, 6})},
        )

    def adopt(self, baseline):
        pass


def make_task(source=SOURCE, original=SOURCE, **kwargs):
    program, base = Program.from_files({"m.py": source}), Program.from_files({"m.py": original})
    runner = FakeRunner()
    baseline = Baseline(base, SUITE, runner.run(base, SUITE), runner.coverage(base, SUITE))
    return Task("m", program, SUITE, operators=OPERATORS, baseline=baseline, **kwargs)


LIMITS = Limits(edits=32, tests=4, nodes=256, steps=6)


def make_world(commit="never", task=None, limits=LIMITS):
    operators = resolve(OPERATORS)
    mutations = frozenset(op.name for op in operators if op.kind.value == "mutation")
    reward = Survivors(mutations) if commit == "never" else RepairProgress()
    return World("Fake", 0, operators, FixedTasks((task or make_task(),)), reward, commit, limits)
