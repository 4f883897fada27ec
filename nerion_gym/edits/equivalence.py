"""Edits that cannot be told apart by running: they compile to the same code.

Known as trivial compiler equivalence (Papadakis et al. 2015): such a mutation of the original can
never be noticed, and of two that are alike one is enough.
"""

from __future__ import annotations

import dis
import hashlib
import marshal
import sys
import types
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.preview import apply
from nerion_gym.syntax.parsing import quietly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

HAS_DOCSTRING = 0x4000000
"""Flag of a function whose first constant is its docstring, from Python 3.14."""
LOADS = frozenset(dis.hasconst)
ORIGINAL = -1
"""Stands for the unedited program among the numbers of edits."""


def equivalents(program: Program, edits: Sequence[Edit]) -> tuple[int | None, ...]:
    """Return for each edit what it is equivalent to.

    Args:
        program: what the edits are edits of.
        edits: each is compared with the program and with those before it.

    Returns:
        `ORIGINAL`, the index of the first edit that gives the same code, or None: new code. A file
        that does not compile is like no other.
    """
    seen: dict[tuple[str, ...], int] = {}
    if all(code_digest(path, source) for path, source in program.files):
        seen[_digests(program)] = ORIGINAL
    found: list[int | None] = []
    for number, edit in enumerate(edits):
        digests = _digests(apply(program, edit))
        found.append(seen.get(digests))
        if all(digests):
            seen.setdefault(digests, number)
    return tuple(found)


def _digests(program: Program) -> tuple[str, ...]:
    return tuple(code_digest(path, source) for path, source in program.files)


@lru_cache(maxsize=512)
def code_digest(path: str, source: bytes) -> str:
    """Return a digest of a file's code, "" where it does not compile.

    Positions do not count: lines show in tracebacks alone. All else does: names of variables,
    which `locals()` shows, docstrings, constants in the order of their use.
    """
    try:
        with quietly():
            code = compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    hasher = hashlib.sha256()
    for part in _parts(code):
        hasher.update(len(part).to_bytes(8, "big") + part)
    return hasher.hexdigest()


def _parts(code: types.CodeType) -> Iterator[bytes]:
    """Yield what makes a code object, and those inside it, what it does."""
    pending = [code]
    while pending:
        one = pending.pop()
        steps, used = _without_numbers(one)
        inner = [item for item in used if isinstance(item, types.CodeType)]
        plain = tuple(
            "<code>" if isinstance(item, types.CodeType) else (type(item).__name__, repr(item))
            for item in used
        )
        shape = (one.co_argcount, one.co_posonlyargcount, one.co_kwonlyargcount, one.co_flags)
        names = (one.co_names, one.co_varnames, one.co_freevars, one.co_cellvars, one.co_qualname)
        yield steps
        yield one.co_exceptiontable
        yield marshal.dumps((shape, names))
        yield repr(plain).encode()
        pending += reversed(inner)


def _without_numbers(code: types.CodeType) -> tuple[bytes, list[object]]:
    """Return the instructions without the numbers of constants, and the constants that are used.

    The docstring comes first. From Python 3.14 a function also keeps constants that went into
    others (of `2 * 3` the 2), which nothing loads: they do not tell code apart.
    """
    kept, used, number = bytearray(code.co_code), list[object](code.co_consts[:1]), 0
    if sys.version_info >= (3, 14) and not code.co_flags & HAS_DOCSTRING:
        used.clear()
    for at in range(0, len(kept), 2):
        operation = kept[at]
        number = (number << 8) | kept[at + 1]
        if operation != dis.EXTENDED_ARG:
            if operation in LOADS:
                used.append(code.co_consts[number])
                kept[at + 1] = 0
            number = 0
    return bytes(kept), used
