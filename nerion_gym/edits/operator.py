"""What an operator is: a name, a promise, and a generator function whose docstring shows it."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from nerion_gym.edits.operator_ids import operator_id
from nerion_gym.syntax.module import Module
from nerion_gym.types.edit import Edit, Kind
from nerion_gym.types.program import Program

BEFORE, AFTER, NOTHING = "Before:", "After:", "Untouched:"
Proposer = Callable[[Module], Iterator[Edit]] | Callable[[Program], Iterator[Edit]]
"""Yields every edit of one operator in one piece of a file (or, if it is `whole`, in a program), in
any fixed order."""


class Example(NamedTuple):
    """A program and what one edit makes of it; None: the operator has nothing to propose."""

    before: str
    after: str | None


@dataclass(frozen=True)
class Operator:
    """A kind of edit.

    Attributes:
        name: canonical name, snake case; its place in `OPERATOR_IDS` is its id.
        kind: whether meaning is kept.
        propose: generator function; its docstring is the operator's manual. It is given a piece of
            a file: one definition of the module, or the statements between two, as a `Module` whose
            positions count from the piece's own start. What it may know of the rest of the file is
            in `module.outside`; its result must depend on nothing else, because it is kept.
        repairable: whether, with all our operators, the catalog of every changed program holds
            an edit that gives back the original's syntax tree.
        aliases: other names, the journal's upper-case one among them.
        whole: whether `propose` is given the whole program: its edits may reach several files,
            and it is asked again for each program.
        others: what other tools call the like, tool -> name ("mutmut", "cosmic-ray", "BugLab",
            "SWE-smith").
    """

    name: str
    kind: Kind
    propose: Proposer = field(repr=False)
    repairable: bool = False
    aliases: tuple[str, ...] = ()
    whole: bool = False
    others: tuple[tuple[str, str], ...] = ()

    def __hash__(self) -> int:
        """Cheap: catalogs are looked up by all their operators."""
        return hash(self.name)

    @property
    def id(self) -> int:
        """Number of the operator, the same in every world."""
        return operator_id(self.name)

    @property
    def intent(self) -> str:
        """One line for people: the first of the docstring."""
        return inspect.cleandoc(self.propose.__doc__ or self.name).splitlines()[0]

    @property
    def examples(self) -> tuple[Example, ...]:
        """The docstring's `Before:` / `After:` pairs and `Untouched:` programs, in order.

        Several `After:` blocks may follow one `Before:`.
        """
        found: list[Example] = []
        before = ""
        for title, code in _blocks(inspect.cleandoc(self.propose.__doc__ or "")):
            if title == BEFORE:
                before = code
            else:
                found.append(Example(code, None) if title == NOTHING else Example(before, code))
        return tuple(found)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    title, lines = "", list[str]()
    for line in [*text.splitlines(), "end"]:
        if line and not line.startswith(" "):
            if title:
                yield title, textwrap.dedent("\n".join(lines)).strip("\n") + "\n"
            title, lines = (line if line in (BEFORE, AFTER, NOTHING) else ""), []
        else:
            lines.append(line)
