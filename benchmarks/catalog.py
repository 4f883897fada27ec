"""What listing and making edits costs, in milliseconds and against `ast.parse` of the same text.

    python benchmarks/catalog.py                  measure and record
    python benchmarks/catalog.py --brief --dry    a few rounds, nothing recorded

The text is a module of some 500 lines of a pinned package. Each round does everything in turns, so
that the machine's drift hits all of it; nothing is taken from a cache (each round's text ends in
another comment, and what was kept is dropped). Garbage is collected before each timing and not
within. Operators that edit whole programs have a row of their own, after the file's
catalog is known. After an edit the catalog is known when it says how many edits there are and gives
any of them: those of other pieces are moved to their new place as they are asked for. "made" is
what moving all of them costs on top; from cold it is included. LibCST (pinned) does the same two
edits in an environment of its own, made by pip the first time, in turns with its own `ast.parse`.
Records `results/catalog.json`; exit code 1 when a row is below its bar.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import os
import subprocess
import sys
import time
import venv
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.throughput import quantiles, setting  # noqa: E402
from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.edits import linking, listing  # noqa: E402
from nerion_gym.edits.catalog import file_edits, program_edits  # noqa: E402
from nerion_gym.edits.operators import comparison, rename  # noqa: E402
from nerion_gym.edits.preview import apply, splice_bytes  # noqa: E402
from nerion_gym.edits.registry import OPERATORS  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.syntax import pieces  # noqa: E402
from nerion_gym.syntax.module import parse_module  # noqa: E402
from nerion_gym.types.program import Program  # noqa: E402
from tests.support.sources import PINNED, cache_folder, fetch  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.types.edit import Edit

RESULTS = ROOT / "benchmarks" / "results" / "catalog.json"
SCRIPT = Path(__file__).with_name("catalog_libcst.py")
PACKAGE, FILE = "boltons", "boltons/ecoutils.py"
FUNCTION, NAME = "_args2cmd", "result"
LIBCST = "1.9.0"
LOCAL = tuple(row for row in OPERATORS if not row.whole)
BARS = {
    "cold_ms": ("catalog of the module, from cold", 30.0, 15.0, "ms"),
    "after_one_edit_ms": ("catalog after one edit", 3.0, 1.0, "ms"),
    "preview_ms": ("one preview, its result not parsed", 0.2, 0.05, "ms"),
    "swap_over_parse": ("one operator swap, over ast.parse", 1.5, 1.1, "x"),
    "rename_over_parse": ("one rename, over ast.parse", 1.5, 1.1, "x"),
}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a call takes, and what it gives."""
    gc.collect()
    gc.disable()
    started = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - started
    gc.enable()
    return seconds, found


def forget() -> None:
    """Drop what is kept of other versions of the file: their pieces and the edits of those."""
    pieces.forget()
    listing.forget()
    for cached in (linking.said_by, linking.linked, linking._outsides, file_edits):
        cached.cache_clear()


def all_edits(source: bytes) -> tuple[Edit, ...]:
    """Return every edit of a file, made."""
    return tuple(file_edits("m.py", source, LOCAL))


def one_swap(source: bytes) -> bytes:
    """Return a file with one operator swapped, from its text."""
    edit = next(iter(comparison.propose_swaps(parse_module("m.py", source))))
    return splice_bytes(source, edit.splices)


def one_rename(source: bytes) -> bytes:
    """Return a file with one local variable renamed, from its text."""
    edit = next(iter(rename.propose_renames(parse_module("m.py", source))))
    return splice_bytes(source, edit.splices)


def rounds(source: bytes, count: int) -> tuple[dict[str, list[float]], int]:
    """Do everything so many times; return the seconds of each, and the size of the catalog."""
    found: dict[str, list[float]] = {}
    size = 0

    def note(name: str, work: Callable[[], Any]) -> Any:
        seconds, given = timed(work)
        found.setdefault(name, []).append(seconds)
        return given

    for number in range(count):
        text = source + b"# %d\n" % number
        note("ast.parse", partial(ast.parse, text))
        forget()
        edits = note("cold", partial(all_edits, text))
        size = len(edits)
        program = Program.from_files({"m.py": text})
        after = note("preview", partial(apply, program, edits[(number * 97) % size]))
        found_after = note("after_one_edit", partial(file_edits, *after.files[0], LOCAL))
        note("made", partial(tuple, found_after))
        note("whole", partial(program_edits, program, OPERATORS))
        note("swap", partial(one_swap, source + b"# swap %d\n" % number))
        note("rename", partial(one_rename, source + b"# rename %d\n" % number))
    return found, size


def libcst_python() -> Path:
    """Return the interpreter of LibCST's own environment; made the first time."""
    version = ".".join(map(str, sys.version_info[:2]))
    final = cache_folder().parent / "peers" / f"libcst-{LIBCST}-py{version}"
    python = final / "bin" / "python"
    if not (final / "complete").exists():
        venv.create(final, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*command, f"libcst=={LIBCST}"], check=True, timeout=600)
        (final / "complete").touch()
    return python


def libcst(path: Path, count: int) -> dict[str, float]:
    """Return LibCST's ratios to `ast.parse`, median over rounds."""
    command = [str(libcst_python()), str(SCRIPT), str(path), str(count), FUNCTION, NAME]
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, env=kept, capture_output=True, check=True, timeout=600)
    found = {name: np.array(values) for name, values in json.loads(done.stdout).items()}
    return {
        name: round(float(np.median(found[name] / found["ast.parse"])), 1)
        for name in ("swap", "rename")
    }


def summary(found: dict[str, list[float]]) -> dict[str, float]:
    """Return the figures of the issue's table."""
    values = {name: np.array(seconds) for name, seconds in found.items()}
    unit = values["ast.parse"]
    return {
        "cold_ms": round(1e3 * float(np.median(values["cold"])), 2),
        "after_one_edit_ms": round(1e3 * float(np.median(values["after_one_edit"])), 2),
        "preview_ms": round(1e3 * float(np.median(values["preview"])), 4),
        "whole_ms": round(1e3 * float(np.median(values["whole"])), 2),
        "swap_over_parse": round(float(np.median(values["swap"] / unit)), 2),
        "rename_over_parse": round(float(np.median(values["rename"] / unit)), 2),
    }


def verdict(name: str, figure: float) -> dict[str, Any]:
    """Return a figure beside its bar."""
    what, bar, stretch, unit = BARS[name]
    reached = "stretch" if figure <= stretch else "bar" if figure <= bar else "missed"
    row = {"what": what, "bar": bar, "stretch": stretch, "unit": unit}
    return row | {"figure": figure, "verdict": reached}


def main() -> int:
    """Measure, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--brief", action="store_true", help="5 rounds")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    options = parser.parse_args()
    count = 5 if options.brief else options.rounds
    before = os.getloadavg()[0]
    path = fetch(PACKAGE, PINNED[PACKAGE]) / FILE
    found, size = rounds(path.read_bytes(), count)
    figures = summary(found)
    bars = {name: verdict(name, figures[name]) for name in BARS}
    record: dict[str, Any] = {
        "command": " ".join(["python", "benchmarks/catalog.py", *sys.argv[1:]]),
        "git": git_state(),
        "setting": setting(options),
        "load": [round(before, 2), round(os.getloadavg()[0], 2)],
        "file": f"{PACKAGE}-{PINNED[PACKAGE]}/{FILE}",
        "lines": path.read_bytes().count(b"\n"),
        "operators": len(OPERATORS),
        "edits": size,
        "bars": bars,
        "whole_ms": figures["whole_ms"],
        "ms": {name: quantiles(np.array(values) * 1e3) for name, values in found.items()},
        "over_parse": {
            name: round(float(np.median(np.array(values) / np.array(found["ast.parse"]))), 2)
            for name, values in found.items()
        },
        "libcst": {"version": LIBCST, "over_parse": libcst(path, count)},
    }
    shown = {key: record[key] for key in ("edits", "bars", "whole_ms", "over_parse", "libcst")}
    print(json.dumps(shown, indent=1))
    if not options.dry:
        write_json(RESULTS, record)
    return int(any(row["verdict"] == "missed" for row in bars.values()))


if __name__ == "__main__":
    sys.exit(main())
