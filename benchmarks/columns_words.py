"""Columns of an edit that words of its program's text tell: what is called, raised, caught, said.

Words that many packages share (`get`, `encode`, `KeyError`) say what a place is for; those of one
package alone count as missing where columns are read (`benchmarks/dataset.py`).
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from benchmarks.columns_syntax import WORD, field_of, place_of, way_to
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.syntax.module import Function
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

Row = dict[str, Any]
LONGEST = 30
"""Characters of a word: longer ones no two packages share."""
TELLING = re.compile(r"warn|log|debug|info|error|print|fail|critical|write|message", re.IGNORECASE)
"""How functions are called that only tell people something."""
LOOPS = (ast.For, ast.AsyncFor, ast.While)
CONSTANTS = frozenset({"None", "True", "False", "self", "''", "[]", "{}", "0", "1"})
BROAD = frozenset({"Exception", "BaseException", ""})
TRUTH = (ast.If, ast.IfExp, ast.While, ast.BoolOp, ast.Assert)
"""What asks of a value only whether it is true."""


def last_name(node: ast.AST | None) -> str:
    """Return the last name of what is called, raised or named: "get" of `a.b[0].get`."""
    if isinstance(node, ast.Call | ast.Subscript):
        return last_name(node.func if isinstance(node, ast.Call) else node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def word_columns(program: Program, edit: Edit, function: Function) -> Row:
    """Return the words around an edit's place, and what it changes them into."""
    module = parse_module(edit.site.path, program.source(edit.site.path))
    chain = list(way_to(module, edit.site))
    before = b"".join(one.before for one in edit.splices).decode(errors="replace").strip()
    after = b"".join(one.after for one in edit.splices).decode(errors="replace").strip()
    *_, owner, name = ("", *function.qualname.split("#")[0].split("."))
    words = {
        "before": before if WORD.match(before) else "",
        "after": after if WORD.match(after) else edit.text if WORD.match(edit.text) else "",
        "function": name,
        "decorator": next(map(last_name, function.node.decorator_list), ""),
        "base": _base(module.tree, owner),
        **_around(chain),
    }
    return {
        **{f"syntax.{key}_word": word[:LONGEST] for key, word in words.items()},
        **_said(chain),
        **_asked(chain),
        **_ending(chain, function),
        **_guarded(chain),
    }


def _base(tree: ast.Module, owner: str) -> str:
    """Return the first base of the class that an edit's function is a method of."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == owner:
            return next(map(last_name, node.bases), "")
    return ""


def _around(chain: Sequence[ast.AST]) -> dict[str, str]:
    """Return what is called, and how the argument is named, what is raised, caught and bound."""
    found = {"called": "", "outer": "", "keyword": "", "raised": "", "caught": "", "bound": ""}
    calls = [node for node in reversed(chain) if isinstance(node, ast.Call)]
    for key, call in zip(("called", "outer"), calls, strict=False):
        found[key] = last_name(call.func)
    for parent, node in pairwise(chain):
        if isinstance(node, ast.keyword):
            found["keyword"] = node.arg or "**"
        elif isinstance(node, ast.Raise):
            found["raised"] = last_name(node.exc)
        if isinstance(parent, ast.Try) and field_of(parent, node) == "Try.body":
            found["caught"] = " ".join(sorted(caught(parent)))
    found["bound"] = next((last_name(one) for one in bound_by(chain)), "")
    return found


def caught(node: ast.Try) -> set[str]:
    """Return the names of the exceptions that a `try` catches; "" of those without a name."""
    kinds = [handler.type for handler in node.handlers]
    return {
        last_name(one)
        for kind in kinds
        for one in (kind.elts if isinstance(kind, ast.Tuple) else [kind])
    }


def bound_by(chain: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """Yield what the innermost statement around a place binds."""
    last = next((node for node in reversed(chain) if isinstance(node, ast.stmt)), None)
    for target in targets_of(last):
        yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def targets_of(node: ast.AST | None) -> list[ast.expr]:
    """Return what a statement binds; none for most."""
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.AsyncFor):
        return [node.target]
    return []


def _said(chain: Sequence[ast.AST]) -> Row:
    """Return what a text at the place looks like, and whether people or programs read it."""
    names = [last_name(node.func) for node in chain if isinstance(node, ast.Call)]
    parent, node = chain[-2:] if len(chain) > 1 else (None, chain[-1])
    text = node.value if isinstance(node, ast.Constant) else None
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    row = {
        "syntax.telling": float(any(TELLING.search(name) for name in names)),
        "syntax.key": float(
            (isinstance(parent, ast.Subscript) and node is parent.slice)
            or (isinstance(parent, ast.Dict) and any(node is key for key in parent.keys))
        ),
    }
    if isinstance(text, str):
        row |= {
            "syntax.text_length": float(len(text)),
            "syntax.text_spaces": float(text.count(" ")),
            "syntax.text_letters": sum(map(str.isalpha, text)) / max(len(text), 1),
            "syntax.text_upper": sum(map(str.isupper, text)) / max(len(text), 1),
            "syntax.text_name": float(bool(WORD.match(text))),
            "syntax.text_holes": float(text.count("{") + text.count("%")),
            "syntax.text_escapes": float(sum(map(text.count, "\\[]()*+?^$|"))),
        }
    return row


def _asked(chain: Sequence[ast.AST]) -> Row:
    """Return whether only the truth of the value is asked for, and what catches its exceptions."""
    truth = False
    for parent, node in pairwise(chain):
        if isinstance(node, ast.expr):
            asked = isinstance(parent, TRUTH) and node is not getattr(parent, "body", None)
            negated = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
            inside = isinstance(parent, ast.comprehension) and field_of(parent, node).endswith(
                "ifs"
            )
            truth = asked or negated or inside
    tries = [
        parent
        for parent, node in pairwise(chain)
        if isinstance(parent, ast.Try) and field_of(parent, node) == "Try.body"
    ]
    names = set().union(*map(caught, tries)) if tries else set()
    return {
        "syntax.truth_asked": float(truth),
        "syntax.caught_all": float(bool(names & BROAD)),
        "syntax.caught_kinds": float(len(names)),
    }


def _ending(chain: list[ast.AST], function: Function) -> Row:
    """Return whether nothing of the block, or of the function, follows; what a `return` gives."""
    last = [
        _last_of_block(parent, node)
        for parent, node in pairwise(chain)
        if isinstance(node, ast.stmt | ast.ExceptHandler)
    ]
    depth = place_of(chain, function.node)
    outside = sum(isinstance(node, ast.stmt) for node in chain[1 : depth + 1])
    statement = next((node for node in reversed(chain) if isinstance(node, ast.stmt)), None)
    value = statement.value if isinstance(statement, ast.Return) else None
    text = ast.unparse(value) if value is not None else ""
    return {
        "syntax.ends_block": float(last[-1] if last else False),
        "syntax.ends_function": float(all(last[outside:])),
        "syntax.returned": text if text in CONSTANTS else type(value).__name__ if value else "",
    }


def _guarded(chain: Sequence[ast.AST]) -> Row:
    """Return what the innermost `if` guards: whether its body binds what its test looks at."""
    node = next((one for one in reversed(chain) if isinstance(one, ast.If)), None)
    if node is None:
        return {}
    asked = {last_name(one) for one in ast.walk(node.test)}
    asked |= {one.value for one in ast.walk(node.test) if isinstance(one, ast.Constant)
              and isinstance(one.value, str)}  # fmt: skip
    bound = {
        last_name(one) for below in node.body for one in ast.walk(below)
        if isinstance(getattr(one, "ctx", None), ast.Store)
    } - {""}  # fmt: skip
    return {
        "syntax.guard_binds": float(bool(asked & bound)),
        "syntax.guard_body": type(node.body[0]).__name__,
        "syntax.guard_last": type(node.body[-1]).__name__,
        "syntax.guard_else": type(node.orelse[0]).__name__ if node.orelse else "",
        "syntax.guard_lines": float((node.body[-1].end_lineno or 0) - node.body[0].lineno + 1),
        "syntax.guard_test": type(node.test).__name__,
        "syntax.guard_named": float(len(asked)),
    }


def _last_of_block(parent: ast.AST, node: ast.AST) -> bool:
    """Return whether what follows a statement is what follows the one around it."""
    if isinstance(parent, LOOPS):
        return False
    blocks = [value for _, value in ast.iter_fields(parent) if isinstance(value, list)]
    return any(block[-1] is node for block in blocks if block)
