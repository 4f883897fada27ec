"""`checks_of`: which assertions of which tests look at what a function does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nerion_gym.execution.tracing.calls import MOST_CALLERS
from nerion_gym.execution.tracing.doctests import examples
from nerion_gym.execution.tracing.sheets import COPY
from nerion_gym.execution.tracing.slices import Slicer
from nerion_gym.execution.tracing.suite_code import SuiteCode
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.check import Check, Checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nerion_gym.execution.tracing.slices import Claim, Place
    from nerion_gym.execution.tracing.suite_code import Key
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import FunctionRef, Program
    from nerion_gym.types.suite import Suite
    from nerion_gym.types.trace import FunctionTrace, Trace

MADE = "no function of this name stands in its file: made while running, or by a plugin"


@dataclass(frozen=True)
class Tested:
    """A test whose code was found.

    Attributes:
        identity: its id.
        units: the functions that run for it.
        fixed: its assertions, for one without functions (a doctest).
    """

    identity: str
    units: tuple[Key, ...] = ()
    fixed: tuple[Check, ...] = ()


def checks_of(
    suite: Suite, trace: Trace, tests: Iterable[str], edits: Sequence[Edit] = ()
) -> Checks:
    """Return the assertions of a suite, and those that look at what each function gives.

    Args:
        suite: whose files are read; nothing runs.
        trace: a run of the suite: which tests called which function, and from which lines. Where
            those lines are not known, all assertions of the tests that call it count.
        tests: ids of all tests.
        edits: those that the trace is of, for `Checks.of_edit`.
    """
    return Reader(suite, trace.program).read(trace, tuple(tests), edits)


class Reader:
    """Reads the assertions of one suite.

    Args:
        suite: whose files are read.
        program: for its doctests.
    """

    def __init__(self, suite: Suite, program: Program | None) -> None:
        self._suite = suite
        self._program = program
        self._code = SuiteCode(suite)
        self._slicer = Slicer(self._code)

    def read(self, trace: Trace, tests: Sequence[str], edits: Sequence[Edit]) -> Checks:
        """Return the assertions, and which look at what."""
        found: dict[str, Tested] = {}
        unknown: dict[str, str] = {}
        for test in tests:
            tested = self._tested(test)
            if tested is None:
                unknown[test] = MADE
            else:
                found[test] = tested
        every = {test: self._all(tested) for test, tested in found.items()}
        functions = {
            function.function: tuple(
                check
                for test in function.calls
                if test in found
                for check in self._of(found[test], function)
            )
            for function in trace.functions
        }
        return Checks(every, functions, self._by_edit(trace, edits, functions, every), unknown)

    def _tested(self, test: str) -> Tested | None:
        key = self._code.test(test)
        if key is not None and self._code.unit(key) is not None:
            return Tested(test, self._slicer.units(key))
        shown = examples(test, self._suite, self._program)
        return None if shown is None else Tested(test, fixed=shown)

    def _all(self, tested: Tested) -> tuple[Check, ...]:
        claims = self._slicer.claims(tested.units)
        return (*tested.fixed, *sorted(_check(tested.identity, claim) for claim in claims))

    def _of(self, tested: Tested, function: FunctionTrace) -> list[Check]:
        """Return the assertions of a test that look at what a function gives."""
        lines = frozenset(function.callers.get(tested.identity, ()))
        # Lines lie where no name led to, too: in what a plugin or a decorator calls.
        units = dict.fromkeys((*tested.units, *self._units_at(lines)))
        if not lines or not self._units_at(lines):
            return list(self._all(tested))
        if function.calls[tested.identity] > MOST_CALLERS:
            # Not every call was noted: the other lines that mention the function count too.
            lines |= frozenset(self._slicer.mentions(units, called(function.function)))
        paths = frozenset(path for path, _ in units)
        return sorted(
            _check(tested.identity, claim, derived=True)
            for claim in self._slicer.claims(units)
            if self._slicer.looks_at(claim, lines, paths)
        )

    def _units_at(self, lines: Iterable[Place]) -> list[Key]:
        found = []
        for path, line in lines:
            sheet = self._code.sheet(path)
            name = None if sheet is None else sheet.unit_at(line)
            if name is not None:
                found.append((path, name))
        return found

    def _by_edit(
        self,
        trace: Trace,
        edits: Sequence[Edit],
        functions: Mapping[FunctionRef, tuple[Check, ...]],
        every: Mapping[str, tuple[Check, ...]],
    ) -> tuple[tuple[Check, ...], ...]:
        holders = self._holders(edits, functions)
        rows = []
        for number, seen in enumerate(trace.edits):
            reached = frozenset(seen.reached)
            holder = holders.get(number)
            if holder is None:
                # Of code outside of functions all that is known is which tests evaluate it.
                rows.append(tuple(c for test in seen.reached for c in every.get(test, ())))
            else:
                rows.append(tuple(c for c in functions[holder] if c.test in reached))
        return tuple(rows)

    def _holders(
        self, edits: Sequence[Edit], functions: Mapping[FunctionRef, tuple[Check, ...]]
    ) -> dict[int, FunctionRef]:
        """Return the traced function that each edit stands in, by number."""
        if self._program is None:
            return {}
        spans = [
            (parse_module(ref.path, self._program.source(ref.path)).function(ref.qualname), ref)
            for ref in functions
            if ref.qualname and not ref.qualname.startswith("<")
        ]
        found = {}
        for number, edit in enumerate(edits):
            for function, ref in spans:
                if function.span.contains(edit.site):
                    found[number] = ref
        return found


def called(ref: FunctionRef) -> str:
    """Return the word that a call of a function has: for `__init__` the name of its class."""
    *around, name = COPY.sub("", ref.qualname).split(".")
    return around[-1] if name in ("__init__", "__new__") and around else name


def _check(test: str, claim: Claim, *, derived: bool = False) -> Check:
    node, kind, strength, _ = claim.found
    return Check(
        test, claim.path, node.lineno, node.end_lineno or node.lineno, kind, strength, derived
    )
