"""mutmut, driven from outside: its own environment, its configuration, its mutants and verdicts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.throughput import write_project
from tests.support.sources import cache_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite

MUTMUT = "3.8.1"
SECONDS = 1800
RATE = re.compile(r"([\d.]+) mutations/second")
SURVIVED, NO_TESTS = 0, (None, 5, 33)
"""mutmut's exit codes of a mutant; "no tests" are not tried, so they are no part of its rate."""
EXTRACT = """
import json, sys
from pathlib import Path
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import apply_mutant
from mutmut.utils.file_utils import walk_mutatable_files

rows = []
for path in walk_mutatable_files():
    data = SourceFileMutationData(path=path)
    data.load()
    clean = Path(path).read_text()
    for name, code in data.exit_code_by_key.items():
        apply_mutant(name)
        rows.append([str(path), name, code, Path(path).read_text()])
        Path(path).write_text(clean)
json.dump(rows, open(sys.argv[1], "w"))
"""
"""Run by mutmut's interpreter: the recorded exit code and the whole mutated file of each mutant."""


@dataclass(frozen=True)
class Mutant:
    """A file that mutmut mutated, and what mutmut found.

    Attributes:
        path: of the mutated file in the project.
        name: mutmut's.
        code: exit code that mutmut recorded.
        text: the whole mutated file.
    """

    path: str
    name: str
    code: int
    text: str

    @property
    def function(self) -> str:
        """The mutated function, under mutmut's name."""
        return self.name.rpartition("__mutmut_")[0]


@dataclass(frozen=True)
class Turn:
    """One side's turn: seconds of the run phase and of the whole process."""

    mutants: int
    run: float
    wall: float


class PeerError(RuntimeError):
    """mutmut could not be installed or did not run."""


def peer_python() -> Path:
    """Return the interpreter of mutmut's own environment; made the first time.

    Raises:
        PeerError: pip could not install it (with pip's words).
    """
    pytest = metadata.version("pytest")
    version = ".".join(map(str, sys.version_info[:2]))
    final = cache_folder().parent / "peers" / f"mutmut-{MUTMUT}-pytest-{pytest}-py{version}"
    python = final / "bin" / "python"
    if (final / "complete").exists():
        return python
    shutil.rmtree(final, ignore_errors=True)
    venv.create(final, with_pip=True)
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    said_by([*command, f"mutmut=={MUTMUT}", f"pytest=={pytest}"], Path.cwd())
    (final / "complete").touch()
    return python


def said_by(command: list[str], folder: Path) -> str:
    """Run a command of mutmut's environment in a folder; return what it printed.

    Raises:
        PeerError: it failed.
    """
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=folder, env=kept, capture_output=True, text=True, timeout=SECONDS
    )
    if done.returncode:
        told = (done.stdout + done.stderr).replace("\r", "\n").strip()[-2000:]
        msg = f"{' '.join(command[:4])} ... ended with {done.returncode}; it said:\n{told}"
        raise PeerError(msg)
    return done.stdout


def prepare(folder: Path, program: Program, suite: Suite) -> None:
    """Write a fresh copy of a project with mutmut's section in its setup.cfg."""
    write_project(folder, program, suite)
    sources = {path.partition("/")[0] for path in program.paths}
    lines = ["", "[mutmut]", "source_paths=", *(f"    {name}" for name in sorted(sources))]
    lines += ["only_mutate=", *(f"    {path}" for path in program.paths)]
    lines += ["pytest_add_cli_args_test_selection=", *(f"    {test}" for test in suite.targets)]
    with (folder / "setup.cfg").open("a") as file:
        file.write("\n".join(lines) + "\n")


def run_mutmut(
    program: Program, suite: Suite, workers: int, names: Sequence[str] = ()
) -> tuple[Turn, list[Mutant]]:
    """Let mutmut generate its mutants in a fresh folder and run them, or those named.

    Raises:
        PeerError: it failed, or printed no rate.
    """
    python = peer_python()
    with tempfile.TemporaryDirectory(prefix="peer-") as name:
        folder = Path(name)
        prepare(folder, program, suite)
        command = [str(python.with_name("mutmut")), "run", "--max-children", str(workers)]
        started = time.perf_counter()
        said = said_by([*command, *names], folder)
        wall = time.perf_counter() - started
        said_by([str(python), "-c", EXTRACT, str(folder / "rows.json")], folder)
        rows = json.loads((folder / "rows.json").read_text())
    rate = RATE.search(said)
    tried = [Mutant(*row) for row in rows if row[2] not in NO_TESTS]
    if rate is None or not tried or float(rate[1]) == 0:
        msg = f"mutmut tried {len(tried)} mutants and said:\n{said[-2000:]}"
        raise PeerError(msg)
    return Turn(len(tried), len(tried) / float(rate[1]), wall), tried
