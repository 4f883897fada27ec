"""Random programs with taps: they do what they did, and what never differs does not."""

import signal
from collections import Counter

import numpy as np
import pytest

from nerion_gym.edits.preview import splice_bytes
from tests.support.noted_programs import noted_calls, noted_program
from tests.support.tracing import outcomes, tapped, word

pytestmark = pytest.mark.pure
SECONDS = 1.0


class TooLongError(BaseException):
    pass


@pytest.fixture(autouse=True)
def _ended_in_time():
    """An edit may take away what ends a loop."""

    def end(_number, _frame):
        raise TooLongError

    before = signal.signal(signal.SIGALRM, end)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def outcome(source, calls):
    """Return what calls of a program give, run as it is."""
    names = {"__name__": "m"}
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        exec(compile(source, "m.py", "exec", dont_inherit=True), names)  # noqa: S102 - our own
        return outcomes(names, calls)
    except TooLongError:
        return ["too long"]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def check(seed):
    """Return the edits of a random program that are said never to differ and do, and the words."""
    rng = np.random.default_rng(seed)
    source, calls = noted_program(rng), noted_calls(rng)
    try:
        compile(source, "m.py", "exec", dont_inherit=True)
    except SyntaxError:
        return [], Counter()
    found = tapped(source)
    found.clock.test = 1
    known = outcome(source, calls)
    assert outcomes(found.names, calls) == known, source
    wrong = [
        (source, calls, edit)
        for edit in found.quiet()
        if outcome(splice_bytes(source.encode(), edit.splices).decode(), calls) != known
    ]
    words = Counter(
        word(site.seen(), bit) for site in found.sites for bit in range(site.judge.count)
    )
    return wrong, words


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("start", range(0, 120, 20))
def test_what_never_differs_in_random_programs(start):
    words: Counter[str] = Counter()
    for seed in range(start, start + 20):
        wrong, found = check(seed)
        assert wrong == []
        words += found
    assert min(words[kind] for kind in ("never", "sometimes", "always", "unknown")) > 10


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("start", range(1000, 1600, 50))
def test_what_never_differs_in_many_random_programs(start):
    for seed in range(start, start + 50):
        assert check(seed)[0] == []
