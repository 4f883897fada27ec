"""Constants: strings, displays, literals, bounds of slices and assigned values gone wrong."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.literal_text import changed_texts, nearby_literals, texts_used
from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator, Proposer
from nerion_gym.edits.rewriting.changes import Change, fit, plain_edits
from nerion_gym.edits.rewriting.expressions import binds_names
from nerion_gym.edits.rewriting.named_constants import named_constants, rescaled, shortened
from nerion_gym.edits.rewriting.numeric import is_number, stepped_by_one
from nerion_gym.edits.rewriting.slicing import bounds_dropped, bounds_given
from nerion_gym.syntax.parsing import expression_in
from nerion_gym.types.edit import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.syntax.module import Module
    from nerion_gym.types.edit import Edit

EMPTY: dict[type[ast.AST], str] = {
    ast.List: "[]",
    ast.Tuple: "()",
    ast.Dict: "{}",
    ast.Set: "set()",
}


def propose_changed_strings(module: Module) -> Iterator[Edit]:
    r"""Change a string: marked at both ends, in another case, or emptied.

    Before:
        x = f("Ab\n", r'\d')
    After:
        x = f("XXAb\nXX", r'\d')
    After:
        x = f("ab\n", r'\d')
    After:
        x = f("", r'\d')
    After:
        x = f("Ab\n", r'\D')

    Untouched:
        "A docstring."
        x: "int" = f"part of a text {y}"
    """
    for site in texts_used(module):
        node = site.node
        for text in changed_texts(module.text(node).decode()):
            yield from _replaced(module, "change_string", site, text)


def _replaced(module: Module, operator: str, site: Site, text: str) -> Iterator[Edit]:
    """Yield the edit that puts an atom in place of a node."""
    start, end = module.table.offsets(site.node)
    piece = fit(module.source, start, end, text.encode())
    after = None if site.string is None else expression_in(text.encode())
    replaced = {} if after is None else {site.node: after}
    yield from plain_edits(module, operator, Change(site, [piece], replaced, text))


def propose_empty_containers(module: Module) -> Iterator[Edit]:
    """Empty a list, dict, set or tuple as written.

    Before:
        x = f([1, 2], {"a": 1}, {*b}); pair = 1, 2
    After:
        x = f([], {"a": 1}, {*b}); pair = 1, 2
    After:
        x = f([1, 2], {}, {*b}); pair = 1, 2
    After:
        x = f([1, 2], {"a": 1}, set()); pair = 1, 2
    After:
        x = f([1, 2], {"a": 1}, {*b}); pair = ()

    Untouched:
        a, b = 1, 2
        x = a[1, 2] + []; y = "%s %s" % (a, b)
        __all__ = ["f"]
    """
    for site in sites_of(module).find(*EMPTY):
        node = site.node
        if _is_full(node) and not _is_taken_apart(site) and not binds_names(module, node):
            yield from _replaced(module, "empty_container", site, EMPTY[type(node)])


def _is_full(node: ast.AST) -> bool:
    filled = getattr(node, "elts", None) or getattr(node, "values", None)
    return bool(filled) and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)


def _is_taken_apart(site: Site) -> bool:
    """Whether an assignment, a subscript or a format would fail at once without the elements."""
    parent = site.parent.node if site.parent is not None else None
    if isinstance(parent, ast.Assign):
        return any(isinstance(target, ast.Tuple | ast.List) for target in parent.targets)
    formatted = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mod)
    needed = formatted or isinstance(parent, ast.Subscript | ast.ExceptHandler)
    return needed and isinstance(site.node, ast.Tuple)


def propose_nones(module: Module) -> Iterator[Edit]:
    """Assign None in place of a value, or let a parameter default to it.

    Before:
        def f(a, b=[0], *, c: int = 1): x = y = (a + b); z: int = yield
    After:
        def f(a, b=None, *, c: int = 1): x = y = (a + b); z: int = yield
    After:
        def f(a, b=[0], *, c: int = None): x = y = (a + b); z: int = yield
    After:
        def f(a, b=[0], *, c: int = 1): x = y = (None); z: int = yield
    After:
        def f(a, b=[0], *, c: int = 1): x = y = (a + b); z: int = None

    Untouched:
        def f(a, b=None): x = None; x, y = a; x += 1; z: int
        x = (n := None), n
    """
    sites = sites_of(module)
    for site in sites.find(ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.arguments):
        for value in _given(site.node):
            none = isinstance(value, ast.Constant) and value.value is None
            place = sites.of[value]
            if not (none or place.frozen or binds_names(module, value)):
                yield from _replaced(module, "replace_with_none", place, "None")


def _given(node: ast.AST) -> list[ast.expr]:
    """Return the values that assignments and defaults give to whole names."""
    if isinstance(node, ast.arguments):
        return [*node.defaults, *(default for default in node.kw_defaults if default is not None)]
    if isinstance(node, ast.Assign):
        unpacked = any(isinstance(target, ast.Tuple | ast.List) for target in node.targets)
        return [] if unpacked else [node.value]
    value = getattr(node, "value", None)
    return [] if value is None else [value]


def propose_wrong_literals(module: Module) -> Iterator[Edit]:
    """Write another literal of the same function in place of one.

    Before:
        def f(x):
            return x["low"] + 7 * x["high"] if x["low"] > 5 else x["high"]
    After:
        def f(x):
            return x["low"] + 7 * x["low"] if x["low"] > 5 else x["high"]
    After:
        def f(x):
            return x["high"] + 7 * x["high"] if x["low"] > 5 else x["high"]

    Untouched:
        def f(x): return x["low"] + x["high"] + 1
        y = "a", "b", "a", "b"
    """
    for site, text in nearby_literals(module):
        yield from _replaced(module, "wrong_literal", site, text)


def propose_shifted_slices(module: Module) -> Iterator[Edit]:
    """Move a slice's bound by one, or give the first or last element away.

    Before:
        x = a[i:] + b[:-n, 2]
    After:
        x = a[i + 1:] + b[:-n, 2]
    After:
        x = a[i - 1:] + b[:-n, 2]
    After:
        x = a[i:-1] + b[:-n, 2]
    After:
        x = a[i:] + b[1:-n, 2]
    After:
        x = a[i:] + b[:-n + 1, 2]

    Untouched:
        x = a[i], b[1:-2], c[::2]
    """
    sites = sites_of(module)
    for site in sites.find(ast.Slice):
        for bound in (getattr(site.node, "lower", None), getattr(site.node, "upper", None)):
            # Numbers are moved by operators of their own, those of a sum included.
            last = bound.right if isinstance(bound, ast.BinOp) else bound
            if isinstance(bound, ast.expr) and not is_number(last):
                for sign in ("+", "-"):
                    yield from stepped_by_one(module, "shift_slice", sites.of[bound], sign)
        yield from bounds_given(module, "shift_slice", site)


def propose_dropped_bounds(module: Module) -> Iterator[Edit]:
    """Drop a bound of a slice, or its step.

    Before:
        x = a[i:(j)] + b[:: -1, 2]
    After:
        x = a[:(j)] + b[:: -1, 2]
    After:
        x = a[i:] + b[:: -1, 2]
    After:
        x = a[i:(j)] + b[:, 2]

    Untouched:
        x = a[:] + b[::]
    """
    for site in sites_of(module).find(ast.Slice):
        yield from bounds_dropped(module, "drop_slice_bound", site)


def propose_changed_constants(module: Module) -> Iterator[Edit]:
    """Double or zero a number that a module or class names, shorten what it lists, fill in a None.

    Before:
        LIMIT = -0x10; NAMES = ["a", *b, "c"]
        class A: cache = None
    After:
        LIMIT = -0x20; NAMES = ["a", *b, "c"]
        class A: cache = None
    After:
        LIMIT = 0; NAMES = ["a", *b, "c"]
        class A: cache = None
    After:
        LIMIT = -0x10; NAMES = ["a", *b]
        class A: cache = None
    After:
        LIMIT = -0x10; NAMES = [*b, "c"]
        class A: cache = None
    After:
        LIMIT = -0x10; NAMES = ["a", *b, "c"]
        class A: cache = ""

    Untouched:
        def f(): LIMIT = 16
        limit = 16; limit = 3
    """
    sites = sites_of(module)
    for value in named_constants(module):
        site = sites.of[value]
        if is_number(value):
            for text in rescaled(module, site):
                yield from _replaced(module, "change_constant", site, text)
        elif isinstance(value, ast.Constant) and value.value is None:
            yield from _replaced(module, "change_constant", site, '""')
        else:
            yield from shortened(module, "change_constant", site)


def _row(name: str, propose: Proposer, *others: tuple[str, str], back: bool = False) -> Operator:
    aliases = (name.upper(),)
    return Operator(name, Kind.MUTATION, propose, back, aliases, others=others)


OPERATORS = (
    _row(
        "change_string",
        propose_changed_strings,
        ("mutmut", "operator_string"),
        ("cosmic-ray", "StringReplacer"),
    ),
    _row("empty_container", propose_empty_containers),
    _row("replace_with_none", propose_nones, ("mutmut", "operator_assignment")),
    _row("wrong_literal", propose_wrong_literals, ("BugLab", "LiteralRewriteScout"), back=True),
    _row("shift_slice", propose_shifted_slices, back=True),
    _row("drop_slice_bound", propose_dropped_bounds),
    _row("change_constant", propose_changed_constants),
)
