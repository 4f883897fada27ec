"""The words and signs between the leaves of a syntax tree, and the ids of token texts.

Names and literals are leaves of the tree already, so only the gaps between them are read: no
string or number can stand in a gap. Brackets, commas and semicolons are left out: the tree says
the same, and they would be two nodes of five.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from nerion_gym.graphs import schema

PIECE = re.compile(
    rb"#[^\r\n]*"
    rb"|([A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)"
    rb"|(\*\*=|//=|>>=|<<=|\.\.\.|->|:=|[-+*/%@&|^=<>!]=|\*\*|//|>>|<<|[-+*/%@&|^~<>=.:])"
)
KEYWORD = schema.KIND_ID["token.keyword"]
NAME = schema.KIND_ID["token.name"]
SIGN = schema.KIND_ID["token.sign"]
SOFT_KEYWORDS = frozenset({"match", "case", "type"})
HARD_KEYWORDS = frozenset(schema.KEYWORDS) - SOFT_KEYWORDS
MEANING_ONLY_IN = {
    ":": frozenset({"Slice"}),
    ".": frozenset({"ImportFrom"}),
    "...": frozenset({"ImportFrom"}),
    "@": frozenset({"BinOp", "AugAssign"}),
}
"""Signs that only separate, except in these nodes: `x[:1]`, `from . import x`, `a @ b`."""
SOFT_KEYWORDS_IN = frozenset({"Match", "match_case", "TypeAlias"})
LONGEST_KEPT = 64
"""Longer gaps hold comments: unlikely to be seen again, and dear to keep."""


class Word(NamedTuple):
    """A token in a gap: [start, end) within it, text, kind id and token id."""

    start: int
    end: int
    text: str
    kind: int
    token: int


@lru_cache(maxsize=1 << 16)
def token_id(text: str) -> int:
    """Return the TOKEN column of a text: its place in the fixed table, else its bucket."""
    return schema.TOKEN_ID.get(text) or schema.hashed_token(text)


def words_of(gap: bytes, owner: str) -> list[Word]:
    """Return the tokens of a gap.

    Args:
        gap: bytes between two leaves: no literal in them.
        owner: class name of the syntax node that the gap belongs to.
    """
    return short_words(gap, owner) if len(gap) <= LONGEST_KEPT else _words_of(gap, owner)


def _words_of(gap: bytes, owner: str) -> list[Word]:
    found = _read(gap)
    soft = owner in SOFT_KEYWORDS_IN
    return [
        word._replace(kind=KEYWORD) if soft and word.text in SOFT_KEYWORDS else word
        for word in found
        if word.text not in MEANING_ONLY_IN or owner in MEANING_ONLY_IN[word.text]
    ]


def _read(gap: bytes) -> tuple[Word, ...]:
    return tuple(
        _word(match.start(), match.end(), match.group().decode("utf-8", "replace"))
        for match in PIECE.finditer(gap)
        if match.lastindex is not None
    )


short_words = lru_cache(maxsize=1 << 14)(_words_of)
"""As `words_of`, for gaps of at most `LONGEST_KEPT` bytes."""


def _word(start: int, end: int, raw: str) -> Word:
    if not (raw[0].isalpha() or raw[0] == "_" or raw[0] > "\x7f"):
        return Word(start, end, raw, SIGN, token_id(raw))
    text = raw if raw.isascii() else unicodedata.normalize("NFKC", raw)
    kind = KEYWORD if text in HARD_KEYWORDS else NAME
    return Word(start, end, text, kind, token_id(text))
