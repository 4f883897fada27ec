"""Columns of an edit that tell how near its tests are: hops by name, kinds of tests, branches."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.columns_syntax import DEFINITIONS, way_to
from benchmarks.columns_tests import LONG, name_of
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.columns_tests import Tests
    from nerion_gym.syntax.module import Function
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit

Row = dict[str, Any]
PART = 12
MATCHING = frozenset({
    "match", "assertRaisesRegex", "assertRaisesRegexp", "excinfo", "exc_info", "exception", "args",
    "value", "message", "assertWarnsRegex",
})  # fmt: skip
"""Names by which tests look at what an exception says."""
FAR = 5
"""Hops that are counted; what is further off, or not found, counts as this."""


class Near:
    """A program's functions by which others mention them."""

    def __init__(self, baseline: Baseline, tests: Tests) -> None:
        self._program = baseline.program
        self._coverage = baseline.coverage
        self._tests = tests
        self._mentioned: dict[str, set[str]] = defaultdict(set)
        self._hops: dict[str, dict[str, int]] = {}
        own = set(baseline.program.paths)
        self._suite = b"\0".join(text for path, text in baseline.suite.files if path not in own)
        for path in baseline.program.paths:
            self._read(parse_module(path, baseline.program.source(path)).tree, "")

    def _read(self, tree: ast.AST, owner: str) -> None:
        for node in ast.iter_child_nodes(tree):
            if isinstance(node, ast.ClassDef):
                self._read(node, node.name)
            elif isinstance(node, DEFINITIONS):
                for name in {name_of(one) for one in ast.walk(node)} - {"", node.name}:
                    self._mentioned[name].add(node.name)
                dunder = node.name.startswith("__") and owner
                if dunder:  # it is called by no name: who makes an instance is near it
                    self._mentioned[node.name].add(owner)
            elif isinstance(node, ast.stmt):
                self._read(node, owner)

    def hops(self, name: str) -> dict[str, int]:
        """Return how many functions lie between a name and each that mentions it."""
        if name not in self._hops:
            found, edge = {name: 0}, [name]
            for depth in range(1, FAR):
                edge = [
                    one for below in edge for one in self._mentioned.get(below, ())
                    if found.setdefault(one, depth) == depth
                ]  # fmt: skip
                edge = list(dict.fromkeys(edge))
            self._hops[name] = found
        return self._hops[name]

    def columns(self, edit: Edit, function: Function, reach: Sequence[str]) -> Row:
        """Return the columns of an edit, given the tests that execute its lines."""
        name = function.qualname.split("#")[0].rpartition(".")[2]
        away = self.hops(name)
        texts = [text for text in map(self._tests.text, reach) if text is not None]
        hops = [
            min((away[one] for one in text.names if one in away), default=FAR) for text in texts
        ]
        plain = {test.partition("[")[0] for test in reach}
        return {
            "tests.hops_least": float(min(hops)) if hops else np.nan,
            "tests.hops_mean": float(np.mean(hops)) if hops else np.nan,
            "tests.different": float(len(plain)),
            "tests.same_share": 1 - len(plain) / max(len(reach), 1),
            "tests.files": float(len({test.partition("::")[0] for test in reach})),
            "tests.matching": float(
                np.mean([not MATCHING.isdisjoint(one.names | one.keywords) for one in texts])
            )
            if texts
            else np.nan,
            **self._literal(edit),
            **self._branches(edit, reach),
        }

    def _literal(self, edit: Edit) -> Row:
        """Return whether any file of the suite has the text at the place, or its beginning."""
        *_, node = way_to(
            parse_module(edit.site.path, self._program.source(edit.site.path)), edit.site
        )
        value = node.value if isinstance(node, ast.Constant) else None
        text = value.encode(errors="replace") if isinstance(value, str) else value
        if not isinstance(text, bytes) or len(text) < LONG:
            return {}
        return {
            "tests.literal_in_suite": float(text in self._suite),
            "tests.literal_begins": float(text[:PART] in self._suite),
            "tests.literal_ends": float(text[-PART:] in self._suite),
        }

    def _branches(self, edit: Edit, reach: Sequence[str]) -> Row:
        """Return which shares of the tests go into the branch around the place, and past it."""
        path = edit.site.path
        chain = list(way_to(parse_module(path, self._program.source(path)), edit.site))
        at = next((at for at in range(len(chain) - 1, 0, -1)
                   if isinstance(chain[at], ast.If | ast.For | ast.While)), 0)  # fmt: skip
        if not at:
            return {}
        node, parent = chain[at], chain[at - 1]
        after = getattr(node, "orelse", None) or _following(parent, node)
        lines = [self._coverage.tests.get(test, {}).get(path, frozenset()) for test in reach]
        into = [node.body[0].lineno in one for one in lines]  # type: ignore[attr-defined]
        past = [bool(after) and after[0].lineno in one for one in lines]
        both = [a and b for a, b in zip(into, past, strict=True)]
        return {
            "tests.branch_in": float(np.mean(into)) if into else np.nan,
            "tests.branch_past": float(np.mean(past)) if past and after else np.nan,
            "tests.branch_both": float(np.mean(both)) if both and after else np.nan,
            "tests.branch_count": float(sum(into)),
            "tests.branch_other": float(sum(past)) if after else np.nan,
        }


def _following(parent: ast.AST, node: ast.AST) -> list[ast.stmt]:
    """Return the statements after one in its block."""
    for _, value in ast.iter_fields(parent):
        if isinstance(value, list):
            for at, one in enumerate(value):
                if one is node:
                    return list(value[at + 1 :])
    return []
