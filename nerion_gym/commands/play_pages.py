"""The lists of `nerion play`, a page at a time: edits, all or those found, and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.commands.play_views import (
    MOST_DIGITS,
    PAGE,
    REACH,
    edit_line,
    no,
    source_lines,
    words_of,
)
from nerion_gym.report.lines import Line
from nerion_gym.report.traced_rows import counted
from nerion_gym.report.visible import cut, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.envs.state import State


class Pages:
    """Which page is open."""

    def __init__(self) -> None:
        self._search = ""
        self._page = self._line = 0
        self._of_source = False

    def find(self, state: State, text: str) -> Iterator[Line]:
        """Say the first page of the edits with a text, "" for all."""
        self._search = text
        yield from self.edits(state)

    def edits(self, state: State) -> Iterator[Line]:
        """Say the first page of the edits."""
        self._page, self._of_source = 0, False
        yield from self._edit_page(state)

    def source(self, state: State, line: str = "") -> Iterator[Line]:
        """Say a page of source, from a line on."""
        if line and not (line.isdecimal() and len(line) <= MOST_DIGITS):
            yield no(f"source {cut(visible(line), 40)!r}: expected the number of a line")
            return
        self._line, self._of_source = int(line) if line else 0, True
        yield from self._source_page(state)

    def turned(self, state: State, by: int) -> Iterator[Line]:
        """Say the page after or before that which was said last."""
        if self._of_source:
            self._line = max(self._line + by * REACH, 1)
            yield from self._source_page(state)
        else:
            self._page = max(self._page + by, 0)
            yield from self._edit_page(state)

    def _source_page(self, state: State) -> Iterator[Line]:
        self._line, lines = source_lines(state, self._line)
        yield from lines

    def _edit_page(self, state: State) -> Iterator[Line]:
        wanted = self._search.casefold()
        found = [
            number
            for number, edit in enumerate(state.catalog, start=1)
            if wanted in words_of(edit, state).casefold()
        ]
        shown = cut(visible(self._search), 40)
        if self._search and not found:
            yield no(f"no edit has {shown!r}; / alone lists all")
            return
        pages = max(-(-len(found) // PAGE), 1)
        self._page = min(self._page, pages - 1)
        for number in found[self._page * PAGE :][:PAGE]:
            yield edit_line(number, state.catalog[number - 1], state)
        of = f" with {shown!r}" if self._search else ""
        more = "; next" if self._page < pages - 1 else ""
        yield Line(
            f"page {self._page + 1} of {pages}, {counted(len(found), 'edit')}{of}{more}", "dim"
        )
