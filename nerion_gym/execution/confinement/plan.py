"""How a task is to be confined: what the near side decides and the far side does."""

from __future__ import annotations

from typing import NamedTuple

STRICT, PACKAGE, NONE = "strict", "package", "none"


class Plan(NamedTuple):
    """How a task is confined.

    Attributes:
        kind: "strict", "package" or "none".
        room: whether there is a room: a file system, processes and a network of its own.
    """

    kind: str
    room: bool
