"""Whether an unchanged suite says the same twice: flaky tests, and tests that depend on order."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from nerion_gym.errors import TaskError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nerion_gym.types.outcome import Outcome, TestResult

SHOWN = 5
REPEATS = 3
"""More runs in each of two orders, once the two differ: a coin seldom falls the same so often."""


class OrderWarning(UserWarning):
    """The verdicts of some tests depend on which tests ran before them."""


def require_steady(control: Outcome, again: Callable[[Sequence[str] | None], Outcome]) -> None:
    """Run the suite again in another order, and tell flaky tests from those that depend on it.

    Args:
        control: the first run, in the suite's own order.
        again: runs the suite once more, in the given order of ids, or its own (None).

    Warns:
        OrderWarning: names steady tests whose verdict depends on the order.

    Raises:
        TaskError: names the tests whose verdict differs though the order is the same.
    """
    order = other_order([result.id for result in control.results])
    backwards = again(order)
    suspects = differing(control, backwards)
    if not suspects:
        return
    own = [control, *(again(None) for _ in range(REPEATS))]
    other = [backwards, *(again(order) for _ in range(REPEATS))]
    flaky = sorted({*differing(*own), *differing(*other)})
    if flaky:
        told = [how_it_differs(test, own, other) for test in flaky[:SHOWN]]
        more = f" and {len(flaky) - SHOWN} more" if len(flaky) > SHOWN else ""
        msg = (
            f"flaky tests: {'; '.join(told)}{more}. Runs of the unchanged program must agree: "
            "seed them, or deselect them (pytest's addopts are honoured, and so are "
            "arguments=('--deselect=TEST',), on the command line --env-kwargs "
            "arguments:--deselect=TEST), or go on without them: flaky='majority', on the command "
            "line --env-kwargs flaky:majority"
        )
        raise TaskError(msg)
    message = (
        f"{len(suspects)} tests depend on the order ({', '.join(suspects[:SHOWN])}): verdicts are "
        "those of the suite's own order, and every edit may have to run every test. Let each "
        "test set up what it needs, then only the tests that reach an edit run"
    )
    warnings.warn(message, OrderWarning, stacklevel=3)


def other_order(tests: Sequence[str]) -> list[str]:
    """Return test ids backwards: the files, the classes in a file, the tests in a class.

    Of any two tests that can be run the other way round, the later one now runs first, which a
    random order leaves to chance; and what a file or a class sets up is still set up once.
    """
    first: dict[tuple[str, ...], int] = {}

    def rank(test: str, index: int) -> list[int]:
        # A parameter's text may hold "::" too.
        parts = tuple(test.partition("[")[0].split("::"))
        groups = (parts[:end] for end in range(1, len(parts)))
        return [*(-first.setdefault(group, index) for group in groups), -index]

    ranks = [(rank(test, index), test) for index, test in enumerate(tests)]
    return [test for _rank, test in sorted(ranks)]


def differing(*runs: Outcome) -> list[str]:
    """Return the ids of the tests on which runs do not agree, or that some lack; sorted."""
    tables = [run.by_id() for run in runs]
    names = sorted({name for table in tables for name in table})
    return [name for name in names if len({table.get(name) for table in tables}) > 1]


def how_it_differs(test: str, *groups: Sequence[Outcome]) -> str:
    """Say what runs in the same order made of a test."""
    for runs in groups:
        found = [run.by_id().get(test) for run in runs]
        if None in found and len(set(found)) > 1:
            return f"{test} (there in some runs only)"
        said = dict.fromkeys(result.status.name.lower() for result in found if result is not None)
        if len(said) > 1:
            return f"{test} ({', then '.join(said)}{_reason(found)})"
    return f"{test} (another exception each time)"


def _reason(results: Sequence[TestResult | None]) -> str:
    """Say what the first of some results raised, to go into a list; "" where nothing is known."""
    for result in results:
        if result is not None and (result.exception or result.message):
            told = ": ".join(part for part in (result.exception, result.message) if part)
            return f"; {told}"
    return ""
