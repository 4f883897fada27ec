"""The main job on real input: agents on `inflection` and `toolz` with their own tests.

python benchmarks/real_input.py [--table] [--only NAME]

Runs `scripts/train.py --env Nerion-Repo-v0` in a process of its own for each package, agent and
seed, on the packages' source distributions at pinned versions, and records survivors found and
surprise per 100 executions in `benchmarks/results/real_input.json` with command, versions and raw
numbers; `real_input.md` is the table made from it. Cells that are recorded are not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from nerion_gym.report.tables import Metric, compare  # noqa: E402

RECORD = ROOT / "benchmarks" / "results" / "real_input.json"
TABLE = RECORD.with_suffix(".md")
AGENTS = ("curiosity", "curiosity_uniform", "uniform", "success_rate")
"""`curiosity_uniform` is the decisive control: the same world model, edits chosen uniformly."""
SEEDS = (0, 1, 2)
METRICS = (
    Metric("survivors", "survivors found"),
    Metric("survivors_per_execution", "per execution", 3),
    Metric("survivor_area", "mean so far"),
    Metric("surprise_first_half", "surprise, first half (nats)", 3),
    Metric("surprise_second_half", "second half", 3),
    Metric("steps", "steps", 0),
)


@dataclass(frozen=True)
class Subject:
    """A package of the index with its suite.

    Attributes:
        name, version: of the source distribution.
        path, tests: inside it.
        executions: budget of a run.
    """

    name: str
    version: str
    path: str
    tests: str
    executions: int


SUBJECTS = (
    Subject("inflection", "0.5.1", "inflection", "test_inflection.py", 100),
    Subject("toolz", "1.2.0", "toolz", "toolz/tests", 300),
)


def arguments(subject: Subject, folder: str, agent: str, seed: int) -> list[str]:
    """Return the arguments of scripts/train.py for one run."""
    return [
        *("--env", "Nerion-Repo-v0"),
        *("--env-kwargs", f"path:{folder}/{subject.path}", f"tests:{folder}/{subject.tests}"),
        *("--algo", agent, "--seed", str(seed), "--executions", str(subject.executions)),
    ]


def run_cell(subject: Subject, agent: str, seed: int) -> dict[str, Any]:
    """Run one cell; return what is recorded of it.

    Raises:
        subprocess.CalledProcessError: the run failed (its message goes to stderr).
    """
    from tests.support.sources import fetch

    folder = fetch(subject.name, subject.version)
    shown = f"{subject.name}-{subject.version}"
    with tempfile.TemporaryDirectory() as runs:
        command = [sys.executable, str(ROOT / "scripts" / "train.py")]
        command += arguments(subject, str(folder), agent, seed)
        command += ["--tensorboard-log", runs, "--json"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, env=environment
        )
    result = json.loads(done.stdout)
    del result["folder"]
    words = ["python", "scripts/train.py", *arguments(subject, shown, agent, seed)]
    return {"package": shown, "command": " ".join(words), "git": git_state(), **result}


def recorded() -> dict[str, Any]:
    """Return what is on record, or an empty record."""
    if RECORD.exists():
        return json.loads(RECORD.read_text(encoding="utf-8"))
    return {"command": "python benchmarks/real_input.py", "versions": versions(), "runs": []}


def missing(record: dict[str, Any], only: str | None) -> list[tuple[Subject, str, int]]:
    """Return the cells that are not on record."""
    known = {(run["package"], run["algo"], run["seed"]) for run in record["runs"]}
    return [
        (subject, agent, seed)
        for subject in SUBJECTS
        for agent in reversed(AGENTS)  # the quick ones first
        for seed in SEEDS
        if only in (None, subject.name)
        and (f"{subject.name}-{subject.version}", agent, seed) not in known
    ]


def blocks(runs: list[dict[str, Any]], agent: str, key: str) -> str:
    """Return the mean over seeds of an agent's numbers per 100 executions."""
    rows = [run[key] for run in runs if run["algo"] == agent]
    length = max(map(len, rows))
    columns = [[row[i] for row in rows if i < len(row)] for i in range(length)]
    shown = ["-" if None in column else f"{np.mean(column):.2f}" for column in columns]
    return " / ".join(shown) or "-"


def table_of(record: dict[str, Any]) -> str:
    """Return the record as Markdown; agents with missing runs are named, not shown."""
    parts = ["# The main job on real packages", f"`{record['command']}`"]
    for subject in SUBJECTS:
        shown = f"{subject.name}-{subject.version}"
        runs = [run for run in record["runs"] if run["package"] == shown]
        runs.sort(key=lambda run: (AGENTS.index(run["algo"]), run["seed"]))
        counts = {agent: sum(run["algo"] == agent for run in runs) for agent in AGENTS}
        agents = [agent for agent in AGENTS if counts[agent] == len(SEEDS)]
        runs = [run for run in runs if run["algo"] in agents]
        missed = [f"{agent} {counts[agent]}" for agent in AGENTS if agent not in agents]
        if missed:
            parts.append(f"{shown}: runs of {len(SEEDS)} recorded: {', '.join(missed)}")
        if not agents:
            continue
        title = f"{shown}, {subject.executions} executions, {len(SEEDS)} seeds"
        parts.append(compare(title, runs, METRICS, np.random.default_rng(0)).markdown())
        parts.append("Per 100 executions, mean over seeds:")
        lines = ["| agent | survivors | surprise (nats) | runs ended by |", "|---|---|---|---|"]
        for agent in agents:
            ends = sorted({run["ended_by"] for run in runs if run["algo"] == agent})
            found, surprise = (
                blocks(runs, agent, f"{name}_per_100") for name in ("survivors", "surprise")
            )
            lines.append(f"| {agent} | {found} | {surprise} | {', '.join(ends)} |")
        parts.append("\n".join(lines))
    named = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    return "\n\n".join([*parts, f"Versions: {named}."]) + "\n"


def main() -> None:
    """Run what is missing, record each cell as it ends, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="store_true", help="only write the table again")
    parser.add_argument("--only", help="one package", choices=[s.name for s in SUBJECTS])
    options = parser.parse_args()
    record = recorded()
    for subject, agent, seed in [] if options.table else missing(record, options.only):
        print(f"{subject.name} {agent} seed {seed} ...", end=" ", flush=True)
        run = run_cell(subject, agent, seed)
        record["runs"].append(run)
        write_json(RECORD, record)
        print(
            f"{run['survivors']} survivors, {run['executions']} executions, {run['steps']} steps, "
            f"surprise {run['surprise_per_100']}, {run['seconds']} s"
        )
    TABLE.write_text(table_of(record), encoding="utf-8")
    print(TABLE.relative_to(ROOT))


if __name__ == "__main__":
    main()
