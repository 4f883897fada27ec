"""The causal scaffold: a module's tree as an outline for people, with line numbers."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nerion_gym.syntax.module import Module

WIDTH = 88
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
LABELS = {"orelse": "else", "finalbody": "finally"}
BEFORE_BODY = re.compile(r":\s*(#[^\r\n]*\s*)*(case\b[\s(]*|@\s*)?\Z")
"""From a header's colon to its first statement: spacing, comments, `case`, a decorator's sign."""
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def scaffold(module: Module) -> str:
    """Return an outline: one line a statement, indented as it is nested, with its line number.

    Args:
        module: the file to show.
    """
    last = max(len(module.source.splitlines()), 1)
    digits = len(str(last))
    lines = [f"{'':>{digits}}  module {module.path}"]
    pending: list[tuple[ast.AST | str, int]] = [(node, 1) for node in reversed(module.tree.body)]
    while pending:
        node, depth = pending.pop()
        if isinstance(node, str):
            lines.append(f"{'':>{digits}}  {'  ' * depth}{node}")
            continue
        number = _line(module, node)
        lines.append(f"{number:>{digits}}  {'  ' * depth}{_title(module, node)}")
        pending += reversed(_inside(module, node, depth))
    return "\n".join(lines) + "\n"


def _line(module: Module, node: ast.AST) -> int:
    return module.table.line_of(module.table.offsets(node)[0])


def _inside(module: Module, node: ast.AST, depth: int) -> list[tuple[ast.AST | str, int]]:
    found: list[tuple[ast.AST | str, int]] = []
    for block in BLOCKS:
        statements = getattr(node, block, None)
        if not isinstance(statements, list) or not statements:
            continue
        if block == "orelse" and module.text(statements[0]).startswith(b"elif"):
            found.append((statements[0], depth))
            continue
        if block in LABELS:
            found.append((LABELS[block], depth))
        found += [(statement, depth + 1) for statement in statements]
    return found


def _title(module: Module, node: ast.AST) -> str:
    text = _header(module, node)
    if isinstance(node, ast.match_case):
        return f"case {text}"
    if isinstance(node, DEFINITIONS):
        plural = "" if len(node.body) == 1 else "s"
        return f"{text}  [{len(node.body)} statement{plural}]"
    return text


def _header(module: Module, node: ast.AST) -> str:
    start, end = module.table.offsets(node)
    blocks = [getattr(node, block, None) for block in BLOCKS]
    bodies = [block for block in blocks if isinstance(block, list) and block]
    if not bodies:
        return _one_line(module.source[start:end].decode("utf-8", "replace"))
    first = bodies[0][0]
    decorators = getattr(first, "decorator_list", [])
    end = module.table.offsets(decorators[0] if decorators else first)[0]
    text = module.source[start:end].decode("utf-8", "replace")
    return _one_line(BEFORE_BODY.sub(":", text))


def _one_line(text: str) -> str:
    first, *others = text.strip().splitlines() or [""]
    joined = re.sub(r"\s+", " ", " ".join([first, *(line.strip() for line in others)])).strip()
    return joined if len(joined) <= WIDTH else joined[: WIDTH - 3] + "..."
