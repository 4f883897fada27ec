"""One program's way to its outcome: what to ask of a slot next, and what came of it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nerion_gym.execution.answers import belongs, cause_of_death, not_run
from nerion_gym.execution.warmth import require_same_tests
from nerion_gym.types.outcome import Outcome, Status, TestResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.execution.answers import Answer
    from nerion_gym.execution.limits import Times
    from nerion_gym.execution.routing import Plan
    from nerion_gym.execution.warmth import Warmth

WALL_REPEAT = 3.0
"""A run that the wall clock ended is repeated once at this many times the limit."""
MAX_RESTARTS = 3
"""Children that may die in one run; tests after the last death are NOT_RUN."""
MACHINERY_FAILED = 70
"""Exit code of a child whose own work failed (`supervise.CRASHED_INSIDE`), or of a program."""
NOT_ASKED = "slow: nobody asked for the quick way"


class Job:
    """Runs one program: asks, absorbs answers, and gives the outcome in the end.

    A child that dies takes only the running test with it: the tests after it run in a fresh
    child, so that every test has a status of its own (at most `MAX_RESTARTS` times).

    Args:
        plan: route, tests and edited files.
        expected: test ids of the control run in order; empty when there was none.
        times: CPU seconds of the control run.
        first_failure_only: stop after the first test that fails.
    """

    def __init__(
        self, plan: Plan, expected: Sequence[str], times: Times, *, first_failure_only: bool = False
    ) -> None:
        self.plan = plan
        self.results: dict[str, TestResult] = {}
        self.cpu: dict[str, float] = {}
        self.polluted = False
        self.outlined = False
        self.patterns: list[list[Any]] = []
        self.repeats = 0
        self.failures = 0
        """Children that failed before they ran anything; one more try is allowed."""
        self.stages: list[tuple[str, float]] = []
        self._order = list(expected)
        self._is_first = not expected
        self._quickly = not self._is_first
        self._asked_quickly = False
        self._times = times
        self._first_failure_only = first_failure_only
        self._pending: list[str] | None = None if plan.tests is None else list(plan.tests)
        self._wall_factor = 1.0
        self._deaths = 0
        self._done = False

    @property
    def done(self) -> bool:
        """Whether the outcome is known."""
        return self._done

    def skip(self) -> None:
        """Run nothing: no test reaches the edit."""
        self._pending = []
        self._done = True

    def died_of(self, verdict: TestResult) -> None:
        """Take one result for everything: the unchanged suite ended its process."""
        self._order = [verdict.id]
        self.results[verdict.id] = verdict
        self._done = True

    def begin(self, warmth: Warmth) -> None:
        """Choose the route for good, knowing the live process.

        Raises:
            TaskError: the suite has other tests here than where it was measured.
        """
        require_same_tests(self._order, warmth)
        if self.plan.route == "swap" and not (
            warmth.forkable and self.plan.codes.keys() <= warmth.live
        ):
            why = "a function is not safe to swap in the live process"
            self.plan = replace(self.plan, route="reimport", tests=None, codes={}, why=why)
            self._pending = None
        if self.plan.route == "swap" and self._pending is None and not self._order:
            self._order = list(warmth.tests)
        if self.plan.route == "swap" and not warmth.may_run:
            self._not_collected([list(error) for error in warmth.errors], list(warmth.tests))
        if self._pending == []:
            self._done = True

    def request(self) -> dict[str, Any] | None:
        """Return what to run next, None when the outcome is known."""
        if self._done:
            return None
        anew = self.plan.route != "swap"
        self._asked_quickly = anew and self._quickly
        cpu, wall = self._times.limits(self._pending, collecting=anew)
        return {
            "op": "anew" if anew else "swap",
            "nonce": os.urandom(16),
            "tests": self._pending,
            "codes": self.plan.codes if not anew else {},
            "files": self.plan.files,
            "cpu": cpu * self._wall_factor,
            "wall": wall * self._wall_factor,
            "first_failure_only": self._first_failure_only,
            "watch_state": self.plan.tests is not None,
            "quickly": self._asked_quickly,
            "patterns": self._is_first,
        }

    def absorb(self, answer: Answer) -> None:
        """Take in what a child did. Whatever it did is a verdict on the program, never an error."""
        self.stages += answer.stages
        kinds = {record[0]: record for record in answer.records}
        if answer.code == MACHINERY_FAILED and "ready" not in kinds and not self.failures:
            self._try_again(kinds)
            return
        if "slow" in kinds and self._asked_quickly:
            # What the edit changed shows in the tests: pytest must collect.
            self._quickly = self.outlined = False
            return
        if "slow" in kinds:
            # Honoured, it would ask for the same run for ever.
            answer, kinds = replace(answer, records=[], forged=NOT_ASKED), {}
        self._results_of(answer.records)
        self.patterns = kinds.get("patterns", [None, []])[1]
        if "collected" in kinds:
            self._collected(kinds["collected"], answer.records)
        elif self.plan.route != "swap":
            self._died_collecting(answer, kinds)
            return
        if self._done:
            return
        if "end" in kinds and "broken" not in kinds and not answer.forged:
            self._ended_well(kinds)
        else:
            self._died_running(answer, kinds)

    # --- what the records say ---------------------------------------------------------------

    def _results_of(self, records: list[list[Any]]) -> None:
        for record in records:
            if record[0] == "silent":
                self.results[record[1]] = not_run(record[1])
            if record[0] == "passed":
                _, test, wall, cpu = record
                self.results[test] = TestResult(test, Status.PASSED, None, "call", "", wall)
                self.cpu[test] = cpu
            if record[0] != "test":
                continue
            _, test, status, exception, phase, message, wall, cpu = record
            self.results[test] = TestResult(test, Status[status], exception, phase, message, wall)
            self.cpu[test] = cpu

    def _collected(self, record: list[Any], records: list[list[Any]]) -> None:
        _, tests, may_run = record
        self.outlined = tests is None
        found = self._order if tests is None else list(tests)
        if not self._order:
            self._order = list(found)
        if self._pending is None:
            self._pending = list(found)
        errors = [entry[1:] for entry in records if entry[0] == "error"]
        if errors:
            self._mark_errors(errors)
        if not may_run:
            self._done = True

    def _not_collected(self, errors: list[list[Any]], tests: list[str]) -> None:
        if not self._order:
            self._order = list(tests)
        self._mark_errors(errors)
        self._done = True

    def _mark_errors(self, errors: list[list[Any]]) -> None:
        for node, exception, message in errors:
            hit = [test for test in self._order if belongs(test, node)]
            if not hit and self._is_first:
                # Nothing is known of this suite yet: what failed has no tests to stand for it.
                hit = [node or "collection"]
                self._order += hit
            for test in hit:
                self.results[test] = TestResult(test, Status.ERROR, exception, "collect", message)

    def _ended_well(self, kinds: dict[str, list[Any]]) -> None:
        self._done = True
        chosen = self.plan.tests
        if chosen is None or not kinds.get("state", [None, False])[1]:
            return
        stopped = self._first_failure_only and len(self.results) < len(chosen)
        if not stopped and set(chosen) != set(self._order):
            # Tests that were not selected may see what these left behind.
            self.polluted = True
            self.plan = replace(self.plan, tests=None, why="tests leave changed state behind")
            self.results.clear()
            self._pending = list(self._order)
            self._done = False

    # --- children that died -----------------------------------------------------------------

    def _try_again(self, kinds: dict[str, list[Any]]) -> None:
        """Run once more what failed before it ran anything: a fault of ours, or made to look so.

        Where code was to be swapped it is imported instead, by a child of the clean process: if the
        fault was ours, the verdicts are right all the same, and the plan says what happened.
        """
        self.failures += 1
        if self.plan.codes:
            said = kinds.get("failed", [None, "it did not say why"])[1]
            why = f"a child failed before it ran anything: {said}"
            self.plan = replace(self.plan, route="reimport", tests=None, codes={}, why=why)
            self._pending = None
            self.results.clear()

    def _died_collecting(self, answer: Answer, kinds: dict[str, list[Any]]) -> None:
        if answer.out_of_time and self._repeat():
            return
        verdict = cause_of_death(answer, kinds)
        for test in self._order or ["collection"]:
            self.results[test] = replace(verdict, id=test, phase="collect")
        self._order = list(self.results)
        self._done = True

    def _died_running(self, answer: Answer, kinds: dict[str, list[Any]]) -> None:
        left = [test for test in self._pending or self._order if test not in self.results]
        if not left:
            self._done = True
            return
        if answer.out_of_time and self._repeat():
            self._pending = left
            return
        self._wall_factor = 1.0
        self._deaths += 1
        verdict = cause_of_death(answer, kinds)
        self.results[left[0]] = replace(verdict, id=left[0])
        self._pending = left[1:]
        self._done = not self._pending or self._deaths > MAX_RESTARTS or self._first_failure_only

    def _repeat(self) -> bool:
        """Allow one repeat at a longer limit: a loaded machine never decides."""
        if self._wall_factor > 1.0:
            return False
        self._wall_factor = WALL_REPEAT
        self.repeats += 1
        return True

    # --- the end ----------------------------------------------------------------------------

    def outcome(self, control: Outcome | None, seconds: float) -> Outcome:
        """Return one result per expected test; those not selected keep the control run's."""
        before = control.by_id() if control is not None else {}
        chosen = None if self.plan.tests is None else set(self.plan.tests)
        results = []
        for test in self._order:
            result = self.results.get(test)
            if result is None and chosen is not None and test not in chosen:
                result = before.get(test)
            results.append(result or not_run(test))
        selected = len(self._order if chosen is None else chosen)
        return Outcome(
            tuple(results),
            selected,
            self.plan.route,
            seconds,
            why=self.plan.why,
            stages=tuple(self.stages),
        )
