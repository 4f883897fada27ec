"""docs/leaderboard.md is true: its Python runs, its tables are the code's, its manifest is one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nerion_gym.commands.validate import validate
from nerion_gym.envs.episodes.confirm import Verdict
from nerion_gym.envs.episodes.record import MEANINGS, RecordedEpisode, RecordedStep
from nerion_gym.training.tracks import MIN_AGENTS, TRACKS, read_submission

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "leaderboard.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.sandbox
def test_its_python_runs_and_prints_what_it_says(tmp_path):
    for code, printed in zip(blocks("python"), ("", *blocks("text")), strict=True):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stdout) == (0, printed), done.stderr


@pytest.mark.pure
def test_its_tables_are_the_codes():
    letters = re.findall(r"^\| `(.)` \| (.*) \|$", TEXT, re.MULTILINE)
    assert dict(letters) == MEANINGS
    rows = re.findall(
        r'^\| `([\w-]+)` \| `([\w-]+)` \| `split="(\w+)"` \| (\d+) \| ([\d,]+) \|$', TEXT, re.M
    )
    assert {row[0]: row[1:] for row in rows} == {
        name: (track.world, track.kwargs["split"], str(track.episodes), f"{track.budget:,}")
        for name, track in TRACKS.items()
    }
    assert f"**At least {MIN_AGENTS} agents**" in TEXT
    verdicts = re.findall(r"^\| (same|differs|flaky|cannot be rebuilt) \|", TEXT, re.MULTILINE)
    assert verdicts == [str(verdict) for verdict in Verdict]


@pytest.mark.pure
def test_it_names_every_key_of_a_line():
    table = TEXT.partition("| key | meaning |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", table))
    fields = {*RecordedEpisode.__dataclass_fields__, *RecordedStep.__dataclass_fields__}
    assert fields <= named


@pytest.mark.pure
def test_its_manifest_is_one_and_keeps_the_rules(tmp_path):
    path = tmp_path / "submission.json"
    (block,) = blocks("json")
    path.write_text(block)
    found = read_submission(path)
    assert (found.track.name, found.broken) == (json.loads(block)["track"], [])


@pytest.mark.pure
def test_the_flags_that_it_names_exist():
    commands = [line for block in blocks("bash") for line in block.splitlines()]
    flags = {f for line in commands if "validate" in line for f in re.findall(r"--([a-z-]+)", line)}
    assert flags
    assert {flag.replace("-", "_") for flag in flags} <= set(validate.__annotations__)
