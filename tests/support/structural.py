"""Edits of what runs at import: statements, classes, signatures, decorators, docstrings, lines.

The operators of `nerion_gym.edits` rewrite expressions, most of them in function bodies. The runner
must also be right about everything around those, so tests bring these edits themselves.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.syntax.module import Module, parse_module
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.types.program import Program

SAME = b"(lambda thing: thing)"
DROPPED = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Import, ast.ImportFrom, ast.Expr)


def structural_edits(program: Program) -> list[Edit]:
    """Return every such edit of a program."""
    found: list[Edit] = []
    for path, source in program.files:
        module = parse_module(path, source)
        found.append(edit_of("move_lines", path, 0, b"", b"# Moved.\n"))
        found.append(edit_of("append", path, len(source), b"", b"\n_appended = 1\n"))
        found += of_block(module, module.tree.body)
    return found


def edit_of(name: str, path: str, start: int, before: bytes, after: bytes) -> Edit:
    """Return an edit of one splice."""
    end = start + len(before)
    return Edit(name, (Splice(path, start, end, before, after),), Span(path, start, end))


def replaced(module: Module, node: ast.AST, name: str, after: bytes) -> Iterator[Edit]:
    """Yield the edit that puts a text in a node's place, unless it stands there already."""
    span = module.span(node)
    before = module.source[span.start : span.end]
    if before != after:
        yield edit_of(name, module.path, span.start, before, after)


def of_block(module: Module, block: list[ast.stmt]) -> Iterator[Edit]:
    """Yield the edits of a module's or class's statements."""
    for index, node in enumerate(block):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from of_function(module, node)
        elif isinstance(node, ast.ClassDef):
            yield from of_class(module, node)
        elif index == 0 and is_text(node):
            yield from replaced(module, node, "change_docstring", b'"""Another."""')
        elif isinstance(node, DROPPED) and getattr(node, "module", "") != "__future__":
            yield from replaced(module, node, "drop_statement", b"pass")
        for name in ("body", "orelse", "finalbody"):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield from of_block(module, getattr(node, name, []))


def is_text(node: ast.stmt) -> bool:
    """Whether a statement is a docstring, where it stands first."""
    value = getattr(node, "value", None)
    return (
        isinstance(node, ast.Expr)
        and isinstance(value, ast.Constant)
        and isinstance(value.value, str)
    )


def of_class(module: Module, node: ast.ClassDef) -> Iterator[Edit]:
    """Yield the edits of a class and of what is in it."""
    for decorator in node.decorator_list:
        yield from replaced(module, decorator, "drop_decorator", SAME)
    for base in node.bases:
        yield from replaced(module, base, "change_base", b"object")
    yield from of_block(module, node.body)


def of_function(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Edit]:
    """Yield the edits of a function's signature, decorators and docstring, and its removal."""
    for decorator in node.decorator_list:
        yield from replaced(module, decorator, "drop_decorator", SAME)
    for default in (*node.args.defaults, *node.args.kw_defaults):
        if default is not None:
            yield from replaced(module, default, "change_default", b"None")
    if is_text(node.body[0]):
        yield from replaced(module, node.body[0], "change_docstring", b'"""Another."""')
    if not node.decorator_list:
        yield from replaced(module, node, "drop_function", f"{node.name} = None".encode())
