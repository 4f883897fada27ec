"""Functions for statements."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.evaluation import ancestors
from nerion_gym.edits.analysis.naming import free_name, part_name
from nerion_gym.edits.analysis.safety import counts_callers, module_attributes
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.statements import (
    indentation,
    is_movable,
    line_end,
    own_lines,
    reindented,
)
from nerion_gym.edits.analysis.windows import may_return, windows
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.changes import Change, Piece, build_edit
from nerion_gym.syntax.scopes import ScopeKind
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.window_names import Window
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Scope

HARMLESS = frozenset(
    {"property", "staticmethod", "classmethod", "abstractmethod", "setter", "contextmanager"}
)
"""Decorators that take a function as it is."""
MANGLED = re.compile(rb"\b__\w")


def propose_functions(module: Module) -> Iterator[Edit]:
    """Give consecutive statements of a function a function of their own.

    At most three windows of a function. Decorators that could read its code, warnings that name
    the caller's line, and names that a class mangles keep the statements where they are.

    Before:
        import os

        class Report:
            def write(self, path, rows):
                folder = os.path.dirname(path)
                os.makedirs(folder)  # with parents
                self.started = len(rows)
                while self.busy():
                    yield folder
    After:
        import os

        def _write_part(self, path, rows):
            folder = os.path.dirname(path)
            os.makedirs(folder)  # with parents
            self.started = len(rows)
            return folder


        class Report:
            def write(self, path, rows):
                folder = _write_part(self, path, rows)
                while self.busy():
                    yield folder

    Untouched:
        def f(path, rows):
            opened = open(path)
            rows = list(rows)
            yield opened.readline() + rows[0]
        @compiled
        def g(a):
            print(a)
            b = a + 1
            print(b)
            return b
    """
    if not counts_callers(module):
        yield from _extracted(module)


def _extracted(module: Module) -> Iterator[Edit]:
    for function in module.functions:
        top = _top_of(module, function.node)
        if top is None or not _is_unread(function.node):
            continue
        for window in windows(module, function.node):
            if _keeps_names(module, function.node, window):
                yield from _moved(module, function.node, window, top)


def _top_of(module: Module, function: ast.AST) -> int | None:
    """Return where a function can be put in front of the one around, comments above included.

    None where that function is not the module's or a class's.
    """
    around = list(ancestors(module, function))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    tops = [node for node in (function, *around) if isinstance(node, ast.stmt)]
    lines = own_lines(module, tops[-1]) if tops else None
    if lines is None or any(isinstance(node, functions) for node in around):
        return None
    own = number = module.table.line_of(lines[0]) - 1
    starts = module.table.starts
    while number and module.source[starts[number - 1] :].startswith(b"#"):
        number -= 1
    # What opens a file may be about the file.
    opens = not number and module.outside.is_first
    return None if opens and own else starts[number]


def _is_unread(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether no decorator can look at a function's code."""
    return all(_last_name(decorator) in HARMLESS for decorator in function.decorator_list)


def _keeps_names(
    module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, window: Window
) -> bool:
    """Whether no name in a window is one that the class around mangles or generics declare.

    Nor does a parameter of the new function hide a name of the module.
    """
    scope = module.scopes.by_node[function]
    generic = any(inner.kind is ScopeKind.TYPE for inner in _around(scope))
    start, _ = module.table.offsets(window.statements[0])
    _, end = module.table.offsets(window.statements[-1])
    hiding = module.scopes.bound.intersection(window.inputs)
    if generic or hiding:
        return False
    return not (scope.private and MANGLED.search(module.source, start, end))


def _around(scope: Scope) -> Iterator[Scope]:
    while scope.parent is not None:
        scope = scope.parent
        yield scope


def _moved(
    module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, window: Window, top: int
) -> Iterator[Edit]:
    first, last = window.statements[0], window.statements[-1]
    lines = own_lines(module, first, last)
    old, outer = indentation(module, first), indentation(module, function)
    body = indentation(module, function.body[0])
    if lines is None or not is_movable(module, window.statements) or not body.startswith(outer):
        return
    name = free_name(part_name(function.name), module_attributes(module)).encode()
    end, unit = line_end(module), body[len(outer) :]
    given = ", ".join(window.outputs).encode()
    call = name + b"(" + ", ".join(window.inputs).encode() + b")"
    text = reindented(module.source[slice(*lines)], old, unit)
    text += b"" if text.endswith((b"\n", b"\r")) else end
    text += unit + b"return " + given + end if given else b""
    before = given + b" = " if given else b"return " * may_return(module, window)
    pieces = [
        Piece(top, top, b"def " + call + b":" + end + text + end + end),
        Piece(*lines, old + before + call + end),
    ]
    change = Change(sites_of(module).of[first], pieces, {}, name.decode())
    yield build_edit(module, "extract_function", change)


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


OPERATORS = (Operator("extract_function", Kind.REFACTOR, propose_functions),)
