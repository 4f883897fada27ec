"""What edits make of a file: equal results are one edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.preview import splice_bytes
from nerion_gym.syntax.texts import shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.edit import Edit, Splice


class Result(NamedTuple):
    """What an edit makes of a file, the same for all edits that make the same of it."""

    start: int
    before: bytes
    after: bytes


def result_of(source: bytes, edit: Edit) -> Result:
    """Return the smallest replacement that gives the same file as an edit of it.

    Equal for two edits exactly when the edited files are equal, without building those.
    """
    start, before, after = _region(source, edit.splices)
    if before and after and before[0] == after[0]:
        same = shared(before, after)
        start, before, after = start + same, before[same:], after[same:]
    if not before or not after:
        return _slid_right(source, start, before, after)
    if before[-1] == after[-1]:
        same = shared(before, after, "big")
        before, after = before[: len(before) - same], after[: len(after) - same]
    return Result(start, before, after)


def _region(source: bytes, splices: Sequence[Splice]) -> tuple[int, bytes, bytes]:
    """Return where the splices begin, and what stands from there to the last one's end and will.

    Raises:
        EditError: they do not fit.
    """
    position = start = splices[0].start
    if len(splices) == 1 and source[start : splices[0].end] == splices[0].before:
        return start, splices[0].before, splices[0].after
    parts = []
    for splice in splices:
        if splice.start < position or source[splice.start : splice.end] != splice.before:
            splice_bytes(source, splices)  # says what is wrong
        parts += [source[position : splice.start], splice.after]
        position = splice.end
    return start, source[start:position], b"".join(parts)


def _slid_right(source: bytes, start: int, before: bytes, after: bytes) -> Result:
    """Slide an insertion or deletion right past what it repeats: "aa" grows alike at both ends."""
    moving = before or after
    if not moving:
        return Result(0, b"", b"")
    place = start + len(before)
    slid, step = 0, len(moving)
    while step == len(moving) and source[place + slid : place + slid + 1] == moving[:1]:
        step = shared(moving, source[place + slid : place + slid + len(moving)])
        slid += step
    turn = slid % len(moving)
    moving = moving[turn:] + moving[:turn]
    return Result(start + slid, moving if before else b"", moving if after else b"")
