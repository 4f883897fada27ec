"""What a call of a function did, and in what two calls differ."""

from __future__ import annotations

import itertools
import types
from typing import TYPE_CHECKING, Any, NamedTuple

from .tracing.described import UnrecordableError, isinstance_of, names_of
from .tracing.rebuilt import fingerprint, is_blind
from .tracing.recipes import snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_DRAINED = 64
"""Values of a generator that are looked at."""
RESULT, EXCEPTION, ARGUMENT, LATE = "result", "exception", "argument", "late"
BLIND, HIDDEN, RAN = "blind", "hidden", "ran"
WAITS = "waits"
TOO_BIG = b"too big"
NAMED = {OSError: ("filename", "filename2"), ImportError: ("name", "path"), NameError: ("name",)}
LAZY = frozenset(
    {types.GeneratorType, map, filter, zip, enumerate, reversed, itertools.chain, itertools.islice,
     itertools.takewhile, itertools.dropwhile, itertools.starmap, itertools.count,
     type({}.keys()), type({}.values()), type({}.items())}
)  # fmt: skip


class Done(NamedTuple):
    """What a call did.

    Attributes:
        kind: how it ended.
        value: fingerprint of the result, or of the exception.
        shared: fingerprint of result and arguments together: which objects are the same ones.
        after: fingerprint of the arguments afterwards.
        text: what it printed.
        blind: whether the result holds what only a call shows the inside of, there is nothing at
            all that could be compared, or a coroutine waits before its end.
        hidden: whether arguments hold such a thing.
        drained: whether the result was gone through.
    """

    kind: str
    value: bytes
    shared: bytes
    after: bytes
    text: str
    blind: bool
    hidden: bool
    drained: bool

    def is_all(self, kind: str, shared: bytes, text: str, drained: bool) -> bool:
        """Whether a call that ended so did all of this: one look at result and arguments tells."""
        told = shared not in {b"", TOO_BIG}
        return told and (kind, shared, text, drained) == (
            self.kind, self.shared, self.text, self.drained
        )  # fmt: skip


class Lines:
    """A trace function: notes the lines of a file that are executed.

    Args:
        path: of the file.
        found: where they are noted.
    """

    def __init__(self, path: str, found: set[int]) -> None:
        self._path, self._found = path, found

    def call(self, frame: types.FrameType, _event: str, _argument: object) -> Any:
        """Watch a frame of the file, and no other."""
        return self._line if frame.f_code.co_filename == self._path else None

    def _line(self, frame: types.FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            self._found.add(frame.f_lineno)
        return self._line


def opened(value: Any) -> Any:
    """Return what is in something that can only be gone through, or what a coroutine returns."""
    if type(value) is types.CoroutineType:
        try:
            waits = value.send(None)
        except StopIteration as end:
            return "returned", end.value
        value.close()
        return WAITS, type(waits)
    return type(value), list(itertools.islice(value, MOST_DRAINED))


def split(code: types.CodeType, values: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return positional and named arguments of a call; values in the order of the signature."""
    count, named_only = code.co_argcount, code.co_kwonlyargcount
    positional, rest = list(values[:count]), list(values[count:])
    if code.co_flags & 4:  # CO_VARARGS
        positional += rest.pop(0)
    named = dict(zip(code.co_varnames[count : count + named_only], rest, strict=False))
    if code.co_flags & 8:  # CO_VARKEYWORDS
        named |= rest[-1]
    return positional, named


def described(error: BaseException) -> tuple[Any, ...]:
    """Return what an exception holds: its arguments, attributes, and the class of its cause.

    The file of an `OSError` and the like are neither among the former nor the latter.
    """
    held = BaseException.__dict__
    args, attributes, cause = (
        held[name].__get__(error) for name in ("args", "__dict__", "__cause__")
    )
    named = [
        names_of(one)[name].__get__(error)
        for one, names in NAMED.items()
        if isinstance_of(type(error), one)
        for name in names
    ]
    return type(error), args, attributes, type(cause), named


def look(values: Sequence[Any]) -> tuple[bytes, bool]:
    """Return the fingerprint of values, and whether they hold what a look does not tell."""
    try:
        taken = snapshot(values, lenient=True)
    except UnrecordableError:
        return TOO_BIG, True
    return fingerprint(taken), is_blind(taken)


def difference(one: Done, two: Done | None) -> str:
    """Return what is another; "" where nothing is, as far as can be told."""
    if two is None:
        return EXCEPTION
    seen = {
        LATE: two.kind == LATE,
        EXCEPTION: one.kind != two.kind or (one.kind == EXCEPTION and one.value != two.value),
        RESULT: (one.value, one.text) != (two.value, two.text),
        ARGUMENT: one.after != two.after,
        BLIND: one.blind or two.blind,
        HIDDEN: one.hidden or two.hidden,
    }
    found = next((what for what, holds in seen.items() if holds), "")
    # Equal results, but of other objects.
    return RESULT if found in {BLIND, HIDDEN, ""} and one.shared != two.shared else found
