"""What texts with values in them mean: `"{}".format(x)`, `"%s" % (x,)`, f-strings."""

from __future__ import annotations

import ast
import re
from string import Formatter
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.values import kind_of
from nerion_gym.edits.rewriting.ordering import is_steady

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.syntax.module import Module

SCALARS = frozenset({"str", "int", "float", "bool", "NoneType"})
"""Kinds whose text is a `str` and nothing else, made by no code of the program's."""
SURE = SCALARS - {"int"}
"""Those that always have a text: an int may have too many digits."""
NO_CONVERSION = -1


class Field(NamedTuple):
    """A place for a value: the value, `r`, `s`, `a` or nothing, and the format."""

    value: ast.expr
    conversion: str
    spec: str


def in_turn(module: Module, fields: Sequence[Field]) -> bool:
    """Whether values may be made into text one by one or all at the end.

    An f-string makes each into text before the next is evaluated, `format` when all are.
    """
    sure = True
    for number, field in enumerate(fields):
        if number and not sure and not is_steady(module, field.value):
            return False
        sure = sure and not field.spec and kind_of(module, field.value) in SURE
    return True


def is_text(module: Module, parts: Sequence[str | Field]) -> bool:
    """Whether an f-string of these parts is a `str` for certain: one value alone may give more."""
    alone = parts[0] if len(parts) == 1 else ""
    return isinstance(alone, str) or kind_of(module, alone.value) in SCALARS


def parts_of_format(node: ast.Call, template: str) -> list[str | Field] | None:
    """Return the parts of `template.format(...)`; None unless all is used once and in order."""
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    try:
        found = list(Formatter().parse(template))
    except ValueError:
        return None
    names = [name for _, name, _, _ in found if name is not None]
    if not names or _has_star(values) or not _in_order(names, node):
        return None
    given = iter(values)
    parts: list[str | Field] = []
    for text, name, spec, conversion in found:
        _add_text(parts, text)
        if name is not None:
            parts.append(Field(next(given), conversion or "", spec or ""))
    return None if any(isinstance(part, Field) and "{" in part.spec for part in parts) else parts


def _in_order(names: list[str], node: ast.Call) -> bool:
    words = [keyword.arg for keyword in node.keywords]
    numbers = [str(number) for number in range(len(node.args))]
    return names in ([*numbers, *words], [*("" for _ in numbers), *words])


def parts_of_percent(module: Module, node: ast.BinOp, template: str) -> list[str | Field] | None:
    """Return the parts of `template % values`; None where it may not mean the same.

    CPython itself compiles `"%s" % (x,)`, all signs being s, r or a, as `f"{x!s}"`; otherwise
    every value's kind must be known.
    """
    display = isinstance(node.right, ast.Tuple)
    values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    pieces = re.split(r"%(.?)", template)
    signs = [sign for sign in pieces[1::2] if sign != "%"]
    kinds = [kind_of(module, value) for value in values]
    known = all(kind in SCALARS for kind in kinds)
    compiled = display and "d" not in signs and not _has_star(values)
    if len(signs) != len(values) or not signs or not (known or compiled):
        return None
    given = iter(zip(values, kinds, strict=True))
    parts: list[str | Field] = []
    for number, piece in enumerate(pieces):
        if number % 2 == 0 or piece == "%":
            _add_text(parts, piece)
            continue
        value, kind = next(given)
        if piece not in "sra" and (piece, kind) != ("d", "int"):
            return None
        plain = piece == "d" or (piece == "s" and kind in SCALARS)
        parts.append(Field(value, "" if plain else piece, ""))
    return parts if compiled or in_turn(module, fields_of(parts)) else None


def fields_of(parts: Sequence[str | Field]) -> list[Field]:
    """Return the parts that are no plain text."""
    return [part for part in parts if isinstance(part, Field)]


def _has_star(values: Sequence[ast.expr]) -> bool:
    return any(isinstance(value, ast.Starred) for value in values)


def _add_text(parts: list[str | Field], text: str) -> None:
    """Append text, to the text before it if there is one."""
    if parts and isinstance(parts[-1], str):
        parts[-1] += text
    elif text:
        parts.append(text)


def parts_of_f_string(node: ast.JoinedStr) -> list[str | Field] | None:
    """Return the parts of an f-string; None where a format is made at run time."""
    parts: list[str | Field] = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            _add_text(parts, str(value.value))
        elif isinstance(value, ast.FormattedValue):
            spec = _plain_spec(value.format_spec)
            if spec is None:
                return None
            conversion = "" if value.conversion == NO_CONVERSION else chr(value.conversion)
            parts.append(Field(value.value, conversion, spec))
    return parts if fields_of(parts) else None


def _plain_spec(node: ast.expr | None) -> str | None:
    if node is None:
        return ""
    values = node.values if isinstance(node, ast.JoinedStr) else []
    only = values[0] if len(values) == 1 else None
    text = only.value if isinstance(only, ast.Constant) else None
    return text if isinstance(text, str) and not set(text) & set("{}") else None
