"""What the calls of one file run: functions of the file, and names that other files may define."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.graphs.definitions import CONSTRUCTOR, FUNCTIONS, Definitions, Spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.graphs.definitions import Key


class Target(NamedTuple):
    """What a call may run: a function of the file, or what an import names."""

    function: ast.AST | None
    spec: Spec | None = None


def targets(call: ast.Call, known: Definitions, key_of: dict[ast.AST, Key]) -> Iterator[Target]:
    """Yield what a call may run, as far as names tell: at most `MOST_TARGETS`.

    Args:
        call: a call.
        known: the definitions of its file.
        key_of: name that is mentioned -> owning scope and mangled name.
    """
    root, attributes = dotted(call.func)
    key = key_of.get(root)
    if key is None:
        return
    if len(attributes) == 1 and (cls := known.instance_class(key)) is not None:
        yield from _method(known, cls, attributes[0])
        return
    for node in known.of(key):
        if isinstance(node, ast.alias):
            yield Target(None, known.spec(node, bound=True).then(attributes))
        elif isinstance(node, FUNCTIONS) and not attributes:
            yield Target(node)
        elif isinstance(node, ast.ClassDef) and len(attributes) < 2:
            yield from _method(known, node, attributes[0] if attributes else CONSTRUCTOR)


def _method(known: Definitions, cls: ast.ClassDef, name: str) -> Iterator[Target]:
    mangled = known.scope_of(cls).mangled(name)
    for function in known.methods(cls).get(mangled, ()):
        yield Target(function)


def dotted(node: ast.AST) -> tuple[ast.AST, tuple[str, ...]]:
    """Return the innermost value of `a.b.c` and the attributes taken from it."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return node, tuple(reversed(attributes))
