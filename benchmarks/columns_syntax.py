"""Columns of an edit that its program's text tells: operator, place in the tree, function."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nerion_gym.edits.registry import FAMILIES
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Function, Module
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program, Span

Row = dict[str, Any]
FAMILY = {row.name: family.__name__.rpartition(".")[2] for family in FAMILIES
          for row in family.OPERATORS}  # fmt: skip
WORD = re.compile(r"[A-Za-z_]\w*\Z")
NUMBER = re.compile(r"-?\s*[\d.][\w.]*\Z")
KNOWN_WORDS = frozenset({
    "None", "True", "False", "and", "or", "not", "in", "is", "break", "continue", "pass", "return",
    "raise", "yield", "if", "else",
})  # fmt: skip
SYMBOL = re.compile(r"[-+*/%<>=!&|^~@:,.()\[\]{} ]{1,4}\Z")
AROUND = {
    "loop": (ast.For, ast.While, ast.AsyncFor),
    "branch": (ast.If, ast.IfExp, ast.Match),
    "try": (ast.Try,),
    "except": (ast.ExceptHandler,),
    "with": (ast.With, ast.AsyncWith),
    "lambda": (ast.Lambda,),
    "comprehension": (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    "return": (ast.Return,),
    "raise": (ast.Raise,),
    "assert": (ast.Assert,),
    "call": (ast.Call,),
    "subscript": (ast.Subscript,),
    "boolean": (ast.BoolOp, ast.Compare),
    "fstring": (ast.JoinedStr,),
}
"""What may stand around a place, between it and its function."""
JUMPS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BRANCHES = (ast.If, ast.IfExp, ast.For, ast.While, ast.ExceptHandler, ast.BoolOp, ast.comprehension)


def operator_columns(edit: Edit) -> Row:
    """Return what is known of an edit without its place."""
    return {"operator.name": edit.operator, "operator.family": FAMILY.get(edit.operator, "other")}


def syntax_columns(program: Program, edit: Edit, function: Function) -> Row:
    """Return what the text tells of an edit's place and of the function around it."""
    module = parse_module(edit.site.path, program.source(edit.site.path))
    chain = list(way_to(module, edit.site))
    inside = chain[place_of(chain, function.node) + 1 :]
    return {
        **_of_place(chain),
        **{f"syntax.in_{name}": float(any(isinstance(node, kinds) for node in inside))
           for name, kinds in AROUND.items()},
        **_of_field(chain),
        **_of_texts(edit),
        **_of_function(module.path, module.source, function),
        **_of_statement(module, function, chain, edit),
        **_of_moves(module, chain, edit),
    }  # fmt: skip


def way_to(module: Module, span: Span) -> Iterator[ast.AST]:
    """Yield the nodes that hold a span, from the module's down to the smallest."""
    node: ast.AST | None = module.tree
    while node is not None:
        yield node
        node = next((child for child in ast.iter_child_nodes(node) if _holds(module, child, span)),
                    None)  # fmt: skip


def _holds(module: Module, node: ast.AST, span: Span) -> bool:
    try:
        return module.span(node).contains(span)
    except ValueError:  # an operator or a context: it has no place
        return False


def place_of(chain: list[ast.AST], node: ast.AST) -> int:
    """Return where a node is in a chain; 0, the module, where it is not."""
    return next((at for at, one in enumerate(chain) if one is node), 0)


def _of_place(chain: list[ast.AST]) -> Row:
    kinds = [type(node).__name__ for node in reversed(chain)] + ["", "", ""]
    statements = [node for node in chain if isinstance(node, ast.stmt)]
    last = statements[-1] if statements else chain[0]
    value = getattr(chain[-1], "value", None)
    return {
        "syntax.node": kinds[0],
        "syntax.parent": kinds[1],
        "syntax.grandparent": kinds[2],
        "syntax.statement": type(last).__name__,
        "syntax.literal": type(value).__name__ if isinstance(chain[-1], ast.Constant) else "",
        "syntax.depth": float(len(chain)),
        "syntax.depth_in_statement": float(len(chain) - 1 - place_of(chain, last)),
        "syntax.statements_around": float(len(statements)),
    }


def _of_field(chain: list[ast.AST]) -> Row:
    """Return by which field the place hangs on its parent, and its statement on what holds it."""
    named = ["", ""]
    statements = [at for at, node in enumerate(chain) if isinstance(node, ast.stmt)]
    for slot, at in enumerate((len(chain) - 1, statements[-1] if statements else 0)):
        if at:
            named[slot] = field_of(chain[at - 1], chain[at])
    below = chain[statements[-1] + 1 :] if statements else []
    first = field_of(chain[statements[-1]], below[0]) if below else ""
    call = next((node for node in reversed(chain) if isinstance(node, ast.Call)), None)
    callee = call.func.id if call is not None and isinstance(call.func, ast.Name) else ""
    return {
        "syntax.field": named[0],
        "syntax.block": named[1],
        "syntax.part": first,
        "syntax.callee": callee if callee in ("isinstance", "len", "getattr", "range", "int",
                                              "str", "super", "list", "dict") else "",
    }  # fmt: skip


def field_of(parent: ast.AST, child: ast.AST) -> str:
    """Return the field of a node that holds another: "If.test"."""
    for name, value in ast.iter_fields(parent):
        if value is child or (isinstance(value, list) and any(one is child for one in value)):
            return f"{type(parent).__name__}.{name}"
    return ""


def _of_texts(edit: Edit) -> Row:
    before = b"".join(one.before for one in edit.splices).decode(errors="replace")
    after = b"".join(one.after for one in edit.splices).decode(errors="replace")
    return {
        "syntax.site_length": float(edit.site.end - edit.site.start),
        "syntax.before_length": float(len(before)),
        "syntax.after_length": float(len(after)),
        "syntax.growth": float(len(after) - len(before)),
        "syntax.splices": float(len(edit.splices)),
        "syntax.before": kind_of_text(before),
        "syntax.after": kind_of_text(after),
        "syntax.text": kind_of_text(edit.text),
    }


def kind_of_text(text: str) -> str:
    """Return a short symbol or keyword as it is, of all else what it is."""
    text = text.strip()
    if text in KNOWN_WORDS or text in ("0", "1", "-1", "2", '""', "''", "[]", "{}", "()"):
        return text
    if SYMBOL.match(text):
        return text
    if WORD.match(text):
        return "name"
    if NUMBER.match(text):
        return "number"
    return ("text" if text[0] in "'\"" else "more") if text else ""


@lru_cache(maxsize=4096)
def _of_function(path: str, source: bytes, function: Function) -> Row:
    # The path and the source belong to the key: a Function is equal to one of another program.
    nodes = list(ast.walk(function.node))
    name, arguments = function.node.name, function.node.args
    count = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return {
        "syntax.function_lines": float(len(function.lines)),
        "syntax.function_statements": float(sum(isinstance(node, ast.stmt) for node in nodes)),
        "syntax.function_branches": float(sum(isinstance(node, BRANCHES) for node in nodes)),
        "syntax.function_returns": float(sum(isinstance(node, ast.Return) for node in nodes)),
        "syntax.function_raises": float(sum(isinstance(node, ast.Raise) for node in nodes)),
        "syntax.function_calls": float(sum(isinstance(node, ast.Call) for node in nodes)),
        "syntax.function_inner": float(sum(isinstance(node, DEFINITIONS) for node in nodes) - 1),
        "syntax.function_yields": float(any(isinstance(n, ast.Yield | ast.YieldFrom)
                                            for n in nodes)),
        "syntax.function_arguments": float(len(count)),
        "syntax.function_decorators": float(len(function.node.decorator_list)),
        "syntax.function_method": float("." in function.qualname),
        "syntax.function_private": float(name.startswith("_") and not name.startswith("__")),
        "syntax.function_dunder": float(name.startswith("__") and name.endswith("__")),
        "syntax.function_init": float(name == "__init__"),
    }  # fmt: skip


def _of_statement(module: Module, function: Function, chain: list[ast.AST], edit: Edit) -> Row:
    size = max(function.span.end - function.span.start, 1)
    names = {node.id for node in ast.walk(chain[-1]) if isinstance(node, ast.Name)}
    statements = [node for node in chain if isinstance(node, ast.stmt)]
    last = statements[-1] if statements else module.tree
    bound = {
        node.id
        for node in ast.walk(last)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    end = edit.site.end
    later = [
        node.id
        for node in ast.walk(function.node)
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and module.span(node).start >= end
    ]
    return {
        "syntax.where": (edit.site.start - function.span.start) / size,
        "syntax.names": float(len(names)),
        "syntax.bound_used_later": float(sum(name in bound for name in later)),
        "syntax.names_used_later": float(sum(name in names for name in later)),
        "syntax.default": float(any(isinstance(node, ast.arguments) for node in chain)),
        "syntax.class_around": float(any(isinstance(node, ast.ClassDef) for node in chain)),
    }


def _of_moves(module: Module, chain: list[ast.AST], edit: Edit) -> Row:
    """Return how the statements that an edit touches hang together: what it may not turn round."""
    touched = touched_by(module, chain, edit)
    effects = [effects_of(node) for node in touched]
    conflicts = calls = 0
    for number, (bound, used, called) in enumerate(effects[1:], 1):
        for bound_before, used_before, called_before in effects[:number]:
            conflicts += len(bound_before & used | used_before & bound | bound_before & bound)
            calls += called and called_before
    return {
        "syntax.touched": float(len(touched)),
        "syntax.conflicts": float(conflicts),
        "syntax.calls_in_order": float(calls),
        "syntax.jumps": float(any(isinstance(node, JUMPS) for one in touched
                                  for node in ast.walk(one))),
    }  # fmt: skip


def touched_by(module: Module, chain: list[ast.AST], edit: Edit) -> list[ast.stmt]:
    """Return the statements of one block that an edit's splices lie in."""
    start = min(one.start for one in edit.splices)
    end = max(one.end for one in edit.splices)
    found = (_between(module, node, start, end) for node in reversed(chain))
    return next(filter(None, found), [])


def _between(module: Module, node: ast.AST, start: int, end: int) -> list[ast.stmt]:
    """Return the statements of a node's blocks that lie at some bytes."""
    return [
        child
        for child in ast.iter_child_nodes(node)
        if isinstance(child, ast.stmt)
        and module.span(child).start < end
        and start < module.span(child).end
    ]


def effects_of(node: ast.AST) -> tuple[set[str], set[str], bool]:
    """Return the names that a statement binds and uses, and whether it calls something.

    Attributes and items are bound and used by their last name, whatever they belong to.
    """
    bound, used = set[str](), set[str]()
    for one in ast.walk(node):
        if isinstance(one, ast.Name | ast.Attribute):
            name = one.id if isinstance(one, ast.Name) else f".{one.attr}"
            (used if isinstance(one.ctx, ast.Load) else bound).add(name)
    return bound, used, any(isinstance(one, ast.Call) for one in ast.walk(node))
