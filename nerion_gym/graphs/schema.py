"""Every vocabulary of the program graph. Append only: numbers are part of the observation.

Id 0 is padding, or "none", in each of them.
"""

from __future__ import annotations

import zlib

RELATIONS = (
    "padding",
    "child",
    "next_token",
    "last_read",
    "last_write",
    "computed_from",
    "binds",
    "calls",
    "returns_to",
    "guarded_by",
    "covers",
    "imports",
    "infects",
    "asserts",
)
"""Relation ids (the Discrete space of edges). Edges are forward; encoders add the reverses."""
RELATION = {name: number for number, name in enumerate(RELATIONS)}

NODE_WIDTH = 4
"""Columns of a node: kind, token, value profile, flags (all int16)."""
KIND, TOKEN, PROFILE, FLAGS = range(NODE_WIDTH)

FLAG_IN_FOCUS = 1
FLAG_COVERED = 2
FLAG_EDITED = 4
FLAG_COMBINATIONS = 8
"""Flags are bits, so the column takes values 0..7."""

PROFILE_UNKNOWN = 0
PROFILES = 64
"""Room for value profiles; all are 0 until a trace exists."""

TOKEN_TABLE = 256
TOKEN_BUCKETS = 3840
TOKENS = TOKEN_TABLE + TOKEN_BUCKETS

INFECTION_UNKNOWN = 0
INFECTIONS = 5
LAST_OUTCOMES = 6
STATUSES = 11

EDIT_WIDTH = 6
"""Columns of an edit row: operator, site node, argument node, argument token, infection, last."""
TEST_WIDTH = 2
"""Columns of a test row: test node or -1, status id."""

MAX_ID = 32767
"""Largest id in any integer column (int16)."""


def hashed_token(text: str) -> int:
    """Return the bucket of a text outside the fixed table: 256 + crc32(text) mod 3840."""
    return TOKEN_TABLE + zlib.crc32(text.encode("utf-8", "surrogatepass")) % TOKEN_BUCKETS
