"""Forward slices of test code: what derives from the calls that some lines of it led to."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.execution.tracing.asserts import assertions, name_of
from nerion_gym.execution.tracing.callees import SELF
from nerion_gym.execution.tracing.links import Linker, functions_around, lines_of
from nerion_gym.execution.tracing.sheets import decorated, given_names
from nerion_gym.syntax.trees import nodes_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nerion_gym.execution.tracing.asserts import Assertion
    from nerion_gym.execution.tracing.links import Fact, Lines, Link
    from nerion_gym.execution.tracing.sheets import Sheet
    from nerion_gym.execution.tracing.suite_code import Key, SuiteCode
    from nerion_gym.syntax.module import FunctionNode

ASSERTING = ("assert", "fail")
Place = tuple[str, int]
"""A line of a file."""


class Claim(NamedTuple):
    """An assertion, and what it looks at.

    Attributes:
        path: file where it stands.
        found: the assertion.
        lines: a line of these that led to a call makes it one on what derives from it.
        reads: facts that it reads.
    """

    path: str
    found: Assertion
    lines: tuple[Lines, ...]
    reads: frozenset[Fact]


class Web:
    """The links of one file, by what they start from.

    Args:
        code: of the whole suite.
        sheet: the file.
    """

    def __init__(self, code: SuiteCode, sheet: Sheet) -> None:
        self._code = code
        self.sheet = sheet
        self.linker = Linker(code, sheet)
        self._claims: dict[str, tuple[Claim, ...]] = {}
        self._words: dict[str, dict[str, set[int]]] = {}

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All links that give something."""
        return tuple(link for link in self.linker.links() if link.gives)

    @cached_property
    def by_line(self) -> dict[int, list[Link]]:
        """Line -> links that start from a call there."""
        found: dict[int, list[Link]] = defaultdict(list)
        for link in self.links:
            for line in range(link.lines[0], link.lines[1] + 1):
                found[line].append(link)
        return found

    @cached_property
    def by_fact(self) -> dict[Fact, list[Link]]:
        """Fact -> links that start from it."""
        found: dict[Fact, list[Link]] = defaultdict(list)
        for link in self.links:
            for fact in link.reads:
                found[fact].append(link)
        return found

    def claims(self, qualname: str) -> tuple[Claim, ...]:
        """Return the assertions of one function."""
        if qualname not in self._claims:
            node = self.sheet.units[qualname].node
            found = assertions(node, given_names(node), self._helpers)
            self._claims[qualname] = tuple(self._claim(one) for one in found)
        return self._claims[qualname]

    def words(self, qualname: str) -> dict[str, set[int]]:
        """Return name, or attribute -> lines of a function on which it is mentioned."""
        if qualname not in self._words:
            found: dict[str, set[int]] = defaultdict(set)
            for node in nodes_in(self.sheet.units[qualname].node):
                if isinstance(node, ast.Name | ast.Attribute):
                    found[name_of(node)].add(node.end_lineno or node.lineno)
            self._words[qualname] = found
        return self._words[qualname]

    @cached_property
    def _helpers(self) -> frozenset[str]:
        """Functions and methods of the suite that look like assertions and make some of their own.

        What only looks like one (a stub in a protocol, say) is none: its calls count.
        """
        own = [(name.rpartition(".")[2], (self.sheet.path, name)) for name in self.sheet.units]
        imported = [(name, self._code.defined(self.sheet, name)) for name in self.sheet.imports]
        return frozenset(
            name
            for name, key in (*own, *imported)
            if key is not None and name.startswith(ASSERTING) and self._asserts(key)
        )

    def _asserts(self, key: Key) -> bool:
        function = self._code.unit(key)
        return function is not None and bool(assertions(function.node, (), ()))

    def _claim(self, found: Assertion) -> Claim:
        nodes = (found.node, *found.around)
        lines = [lines_of(node) for node in nodes]
        outer = self._class_inside(found.node)
        if outer is not None:
            # A class that a test defines is for the program to call.
            lines.append(lines_of(*outer.body))
        return Claim(self.sheet.path, found, tuple(lines), self.linker.facts(*nodes))

    def _class_inside(self, node: ast.AST) -> FunctionNode | None:
        """Return the function in which a class stands that a node stands in."""
        parents = self.sheet.module.walk.parents
        around = parents.get(node)
        while around is not None and not isinstance(around, ast.ClassDef):
            around = parents.get(around)
        outer = functions_around(parents, around) if around is not None else []
        return outer[-1] if outer else None


class Slicer:
    """Slices the tests of a suite; what was worked out of a file is kept.

    Args:
        code: the suite's.
    """

    def __init__(self, code: SuiteCode) -> None:
        self._code = code
        self._webs: dict[str, Web] = {}
        self._used: dict[Key, tuple[Key, ...]] = {}
        self._closed: dict[Key, tuple[Key, ...]] = {}
        self.derived = lru_cache(maxsize=1024)(self._derived)

    def web(self, path: str) -> Web | None:
        """Return the links of a file; None where it has no Python."""
        sheet = self._code.sheet(path)
        if sheet is not None and path not in self._webs:
            self._webs[path] = Web(self._code, sheet)
        return self._webs.get(path)

    def units(self, test: Key) -> tuple[Key, ...]:
        """Return the functions that run for a test: itself, fixtures, set-up, helpers."""
        if test not in self._closed:
            owner = test[1].rpartition(".")[0]
            found = dict.fromkeys((test, *self._code.unasked(test[0], owner)))
            pending = list(found)
            while pending:
                for key in self._uses(pending.pop(), owner):
                    if key not in found:
                        found[key] = None
                        pending.append(key)
            self._closed[test] = tuple(found)
        return self._closed[test]

    def _uses(self, key: Key, owner: str) -> tuple[Key, ...]:
        if key not in self._used:
            self._used[key] = tuple(dict.fromkeys(self._find_used(key, owner)))
        return self._used[key]

    def _find_used(self, key: Key, owner: str) -> Iterator[Key]:
        path, qualname = key
        sheet = self._code.sheet(path)
        if sheet is None:
            return
        node = sheet.units[qualname].node
        asked = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
        for holder in (node, sheet.classes.get(qualname.rpartition(".")[0])):
            asked += _named_fixtures(holder) if holder is not None else []
        yield from (one for name in asked if (one := self._code.fixture(path, name)))
        own = qualname.rpartition(".")[0] or owner
        for inner in nodes_in(node):
            yield from self._mentioned(sheet, inner, own)

    def _mentioned(self, sheet: Sheet, node: ast.AST, owner: str) -> Iterator[Key]:
        found = None
        if isinstance(node, ast.Name):
            found = self._code.defined(sheet, node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in SELF:
                found = self._code.method(sheet, owner, node.attr)
            elif node.value.id in sheet.imports:
                found = self._code.defined(sheet, f"{node.value.id}.{node.attr}")
        if found is not None:
            yield found

    def mentions(self, units: Iterable[Key], word: str) -> Iterator[Place]:
        """Yield the lines of some functions on which a name, or an attribute, is mentioned."""
        for path, qualname in units:
            web = self.web(path)
            for line in web.words(qualname).get(word, ()) if web is not None else ():
                yield path, line

    def claims(self, units: Iterable[Key]) -> list[Claim]:
        """Return the assertions of some functions."""
        webs = ((self.web(path), name) for path, name in units)
        return [claim for web, name in webs if web is not None for claim in web.claims(name)]

    def _derived(self, lines: frozenset[Place], paths: frozenset[str]) -> frozenset[Fact]:
        """Return the facts that hold what derives from calls which some lines led to.

        Args:
            lines: of files of the suite.
            paths: files that are looked at.
        """
        webs = [web for path in sorted(paths) if (web := self.web(path)) is not None]
        found: set[Fact] = set()
        pending: list[Fact] = []
        for web in webs:
            numbers = [line for path, line in lines if path == web.sheet.path]
            pending += [f for n in numbers for link in web.by_line.get(n, ()) for f in link.gives]
        while pending:
            fact = pending.pop()
            if fact in found:
                continue
            found.add(fact)
            for web in webs:
                pending += [f for link in web.by_fact.get(fact, ()) for f in link.gives]
        return frozenset(found)

    def looks_at(self, claim: Claim, lines: frozenset[Place], paths: frozenset[str]) -> bool:
        """Whether an assertion looks at what derives from calls that some lines led to."""
        at = [line for path, line in lines if path == claim.path]
        if any(first <= line <= last for first, last in claim.lines for line in at):
            return True
        return not claim.reads.isdisjoint(self.derived(lines, paths))


def _named_fixtures(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[str]:
    """Return the fixtures that a test or class asks for without using what they give."""
    calls = decorated(node, "usefixtures")  # type: ignore[arg-type]
    words = [one for call in calls if isinstance(call, ast.Call) for one in call.args]
    return [str(one.value) for one in words if isinstance(one, ast.Constant)]
