"""Operator ids: positions in an append-only tuple, the same in every world.

`tests/golden/operators.json` is the frozen copy. A third party's operator gets
1024 + crc32(name) mod 1024; a collision inside a world is an error.
"""

from __future__ import annotations

import zlib

OPERATOR_IDS = (
    "none",
    "submit",
    "rename_local",
    "change_operator_multiply_to_add",
    "swap_arithmetic",
    "swap_comparison",
    "swap_boolean",
    "increment_number",
    "decrement_number",
    "return_none",
)
NONE, SUBMIT = 0, 1
THIRD_PARTY_BASE = 1024
OPERATOR_ID_LIMIT = 2048
"""Every operator id is below this; the size of an embedding table over them."""


def operator_id(name: str) -> int:
    """Return the id of an operator by canonical name (third parties' names are hashed)."""
    if name in OPERATOR_IDS:
        return OPERATOR_IDS.index(name)
    return THIRD_PARTY_BASE + zlib.crc32(name.encode()) % THIRD_PARTY_BASE
