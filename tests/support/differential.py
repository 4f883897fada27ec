"""Whether refactored programs do what they did: each is run, with bounds, beside the original."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply, diff
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.types.edit import Kind
from nerion_gym.types.program import Program
from tests.support.fuzz import Fault
from tests.support.variants import behaviours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.edit import Edit

REFACTORS = tuple(row for row in OPERATORS if row.kind is Kind.REFACTOR)
SHOWN = 600


def differing(source: bytes, others: Sequence[bytes] = ()) -> tuple[list[Fault], tuple[Edit, ...]]:
    """Run a program and all that refactors (or these others) make of it.

    Args:
        source: a program as `plain_programs.Plain` writes them: what is called is `ENTRY`.
        others: texts that are compared with it instead of its refactored twins.
    """
    program = Program.from_files({"m.py": source})
    edits = () if others else enumerate_edits(program, REFACTORS, None)
    twins = others or [apply(program, edit).source("m.py") for edit in edits]
    first, *rest = behaviours([text.decode("utf-8-sig") for text in (source, *twins)])
    found = []
    for number, did in enumerate(rest):
        pairs = [(one, two) for one, two in zip(first, did, strict=True) if two is not None]
        wrong = [pair for pair in pairs if pair[0] != pair[1]]
        if wrong:
            edit = edits[number] if edits else None
            text = f"{wrong[0]}"[:SHOWN] + ("\n" + diff(program, edit) if edit else "")
            found.append(Fault("differs", edit.operator if edit else "", text))
    return found, edits
