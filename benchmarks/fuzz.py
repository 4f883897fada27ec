"""Fuzzing of the edit engine: programs that nobody wrote, and what their edits must keep to.

    python benchmarks/fuzz.py                              a quarter of an hour, and record
    python benchmarks/fuzz.py --dry --minutes 2 --first 5000

Four generators (decision 16): programs of pieces, plain programs that are run before and after each
refactor, and hypothesmith's from the grammar and from libcst's nodes. Of each program every edit of
the whole catalog is checked (`tests/support/fuzz.py`). Seeds go on from `--first` until the time is
spent, so a finding is repeated by its seed. Records `results/fuzz.json`. Exit code 1 where anything
is wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesmith
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from tests.support.differential import differing  # noqa: E402
from tests.support.fuzz import faults  # noqa: E402
from tests.support.layout import relaid  # noqa: E402
from tests.support.mosaic import Mosaic, own_pieces  # noqa: E402
from tests.support.plain_programs import Plain  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nerion_gym.types.edit import Edit
    from tests.support.fuzz import Fault

DRAWS = ("hypothesis", "hypothesmith", "lark", "libcst")
RECORD = ROOT / "benchmarks" / "results" / "fuzz.json"
SHARES = {"pieces": 0.55, "plain": 0.3, "grammar": 0.05, "nodes": 0.1}
"""Parts of the time."""
BATCH = 50
"""Examples that hypothesis draws from one seed."""
FOUND = {
    "a parenthesis in a comment was taken for the code's, by edits of arguments and parameters":
        "tests/property/test_fuzz_found.py",
    "inlining wrote literals where Python warns of them (`1()`, `0 is None`)":
        "tests/unit/edits/test_doubtful.py",
    "swaps of operands, arguments and branches that differ in parentheses alone changed no tree":
        "tests/property/test_fuzz_found.py",
    "split_condition made a tuple a condition": "tests/property/test_fuzz_found.py",
    "on Python 3.14 equal code was not marked: functions keep constants that were folded":
        "tests/unit/edits/test_equivalence.py",
    "a repair inside parentheses was not found (inject.listed_way)":
        "tests/property/test_fuzz_found.py",
    "remove_dead_code uncovered an unused variable behind a definition":
        "tests/property/test_fuzz_found.py",
    "remove_dead_code took a read in front of what binds a name for its use":
        "tests/property/test_fuzz_found.py",
    "the pyflakes gate took a renamed finding, or one with another line number, for a new one":
        "tests/property/test_fuzz_found.py",
}  # fmt: skip
"""What fuzzing found before this record, mended since, and the test of each."""


@dataclass
class Tally:
    """What a generator's programs gave."""

    programs: int = 0
    edits: Counter[str] = field(default_factory=Counter)
    wrong: list[dict[str, Any]] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, seed: int, source: bytes, found: Sequence[Fault], edits: Sequence[Edit]) -> None:
        """Count a program; print what is wrong."""
        self.programs += 1
        self.edits.update(edit.operator for edit in edits)
        for fault in found:
            self.wrong.append({"seed": seed, "source": source.decode(), **fault._asdict()})
            print(seed, fault.check, fault.operator, fault.detail, sep="\n", flush=True)

    def record(self) -> dict[str, Any]:
        """Return what is recorded."""
        return {
            "programs": self.programs,
            "edits": sum(self.edits.values()),
            "seeds": [self.seeds[0], self.seeds[-1]] if self.seeds else [],
            "wrong": self.wrong,
            "seconds": round(self.seconds, 1),
            "operators": dict(sorted(self.edits.items())),
        }


def of_pieces(seed: int, tally: Tally) -> None:
    """One program of pieces."""
    rng = np.random.default_rng(seed)
    source = relaid(Mosaic(rng, own_pieces()).program(), rng)
    tally.add(seed, source, *faults(source, rng))


def plain(seed: int, tally: Tally) -> None:
    """One plain program, run before and after each of its refactors."""
    rng = np.random.default_rng(seed)
    source = relaid(Plain(rng).program(), rng)
    tally.add(seed, source, *differing(source))


def drawn_by_hypothesmith(strategy: Any) -> Callable[[int, Tally], None]:
    """A batch of programs of the grammar, or of nodes, from one seed."""

    def batch(seed: int, tally: Tally) -> None:
        @seeded(seed)
        @settings(
            max_examples=BATCH,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def ask(text: str) -> None:
            source = text.encode()
            tally.add(seed, source, *faults(source, np.random.default_rng(seed)))

        ask()

    return batch


def generators() -> dict[str, Callable[[int, Tally], None]]:
    """Name -> what makes and checks the programs of one seed."""
    return {
        "pieces": of_pieces,
        "plain": plain,
        "grammar": drawn_by_hypothesmith(hypothesmith.from_grammar()),
        "nodes": drawn_by_hypothesmith(hypothesmith.from_node()),
    }


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--first", type=int, default=10_000, help="the first seed")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    return parser.parse_args(argv)


def record_of(tallies: dict[str, Tally], options: argparse.Namespace) -> dict[str, Any]:
    """Return what is recorded."""
    operators = sum((tally.edits for tally in tallies.values()), Counter[str]())
    return {
        "command": f"python benchmarks/fuzz.py --minutes {options.minutes:g} "
        f"--first {options.first}",
        "git": git_state(),
        "versions": versions() | {name: version(name) for name in DRAWS},
        "programs": sum(tally.programs for tally in tallies.values()),
        "edits": sum(operators.values()),
        "operators": len(operators),
        "wrong": sum(len(tally.wrong) for tally in tallies.values()),
        "found_before_and_mended": FOUND,
        "generators": {name: tally.record() for name, tally in tallies.items()},
    }


def main() -> int:
    """Go through the generators, print a line each, write the record."""
    options = parse()
    warnings.simplefilter("ignore")
    tallies: dict[str, Tally] = {}
    for name, check in generators().items():
        tally = tallies.setdefault(name, Tally())
        started, seed = time.perf_counter(), options.first
        while tally.seconds < 60 * options.minutes * SHARES[name]:
            check(seed, tally)
            tally.seeds.append(seed)
            seed += 1
            tally.seconds = time.perf_counter() - started
        shown = tally.record()
        print(name, {key: shown[key] for key in ("programs", "edits", "seeds")}, flush=True)
        if not options.dry:
            write_json(RECORD, record_of(tallies, options))
    return 1 if any(tally.wrong for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
