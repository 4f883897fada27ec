"""Programs put together from pieces of others: statements, expressions and names that met nowhere.

Where a grammar's programs hold an edit or two, these hold dozens: every operator's own examples are
among the pieces, so every operator finds its sites, in surroundings that nobody thought of.
"""

from __future__ import annotations

import ast
import builtins
import copy
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import nerion_gym
from nerion_gym.edits.registry import OPERATORS
from tests.support.new_syntax import known

if TYPE_CHECKING:
    import numpy as np

CORPUS = Path(nerion_gym.__file__).parent / "tasks" / "corpus"
PROGRAMS = ("logic_v2", "math_logic")
"""Of the corpus, no more: among its thousands of pieces those of rare operators would be lost."""
NAMES = ("a", "b", "c", "x", "n", "é", "_p", "self")
LONGEST_STATEMENT, MOST_NODES = 12, 25
KEPT_NAMES = frozenset(dir(builtins))
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Pieces(NamedTuple):
    """What programs are put together from."""

    statements: tuple[ast.stmt, ...]
    expressions: tuple[ast.expr, ...]


def pieces_of(sources: tuple[str, ...]) -> Pieces:
    """Return every short statement and expression of some programs, at any depth."""
    statements: list[ast.stmt] = []
    expressions: list[ast.expr] = []
    for tree in map(ast.parse, sources):
        for node in ast.walk(tree):
            if isinstance(node, ast.stmt) and _lines(node) <= LONGEST_STATEMENT:
                statements.append(node)
            elif isinstance(node, ast.expr) and _is_value(node):
                expressions.append(node)
    return Pieces(tuple(statements), tuple(expressions))


def _lines(node: Any) -> int:
    return node.end_lineno - node.lineno + 1


def _is_value(node: ast.expr) -> bool:
    if isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and not isinstance(
        node, ast.Slice | ast.Starred | ast.FormattedValue
    ):
        return sum(1 for _ in ast.walk(node)) <= MOST_NODES
    return False


@cache
def own_pieces() -> Pieces:
    """The operators' examples, two programs, and what the running Python has of new syntax."""
    examples = [text for row in OPERATORS for one in row.examples for text in one if text]
    paths = [path for name in PROGRAMS for path in sorted((CORPUS / name).glob("*.py"))]
    corpus = [path.read_text() for path in paths]
    return pieces_of((*examples, *corpus, *known().values()))


class Mosaic:
    """Puts programs together.

    Args:
        rng: chooses everything.
        pieces: what they are put together from.
    """

    def __init__(self, rng: np.random.Generator, pieces: Pieces) -> None:
        self.rng, self.pieces = rng, pieces

    def one(self, rows: Any) -> Any:
        """One of some things."""
        return rows[int(self.rng.integers(len(rows)))]

    def program(self) -> str:
        """A program that compiles."""
        while True:
            count = int(self.rng.integers(1, 4))
            body = [self.definition() for _ in range(count)]
            tree = ast.fix_missing_locations(ast.Module(body, []))
            text = ast.unparse(tree) + "\n"
            if compiled(text):
                return text

    def definition(self) -> ast.stmt:
        """A function, a class or a statement of the module that compiles by itself."""
        while True:
            chance = self.rng.random()
            if chance < 0.7:
                found = self.function()
            elif chance < 0.85:
                found = self.wrapped([self.function("self") for _ in range(2)])
            else:
                found = self.statement()
            module = ast.fix_missing_locations(ast.Module([found], []))
            if compiled(ast.unparse(module)):
                return found

    def wrapped(self, methods: list[ast.stmt]) -> ast.stmt:
        """A class."""
        tree = ast.parse(f"class {self.one(('A', 'B'))}:\n    z = 1\n")
        tree.body[0].body += methods  # type: ignore[attr-defined]
        return tree.body[0]

    def function(self, *first: str) -> ast.stmt:
        """A function whose body is drawn."""
        names = [*first, *(name for name in NAMES[:4] if self.rng.random() < 0.5)]
        given = ", ".join(names)
        kind = "async def" if self.rng.random() < 0.08 else "def"
        tree = ast.parse(f"{kind} {self.one(('f', 'g', 'h', 'f1'))}({given}): pass")
        body = [self.statement() for _ in range(int(self.rng.integers(1, 6)))]
        tree.body[0].body = body  # type: ignore[attr-defined]
        return tree.body[0]

    def statement(self, depth: int = 0) -> ast.stmt:
        """A statement with some of its parts exchanged and, half the time, other names."""
        node = copy.deepcopy(self.one(self.pieces.statements))
        if self.rng.random() < 0.5:
            node = _Exchange(self).visit(node)
        if self.rng.random() < 0.6:
            node = _Rename(self).visit(node)
        if depth < 2 and not isinstance(node, ast.Match):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list) and block and self.rng.random() < 0.4:
                    at = int(self.rng.integers(len(block) + 1))
                    block.insert(at, self.statement(depth + 1))
        return node


class _Exchange(ast.NodeTransformer):
    """Puts other expressions in the place of some."""

    def __init__(self, mosaic: Mosaic) -> None:
        self.mosaic = mosaic

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.JoinedStr | ast.pattern):
            return node
        if isinstance(node, ast.expr) and _is_value(node) and self.mosaic.rng.random() < 0.08:
            return copy.deepcopy(self.mosaic.one(self.mosaic.pieces.expressions))
        return super().generic_visit(node)


class _Rename(ast.NodeTransformer):
    """Gives names of a few to all names that are not builtins: strangers now share theirs."""

    def __init__(self, mosaic: Mosaic) -> None:
        self.mosaic, self.known = mosaic, dict[str, str]()

    def _new(self, name: str) -> str:
        if name in KEPT_NAMES:
            return name
        return self.known.setdefault(name, self.mosaic.one(NAMES))

    def generic_visit(self, node: Any) -> ast.AST:
        if isinstance(node, ast.Name):
            node.id = self._new(node.id)
        elif isinstance(node, ast.arg):
            node.arg = self._new(node.arg)
        elif isinstance(node, DEFINITIONS):
            node.name = self._new(node.name)
        return super().generic_visit(node)


def compiled(source: str | bytes) -> bool:
    """Whether Python takes it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "m.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
