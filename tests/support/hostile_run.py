"""Running hostile programs contained, and looking at what is left."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

from nerion_gym.execution.confinement import machine
from nerion_gym.execution.confinement.identity import may_become_others
from nerion_gym.execution.confinement.room import others_may_read
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from tests.support.faults import at_rest, names_of, settled
from tests.support.hostile import BARE, harmless, hostile, saying, word
from tests.support.hostile_outside import marked
from tests.support.projects import edited

_numbers = itertools.count()
ENDING_SECONDS = 5.0


def new_mark():
    """Return a name for hostile processes that no other run has; the kernel keeps 15 characters."""
    return f"h{os.getpid()}x{next(_numbers)}h"


def sizes(folder):
    """Return the bytes in files below a folder: logs must not grow."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class Contained:
    """A runner of one containment with a harmless program measured.

    Args:
        kind: "strict", "package" or "bare".
        outside: what its programs are let loose on.
        place: the temporary folder that only it uses.
        workers: of the runner.
    """

    def __init__(self, kind, outside, place, workers=1):
        self.kind, self.outside, self.place = kind, outside, place
        program, suite = harmless(kind, outside.target)
        wanted = machine.BARE_STAMP if kind == BARE else kind
        # Without containment these programs would do what they say.
        if machine.stamp(suite.containment) != wanted:
            raise RuntimeError(f"hostile programs would run {machine.stamp(suite.containment)!r}")
        self.runner = LocalRunner(workers=workers, cache=False)
        self.baseline = measure(self.runner, program, suite)
        self.go_on()
        self.rest = at_rest(place), sizes(place)

    @property
    def owner(self):
        """Whether programs run as the user that owns what is outside."""
        return self.kind == BARE or not (may_become_others() and others_may_read())

    def run(self, program):
        outcome = self.runner.run(program, self.baseline.suite)
        assert outcome.route == "swap"
        return outcome

    def attempt(self, case):
        """Run a case; return (the word for the second test, what it said)."""
        outcome = self.run(hostile(self.baseline.program, case))
        first, second, last = map(word, outcome.results)
        assert first == "passed", outcome.results
        assert last in case.after, outcome.results
        return second, outcome.results[1].message

    def seen(self):
        """Return what a later program finds in the folders it may write to."""
        look = "raise EscapedError(hash(tuple(everything())))"
        result = self.run(saying(self.baseline.program, look)).results[1]
        assert word(result) == "escaped"
        return result.message

    def go_on(self):
        """Let a good and a bad step follow; return what the folders hold for them."""
        program = self.baseline.program
        fine = self.run(edited(program, "return value * 2", "return 2 * value"))
        assert names_of(fine) == ["PASSED"] * 3
        wrong = self.run(edited(program, "return value + 1", "return value + 2"))
        assert names_of(wrong) == ["PASSED", "FAILED", "PASSED"]
        return self.seen()

    def harm(self):
        """Return all that a step left behind, or did to the outside."""
        found = self.outside.harm()
        left = must_end(self.outside.mark)
        if left:
            found.add(f"processes {left}")
        now = settled(self.place, self.rest[0]), sizes(self.place)
        if now != self.rest:
            found.add(f"held {self.rest} -> {now}")
        return found

    def close(self):
        self.runner.close()


def must_end(mark):
    """Return the marked processes that are still there after a while."""
    deadline = time.monotonic() + ENDING_SECONDS
    while (left := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def temporary(tmp_path_factory):
    """Return a fresh folder for a runner's own files."""
    return Path(os.path.realpath(tmp_path_factory.mktemp("place")))
