"""Edits to compare with a cold pytest: over seven packages, a third of them outside functions."""

from __future__ import annotations

import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS as ALL_OPERATORS
from nerion_gym.edits.registry import resolve
from nerion_gym.execution.control import measure
from nerion_gym.syntax.module import parse_module
from nerion_gym.tasks.builder import corpus_task
from tests.support.cold import differences, disagreements, run_cold
from tests.support.sources import SUBJECTS, load
from tests.support.structural import structural_edits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.execution.runner import LocalRunner
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program
    from nerion_gym.types.task import Task

ONLY = {"tenacity": ("tests/test_asyncio.py", "tests/test_after.py", "tests/test_utils.py")}
"""Its other file sleeps for seconds in every run; benchmarks/packages.py runs it."""
ROOT = Path(__file__).resolve().parent.parent.parent
OPERATORS = resolve(
    [
        *("rename_local", "change_operator_multiply_to_add", "swap_arithmetic", "swap_comparison"),
        *("swap_boolean", "increment_number", "decrement_number", "return_none"),
    ]
)
"""Those that the recorded comparison was drawn from: with others the draws would be others."""
FIXED_SEED = 4
OUTSIDE_SHARE = 0.4
PACKAGES = ("logic_v2", "inflection", "toolz", "h11", "tenacity", "voluptuous", "tinydb")
"""LogicV2 for scopes and globals, inflection for tables at module level, toolz for generators and
closures, h11 for dataclasses, enumerations and properties, tenacity for async functions, decorators
and class hierarchies, voluptuous for decorators and classes made in functions, tinydb for
properties, a metaclass and middlewares."""


@dataclass
class Compared:
    """What came of comparing edits.

    Attributes:
        edits: how many were compared.
        outside: of these, not confined to a function's body.
        routes: route -> edits.
        operators: kind of edit -> edits.
        lines: a line for each differing test.
        containment: how the runs were confined.
    """

    edits: int = 0
    outside: int = 0
    routes: Counter[str] = field(default_factory=Counter)
    operators: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    containment: str = ""


def seed_of_commit() -> int:
    """Return a seed from the current commit's hash, a fixed one where there is no git."""
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return FIXED_SEED
    return int(done.stdout.strip()[:12], 16)


def task_of(name: str) -> Task:
    """Return the task of one of the `PACKAGES`."""
    if name == "logic_v2":
        return corpus_task(name)
    subject = next(subject for subject in SUBJECTS if subject.name == name)
    return load(replace(subject, tests=ONLY[name]) if name in ONLY else subject)


def is_outside(program: Program, edit: Edit) -> bool:
    """Whether an edit is not confined to the body of one function."""
    first = edit.splices[0]
    functions = parse_module(first.path, program.source(first.path)).functions
    return not any(
        all(
            splice.path == first.path
            and function.body.start <= splice.start
            and splice.end <= function.body.end
            for splice in edit.splices
        )
        for function in functions
    )


def shuffled(task: Task, seed: int) -> list[Edit]:
    """Return edits of a task in a seeded order in which two of five lie outside functions."""
    edits = enumerate_edits(task.program, OPERATORS, None)
    edits = (*edits, *structural_edits(task.program))
    rng = np.random.default_rng(seed)
    pools: dict[bool, list[Edit]] = {True: [], False: []}
    for index in rng.permutation(len(edits)):
        edit = edits[int(index)]
        pools[is_outside(task.program, edit)].append(edit)
    found: list[Edit] = []
    while pools[True] or pools[False]:
        wanted = bool(rng.random() < OUTSIDE_SHARE)
        found.append(pools[wanted if pools[wanted] else not wanted].pop())
    return found


def in_turn(task: Task, seed: int) -> list[Edit]:
    """Return edits of a task in a seeded order in which all kinds take turns, rare ones first."""
    rng = np.random.default_rng(seed)
    pools: dict[str, list[Edit]] = defaultdict(list)
    for edit in enumerate_edits(task.program, ALL_OPERATORS, None):
        pools[edit.operator].append(edit)
    drawn = [[pool[int(at)] for at in rng.permutation(len(pool))] for pool in pools.values()]
    turns = zip_longest(*sorted(drawn, key=len))
    return [edit for turn in turns for edit in turn if edit is not None]


def compare(
    task: Task, edits: Sequence[Edit], runner: LocalRunner, seconds: float = 8.0
) -> Compared:
    """Compare the clean suite and edits with a cold pytest, test by test."""
    found = Compared()
    baseline = measure(runner, task.program, task.suite)
    clean = run_cold(task.program, task.suite, seconds=20 * seconds)
    found.lines += differences(baseline.control, clean)
    found.containment = baseline.control.containment
    for edit in edits:
        program = apply(task.program, edit)
        outcome, lines = disagreements(runner, program, baseline.suite, seconds, clean)
        found.edits += 1
        found.outside += is_outside(task.program, edit)
        found.routes[outcome.route] += 1
        found.operators[edit.operator] += 1
        found.lines += [f"{edit.operator} {edit.splices}: {line}" for line in lines]
    return found
