"""A recorded episode: all that is needed to take it again elsewhere and to compare what comes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.spaces import GraphInstance

from nerion_gym.types.outcome import LearningClass, Status, learning_class

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Focus
    from nerion_gym.types.transition import Observation

DIGEST_DIGITS = 16
"""Hex digits of the SHA-256 of an observation's array that are kept."""
CODES: dict[tuple[Status, LearningClass], str] = {
    (Status.PASSED, LearningClass.PASS): ".",
    (Status.FAILED, LearningClass.ASSERTION): "F",
    (Status.FAILED, LearningClass.EXCEPTION): "f",
    (Status.ERROR, LearningClass.EXCEPTION): "e",
    (Status.ERROR, LearningClass.IMPORT_ERROR): "E",
    (Status.TIMEOUT, LearningClass.TIMEOUT): "T",
    (Status.MEMORY, LearningClass.TIMEOUT): "M",
    (Status.CRASHED, LearningClass.EXCEPTION): "C",
    (Status.SKIPPED, LearningClass.MASKED): "s",
    (Status.XFAILED, LearningClass.PASS): "x",
    (Status.XPASSED, LearningClass.PASS): "X",
    (Status.XPASSED, LearningClass.ASSERTION): "S",
    (Status.NOT_RUN, LearningClass.MASKED): "-",
}
"""What a test gave -> its letter in a recorded outcome."""
MEANINGS: dict[str, str] = {
    ".": "passed",
    "F": "failed an assertion",
    "f": "failed with another exception",
    "e": "error in a fixture",
    "E": "import or collection error",
    "T": "out of time",
    "M": "out of memory",
    "C": "crashed",
    "s": "skipped",
    "x": "failed as expected",
    "X": "passed unexpectedly",
    "S": "passed unexpectedly, which is strict",
    "-": "not run",
}
"""The letters of `CODES`, for people."""
LIMIT_CODES = frozenset("TM")
"""Ended by a limit: by which of the two, the machine's speed decides."""


@dataclass(frozen=True)
class RecordedStep:
    """One step.

    Attributes:
        action: its number.
        edit: what the action stood for; None of a masked action and of submit.
        outcome: a letter of `CODES` per test; None where nothing was measured.
        reward: extrinsic reward.
        terminated, truncated: as in Gymnasium.
        end: `info["end"]`.
        success: `info["is_success"]`.
        observation: name of an array -> digest, see `digests`.
    """

    action: int
    edit: Edit | None
    outcome: str | None
    reward: float
    terminated: bool
    truncated: bool
    end: str
    success: bool
    observation: Mapping[str, str]


@dataclass(frozen=True)
class RecordedEpisode:
    """One episode, whole or broken off.

    Attributes:
        world: registered id.
        kwargs: arguments of `gymnasium.make`; JSON values.
        seed: of its reset; None where the environment's own generator went on.
        options: names of the options of its reset: with any, the seed alone does not draw it.
        task: `Task.name`.
        task_id: `Task.id`.
        focus: the drawn focus.
        tests: ids of the suite's tests, in the order of the outcomes' letters.
        outcome: the outcome at reset.
        observation: digests of the first observation.
        steps: in order.
        versions: package -> version of where it was recorded; not compared.
    """

    world: str
    kwargs: Mapping[str, Any]
    seed: int | None
    options: tuple[str, ...]
    task: str
    task_id: str
    focus: Focus | None
    tests: tuple[str, ...]
    outcome: str
    observation: Mapping[str, str]
    steps: tuple[RecordedStep, ...]
    versions: Mapping[str, str | None] = field(default_factory=dict, compare=False)

    @cached_property
    def total_reward(self) -> float:
        """Sum of extrinsic rewards."""
        return float(sum(step.reward for step in self.steps))

    @property
    def ended(self) -> bool:
        """Whether the world ended it; else the recording was broken off."""
        return bool(self.steps) and (self.steps[-1].terminated or self.steps[-1].truncated)

    @property
    def success(self) -> bool:
        """Whether its last step was a success."""
        return bool(self.steps) and self.steps[-1].success

    @property
    def drawn(self) -> bool:
        """Whether its seed alone draws it."""
        return self.seed is not None and not self.options


def letters(outcome: Outcome, tests: Sequence[str]) -> str:
    """Return an outcome as a letter per test, "?" for one that it does not tell of."""
    found = outcome.by_id()
    return "".join(
        CODES[found[test].status, learning_class(found[test])] if test in found else "?"
        for test in tests
    )


def digests(observation: Observation) -> dict[str, str]:
    """Return a digest of each array of an observation: of its dtype, shape and bytes.

    A graph's arrays are `graph.nodes`, `graph.edges` and `graph.edge_links`.
    """
    return {name: digest_of(array) for name, array in arrays_of(observation)}


def arrays_of(observation: Observation) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the arrays of an observation with their names, in its own order."""
    for key, value in observation.items():
        if isinstance(value, GraphInstance):
            yield f"{key}.nodes", np.asarray(value.nodes)
            yield f"{key}.edges", np.asarray(value.edges)
            yield f"{key}.edge_links", np.asarray(value.edge_links)
        else:
            yield key, np.asarray(value)


def digest_of(array: np.ndarray) -> str:
    """Return the first digits of the SHA-256 of an array, whatever machine holds it."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    hasher = hashlib.sha256(f"{little.dtype.str}{array.shape}".encode())
    hasher.update(little.tobytes())
    return hasher.hexdigest()[:DIGEST_DIGITS]
