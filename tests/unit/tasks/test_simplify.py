"""Tasks of simplifying: the target is what the tidy program cost, and the reference reaches it."""

import numpy as np
import pytest

from nerion_gym.edits.preview import apply
from nerion_gym.envs.worlds.simplify import OPERATORS, build
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.syntax.costs import COSTS, program_cost
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.tasks.simplify import SimplifyTasks, dearer_task
from nerion_gym.tasks.splits import corpus_split
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Task
from tests.support.worlds import run_python

SMALL = ("slugs", "roman_numerals", "tax_ladder", "prime_factory")
DRAWN = """
import numpy as np
from nerion_gym.envs.worlds.simplify import build
world = build(cost="nesting", split="val")
task = world.generator.sample(np.random.default_rng(7), {})
print(task.id, task.name, repr(task.reference))
"""


@pytest.mark.pure
@pytest.mark.parametrize("cost", sorted(COSTS))
@pytest.mark.parametrize("name", SMALL)
def test_the_reference_reaches_the_target(cost, name):
    tidy = corpus_task(name, operators=OPERATORS)
    task = dearer_task(tidy, cost, 1)
    assert task.goal == "simplify"
    assert (task.target.cost, task.target.most) == (cost, program_cost(tidy.program, cost))
    assert program_cost(task.program, cost) > task.target.most
    now = task.program
    for edit in task.reference:
        now = apply(now, edit)
    assert program_cost(now, cost) == task.target.most
    assert dearer_task(tidy, cost, 1) is task


@pytest.mark.pure
def test_the_target_is_part_of_the_id():
    tidy = corpus_task("slugs", operators=OPERATORS)
    tasks = [dearer_task(tidy, cost, 1) for cost in COSTS]
    assert len({task.id for task in tasks}) == len(tasks)


@pytest.mark.pure
def test_a_task_is_made_again_by_its_name():
    sources = tuple(corpus_task(name, operators=OPERATORS) for name in SMALL)
    tasks, rng = SimplifyTasks(sources, "size", 4), np.random.default_rng(0)
    for _ in range(5):
        drawn = tasks.sample(rng, {})
        assert tasks.sample(rng, {"task": drawn.name}) is drawn
    for name in ("slugs", "slugs-size-4", "slugs-size-x", "slugs-nesting-1", "other-size-1"):
        with pytest.raises(ConfigError, match="expected PROGRAM-size-N, N from 0 to 3"):
            tasks.sample(rng, {"task": name})


@pytest.mark.sandbox
def test_a_draw_is_the_same_in_another_process():
    task = build(cost="nesting", split="val").generator.sample(np.random.default_rng(7), {})
    assert run_python(DRAWN) == f"{task.id} {task.name} {task.reference!r}"


@pytest.mark.pure
def test_a_split_draws_its_own_programs_and_says_so():
    for split in ("val", "test"):
        world = build(split=split)
        assert {task.name for task in world.generator.sources} == set(corpus_split(split))
        assert {task.split for task in world.generator.sources} == {split}


@pytest.mark.pure
def test_a_large_program_is_looked_at_in_one_function():
    text = corpus_task("arg_reader").program.source("arg_reader.py")
    files = {"a.py": text, "b.py": text}
    suite = Suite((("t.py", b""),), targets=("t.py",))
    source = Task("large", Program.from_files(files), suite, operators=OPERATORS)
    found = [dearer_task(source, "size", variant) for variant in range(8)]
    tasks = [task for task in found if task is not None]
    assert len(tasks) > 4
    for task in tasks:
        (ref,) = task.focus.functions
        other = "b.py" if ref.path == "a.py" else "a.py"
        assert task.program.source(other) == text
        assert task.program.source(ref.path) != text


@pytest.mark.pure
def test_programs_that_cannot_be_made_dearer_are_named():
    plain = Program.from_files({"m.py": b"LIMIT = 3\n"})
    suite = Suite((("t.py", b""),), targets=("t.py",))
    tasks = SimplifyTasks((Task("flat", plain, suite, operators=OPERATORS),), "nesting", 2)
    with pytest.raises(TaskError, match="flat: in 100 draws no edit raised the nesting"):
        tasks.sample(np.random.default_rng(0), {})


@pytest.mark.pure
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cost": "lines"}, "cost='lines': expected one of size, nesting, complexity"),
        ({"split": "dev"}, "split='dev': expected one of train, val, test"),
        ({"family": "generated"}, "family='generated': expected one of corpus, package"),
        ({"path": "src"}, "path: only with family='package' in Nerion-Simplify-v0"),
    ],
)
def test_bad_arguments_are_refused_by_name(arguments, message):
    with pytest.raises(ConfigError, match=message):
        build(**arguments)


@pytest.mark.pure
def test_a_package_needs_a_path():
    with pytest.raises(TaskError, match=r"Nerion-Simplify-v0 needs a package: .*family='package'"):
        build(family="package")
