"""The code of a file that lies in no function, as a list of pieces that a name can point into."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.errors import ConfigError
from nerion_gym.syntax.module import BLOCKS, parse_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Module

WHOLE = "<module>"
"""What Python itself calls the code of a module."""
NAME = re.compile(r"<module(?: (\d+):(\d+))?>")


def loose_pieces(path: str, source: bytes) -> tuple[ast.AST, ...]:
    """Return the largest nodes of a file that hold no function, in source order.

    Of a class or a block with functions in it: its other statements, and what stands in its head.
    Decorators and defaults of a function belong to the function.

    Raises:
        ProgramSyntaxError: the file is not valid Python.
    """
    return _pieces_of(parse_module(path, source))


@lru_cache(maxsize=256)
def _pieces_of(module: Module) -> tuple[ast.AST, ...]:
    """Return the pieces of a parsed file: nodes of this very tree, not of one parsed before."""
    starts = sorted(function.span.start for function in module.functions)
    found = [node for child in module.tree.body for node in _pieces(module, child, starts)]
    return tuple(sorted(found, key=lambda node: module.table.offsets(node)[0]))


def _pieces(module: Module, node: ast.AST, starts: list[int]) -> Iterator[ast.AST]:
    pending = [node]
    while pending:
        found = pending.pop()
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first, last = module.table.offsets(found)
        at = bisect_left(starts, first)
        if at == len(starts) or starts[at] >= last:
            yield found
            continue
        for name, value in ast.iter_fields(found):
            below = value if isinstance(value, list) else [value]
            nodes = [child for child in below if isinstance(child, ast.AST)]
            pending += nodes if name in BLOCKS else []
            yield from () if name in BLOCKS else nodes


def is_loose(qualname: str) -> bool:
    """Whether a name means code outside of functions."""
    return NAME.fullmatch(qualname) is not None


def loose_name(first: int, last: int) -> str:
    """Return the name of the pieces [first, last) of a file."""
    return f"<module {first}:{last}>"


def loose_range(qualname: str, count: int) -> range:
    """Return which of `count` pieces a name means.

    Raises:
        ConfigError: it is no such name.
    """
    match = NAME.fullmatch(qualname)
    if match is None:
        msg = f"{qualname!r} names no code outside of functions; expected {WHOLE!r} or the like"
        raise ConfigError(msg)
    first, last = match.groups()
    return range(count) if first is None else range(min(int(first), count), min(int(last), count))


def loose_nodes(path: str, source: bytes, qualname: str) -> tuple[ast.AST, ...]:
    """Return the nodes that a name means.

    Raises:
        ConfigError: it is no such name.
        ProgramSyntaxError: the file is not valid Python.
    """
    pieces = loose_pieces(path, source)
    return tuple(pieces[place] for place in loose_range(qualname, len(pieces)))
