"""What the edge families see of one file: nodes by number, chains, accesses, symbols."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from nerion_gym.graphs.calls import Target, targets
from nerion_gym.graphs.definitions import FUNCTIONS, MOST_TARGETS, definitions_of
from nerion_gym.graphs.focus import FileFocus
from nerion_gym.graphs.loose import loose_parts
from nerion_gym.graphs.nodes import Collector
from nerion_gym.graphs.regions import Regions
from nerion_gym.graphs.rows import LABEL, PARENT, FileNodes, Root
from nerion_gym.syntax.flow import DataFlow, data_flow
from nerion_gym.syntax.loose import is_loose
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from nerion_gym.graphs.definitions import Definitions, Key, Spec
    from nerion_gym.graphs.regions import Lines
    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access
    from nerion_gym.types.program import FunctionRef

MOST_RETURNS = 4
"""A call gets values from at most so many returns of a function."""


@dataclass(frozen=True, eq=False)
class FileView:
    """One file, or the part of it that a focus shows.

    Numbers of its nodes: syntax nodes in preorder, tokens by position, symbols in the order of
    first mention, the file.

    Attributes:
        nodes: syntax nodes and tokens.
        regions: lines that decide the "covered" flag, by region number.
        statements: shown ones at module level.
        flow: accesses and their data flow.
        definitions: what names stand for.
    """

    nodes: FileNodes
    regions: tuple[Lines, ...]
    statements: list[ast.stmt]
    flow: DataFlow
    definitions: Definitions

    @cached_property
    def chains(self) -> list[list[int]]:
        """Numbers of leaves and tokens in the order of the text, one list a root."""
        last = len(self.nodes.syntax) - 1
        chains = self.nodes.chain
        return [[n if n >= 0 else last - n for n in chain] for chain in chains]

    @cached_property
    def places(self) -> list[int]:
        """Number of the node of each access; -1 where it is not shown."""
        number = self.nodes.number
        return [
            number.get(access.node, -1)
            if access.node.__class__ is ast.Name
            else self._place(access)
            for access in self.flow.accesses
        ]

    def _place(self, access: Access) -> int:
        number = self.nodes.number.get(access.node, -1)
        named = self.nodes.named.get(number, ())
        tokens = self.nodes.tokens
        places = [place for place in named if tokens[place][LABEL] == access.name]
        if not places:
            return number
        # `import a.a as a`: the name that is bound stands last there, first everywhere else.
        at = -1 if getattr(access.node, "asname", None) else 0
        return len(self.nodes.syntax) + places[at]

    @cached_property
    def symbols(self) -> list[str]:
        """Name of each symbol that a shown node mentions."""
        return [self.flow.keys[access][1] for access in self._first_mentions.values()]

    @cached_property
    def symbol_of(self) -> list[int]:
        """Symbol's place in `symbols` of each access; -1 where it is not shown."""
        numbers = {key: place for place, key in enumerate(self._first_mentions)}
        return [numbers.get(key, -1) for key in self.flow.keys]

    @cached_property
    def _first_mentions(self) -> dict[object, int]:
        found: dict[object, int] = {}
        for access, (key, place) in enumerate(zip(self.flow.keys, self.places, strict=True)):
            if place >= 0:
                found.setdefault(key, access)
        return found

    @cached_property
    def of_class(self) -> dict[type[ast.AST], list[Any]]:
        """Shown syntax nodes by class, in preorder."""
        found: dict[type[ast.AST], list[Any]] = defaultdict(list)
        for node in self.nodes.number:
            found[node.__class__].append(node)
        return found

    @cached_property
    def ends(self) -> list[int]:
        """Syntax node number -> the number after the last node below it."""
        parents = self.nodes.columns[PARENT]
        size = len(self.nodes.syntax)
        found = list(range(1, size + 1))
        for number in range(size - 1, -1, -1):
            parent, end = parents[number], found[number]
            if parent >= 0 and found[parent] < end:
                found[parent] = end
        return found

    @cached_property
    def captures(self) -> dict[ast.AST, int]:
        """Pattern that binds a name -> number of the node that bears the name."""
        pairs = zip(self.flow.accesses, self.places, strict=True)
        return {a.node: place for a, place in pairs if isinstance(a.node, ast.pattern)}

    @cached_property
    def key_of(self) -> dict[ast.AST, Key]:
        """Name that is mentioned -> owning scope and mangled name."""
        pairs = zip(self.flow.accesses, self.flow.keys, strict=True)
        return {access.node: key for access, key in pairs}

    @cached_property
    def targets(self) -> list[tuple[int, Target]]:
        """(number of a call, what it may run), in preorder."""
        known = self.definitions
        return [
            (self.nodes.number[call], target)
            for call in self.of_class.get(ast.Call, ())
            for target in islice(targets(call, known, self.key_of), MOST_TARGETS)
        ]

    @cached_property
    def calls(self) -> list[tuple[int, int]]:
        """(number of a call, number of a shown function that it may run)."""
        number = self.nodes.number
        return [
            (call, number[function])
            for call, (function, _) in self.targets
            if function is not None and function in number
        ]

    @cached_property
    def returns(self) -> dict[int, list[int]]:
        """Function's number -> its last `return` statements, or itself if it has none."""
        rows, number = self.nodes.syntax, self.nodes.number
        functions = [f for kind in FUNCTIONS for f in self.of_class.get(kind, ())]
        found: dict[int, list[int]] = {number[function]: [] for function in functions}
        for statement in self.of_class.get(ast.Return, ()):
            at = number[statement]
            while at not in found:
                at = rows[at][PARENT]
            found[at].append(number[statement])
        return {at: places[-MOST_RETURNS:] or [at] for at, places in found.items()}

    @cached_property
    def imports(self) -> list[tuple[int, Spec]]:
        """(number of a name in an import statement, what it names in another module)."""
        known, number = self.definitions, self.nodes.number
        aliases = self.of_class.get(ast.alias, ())
        return [(number[alias], known.spec(alias, bound=False)) for alias in aliases]

    @property
    def first_symbol(self) -> int:
        """Number of the first symbol."""
        return len(self.nodes.syntax) + len(self.nodes.tokens)

    @property
    def file(self) -> int:
        """Number of the file's node."""
        return self.first_symbol + len(self.symbols)


def view_file(
    path: str,
    source: bytes,
    edited: tuple[FunctionRef, ...] | None,
    shown: tuple[FunctionRef, ...] = (),
) -> FileView:
    """Return the view of a file.

    Args:
        path: of the file.
        source: its bytes.
        edited: functions in focus, or code outside of them (`syntax.loose`); None or an empty
            qualified name: the whole file.
        shown: functions that are context only.

    Raises:
        ConfigError: a function does not exist in the file.
        ProgramSyntaxError: the file is not valid Python.
    """
    if edited is None or not all(ref.qualname for ref in (*edited, *shown)):
        return _view_whole(parse_module(path, source), edited, shown)
    names = [ref.qualname for ref in edited], [ref.qualname for ref in shown]
    if any(map(is_loose, names[0])):
        rows, lines, loose_flow, definitions = loose_parts(path, source, *names)
        return FileView(rows, lines, [], loose_flow, definitions)
    focus = FileFocus(path, source, *names)
    regions = Regions()
    nodes = Collector(source, focus.in_focus, regions).collect(focus.roots())
    flow = focus.names.flow(nodes.number.keys())
    return FileView(nodes, tuple(regions.lines), [], flow, focus.definitions)


def _view_whole(
    module: Module, edited: tuple[FunctionRef, ...] | None, shown: tuple[FunctionRef, ...]
) -> FileView:
    """Return the view of all nodes of a file."""
    focus = None
    if edited is not None and all(ref.qualname for ref in edited):
        focus = frozenset(module.function(ref.qualname).node for ref in edited)
        for ref in shown:
            if ref.qualname:
                module.function(ref.qualname)
    regions = Regions()
    body: list[ast.stmt] = module.tree.body
    roots = [Root(node, module.table.starts, 0) for node in body]
    nodes = Collector(module.source, focus, regions).collect(roots)
    flow = data_flow(module.scopes)
    return FileView(nodes, tuple(regions.lines), body, flow, definitions_of(module))
