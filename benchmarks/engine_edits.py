"""Programs that the engine's benchmarks run, and edits of them drawn with a seed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.tasks.package import load_package
from tests.support.sources import PINNED, fetch_pinned

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.types.program import Program
    from nerion_gym.types.task import Task

TOY = "math_logic"
"""The toy module: the corpus program of `Nerion-ToyMath-v0`."""


def load(name: str) -> Task:
    """Return the task of a pinned package, or of a corpus program."""
    if name in PINNED:
        return load_package(fetch_pinned(name) / name)
    return corpus_task(name)


def drawn(task: Task, count: int, seed: int) -> list[Program]:
    """Return edited programs, drawn without replacement."""
    edits = enumerate_edits(task.program, tuple(OPERATORS), None)
    chosen = np.random.default_rng(seed).permutation(len(edits))[:count]
    return [apply(task.program, edits[index]) for index in chosen]


def timed(work: Callable[[], object]) -> float:
    """Return the wall time of a call in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def with_last_line(program: Program, text: str) -> Program:
    """Return a program with a comment at the end of its first file: other bytes, same meaning."""
    path, data = program.files[0]
    return program.replaced({path: data + f"# {text}\n".encode()})
