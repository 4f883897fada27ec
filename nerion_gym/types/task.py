"""Tasks and worlds' numbers: one problem instance, and the fixed limits of a world."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Focus, FunctionRef, Program
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.trace import Trace

GOALS = ("probe", "repair", "simplify", "explore")
SPLITS = ("train", "val", "test")
EDGES_PER_NODE = 6


@dataclass(frozen=True)
class Limits:
    """The fixed numbers of a world: they give its spaces their shapes.

    Attributes:
        edits: K, action slots beside submit.
        tests: T, test slots; tests beyond T share the last one.
        nodes: N, graph nodes.
        steps: step budget of an episode.
    """

    edits: int
    tests: int
    nodes: int
    steps: int

    @property
    def edges(self) -> int:
        """E, forward graph edges: six times the nodes in every world."""
        return EDGES_PER_NODE * self.nodes


@dataclass(frozen=True)
class Target:
    """What a simplified program may cost.

    Attributes:
        cost: one of `nerion_gym.syntax.costs.COSTS`.
        most: the goal holds where the program costs no more.
    """

    cost: str
    most: int


@dataclass(frozen=True)
class Task:
    """One problem instance. Its id is the digest of its contents.

    Attributes:
        name: for people ("logic_v2", "toolz").
        program: what is edited.
        suite: its tests.
        goal: one of `GOALS`.
        operators: canonical names of the allowed operators.
        split: one of `SPLITS`.
        focus: a fixed focus, or None when it is drawn per episode.
        baseline: control run and coverage once measured; not part of the id.
        trace: of the program, once traced; not part of the id.
        reference: edits that reach the goal, in order, where whoever made the task knows them;
            not part of the id, and never shown.
        pool: the functions that a drawn focus may edit; empty: all of them, and the code outside.
        target: of a task of simplifying; None elsewhere.
    """

    name: str
    program: Program
    suite: Suite
    goal: str = "probe"
    operators: tuple[str, ...] = ()
    split: str = "train"
    focus: Focus | None = None
    baseline: Baseline | None = field(default=None, compare=False, repr=False)
    trace: Trace | None = field(default=None, compare=False, repr=False)
    reference: tuple[Edit, ...] = field(default=(), compare=False, repr=False)
    pool: tuple[FunctionRef, ...] = ()
    target: Target | None = None

    @property
    def id(self) -> str:
        """First 16 hex digits of the SHA-256 over what it is about: all but name and split."""
        parts = (self.program.digest, self.suite.digest, self.goal, *self.operators)
        more = (repr(part) for part in (self.pool, self.target) if part)
        text = "\0".join((*parts, repr(self.focus), *more))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def measured(self, baseline: Baseline) -> Task:
        """Return this task carrying its control run and coverage."""
        return replace(self, baseline=baseline)

    def confined(self, containment: str) -> Task:
        """Return this task with its suite confined otherwise, measured anew when it is used.

        Args:
            containment: "strict" or "package", see `Suite`.

        Raises:
            ConfigError: it is neither.
        """
        if containment == self.suite.containment:
            return self
        suite = replace(self.suite, containment=containment)
        return replace(self, suite=suite, baseline=None, trace=None)
