"""What is given away: the wheel and the sdist are built, looked into, and tried away from here."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.metadata import Metadata

from nerion_gym import __version__

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]
ROOT = Path(__file__).resolve().parents[2]
BUILD = "import sys; from hatchling import build; getattr(build, sys.argv[1])(sys.argv[2])"
LIBRARY = ("nerion_gym", "policies")
CHECKOUT = (
    *("scripts", "tests", "docs", "examples", "benchmarks", ".ci"),
    *("Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "constraints.txt"),
)
THREE_LINES = """
import gymnasium as gym
import nerion_gym
env = gym.make("Nerion-LogicV2-v0", render_mode="ansi")
env.reset(seed=0)
env.step(1)
assert "noticed by 2 tests" in env.render(), env.render()
env.close()
"""
FILES = """
import gymnasium as gym
import nerion_gym
from nerion_gym.envs.worlds.multi_file import build
from nerion_gym.tasks.builder import corpus_task
from nerion_gym.tasks.splits import SPLITS, corpus_split
from policies.configured import options_for
for name in ("math_logic", "logic_v2", *(one for split in SPLITS for one in corpus_split(split))):
    assert corpus_task(name).program.paths
for split in SPLITS:
    build(split=split)
assert all(options_for(agent) for agent in ("ppo", "maskable_ppo", "dqn"))
env = gym.make("Nerion-ToyMath-v0", render_mode="rgb_array")
env.reset(seed=0)
assert env.render().shape == (480, 1120, 3)
env.close()
"""
SELF = """
import gymnasium as gym
import nerion_gym
from nerion_gym.errors import TaskError
try:
    gym.make("Nerion-Self-v0")
except TaskError as error:
    print(error)
"""


@dataclass(frozen=True)
class Built:
    """Where the wheel and the sdist are."""

    wheel: Path
    sdist: Path


def build(kind: str, source: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, kind, str(folder)], cwd=source, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    return Built(
        build("build_wheel", ROOT, folder / "wheel"), build("build_sdist", ROOT, folder / "sdist")
    )


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """Return a function that runs code with the unpacked wheel alone, in an empty folder."""
    site, elsewhere = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(built.wheel) as archive:
        archive.extractall(site)  # noqa: S202 - built a moment ago
    environment = {**os.environ, "PYTHONPATH": str(site), "NO_COLOR": "1", "COLUMNS": "100"}

    def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        told = f"import nerion_gym\nassert nerion_gym.__file__.startswith({str(site)!r})\n{code}"
        command = [sys.executable, "-W", "error", "-c", told, *arguments]
        return subprocess.run(
            command, cwd=elsewhere, env=environment, capture_output=True, text=True
        )

    return run


def files_below(folder: Path) -> set[str]:
    """Return the files of a folder of the repository that are no by-products."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(ROOT).as_posix() for path in found}


def test_the_wheel_holds_the_library_and_nothing_else(built):
    with zipfile.ZipFile(built.wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {"envs_registry.py"}.union(*(files_below(ROOT / name) for name in LIBRARY))
    assert names == expected
    assert {"nerion_gym/py.typed", "policies/py.typed", "policies/configs/ppo.yml"} <= names


def test_its_metadata_is_valid_and_says_what_the_project_says(built):
    with zipfile.ZipFile(built.wheel) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith(".dist-info/METADATA")]
        told = archive.read(name)
        entry_points = archive.read(name.replace("METADATA", "entry_points.txt")).decode()
    metadata = Metadata.from_email(told, validate=True)
    assert (metadata.name, str(metadata.version)) == ("nerion-gym", __version__)
    assert metadata.license_files == ["LICENSE"]
    assert str(metadata.requires_python) == ">=3.11"
    assert metadata.description_content_type == "text/markdown"
    assert metadata.description.strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
    assert "nerion = nerion_gym.cli:main" in entry_points


def test_pinned_versions_are_such_as_the_metadata_asks_for(built):
    with zipfile.ZipFile(built.wheel) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith(".dist-info/METADATA")]
        metadata = Metadata.from_email(archive.read(name), validate=True)
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.lower().split("==") for line in lines if "==" in line and line[0] != "#")
    checked = [one for one in metadata.requires_dist if one.name.lower() in pins]
    assert len(checked) >= 15
    assert [str(one) for one in checked if pins[one.name.lower()] not in one.specifier] == []


def test_the_sdist_is_a_checkout_and_gives_the_same_wheel(built, tmp_path):
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    assert [name for name in CHECKOUT if not (source / name).exists()] == []
    again = build("build_wheel", source, tmp_path / "again")
    with zipfile.ZipFile(again) as second, zipfile.ZipFile(built.wheel) as first:
        here = {info.filename: info.CRC for info in first.infolist()}
        assert {info.filename: info.CRC for info in second.infolist()} == here


@pytest.mark.parametrize("code", [THREE_LINES, FILES], ids=["three lines", "files"])
def test_the_wheel_works_away_from_the_checkout(code, installed):
    done = installed(code)
    assert done.returncode == 0, done.stderr


def test_what_needs_a_checkout_says_so(installed):
    done = installed(SELF)
    assert "is no checkout of nerion-gym" in done.stdout, done.stderr
    assert "git clone" in done.stdout


def test_its_command_starts(installed):
    code = "import sys; from nerion_gym.cli import main; main(sys.argv[1:])"
    shown = installed(code, "--help")
    assert shown.returncode == 0, shown.stderr
    assert {"train", "play", "trace"} <= set(shown.stdout.split())
    listed = installed(code, "worlds")
    assert "Nerion-MultiFile-v0" in listed.stdout, listed.stderr
