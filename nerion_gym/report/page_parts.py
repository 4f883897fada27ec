"""Parts that a trace's page is made of; whatever a text says, it stays text."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from nerion_gym.report.traced_rows import CLASSES, WORD, totals
from nerion_gym.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.report.traced_rows import EditRow
    from nerion_gym.types.trace import Infection


def text(said: object) -> str:
    """Return something as HTML text that is nothing but text."""
    return escape(visible(str(said)), quote=True)


def word_of(infection: Infection) -> str:
    """Return the word of a class of edits, in its colour."""
    word = WORD[infection]
    return f'<span class="{word.replace(" ", "-")}">{word}</span>'


def table(
    heads: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: Sequence[int] = ()
) -> str:
    """Return a table; its cells are HTML already."""
    kind = ["n" if place in numbers else "" for place in range(len(heads))]
    head = "".join(
        f'<th scope="col" class="{k}">{h}</th>' for k, h in zip(kind, heads, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{k}" data-th="{h}">{cell}</td>' if cell != "" else "<td></td>"
            for k, h, cell in zip(kind, heads, row, strict=True)
        )
        + "</tr>\n"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"


def counts_of(edits: Sequence[EditRow]) -> str:
    """Return how many edits there are of each class, in signs."""
    counts = totals(edits)
    parts = [(one, sign, counts[one]) for one, sign, _ in CLASSES if counts[one]]
    return " ".join(
        f'<span class="{WORD[one].replace(" ", "-")}" title="{WORD[one]}">{count}{sign}</span>'
        for one, sign, count in parts
    )
