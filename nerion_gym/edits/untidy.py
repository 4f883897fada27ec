"""Ways to write code at more length for which no operator is listed, each undone by one that is.

A helper inside a function (undone by `inline_function`), code that never runs
(`remove_dead_code`), an else after a body that leaves (`remove_redundant_else`). Nobody is offered
these edits: tasks are made by them. None is checked here: one counts only where a listed refactor
gives back the tree that there was, and a refactor keeps the meaning.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.naming import free_name
from nerion_gym.edits.analysis.statements import (
    ENDS,
    blocks,
    indentation,
    is_elif,
    line_end,
    own_lines,
    reindented,
)
from nerion_gym.edits.rewriting.changes import Piece
from nerion_gym.edits.rewriting.cutting import structural
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.statements import Block
    from nerion_gym.syntax.module import Function, Module
    from nerion_gym.types.edit import Edit

ADD_HELPER, ADD_DEAD_CODE, ADD_ELSE = "add_helper", "add_dead_code", "add_else"
HELPERS = ("chosen", "computed", "found", "measure", "part", "worked_out")
SIMPLE = (ast.Return, ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.While)
WORTH_A_NAME = (ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript)
COPIED = (ast.If, ast.For, ast.While)
MOST_PARAMETERS, MOST_COPIED = 3, 8
"""Names that a helper takes, and lines that are copied behind a jump."""
UNIT = b"    "


@lru_cache(maxsize=64)
def untidy_edits(path: str, source: bytes) -> tuple[Edit, ...]:
    """Return the edits of a file, in a fixed order.

    Raises:
        ProgramSyntaxError: the file is not valid Python.
    """
    module = parse_module(path, source)
    return (*_helpers(module), *_dead_code(module), *_elses(module))


def _helpers(module: Module) -> Iterator[Edit]:
    """Yield the edits that give an expression to a function of its own inside the function."""
    for function in module.functions:
        taken = {name.id for name in nodes_in(module.tree) if isinstance(name, ast.Name)}
        own = _own_names(function)
        for statement in nodes_in(function.node):
            lines = own_lines(module, statement) if isinstance(statement, SIMPLE) else None
            if lines is None or is_elif(module, statement):
                continue
            for node in _expressions(statement):
                yield from _given_a_name(module, statement, node, own, taken)


def _own_names(function: Function) -> set[str]:
    inside = nodes_in(function.node)
    arguments = {node.arg for node in inside if isinstance(node, ast.arg)}
    stored = {
        node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return arguments | stored


def _expressions(statement: ast.AST) -> Iterator[ast.expr]:
    """Yield what a statement works out by itself, not what its body does."""
    tops = [getattr(statement, name, None) for name in ("value", "test")]
    for top in tops:
        for node in nodes_in(top) if isinstance(top, ast.expr) else ():
            if isinstance(node, WORTH_A_NAME) and node.lineno == node.end_lineno:
                yield node


def _given_a_name(
    module: Module, statement: ast.AST, node: ast.expr, own: set[str], taken: set[str]
) -> Iterator[Edit]:
    reads = [name.id for name in nodes_in(node) if isinstance(name, ast.Name)]
    given = list(dict.fromkeys(name for name in reads if name in own))
    if not given or len(given) > MOST_PARAMETERS or not isinstance(statement, ast.stmt):
        return
    start, end = module.table.offsets(node)
    name = free_name(HELPERS[len(module.text(node)) % len(HELPERS)], taken)
    call = f"{name}({', '.join(given)})".encode()
    indent, newline = indentation(module, statement), line_end(module)
    text = indent + b"def " + call + b":" + newline
    text += indent + UNIT + b"return " + module.text(node) + newline
    first = own_lines(module, statement)
    if first is not None:
        pieces = [Piece(first[0], first[0], text), Piece(start, end, call)]
        yield structural(module, ADD_HELPER, node, pieces, name)


def _dead_code(module: Module) -> Iterator[Edit]:
    """Yield the edits that write a small block of a function again where nothing gets to."""
    for function in module.functions:
        inside = set(nodes_in(function.node))
        copied = [node for node in nodes_in(function.node) if _is_small(module, node)]
        ends = [block for block in blocks(module) if block.body[-1] in inside]
        for block in ends:
            for statement in copied:
                yield from _written_again(module, block, statement)


def _is_small(module: Module, node: ast.AST) -> bool:
    return (
        isinstance(node, COPIED)
        and not is_elif(module, node)
        and (node.end_lineno or node.lineno) - node.lineno < MOST_COPIED
    )


def _written_again(module: Module, block: Block, statement: ast.AST) -> Iterator[Edit]:
    last = block.body[-1]
    if not isinstance(last, ENDS) or not isinstance(statement, ast.stmt):
        return
    lines, behind = own_lines(module, statement), own_lines(module, last)
    if lines is None or behind is None or not module.source[: behind[1]].endswith(b"\n"):
        return
    text = module.source[slice(*lines)]
    text = reindented(text, indentation(module, statement), indentation(module, last))
    if text.endswith(b"\n"):
        yield structural(module, ADD_DEAD_CODE, last, [Piece(behind[1], behind[1], text)])


def _elses(module: Module) -> Iterator[Edit]:
    """Yield the edits that put what follows an if into an else, where its body leaves."""
    for block in blocks(module):
        for place, statement in enumerate(block.body[:-1]):
            leaves = isinstance(statement, ast.If) and isinstance(statement.body[-1], ENDS)
            if leaves and not getattr(statement, "orelse", None):
                yield from _under_else(module, statement, block.body[place + 1 :])


def _under_else(module: Module, statement: ast.stmt, rest: list[ast.stmt]) -> Iterator[Edit]:
    above, lines = own_lines(module, statement), own_lines(module, rest[0], rest[-1])
    if above is None or lines is None or lines[0] < above[1]:
        return
    indent = indentation(module, statement)
    text = reindented(module.source[above[1] : lines[1]], indent, indent + UNIT)
    head = indent + b"else:" + line_end(module)
    yield structural(module, ADD_ELSE, statement, [Piece(above[1], lines[1], head + text)])
