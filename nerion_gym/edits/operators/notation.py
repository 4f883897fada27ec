"""Notation: the same value, written another way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nerion_gym.edits.analysis.sites import sites_of
from nerion_gym.edits.operator import Operator
from nerion_gym.edits.rewriting.augmented import contracted, expanded
from nerion_gym.edits.rewriting.changes import Change, build_edit, fit
from nerion_gym.edits.rewriting.f_strings import (
    f_string_of_format,
    f_string_of_percent,
    format_of_f_string,
)
from nerion_gym.edits.rewriting.ordering import (
    COMMUTATIVE,
    commutes,
    flipped,
    is_symmetric,
    reordered,
)
from nerion_gym.types.edit import Edit, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.edits.analysis.sites import Site
    from nerion_gym.edits.rewriting.changes import Piece
    from nerion_gym.syntax.module import Module


def propose_reorderings(module: Module) -> Iterator[Edit]:
    """Let the operands of a sum, product or bitwise operation of numbers change places.

    Before:
        def f(x, n):
            return len(x) * 8 + 1 - n
    After:
        def f(x, n):
            return 8 * len(x) + 1 - n
    After:
        def f(x, n):
            return 1 + len(x) * 8 - n

    Before:
        y = 2 * (len(x) - 1)
    After:
        y = (len(x) - 1) * 2

    Untouched:
        y = x + 1
        z = len(x) + len(y)
        t = "a" + "b"
    """
    for site in sites_of(module).find(ast.BinOp):
        node = site.node
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, COMMUTATIVE)
            and commutes(module, node)
        ):
            yield from filter(None, [reordered(module, site, node)])


def propose_flips(module: Module) -> Iterator[Edit]:
    """Turn a comparison round, where no method of the program's can tell.

    Before:
        def f(x, y):
            return x == "a" or 1 <= len(x)
    After:
        def f(x, y):
            return "a" == x or 1 <= len(x)
    After:
        def f(x, y):
            return x == "a" or len(x) >= 1

    Before:
        if f(x)is(None): pass
    After:
        if (None)is f(x): pass

    Untouched:
        def f(x, y):
            return x < 1 or x == y or x == 1.0 or 0 < len(x) < 2 or f(x) is f(y)
    """
    for site in sites_of(module).find(ast.Compare):
        node = site.node
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and is_symmetric(module, node):
            yield from filter(None, [flipped(module, site, node)])


def propose_f_strings(module: Module) -> Iterator[Edit]:
    r"""Make an f-string of a text that format or a per cent sign fills in.

    Before:
        def f(x, y):
            print("{{}}\n{0:>8} {1!r}".format(x['a'], y))
            return r"{\d}: %s, %r%%" % (x, y.z)
    After:
        def f(x, y):
            print(f"{{}}\n{x['a']:>8} {y!r}")
            return r"{\d}: %s, %r%%" % (x, y.z)
    After:
        def f(x, y):
            print("{{}}\n{0:>8} {1!r}".format(x['a'], y))
            return rf"{{\d}}: {x!s}, {y.z!r}%"

    Untouched:
        one = "{}".format(x) + "{x.y} ".format(x=x) + "%s" % x
        two = "{} {}".format(f(x), g(x)) + "{1} {0}".format(1, 2) + "%5s" % (x,)
    """
    sites = sites_of(module)
    for site in sites.find(ast.Call):
        yield from _written(
            module, "format_to_fstring", site, f_string_of_format(module, site.node)
        )
    for site in sites.find(ast.BinOp):
        yield from _written(
            module, "format_to_fstring", site, f_string_of_percent(module, site.node)
        )


def propose_formats(module: Module) -> Iterator[Edit]:
    r"""Make a call of format of an f-string.

    Before:
        def f(x, y):
            return F"{{}} \N{EM DASH} {x['{'] [1:]!r:>8} {y}"
    After:
        def f(x, y):
            return "{{}} \N{EM DASH} {!r:>8} {}".format(x['{'] [1:], y)

    Untouched:
        one = f"{x}" + f"{x=} " + f"{x:{y}} " + f"{f(x)} {g(x)}"
    """
    for site in sites_of(module).find(ast.JoinedStr):
        yield from _written(
            module, "fstring_to_format", site, format_of_f_string(module, site.node)
        )


def _written(module: Module, name: str, site: Site, text: bytes | None) -> Iterator[Edit]:
    """Yield the edit that puts a text in the place of a node that stands in no f-string."""
    if text is not None and site.string is None:
        piece = fit(module.source, *module.table.offsets(site.node), text)
        yield build_edit(module, name, Change(site, [piece], {}, ""))


def propose_expansions(module: Module) -> Iterator[Edit]:
    """Write an augmented assignment to a number or text in full.

    Before:
        def f(x):
            n = 1
            for i in range(9):
                n *= i + 1  # grows
            return n
    After:
        def f(x):
            n = 1
            for i in range(9):
                n = n * (i + 1)  # grows
            return n

    Untouched:
        def f(x):
            n = []
            n += [x]
            x += 1
            m = 1
            m += x
    """
    for site in sites_of(module).find(ast.AugAssign):
        if isinstance(site.node, ast.AugAssign):
            pieces = expanded(module, site.node)
            yield from _changed(module, "expand_augmented", site, pieces)


def propose_contractions(module: Module) -> Iterator[Edit]:
    """Write an assignment that changes a number or text as an augmented one.

    Before:
        def f(x):
            n = 1
            for i in range(9):
                n = n * (i + 1)
            return n
    After:
        def f(x):
            n = 1
            for i in range(9):
                n *= i + 1
            return n

    Untouched:
        def f(x):
            n = 1
            n = 2 * n
            n = n + x
    """
    for site in sites_of(module).find(ast.Assign):
        if isinstance(site.node, ast.Assign):
            pieces = contracted(module, site.node)
            yield from _changed(module, "contract_augmented", site, pieces)


def _changed(
    module: Module, name: str, site: Site, pieces: Sequence[Piece] | None
) -> Iterator[Edit]:
    if pieces:
        yield build_edit(module, name, Change(site, pieces, {}, ""))


OPERATORS = tuple(
    Operator(name, Kind.REFACTOR, propose, others=others)
    for name, propose, others in (
        ("reorder_operands", propose_reorderings, ()),
        ("flip_comparison", propose_flips, (("BugLab", "MirrorComparisons"),)),
        ("format_to_fstring", propose_f_strings, ()),
        ("fstring_to_format", propose_formats, ()),
        ("expand_augmented", propose_expansions, ()),
        ("contract_augmented", propose_contractions, ()),
    )
)
