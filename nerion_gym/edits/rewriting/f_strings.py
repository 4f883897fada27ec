"""Texts with values in them, written another way.

What is written is always parsed and compared with the tree that is meant: an escape, a quote or a
brace that was misread gives no edit.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.rewriting.templates import (
    NO_CONVERSION,
    Field,
    fields_of,
    in_turn,
    is_text,
    parts_of_f_string,
    parts_of_format,
    parts_of_percent,
)
from nerion_gym.syntax.parsing import expression_in
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.syntax.module import Module

LITERAL = re.compile(rb"([fFrR]{0,2})(\"\"\"|'''|\"|')(.*)\2", re.DOTALL)
ESCAPE = rb"\\N\{[^{}]*\}|\\.|"
FIELD = re.compile(rb"\{\{|\}\}|\{([^{}!:]*)((?:![rsa])?(?::[^{}]*)?)\}")
FIELD_OR_ESCAPE = re.compile(ESCAPE + FIELD.pattern, re.DOTALL)
PERCENT = re.compile(rb"%([srad%])|[{}]")
PERCENT_OR_ESCAPE = re.compile(ESCAPE + PERCENT.pattern, re.DOTALL)
BRACE = re.compile(rb"\{\{|\}\}|\{")
BRACE_OR_ESCAPE = re.compile(ESCAPE + BRACE.pattern, re.DOTALL)
VALUE_END = re.compile(rb"[!:}]")
TAIL = re.compile(rb"((?:![rsa])?(?::[^{}\\]*)?)\}")


class Literal(NamedTuple):
    """A string literal's parts: raw or not, its quotes, what stands between them."""

    raw: bool
    quote: bytes
    body: bytes


def literal_of(module: Module, node: ast.AST) -> Literal | None:
    """Return the parts of a literal on one line; None for `u""`, bytes and other kinds."""
    match = LITERAL.fullmatch(module.text(node))
    if match is None or b"\n" in match.group() or b"\r" in match.group():
        return None
    return Literal(b"r" in match.group(1).lower(), match.group(2), match.group(3))


def f_string_of_format(module: Module, node: ast.AST) -> bytes | None:
    """Return the f-string that means the same as a call of a literal's `format`, else None."""
    func = node.func if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or not isinstance(func, ast.Attribute):
        return None
    template = _text_of(func.value) if func.attr == "format" else None
    literal = None if template is None else literal_of(module, func.value)
    parts = None if template is None else parts_of_format(node, template)
    if literal is None or parts is None or not is_text(module, parts):
        return None
    if not in_turn(module, fields_of(parts)):
        return None
    return f_string(module, literal, parts, FIELD if literal.raw else FIELD_OR_ESCAPE)


def f_string_of_percent(module: Module, node: ast.AST) -> bytes | None:
    """Return the f-string that means the same as a literal filled in by `%`, else None."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mod):
        return None
    template = _text_of(node.left)
    literal = None if template is None else literal_of(module, node.left)
    parts = None if template is None else parts_of_percent(module, node, template)
    if literal is None or parts is None:
        return None
    return f_string(module, literal, parts, PERCENT if literal.raw else PERCENT_OR_ESCAPE)


def format_of_f_string(module: Module, node: ast.AST) -> bytes | None:
    """Return the call of `format` that means the same as an f-string, else None."""
    parts = parts_of_f_string(node) if isinstance(node, ast.JoinedStr) else None
    literal = None if parts is None else literal_of(module, node)
    if literal is None or parts is None or not is_text(module, parts):
        return None
    return format_call(literal, parts) if in_turn(module, fields_of(parts)) else None


def _text_of(node: ast.AST) -> str | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else None


def f_string(
    module: Module, literal: Literal, parts: Sequence[str | Field], found: re.Pattern[bytes]
) -> bytes | None:
    """Return the f-string of a literal's text with these parts.

    Args:
        module: the file.
        literal: the template, as written.
        parts: what it means.
        found: what in the literal is no plain text.
    """
    fields = fields_of(parts)
    texts = [module.text(field.value) for field in fields]
    if any(not _may_stand_inside(text, literal) for text in texts):
        return None
    given = iter(zip(fields, texts, strict=True))
    body = found.sub(lambda match: _put(match, given), literal.body)
    text = (b"rf" if literal.raw else b"f") + literal.quote + body + literal.quote
    parsed = expression_in(text)
    wanted = ast.JoinedStr([_node_of(part) for part in parts])
    return text if parsed is not None and same_tree(wanted, parsed) else None


def _may_stand_inside(text: bytes, literal: Literal) -> bool:
    """Whether every Python from 3.11 on lets a value's text stand in an f-string."""
    signs = (literal.quote[:1], b"\\", b"\n", b"\r", b"#")
    return not text.startswith(b"{") and not any(sign in text for sign in signs)


def _put(match: re.Match[bytes], given: Iterator[tuple[Field, bytes]]) -> bytes:
    """Return what stands in the f-string for a piece of a template."""
    text = match.group()
    if text.startswith(b"\\"):
        return text
    if text.startswith(b"%"):
        if text == b"%%":
            return b"%"
        field, value = next(given, (None, b""))
        mark = f"!{field.conversion}" if field is not None and field.conversion else ""
        return b"{" + value + mark.encode() + b"}"
    if len(text) < len(b"{}"):
        return text * 2
    if match.group(1) is None:
        return text
    _, value = next(given, (None, b""))
    return b"{" + value + match.group(2) + b"}"


def _node_of(part: str | Field) -> ast.expr:
    if isinstance(part, str):
        return ast.Constant(part)
    spec = ast.JoinedStr([ast.Constant(part.spec)]) if part.spec else None
    conversion = ord(part.conversion) if part.conversion else NO_CONVERSION
    return ast.FormattedValue(part.value, conversion, spec)


def format_call(literal: Literal, parts: Sequence[str | Field]) -> bytes | None:
    """Return the call of `format` that means the same as an f-string with these parts."""
    fields = fields_of(parts)
    found = _without_values(literal, fields)
    if found is None:
        return None
    body, texts = found
    prefix = b"r" if literal.raw else b""
    text = prefix + literal.quote + body + literal.quote + b".format(" + b", ".join(texts) + b")"
    template = ast.Constant("".join(map(_template_of, parts)))
    called = ast.Attribute(template, "format", ast.Load())
    parsed = expression_in(text)
    wanted = ast.Call(called, [field.value for field in fields], [])
    return text if parsed is not None and same_tree(wanted, parsed) else None


def _template_of(part: str | Field) -> str:
    if isinstance(part, str):
        return part.replace("{", "{{").replace("}", "}}")
    mark = f"!{part.conversion}" if part.conversion else ""
    return "{" + mark + (f":{part.spec}" if part.spec else "") + "}"


def _without_values(literal: Literal, fields: Sequence[Field]) -> tuple[bytes, list[bytes]] | None:
    """Return an f-string's text with empty places, and the texts of their values."""
    body, at, kept, texts = literal.body, 0, b"", list[bytes]()
    given = iter(fields)
    pattern = BRACE if literal.raw else BRACE_OR_ESCAPE
    while (match := pattern.search(body, at)) is not None:
        kept += body[at : match.start()]
        at = match.end()
        if match.group() != b"{":
            kept += match.group()
            continue
        field = next(given, None)
        end = None if field is None else _value_end(body, at, field.value)
        tail = None if end is None else TAIL.match(body, end)
        if tail is None:
            return None
        texts.append(body[at : tail.start()].strip())
        kept += b"{" + tail.group(1) + b"}"
        at = tail.end()
    return kept + body[at:], texts


def _value_end(body: bytes, start: int, value: ast.expr) -> int | None:
    """Return where the text of a value ends: positions inside f-strings are not to be had."""
    for match in VALUE_END.finditer(body, start):
        parsed = expression_in(body[start : match.start()])
        if parsed is not None and same_tree(value, parsed):
            return match.start()
    return None
