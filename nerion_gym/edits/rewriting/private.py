"""Members of classes that only the class itself can name: `self.__x`, which Python mangles."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.edits.analysis.effects import BUILTINS
from nerion_gym.edits.analysis.evaluation import ancestors
from nerion_gym.edits.analysis.safety import NOSY_MODULES, NOSY_NAMES, module_attributes
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.analysis.values import is_builtin
from nerion_gym.edits.rewriting.renames import underscored
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.names import name_spans
from nerion_gym.syntax.scopes import ScopeKind
from nerion_gym.types.program import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nerion_gym.syntax.module import Module
    from nerion_gym.syntax.scopes import Access
    from nerion_gym.types.program import Program

PRIVATE = re.compile(rb"\b__[A-Za-z]\w*")
CLASS_READERS = NOSY_MODULES | frozenset(
    {
        *("__dict__", "vars", "dir", "getmembers", "getmembers_static", "__members__"),
        *("__getattribute__", "__init_subclass__", "__prepare__", "__dir__"),
    }
)
"""Names whose mention means that a program may look at the names of a class's members."""
INSTANCE_READERS = frozenset({"__setattr__", "__delattr__", "__set_name__"})
"""Names whose mention means that it may look at the names of what is assigned."""
PLAIN_BASES = frozenset(
    {
        *("ABC", "Generic", "Hashable", "Iterable", "Iterator", "Generator", "Sized", "Container"),
        *("Collection", "Sequence", "MutableSequence", "Set", "MutableSet", "Mapping", "Callable"),
        *("MutableMapping", "KeysView", "ItemsView", "ValuesView", "Reversible"),
    }
)
"""Classes of the standard library that take no interest in their subclasses' attributes."""
DEEPEST = 8


class Member(NamedTuple):
    """A mangled name of a class with every mention of it.

    Attributes:
        module: the file.
        owner: the class.
        name: as written, `__x`.
        attributes: where it stands behind a dot.
        accesses: where the class body itself mentions it.
        spans: the bytes of all mentions, in order.
    """

    module: Module
    owner: ast.ClassDef
    name: str
    attributes: tuple[ast.Attribute, ...]
    accesses: tuple[Access, ...]
    spans: tuple[Span, ...]


@lru_cache(maxsize=16)
def members(program: Program) -> tuple[Member, ...]:
    """Return the members that nothing but their class's code can name.

    Not where the program looks at the names of attributes, nor where a text or a comment holds
    the name, nor where a decorator, a metaclass or an unknown base may ask for it.
    """
    modules = [
        parse_module(path, source) for path, source in program.files if PRIVATE.search(source)
    ]
    every = [parse_module(path, source) for path, source in program.files] if modules else []
    if any(_reads_names(module) for module in every):
        return ()
    found = [member for module in modules for member in _of_module(module)]
    known = {span for member in found for span in member.spans}
    owners: dict[tuple[str, str], int] = defaultdict(int)
    for member in found:
        owners[_stored(member)] += 1
    return tuple(
        member
        for member in found
        if owners[_stored(member)] == 1
        and _is_plain(member.module, member.owner, DEEPEST)
        and _stands_only_in(program, member.name, known)
    )


def _reads_names(module: Module) -> bool:
    names = {access.name for access in module.scopes.accesses}
    return bool(module_attributes(module) & CLASS_READERS or names & NOSY_NAMES)


def _stored(member: Member) -> tuple[str, str]:
    """Return what makes the name that Python stores: equal names of classes share it."""
    return member.owner.name.lstrip("_"), member.name


def _of_module(module: Module) -> Iterator[Member]:
    attributes, accesses = _attributes(module), _accesses(module)
    for owner, name in sorted(attributes.keys() | accesses.keys(), key=_place):
        held = tuple(attributes[owner, name]), tuple(accesses[owner, name])
        places = _spans(module, name, *held)
        if places and owner.name.strip("_"):
            yield Member(module, owner, name, *held, places)


def _attributes(module: Module) -> dict[tuple[ast.ClassDef, str], list[ast.Attribute]]:
    found: dict[tuple[ast.ClassDef, str], list[ast.Attribute]] = defaultdict(list)
    for site in sites_of(module).find(ast.Attribute):
        node = site.node
        if isinstance(node, ast.Attribute) and _is_mangled(node.attr):
            owner = _class_around(module, node)
            if owner is not None:
                found[owner, node.attr].append(node)
    return found


def _accesses(module: Module) -> dict[tuple[ast.ClassDef, str], list[Access]]:
    found: dict[tuple[ast.ClassDef, str], list[Access]] = defaultdict(list)
    for scope in module.scopes.all:
        if scope.kind is ScopeKind.CLASS and isinstance(scope.node, ast.ClassDef):
            for access in scope.accesses:
                if _is_mangled(access.name):
                    found[scope.node, access.name].append(access)
    return found


def _place(key: tuple[ast.ClassDef, str]) -> tuple[int, int, str]:
    owner, name = key
    return owner.lineno, owner.col_offset, name


def _is_mangled(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__") and name.isascii()


def _class_around(module: Module, node: ast.AST) -> ast.ClassDef | None:
    """Return the class in whose body a node stands."""
    inner = node
    for outer in ancestors(module, node):
        if isinstance(outer, ast.ClassDef) and any(inner is part for part in outer.body):
            return outer
        inner = outer
    return None


def _spans(
    module: Module, name: str, attributes: Iterable[ast.Attribute], accesses: Iterable[Access]
) -> tuple[Span, ...]:
    """Return the bytes of all mentions; none where one is not where it should be."""
    found = [span for access in accesses for span in name_spans(module, access)]
    for node in attributes:
        _, end = module.table.offsets(node)
        found.append(Span(module.path, end - len(name), end))
    right = all(module.source[span.start : span.end] == name.encode() for span in found)
    whole = len(found) == len([*attributes, *accesses])
    return tuple(sorted(found)) if right and whole else ()


def _stands_only_in(program: Program, name: str, known: set[Span]) -> bool:
    """Whether a program holds a name nowhere but at these places: in no text and no comment."""
    return all(
        Span(span.path, span.end - len(name), span.end) in known
        for word, spans in underscored(program).items()
        if word.endswith(name)
        for span in spans
    )


def _is_plain(module: Module, node: ast.ClassDef, depth: int) -> bool:
    """Whether neither decorator, metaclass nor base of a class may look at its members."""
    if node.decorator_list or node.keywords or not depth:
        return False
    return all(_is_plain_base(module, base, depth) for base in node.bases)


def _is_plain_base(module: Module, base: ast.expr, depth: int) -> bool:
    node = base.value if isinstance(base, ast.Subscript) else base
    if isinstance(node, ast.Name) and is_builtin(module, node, *BUILTINS):
        return node.id not in ("type", "super")
    if isinstance(node, ast.Attribute):
        return node.attr in PLAIN_BASES
    if not isinstance(node, ast.Name):
        return False
    here = module.scopes.find(module.scopes.root, node.id)
    definitions = [] if here is None else [access.node for access in here.writes]
    if len(definitions) == 1 and isinstance(definitions[0], ast.ClassDef):
        return _is_plain(module, definitions[0], depth - 1)
    return node.id in PLAIN_BASES and all(isinstance(part, ast.alias) for part in definitions)
