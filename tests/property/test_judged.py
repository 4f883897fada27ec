"""Edits that are evaluated in one go are told what they are told one by one."""

from __future__ import annotations

import numpy as np
import pytest

from nerion_gym.edits.catalog import file_edits
from nerion_gym.execution.tracing.judged import Judge, LazyJudge
from nerion_gym.execution.tracing.planning import plan_taps
from nerion_gym.execution.tracing.tabled import table_of
from nerion_gym.execution.tracing.tables import sites_in
from nerion_gym.execution.tracing.taps import Clock
from nerion_gym.execution.tracing.values import LACKED, MISSING, UNREAD, Opaque
from nerion_gym.syntax.module import parse_module
from tests.support.tracing import MUTATIONS

pytestmark = pytest.mark.pure

SOURCE = """
def f(a, b=1, c="x", *d, e=(), **g):
    if a < b and not c or a in d:
        a = a * b + len(c) - 3
    if isinstance(a, int) or b is None:
        return [a, b, c][a:b], {"k": a % 7, **g}
    while a <= b != 2:
        c = c[1:] + str(b) + f"{a!r}:{b}"
        a, b = b, abs(a) ** 2
    for x in range(a, b):
        yield x if x > 1 else -x
    try:
        c = c.strip().upper() if c else c[0]
    except (KeyError, IndexError):
        raise ValueError("no " + c)
    return max(a, b), sorted(d), a << b, c % a, (a, b) == (b, c), min(d or [1]), e[0]
"""


class Odd:
    """Nothing may be asked of it."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError

    def __bool__(self) -> bool:
        raise AssertionError

    __hash__ = None  # type: ignore[assignment]


SHARED = [1, "a"]
VALUES = (
    0, 1, -1, 2, 7, True, False, None, "", "a", "abc", 0.0, -0.0, float("nan"), 1.5, b"", b"ab",
    1 << 70, 1 << 4000, "x" * 70_000, (), (1,), (1, "a"), SHARED, [], [1, 2], {}, {"k": 1}, {1, 2},
    frozenset(), list(range(100)), [[1], (2, [3])], Odd(), object(), int, MISSING, LACKED, UNREAD,
    Opaque(),
)  # fmt: skip


def judges() -> list[Judge]:
    module = parse_module("m.py", SOURCE.encode())
    edits = tuple(file_edits("m.py", module.source, tuple(MUTATIONS)))
    plan = plan_taps(module, edits)
    sites = sites_in(table_of(plan.sites), Clock())
    return [site.judge for site in sites]


def test_one_go_says_what_one_by_one_does():
    rng = np.random.default_rng(0)
    told = set()
    compared = 0
    for quick, slow in zip(judges(), judges(), strict=True):
        if isinstance(quick, LazyJudge):
            continue
        slow._batch = None
        every = (1 << quick.count) - 1
        holes = len(quick._masks.reading)
        for _ in range(400):
            values = tuple(VALUES[number] for number in rng.integers(len(VALUES), size=holes))
            wanted = every & int(rng.integers(1 << 30) if rng.random() < 0.3 else every)
            seen = quick.evaluate(values, wanted)
            assert seen == slow.evaluate(values, wanted), (values, quick.edits)
            told |= {place for place, mask in enumerate(seen) if mask}
            compared += 1
        assert quick.kinds == slow.kinds
    assert compared > 10_000
    assert told == {0, 1, 2}
