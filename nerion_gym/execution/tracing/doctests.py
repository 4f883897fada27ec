"""The examples of doctests, as assertions: each that shows what it prints is one."""

from __future__ import annotations

import ast
from doctest import DocTestParser
from typing import TYPE_CHECKING

from nerion_gym.errors import ProgramSyntaxError
from nerion_gym.syntax.module import read_module
from nerion_gym.types.check import LITERAL, Check, CheckKind

if TYPE_CHECKING:
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite


def examples(test: str, suite: Suite, program: Program | None) -> tuple[Check, ...] | None:
    """Return the examples of a doctest, by its id; None where it is none that can be found.

    Args:
        test: "path::dotted name" of a docstring, or of a whole text.
        suite: its files are looked at, then the program's.
        program: the program.
    """
    path, _, name = test.partition("::")
    files = dict(suite.files) | dict(program.files if program is not None else ())
    if path not in files or not name:
        return None
    found = (
        docstring(path, files[path], name)
        if path.endswith(".py")
        else (files[path].decode("utf-8", "replace"), 1)
    )
    if found is None:
        return None
    text, first = found
    try:
        shown = DocTestParser().get_examples(text)
    except ValueError:
        # What doctest itself cannot read it does not run.
        return ()
    return tuple(
        Check(test, path, at, at + one.source.count("\n") - 1, *_kind(one.exc_msg))
        for one in shown
        if one.want
        for at in [first + one.lineno]
    )


def _kind(raised: str | None) -> tuple[CheckKind, int]:
    return (CheckKind.EQUAL, LITERAL) if raised is None else (CheckKind.RAISES, LITERAL)


def docstring(path: str, source: bytes, name: str) -> tuple[str, int] | None:
    """Return the docstring that a doctest's dotted name means, and its first line."""
    try:
        tree = read_module(path, source).tree
    except ProgramSyntaxError:
        return None
    parts = name.split(".")
    for first in range(len(parts)):
        node = _find(tree, parts[first:])
        if node is not None:
            return _text_of(node)
    # A module's own name is no name in it.
    return _text_of(tree)


def _find(tree: ast.Module, parts: list[str]) -> ast.AST | None:
    holder: ast.AST | None = tree
    for part in parts:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        inside = [one for one in getattr(holder, "body", ()) if isinstance(one, kinds)]
        holder = next((one for one in reversed(inside) if one.name == part), None)
    return holder


def _text_of(node: ast.AST) -> tuple[str, int] | None:
    body = getattr(node, "body", ())
    first = body[0].value if body and isinstance(body[0], ast.Expr) else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value, first.lineno
    return None
