"""What a container is filled with, and how that is written: as a comprehension or as a loop."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.statements import indentation, line_end, own_lines
from nerion_gym.syntax.parsing import expression_in, statements_in
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module

BRACKETS = {"list": (b"[", b"]"), "set": (b"{", b"}"), "dict": (b"{", b"}")}
ADDERS = {"append": "list", "add": "set"}
METHODS = {kind: method for method, kind in ADDERS.items()}
LONGEST = 99
"""Bytes in a line; a longer comprehension gets a line for each part."""
STEP = b"    "
LOOSE = (ast.IfExp, ast.Lambda)
"""What a comprehension's iterable and condition must have in parentheses."""


class Gathering(NamedTuple):
    """A container filled from an iterable.

    Attributes:
        kind: "list", "set" or "dict".
        name: the variable that holds it.
        target: what an item is called.
        iterable: what is iterated over.
        condition: which items count; None: all.
        added: the element, or key and value.
    """

    kind: str
    name: ast.Name
    target: ast.expr
    iterable: ast.expr
    condition: ast.expr | None
    added: tuple[ast.expr, ...]

    @property
    def inner(self) -> list[ast.expr]:
        """What is evaluated for each item."""
        return [*self.added, *([] if self.condition is None else [self.condition])]


def comprehension_text(module: Module, gathering: Gathering, first: ast.stmt) -> bytes:
    """Return the comprehension to put in place of a container's opening value.

    Empty where it would not be read as meant.

    Args:
        module: the file.
        gathering: what to write.
        first: the statement that opens the container.
    """
    target, condition = module.text(gathering.target), gathering.condition
    parts = [b": ".join(_text(module, part) for part in gathering.added)]
    parts.append(b"for " + target + b" in " + _text(module, gathering.iterable, LOOSE))
    if condition is not None:
        parts.append(b"if " + _text(module, condition, LOOSE))
    opened, closed = BRACKETS[gathering.kind]
    text = opened + b" ".join(parts) + closed
    parsed = expression_in(text)
    if parsed is None or not same_tree(_comprehension(gathering), parsed):
        return b""
    indent, (start, end) = indentation(module, first), module.table.offsets(first)
    if len(indent) + end - start + len(text) > LONGEST or b"\n" in text:
        line = line_end(module) + indent
        text = opened + b"".join(line + STEP + part for part in parts) + line + closed
    return text


def _comprehension(gathering: Gathering) -> ast.expr:
    ifs = [] if gathering.condition is None else [gathering.condition]
    clause = ast.comprehension(gathering.target, gathering.iterable, ifs, 0)
    if gathering.kind == "dict":
        key, value = gathering.added
        return ast.DictComp(key, value, [clause])
    form = ast.ListComp if gathering.kind == "list" else ast.SetComp
    return form(gathering.added[0], [clause])


def loop_text(module: Module, gathering: Gathering, indent: bytes, step: bytes) -> bytes:
    """Return the lines of a loop that fills the container, each behind a line end.

    Empty where they would not be read as meant.

    Args:
        module: the file.
        gathering: what to write.
        indent: blanks before the first line.
        step: blanks more for each level.
    """
    target, name = module.text(gathering.target), gathering.name.id.encode()
    lines = [b"for " + target + b" in " + module.text(gathering.iterable) + b":"]
    if gathering.condition is not None:
        lines.append(step + b"if " + module.text(gathering.condition) + b":")
    depth = step * len(lines)
    if gathering.kind == "dict":
        key, value = gathering.added
        added = name + b"[" + module.text(key) + b"] = " + module.text(value)
    else:
        method = METHODS[gathering.kind].encode()
        added = name + b"." + method + b"(" + module.text(gathering.added[0]) + b")"
    lines.append(depth + added)
    parsed = parse_statement(b"\n".join(lines))
    if parsed is None or not same_tree(_loop(gathering), parsed):
        return b""
    end = line_end(module)
    return b"".join(end + indent + line for line in lines)


def _loop(gathering: Gathering) -> ast.stmt:
    holder = ast.Name(gathering.name.id, ast.Load())
    body: ast.stmt
    if gathering.kind == "dict":
        key, value = gathering.added
        body = ast.Assign([ast.Subscript(holder, key, ast.Store())], value)
    else:
        adder = ast.Attribute(holder, METHODS[gathering.kind], ast.Load())
        body = ast.Expr(ast.Call(adder, [gathering.added[0]], []))
    if gathering.condition is not None:
        body = ast.If(gathering.condition, [body], [])
    return ast.For(gathering.target, gathering.iterable, [body], [])


def parse_statement(text: bytes) -> ast.stmt | None:
    """Parse one statement; None where the text is not one, or is more."""
    body = statements_in(text)
    return body[0] if body is not None and len(body) == 1 else None


def _text(module: Module, node: ast.expr, loose: tuple[type[ast.AST], ...] = ()) -> bytes:
    """Return an expression's text, in parentheses where it is a bare tuple or one of `loose`."""
    text = module.text(node)
    bare = isinstance(node, ast.Tuple) and not _is_closed(text)
    return b"(" + text + b")" if bare or isinstance(node, loose) else text


def _is_closed(text: bytes) -> bool:
    """Whether a tuple's text begins and ends with parentheses of its own."""
    if not text.startswith(b"("):
        return False
    inside = text[1:-1].strip()
    called = parse_statement(b"f(" + inside + b")")
    return not inside or isinstance(getattr(called, "value", None), ast.Call)


def step_of(module: Module, function: ast.AST) -> bytes:
    """Return by how much a function's body is indented; four spaces where that does not show."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return STEP
    if own_lines(module, function.body[0]) is None or own_lines(module, function) is None:
        return STEP
    outer, inner = indentation(module, function), indentation(module, function.body[0])
    return inner[len(outer) :] if inner.startswith(outer) and inner != outer else STEP


def has_comment(module: Module, start: int, end: int, parts: Sequence[ast.AST]) -> bool:
    """Whether bytes [start, end) hold a comment outside of these nodes.

    The bytes between the nodes must hold no string literal.
    """
    spans = sorted(module.table.offsets(part) for part in parts)
    position, between = start, b""
    for first, last in spans:
        between += module.source[position:first]
        position = last
    return b"#" in between + module.source[position:end]
