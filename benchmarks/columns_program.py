"""Columns of an edit that the rest of its program tells, as far as its tests run it.

Who calls the function and asks for its result, who reads what is bound, what the callee does with
an argument. Everything is found by last names, whatever they belong to: nothing is imported.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.columns_flow import KINDS, follow, kind_of, steps_of
from benchmarks.columns_parameters import default_beside, parameter, passes
from benchmarks.columns_syntax import DEFINITIONS, way_to
from benchmarks.columns_words import TRUTH, bound_by, last_name
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.columns_flow import Step
    from benchmarks.columns_tests import Tests
    from nerion_gym.syntax.module import Function
    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.edit import Edit

Row = dict[str, Any]
Lines = dict[str, frozenset[int]]


class Mention(NamedTuple):
    """A place that calls or reads something: where it is, and what becomes of the value.

    Attributes:
        path, line: of its statement.
        kind: where the statement takes it: see `columns_flow.KINDS`.
        truth: whether only its truth is asked for.
        node: the call or attribute.
    """

    path: str
    line: int
    kind: str
    truth: bool
    node: ast.AST


class Whole:
    """A program, as read for who mentions what."""

    def __init__(self, baseline: Baseline, tests: Tests) -> None:
        self._program = baseline.program
        self._coverage = baseline.coverage
        self._tests = tests
        self._calls: dict[str, list[Mention]] = defaultdict(list)
        self._reads: dict[str, list[Mention]] = defaultdict(list)
        self._functions: dict[str, list[tuple[str, ast.AST]]] = defaultdict(list)
        self._steps: dict[ast.AST, list[Step]] = {}
        self._ran: dict[tuple[str, ...], Lines] = {}
        for path in baseline.program.paths:
            tree = parse_module(path, baseline.program.source(path)).tree
            self._read(path, tree, tree)

    def _read(self, path: str, parent: ast.AST, statement: ast.AST) -> None:
        for node in ast.iter_child_nodes(parent):
            inside = node if isinstance(node, ast.stmt) else statement
            if isinstance(node, ast.Call | ast.Attribute):
                line = getattr(inside, "lineno", 0)
                seen = Mention(path, line, kind_of(inside), _truth(parent, node), node)
                if isinstance(node, ast.Call):
                    self._calls[last_name(node.func)].append(seen)
                elif isinstance(node.ctx, ast.Load):
                    self._reads[node.attr].append(seen)
            elif isinstance(node, DEFINITIONS):
                self._functions[node.name].append((path, node))
            elif isinstance(node, ast.ClassDef):
                self._functions[node.name] += [
                    (path, one) for one in node.body
                    if isinstance(one, DEFINITIONS) and one.name == "__init__"
                ]  # fmt: skip
            self._read(path, node, inside)

    def ran(self, tests: Sequence[str]) -> Lines:
        """Return the lines that some tests execute, together."""
        key = tuple(tests)
        if key not in self._ran:
            found: dict[str, set[int]] = defaultdict(set)
            for test in tests:
                for path, lines in self._coverage.tests.get(test, {}).items():
                    found[path] |= lines
            self._ran[key] = {path: frozenset(lines) for path, lines in found.items()}
        return self._ran[key]

    def columns(self, edit: Edit, function: Function, reach: Sequence[str]) -> Row:
        """Return the columns of an edit, given the tests that execute its lines."""
        module = parse_module(edit.site.path, self._program.source(edit.site.path))
        chain = list(way_to(module, edit.site))
        *_, owner, name = ("", *function.qualname.split("#")[0].split("."))
        called = owner if name in ("__init__", "__new__") else name
        ran = self.ran(reach)
        return {
            **self._used(called, name, ran, function),
            **self._bound(chain, ran, reach),
            **self._argument(chain, ran),
            **self._default(chain, called, ran),
        }

    def _used(self, called: str, name: str, ran: Lines, function: Function) -> Row:
        """Return which places call the edit's function, or ask for it as a property."""
        places = [*self._calls.get(called, ()), *self._properties(function)]
        found = run(places, ran)
        kinds = Counter(one.kind for one in found)
        return {
            "tests.uses": float(len(found)),
            "tests.uses_share": len(found) / len(places) if places else np.nan,
            "tests.uses_truth": float(np.mean([one.truth for one in found])) if found else np.nan,
            **{f"tests.uses_{kind}": kinds[kind] / len(found) if found else np.nan
               for kind in KINDS},
            "syntax.definitions": float(len(self._functions[name])),
        }  # fmt: skip

    def _properties(self, function: Function) -> list[Mention]:
        return self._reads.get(function.node.name, []) if function.node.decorator_list else []

    def _bound(self, chain: Sequence[ast.AST], ran: Lines, reach: Sequence[str]) -> Row:
        """Return which places read the attributes that the statement binds."""
        line = next((getattr(node, "lineno", 0) for node in reversed(chain)
                     if isinstance(node, ast.stmt)), 0)  # fmt: skip
        names = [node.attr for node in bound_by(chain) if isinstance(node, ast.Attribute)]
        if not names:
            return {}
        places = [one for name in names for one in self._reads.get(name, ()) if one.line != line]
        found = run(places, ran)
        kinds = Counter(one.kind for one in found)
        texts = [text for text in map(self._tests.text, reach) if text is not None]
        said = [not text.names.isdisjoint(names) for text in texts]
        return {
            "tests.bound_reads": float(len(found)),
            "tests.bound_reads_share": len(found) / len(places) if places else np.nan,
            **{f"tests.bound_{kind}": float(kinds[kind]) for kind in KINDS},
            "tests.bound_said": float(np.mean(said)) if said else np.nan,
        }

    def _argument(self, chain: Sequence[ast.AST], ran: Lines) -> Row:
        """Return what the program's own functions of the callee's name do with an argument."""
        at = argument_at(chain)
        if not at:
            return {}
        call, node = chain[at - 1], chain[at]
        assert isinstance(call, ast.Call)  # noqa: S101  as found
        own = [
            (path, one) for path, one in self._functions.get(last_name(call.func), ())
            if not ran.get(path, frozenset()).isdisjoint(_body(one))
        ]  # fmt: skip
        row: Row = {
            "syntax.argument_depth": float(len(chain) - 1 - at),
            "syntax.argument_place": float(call.args.index(node)) if node in call.args else -1.0,
            "syntax.argument_count": float(len(call.args) + len(call.keywords)),
            "tests.callees": float(len(own)),
        }
        for path, one in own:
            found = parameter(one, call, node)
            if found is None:
                continue
            lines = ran.get(path, frozenset())
            led = follow([s for s in self._steps_of(one) if s.line in lines], [found.name])
            row |= {f"tests.parameter_{kind}": float(led.counts[kind]) for kind in KINDS}
            row["tests.parameter_read"] = float(sum(led.counts.values()))
            row["syntax.parameter_default"] = default_beside(found, node)
            break
        return row

    def _steps_of(self, node: ast.AST) -> list[Step]:
        if node not in self._steps:
            self._steps[node] = steps_of(node)
        return self._steps[node]

    def _default(self, chain: Sequence[ast.AST], called: str, ran: Lines) -> Row:
        """Return which calls pass the parameter whose default the place is in."""
        at = next((at for at in range(len(chain) - 1, 1, -1)
                   if isinstance(chain[at - 1], ast.arguments)), 0)  # fmt: skip
        if not at:
            return {}
        passed = [
            given
            for one in run(self._calls.get(called, []), ran)
            if (given := passes(one.node, chain[at - 2], chain[at])) is not None
        ]
        return {
            "tests.default_passed": float(np.mean(passed)) if passed else np.nan,
            "tests.default_left": float(len(passed) - sum(passed)),
        }


def run(places: Sequence[Mention], ran: Mapping[str, frozenset[int]]) -> list[Mention]:
    """Return those places that lie on lines that were executed."""
    return [one for one in places if one.line in ran.get(one.path, ())]


def argument_at(chain: Sequence[ast.AST]) -> int:
    """Return where in a chain the argument of the innermost call is; 0 where none is."""
    for at in range(len(chain) - 1, 0, -1):
        parent = chain[at - 1]
        if isinstance(parent, ast.Call) and chain[at] is not parent.func:
            return at
    return 0


def _truth(parent: ast.AST, node: ast.AST) -> bool:
    negated = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
    return negated or (isinstance(parent, TRUTH) and node is not getattr(parent, "body", None))


def _body(node: ast.AST) -> Iterator[int]:
    assert isinstance(node, DEFINITIONS)  # noqa: S101  only such are kept
    return iter(range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1))
