"""What code costs a reader: size, nesting and cyclomatic complexity, as whole numbers.

Each is a function of the syntax tree alone: spacing, comments and parentheses count nothing, and
an `if` that is alone in the `else` of another counts as an `elif`, whichever way it is written.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from nerion_gym.errors import ConfigError
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.trees import children, nodes_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nerion_gym.types.program import Program

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
"""What a block's depth is counted from: each is read by itself."""
LOOPS = (ast.For, ast.AsyncFor, ast.While)
TRIES: tuple[type[ast.AST], ...] = (ast.Try, *filter(None, [getattr(ast, "TryStar", None)]))
BLOCKS = (ast.If, *LOOPS, ast.With, ast.AsyncWith, *TRIES, ast.Match)
ONE_WAY_MORE = (ast.If, ast.IfExp, *LOOPS, ast.ExceptHandler, ast.Assert)
"""Each adds one decision."""


def size(tree: ast.AST) -> int:
    """Return the number of syntax nodes; a sign or an `and` is part of the node that it is in."""
    return len(nodes_in(tree))


def nesting(tree: ast.AST) -> int:
    """Return the sum over all blocks of how deep each stands in its function: 1, 2, ...

    A block is an `if` (with its `elif`s and `else`), a loop, a `with`, a `try` or a `match`.
    """
    total = 0
    pending = [(child, 0) for child in children(tree)]
    while pending:
        node, depth = pending.pop()
        if isinstance(node, SCOPES):
            depth = 0
        elif isinstance(node, BLOCKS):
            depth += 1
            total += depth
        below = children(node)
        if isinstance(node, ast.If) and is_elif(node.orelse):
            # The rest of the chain stands as deep as its head, and is the same block.
            pending.append((node.orelse[0], depth - 1))
            total -= depth
            below = [child for child in below if child is not node.orelse[0]]
        pending += [(child, depth) for child in below]
    return total


def is_elif(orelse: list[ast.stmt]) -> bool:
    """Whether the `else` of an `if` holds one `if` and nothing else."""
    return len(orelse) == 1 and isinstance(orelse[0], ast.If)


def complexity(tree: ast.AST) -> int:
    """Return the sum of the cyclomatic complexities of all functions, and of the code outside.

    McCabe 1976: decisions + 1 for each function (`lambda` too), conditions of an `and`, `or` or
    comprehension counted one by one. Decisions are `if`, `elif`, conditional expressions, loops,
    handlers of exceptions, `assert`, and the cases of a `match` that do not take everything.
    """
    return 1 + sum(map(_paths, nodes_in(tree)))


def _paths(node: ast.AST) -> int:
    """Return how many ways more there are through a program because of a node."""
    if isinstance(node, (*ONE_WAY_MORE, *FUNCTIONS)):
        return 1
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    if isinstance(node, ast.match_case):
        return int(node.guard is not None or not takes_everything(node.pattern))
    return 0


def takes_everything(pattern: ast.pattern) -> bool:
    """Whether a pattern matches whatever there is: `_`, a name, or one of these among others."""
    if isinstance(pattern, ast.MatchAs):
        return pattern.pattern is None or takes_everything(pattern.pattern)
    return isinstance(pattern, ast.MatchOr) and any(map(takes_everything, pattern.patterns))


COSTS: Mapping[str, Callable[[ast.AST], int]] = {
    "size": size,
    "nesting": nesting,
    "complexity": complexity,
}
"""Name -> cost of the tree of one file."""


def require_cost(name: str) -> str:
    """Return the name of a cost.

    Raises:
        ConfigError: there is no such cost.
    """
    if name not in COSTS:
        msg = f"cost={name!r}: expected one of {', '.join(COSTS)}"
        raise ConfigError(msg)
    return name


def program_cost(program: Program, name: str) -> int:
    """Return what a program costs: the sum over its files.

    Raises:
        ConfigError: there is no such cost.
        ProgramSyntaxError: a file is not valid Python.
    """
    require_cost(name)
    return sum(_file_cost(path, source, name) for path, source in program.files)


@lru_cache(maxsize=4096)
def _file_cost(path: str, source: bytes, name: str) -> int:
    return COSTS[name](parse_module(path, source).tree)
