"""JSON that has one meaning: what two readers could take for two things is refused."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any


def loads(data: bytes) -> Any:
    """Read a JSON document.

    Raises:
        ValueError: not UTF-8, not JSON, nested too deeply, a key that stands twice in an object, or
            a number that is none or that no float holds.
    """
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except UnicodeDecodeError as error:
        msg = f"not UTF-8 text ({error.reason} at byte {error.start})"
        raise ValueError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"not JSON ({error})"
        raise ValueError(msg) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
    msg = f"the key {twice!r} stands twice in an object"
    raise ValueError(msg)


def _no_number(text: str) -> float:
    msg = f"{text} is no JSON number"
    raise ValueError(msg)


def _finite(text: str) -> float:
    value = float(text)
    if math.isfinite(value):
        return value
    msg = f"the number {text[:20]} is larger than any float"
    raise ValueError(msg)
