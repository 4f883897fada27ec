"""One source file, parsed once: tree, byte positions, functions and scopes."""

from __future__ import annotations

import ast
import difflib
import re
import sys
import tokenize
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from nerion_gym.errors import ConfigError, ProgramSyntaxError
from nerion_gym.syntax.outside import NOTHING
from nerion_gym.syntax.parsing import parse_quietly
from nerion_gym.syntax.positions import BOM, LineTable
from nerion_gym.syntax.scope_builder import build_scopes
from nerion_gym.syntax.trees import FIELDS, Walk, walked
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    from nerion_gym.syntax.outside import Outside
    from nerion_gym.syntax.scopes import Scopes

MAX_DEPTH = 300
"""Levels of nodes in a tree. The deepest file of the standard library has 33; recursive visitors,
`ast.unparse` among them, need two frames a level."""
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
DECORATOR = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|[\r\n])[ \t\f]*@")
"""A decorator's sign is the first on its line; its expression may stand on a later one."""
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
"""Fields with the statements below which a `def` can stand."""
OWNERS = frozenset(cls for cls, fields in FIELDS.items() if not set(BLOCKS).isdisjoint(fields))
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Function:
    """A `def`, methods and nested functions included.

    Attributes:
        qualname: dotted path through classes and functions, unique in the file: the second of
            the same name ends in "#2".
        node: its syntax node.
        span: the whole statement, decorators included.
        body: from the first statement's start to the last one's end.
        lines: 1-based lines of `span`.
    """

    qualname: str
    node: FunctionNode = field(compare=False)
    span: Span
    body: Span
    lines: range


@dataclass(frozen=True, eq=False)
class Module:
    """A parsed file, or a piece of one (`pieces`). Built by functions here; never change its tree.

    Attributes:
        path: relative POSIX path.
        source: bytes as on disk.
        tree: syntax tree.
        table: line starts.
        outside: of a piece, what the rest of the file says of its names.
        alone: of a piece, the same without that.
    """

    path: str
    source: bytes = field(repr=False)
    tree: ast.Module = field(repr=False)
    table: LineTable = field(repr=False)
    outside: Outside = field(default=NOTHING, repr=False)
    alone: Module | None = field(default=None, repr=False)
    _spans: dict[ast.AST, Span] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def walk(self) -> Walk:
        """Every node."""
        return walked(self.tree) if self.alone is None else self.alone.walk

    def beside(self, outside: Outside) -> Module:
        """Return this piece with what the rest of its file says of its names."""
        return Module(self.path, self.source, self.tree, self.table, outside, self)

    def span(self, node: ast.AST) -> Span:
        """Return a node's bytes; the hull of its children where `ast` has no position.

        Raises:
            ValueError: the node has neither (operators and contexts).
        """
        span = self._spans.get(node)
        if span is None:
            span = self._spans[node] = Span(self.path, *self.table.offsets(node))
        return span

    def text(self, node: ast.AST) -> bytes:
        """Return the source bytes of a node."""
        start, end = self.table.offsets(node)
        return self.source[start:end]

    def lines(self, span: Span) -> range:
        """Return the 1-based lines that a span touches."""
        return self.table.lines(span.start, span.end)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function in source order."""
        return tuple(_functions(self)) if self.alone is None else self.alone.functions

    @cached_property
    def _by_name(self) -> dict[str, Function]:
        return {function.qualname: function for function in self.functions}

    def function(self, qualname: str) -> Function:
        """Return the function of this qualified name.

        Raises:
            ConfigError: there is none (names the nearest).
        """
        if qualname in self._by_name:
            return self._by_name[qualname]
        near = difflib.get_close_matches(qualname, self._by_name, n=3, cutoff=0.3)
        hint = f"did you mean {', '.join(near)}?" if near else "it defines no function like it"
        msg = f"{self.path} has no function {qualname!r}; {hint}"
        raise ConfigError(msg)

    @cached_property
    def scopes(self) -> Scopes:
        """Names: who binds them and who uses them."""
        if self.alone is not None:
            return self.alone.scopes.beside(self.outside)
        return build_scopes(self.tree)


def outermost(module: Module) -> tuple[Function, ...]:
    """Return the functions and methods of a file that stand in no other, in source order."""
    found: list[Function] = []
    for function in module.functions:
        if not found or function.span.start >= found[-1].span.end:
            found.append(function)
    return tuple(found)


@lru_cache(maxsize=256)
def parse_module(path: str, source: bytes) -> Module:
    """Parse one file, or find it among the last ones; see `read_module`."""
    return read_module(path, source)


def read_module(path: str, source: bytes) -> Module:
    """Parse one file.

    Args:
        path: relative POSIX path, for messages and spans.
        source: bytes as on disk: UTF-8, a byte order mark and any line ends allowed.

    Raises:
        ProgramSyntaxError: not Python, not UTF-8, or nested too deeply.
    """
    module = Module(path, source, parse_text(path, source), LineTable.of(source))
    if module.walk.depth > MAX_DEPTH:
        msg = f"{path}:1:1: nested more than {MAX_DEPTH} levels deep; split its longest expression"
        raise ProgramSyntaxError(msg)
    return module


def parse_text(path: str, source: bytes) -> ast.Module:
    """Return the tree of a text, not cached, its depth not looked at.

    Raises:
        ProgramSyntaxError: not Python, or not UTF-8.
    """
    _require_utf8(path, source)
    return _parse(path, source)


def _require_utf8(path: str, source: bytes) -> None:
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(source).readline)
        same = encoding in ("utf-8", "utf-8-sig") or (
            source.isascii() and source.decode(encoding) == source.decode("ascii")
        )
        if same:
            source.removeprefix(BOM).decode("utf-8")
            return
        reason = f"declared as {encoding}; only UTF-8 source can be edited: convert the file"
        line = 1
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        reason = f"not valid UTF-8 ({error.reason}); convert the file"
    except SyntaxError as error:
        line, reason = 1, f"{error.msg}; only UTF-8 source can be edited: convert the file"
    msg = f"{path}:{line}:1: {reason}"
    raise ProgramSyntaxError(msg)


def _parse(path: str, source: bytes) -> ast.Module:
    try:
        return parse_quietly(source, path)
    except SyntaxError as error:
        where = f"{path}:{error.lineno or 1}:{error.offset or 1}"
        msg = f"{where}: {error.msg}; the file must be valid Python {VERSION}"
    except (RecursionError, MemoryError):
        msg = f"{path}:1:1: nested too deeply for Python's parser; split its longest expression"
    except ValueError as error:
        msg = f"{path}:1:1: {error}; the file must be text"
    raise ProgramSyntaxError(msg)


def _functions(module: Module) -> list[Function]:
    found: list[Function] = []
    seen: dict[str, int] = {}
    pending: list[tuple[ast.AST, str]] = [(module.tree, "")]
    while pending:
        node, prefix = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = _unique(f"{prefix}{node.name}", seen)
            if not isinstance(node, ast.ClassDef):
                found.append(_function(module, node, name))
            prefix = f"{name}."
        for name in reversed(BLOCKS) if node.__class__ in OWNERS else ():
            below = node.__dict__.get(name, ())
            pending += [(child, prefix) for child in reversed(below)]
    return sorted(found, key=lambda function: (function.span.start, -function.span.end))


def _unique(name: str, seen: dict[str, int]) -> str:
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}#{seen[name]}"


def _function(module: Module, node: FunctionNode, qualname: str) -> Function:
    whole = module.span(node)
    if node.decorator_list:
        first = module.span(node.decorator_list[0]).start
        at = [match.end() - 1 for match in DECORATOR.finditer(module.source, 0, first)]
        whole = Span(module.path, at[-1], whole.end)
    body = Span(module.path, module.span(node.body[0]).start, module.span(node.body[-1]).end)
    return Function(qualname, node, whole, body, module.lines(whole))
