"""Compile one function of a file without the rest: what an edit inside it changed, quickly.

Compiling a whole file costs milliseconds, one function of it a tenth. The code is the same to the
last byte, because line numbers, enclosing classes, `__future__` imports and the names that the file
imports are kept (CPython compiles a call of an imported module's function in its own way).
"""

from __future__ import annotations
import __future__

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING

from nerion_gym.errors import ProgramSyntaxError
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.parsing import noting_warnings

if TYPE_CHECKING:
    from nerion_gym.execution.selection import Hull
    from nerion_gym.syntax.module import Function, Module

BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)
ENCODING = re.compile(rb"\A(?:[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
USUAL_ENCODINGS = (b"utf-8", b"utf8", b"ascii")


@dataclass(frozen=True)
class Place:
    """An outermost function and where it stands.

    Attributes:
        classes: enclosing classes, from the outside in; they stand directly in one another.
    """

    function: Function
    classes: tuple[ast.ClassDef, ...]


def both_versions(path: str, hull: Hull) -> tuple[CodeType, CodeType] | None:
    """Return old and new code of the one outermost function whose body a change lies in.

    None where the whole files must be compared: the change is not in one function's body, moves
    lines, or its function does not stand alone.
    """
    start, end = hull.extent
    growth = len(hull.new) - len(hull.old)
    before, after = hull.old[start:end], hull.new[start : end + growth]
    if before.count(b"\n") != after.count(b"\n") or b"\r" in after or b"\f" in after:
        return None
    try:
        module = parse_module(path, hull.old)
    except ProgramSyntaxError:
        return None
    place = place_of(module, start, end)
    if place is None or not is_usual_text(hull.old):
        return None
    old, old_warnings = cut_out(path, hull.old, place.function.qualname)
    new, new_warnings = compile_cut(module, hull.new, place, growth)
    if old is None or new is None or old_warnings != new_warnings:
        return None
    return old, new


def is_usual_text(source: bytes) -> bool:
    """Whether a source is UTF-8 without a byte order mark, as an excerpt of it will be read."""
    declared = ENCODING.match(source)
    usual = declared is None or declared[1].lower() in USUAL_ENCODINGS
    return usual and not source.startswith(b"\xef\xbb\xbf")


def place_of(module: Module, start: int, end: int) -> Place | None:
    """Return the outermost function whose body holds a range of bytes."""
    holders = [
        function
        for function in module.functions
        if function.body.start <= start <= end <= function.body.end
    ]
    if not holders:
        return None
    function = min(holders, key=lambda item: item.span.start)
    classes = classes_around(module.tree.body, function.node)
    return None if classes is None else Place(function, classes)


def classes_around(body: list[ast.stmt], wanted: ast.stmt) -> tuple[ast.ClassDef, ...] | None:
    """Return the classes between a block and a function; None where anything else is between."""
    for statement in body:
        if statement is wanted:
            return ()
        if isinstance(statement, ast.ClassDef):
            below = classes_around(statement.body, wanted)
            if below is not None:
                return (statement, *below)
    return None


@lru_cache(maxsize=4096)
def cut_out(path: str, source: bytes, qualname: str) -> tuple[CodeType | None, int]:
    """Return the code of a function of a file, and how many warnings compiling it gives."""
    module = parse_module(path, source)
    function = module.function(qualname)
    classes = classes_around(module.tree.body, function.node)
    return compile_cut(module, source, Place(function, classes or ()), 0)


def compile_cut(
    module: Module, source: bytes, place: Place, growth: int
) -> tuple[CodeType | None, int]:
    """Compile a function cut out of a source, the module's own or one that is `growth` longer."""
    text = text_of(module, source, place, growth)
    with noting_warnings() as caught:
        try:
            tree = ast.parse(text, module.path)
            if not is_alone(tree, place):
                return None, len(caught)
            code = compile(
                tree, module.path, "exec", flags_of(module), dont_inherit=True, optimize=0
            )
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None, len(caught)
    return inner_code(code, place), len(caught)


def text_of(module: Module, source: bytes, place: Place, growth: int) -> bytes:
    """Return a function's text on the same lines as in its file, below its classes' names."""
    lines = module.source.splitlines(keepends=True) if place.classes else []
    headers = b""
    for node in place.classes:
        margin = lines[node.lineno - 1][: node.col_offset]
        headers += margin + b"class " + node.name.encode() + b":\n"
    function = place.function
    margin = source[: function.span.start].rpartition(b"\n")[2]
    empty = b"\n" * (function.lines.start - 1 - len(place.classes))
    text = source[function.span.start : function.span.end + growth]
    return empty + headers + margin + text + imports_of(module.path, module.source)


@lru_cache(maxsize=1024)
def imports_of(path: str, source: bytes) -> bytes:
    """Return a statement that imports every name that a file imports outside functions and classes.

    It is compiled, never run.
    """
    names: set[str] = set()
    pending: list[ast.AST] = list(parse_module(path, source).tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {item.asname or item.name.partition(".")[0] for item in node.names} - {"*"}
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            pending += [child for child in ast.iter_child_nodes(node) if isinstance(child, BLOCKS)]
    return b"\nimport " + ", ".join(sorted(names)).encode() + b"\n" if names else b""


def is_alone(tree: ast.Module, place: Place) -> bool:
    """Whether a parsed excerpt holds the classes and the function, and nothing else."""
    last = tree.body[-1:]
    body = tree.body[:-1] if last and isinstance(last[0], ast.Import) else tree.body
    for _ in place.classes:
        if len(body) != 1 or not isinstance(body[0], ast.ClassDef):
            return False
        body = body[0].body
    return len(body) == 1 and type(body[0]) is type(place.function.node)


def flags_of(module: Module) -> int:
    """Return the compiler flags that a file's `__future__` imports set."""
    flags = 0
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for name in node.names:
                flags |= getattr(__future__, name.name).compiler_flag
    return flags


def inner_code(code: CodeType, place: Place) -> CodeType | None:
    """Return the function's code inside an excerpt's, None where it is not there just once."""
    for name in (*(node.name for node in place.classes), place.function.node.name):
        found = [
            value
            for value in code.co_consts
            if isinstance(value, CodeType) and value.co_name == name
        ]
        if len(found) != 1:
            return None
        code = found[0]
    return code
