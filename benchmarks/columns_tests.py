"""Columns of an edit that coverage and the texts of the tests tell."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.columns_syntax import way_to
from nerion_gym.errors import ProgramSyntaxError
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nerion_gym.syntax.module import Function
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit

Row = dict[str, Any]
ASSERTING = ("assert", "raises", "fail", "expect", "check", "warns")
"""How the names of functions begin that tests assert with."""
CUT, LONG = 200, 4
"""Characters of a constant that are kept, and those from which on a part of a text counts."""
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class TestText:
    """What the text of one test tells.

    Attributes:
        lines: of its function.
        asserts: `assert` statements, and calls that assert.
        literals: constants in it.
        calls: in it.
        names: every name and attribute in it.
        keywords: names of arguments in its calls.
        constants: texts and numbers in it, cut to `CUT` characters.
        equalities: comparisons with `==`, and calls of the like of `assertEqual`.
    """

    __test__ = False

    lines: int
    asserts: int
    literals: int
    calls: int
    names: frozenset[str]
    keywords: frozenset[str]
    constants: frozenset[str]
    equalities: int

    @classmethod
    def of(cls, node: ast.AST) -> TestText:
        """Read a test's function."""
        nodes = list(ast.walk(node))
        called = [name_of(one.func) for one in nodes if isinstance(one, ast.Call)]
        compared = [one for one in nodes if isinstance(one, ast.Compare)]
        return cls(
            lines=getattr(node, "end_lineno", 0) - getattr(node, "lineno", 0) + 1,
            asserts=sum(isinstance(one, ast.Assert) for one in nodes)
            + sum(name.lower().startswith(ASSERTING) for name in called),
            literals=sum(isinstance(one, ast.Constant) for one in nodes),
            calls=len(called),
            names=frozenset(name_of(one) for one in nodes) - {""},
            keywords=frozenset(one.arg or "" for one in nodes if isinstance(one, ast.keyword)),
            constants=constants_of(node),
            equalities=sum(isinstance(one.ops[0], ast.Eq) for one in compared)
            + sum("equal" in name.lower() for name in called),
        )


def name_of(node: ast.AST) -> str:
    """Return the name of a name, or the last one of an attribute."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def constants_of(node: ast.AST) -> frozenset[str]:
    """Return the texts and numbers below a node."""
    return frozenset(
        str(one.value)[:CUT]
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str | bytes | int | float)
    )


def said_in(constants: frozenset[str], texts: Iterable[str]) -> bool:
    """Whether one of some constants is one of a test's, or, if it is no short one, part of it."""
    return any(
        word in constants or (len(word) >= LONG and any(word in one for one in constants))
        for word in texts
    )


class Tests:
    """The tests of a package: what each executes, and what its text tells."""

    __test__ = False

    def __init__(self, baseline: Baseline) -> None:
        self.baseline = baseline
        self.count = max(len(baseline.coverage.tests), 1)
        self._files: dict[str, dict[str, TestText]] = {}
        self._of_function: dict[tuple[str, str], Row] = {}

    @cached_property
    def breadth(self) -> dict[str, int]:
        """Lines of the program that each test executes."""
        tests = self.baseline.coverage.tests
        return {test: sum(map(len, files.values())) for test, files in tests.items()}

    @cached_property
    def lines(self) -> Counter[tuple[str, int]]:
        """How many tests execute each line."""
        found: Counter[tuple[str, int]] = Counter()
        for files in self.baseline.coverage.tests.values():
            for path, numbers in files.items():
                found.update((path, number) for number in numbers)
        return found

    def text(self, test: str) -> TestText | None:
        """Return what a test's text tells; None where it is not found (doctests, made ones)."""
        path, *names = test.split("[", maxsplit=1)[0].split("::")
        if path not in self._files:
            self._files[path] = self._read(path)
        found = self._files[path]
        return found.get("::".join(names)) or found.get(names[-1] if names else "")

    def _read(self, path: str) -> dict[str, TestText]:
        source = dict(self.baseline.suite.files).get(path)
        try:
            tree = ast.parse(source) if source and path.endswith(".py") else ast.Module([], [])
        except (SyntaxError, ValueError, ProgramSyntaxError):
            return {}
        found: dict[str, TestText] = {}
        for top in tree.body:
            below = top.body if isinstance(top, ast.ClassDef) else [top]
            for node in below:
                if isinstance(node, DEFINITIONS):
                    text = TestText.of(node)
                    owner = f"{top.name}::" if isinstance(top, ast.ClassDef) else ""
                    found[f"{owner}{node.name}"] = text
                    found.setdefault(node.name, text)  # tests that a class inherits
        return found

    def columns(self, edit: Edit, function: Function, reaching: Sequence[str]) -> Row:
        """Return the columns of an edit that these tests reach."""
        return {
            **self._of_place(edit, function, reaching),
            **self.of_texts("tests", function, reaching),
            **self._of_words(edit, reaching),
        }

    def _of_place(self, edit: Edit, function: Function, reaching: Sequence[str]) -> Row:
        path = edit.site.path
        source = self.baseline.program.source(path)
        lines = set(parse_module(path, source).lines(edit.site))
        imported = self.baseline.coverage.at_import.get(path, frozenset())
        around = self.baseline.coverage.reaching(path, function.lines[1:])
        widths = [self.breadth[test] for test in reaching if test in self.breadth] or [0]
        rare = min((self.lines[path, line] for line in lines if self.lines[path, line]), default=0)
        return {
            "tests.reaching": float(len(reaching)),
            "tests.share": len(reaching) / self.count,
            "tests.function": float(len(around)),
            "tests.share_of_function": len(reaching) / max(len(around), 1),
            "tests.rarest_line": float(rare),
            "tests.at_import": float(bool(lines & imported)),
            "tests.breadth_least": float(min(widths)),
            "tests.breadth_median": float(median(widths)),
            "tests.focus": float(sum(1 / max(width, 1) for width in widths)),
        }

    def _of_words(self, edit: Edit, reaching: Sequence[str]) -> Row:
        """Return which share of the tests says what stands at an edit's place, or in a `raise`."""
        module = parse_module(edit.site.path, self.baseline.program.source(edit.site.path))
        chain = list(way_to(module, edit.site))
        raising = next((node for node in chain if isinstance(node, ast.Raise)), None)
        texts = [text for text in map(self.text, reaching) if text is not None]
        row = {}
        for name, node in (("site", chain[-1]), ("raise", raising)):
            names = {name_of(one) for one in ast.walk(node)} - {""} if node else set()
            words = constants_of(node) - {""} if node else frozenset()
            row[f"tests.{name}_names"] = share([bool(names & text.names) for text in texts])
            row[f"tests.{name}_constants"] = (
                share([said_in(text.constants, words) for text in texts]) if words else np.nan
            )
        return row

    def of_texts(self, group: str, function: Function, tests: Sequence[str]) -> Row:
        """Return what the texts of some tests tell, as columns of a group."""
        texts = [text for text in map(self.text, tests) if text is not None]
        *_, owner, name = ("", *function.qualname.split("#")[0].split("."))
        named = [name in text.names or (name == "__init__" and owner in text.names)
                 for text in texts]  # fmt: skip
        owned = [owner in text.names for text in texts]
        asserts = [text.asserts for text in texts]
        return {
            f"{group}.known_texts": len(texts) / max(len(tests), 1),
            f"{group}.named": float(sum(named)),
            f"{group}.named_share": share(named),
            f"{group}.owner_share": share(owned),
            f"{group}.asserts": float(sum(asserts)),
            f"{group}.asserts_mean": float(np.mean(asserts)) if asserts else np.nan,
            f"{group}.asserts_most": float(max(asserts, default=0)),
            f"{group}.asserts_named": float(sum(n for n, here in zip(asserts, named, strict=True)
                                                if here)),
            f"{group}.equalities": float(sum(text.equalities for text in texts)),
            f"{group}.lines_mean": float(np.mean([t.lines for t in texts])) if texts else np.nan,
            f"{group}.literals_mean": float(np.mean([t.literals for t in texts]))
            if texts else np.nan,
            f"{group}.calls_mean": float(np.mean([t.calls for t in texts])) if texts else np.nan,
        }  # fmt: skip


def share(found: Sequence[bool]) -> float:
    """Return the share of true ones; NaN where there is none at all."""
    return float(np.mean(found)) if found else np.nan
