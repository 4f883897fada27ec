"""Do syntax, edits and graphs work on other Pythons? Each interpreter that is given is tried.

    python benchmarks/python_versions.py PYTHON --how pyenv
    python benchmarks/python_versions.py PYTHON --how "Debian sid" --libraries FOLDER

The interpreter needs the libraries of `pyproject.toml` without torch and what it needs: installed,
or in a folder. On it are checked: the programs in new syntax that it takes, programs of pieces and
plain ones (decision 16), the resolution of names against `symtable` over part of its standard
library, and the tests of syntax, edits and graphs. Records `results/python_versions.json`, a
version each. Exit code 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import subprocess
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
RECORD = ROOT / "benchmarks" / "results" / "python_versions.json"
PIECES, PLAIN, FIRST = 40, 20, 20_000
TESTS = (
    "tests/unit/syntax", "tests/unit/edits", "tests/unit/graphs",
    "tests/contract/test_operators.py",
    "tests/property/test_edits_scopes.py", "tests/property/test_edits_random.py",
    "tests/property/test_refactors_random.py", "tests/property/test_new_syntax.py",
    "tests/property/test_fuzz_found.py",
)  # fmt: skip
COUNTED = re.compile(r"(\d+) (passed|failed|errors?)")
SECONDS = 900


def check_here() -> dict[str, Any]:
    """Ask everything of the interpreter that runs this."""
    import numpy as np

    from tests.support.differential import differing
    from tests.support.fuzz import faults
    from tests.support.layout import relaid
    from tests.support.mosaic import Mosaic, own_pieces
    from tests.support.new_syntax import known
    from tests.support.plain_programs import Plain

    scopes = importlib.import_module("tests.property.test_edits_scopes")
    blocks = scopes.compare_all([*scopes.FAST, scopes.STDLIB / "typing.py"])
    wrong: list[str] = []
    edits: Counter[str] = Counter()
    syntax = {}
    for title, text in known().items():
        found, listed = faults(text.encode(), np.random.default_rng(0))
        wrong += [f"{title}: {fault}" for fault in found]
        syntax[title] = len(listed)
    for seed in range(FIRST, FIRST + PIECES):
        rng = np.random.default_rng(seed)
        found, listed = faults(relaid(Mosaic(rng, own_pieces()).program(), rng), rng)
        wrong += [f"pieces {seed}: {fault}" for fault in found]
        edits["of programs of pieces"] += len(listed)
    for seed in range(FIRST, FIRST + PLAIN):
        rng = np.random.default_rng(seed)
        found, listed = differing(relaid(Plain(rng).program(), rng))
        wrong += [f"plain {seed}: {fault}" for fault in found]
        edits["of plain programs that were run"] += len(listed)
    return {
        "version": ".".join(map(str, sys.version_info[:3])),
        "implementation": sys.implementation.name,
        "edits_of_new_syntax": syntax,
        "edits": dict(edits),
        "blocks_compared_with_symtable": blocks,
        "wrong": wrong,
    }


def outside(options: argparse.Namespace) -> dict[str, Any]:
    """Ask an interpreter; return what is recorded of it."""
    started = time.perf_counter()
    folders = [str(ROOT), *([str(options.libraries.resolve())] if options.libraries else [])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}
    own = [options.python, __file__, options.python, "--here"]
    tests = [options.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow"]
    first = subprocess.run(
        own, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if first.returncode:
        raise SystemExit(first.stderr)
    second = subprocess.run(
        [*tests, *TESTS],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    last = second.stdout.strip().splitlines()[-1]
    counts = {word: int(number) for number, word in COUNTED.findall(last)}
    found: dict[str, Any] = json.loads(first.stdout)
    failed = [line for line in second.stdout.splitlines() if line.startswith("FAILED")]
    return {
        **found,
        "how": options.how,
        "tests": counts,
        "wrong": [*found["wrong"], *failed],
        "seconds": round(time.perf_counter() - started, 1),
    }


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("python", help="the interpreter to try")
    parser.add_argument("--how", default="", help="where it came from, for the record")
    parser.add_argument("--libraries", type=Path, help="a folder with its libraries")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    return parser.parse_args(argv)


def main() -> int:
    """Try the interpreter, print and record what was found."""
    options = parse()
    if options.here:
        warnings.simplefilter("ignore")
        # An interpreter that is started by a script of its own is not found by its name.
        sys.executable = options.python
        print(json.dumps(check_here()))
        return 0
    from nerion_gym.commands.provenance import git_state
    from nerion_gym.logbook.files import write_json

    found = {**outside(options), "git": git_state()}
    print(json.dumps(found, indent=2))
    known: dict[str, Any] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    versions = {**known.get("versions", {}), found["version"]: found}
    if not options.dry:
        command = "python benchmarks/python_versions.py PYTHON --how HOW"
        write_json(RECORD, {"command": command, "versions": versions})
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
