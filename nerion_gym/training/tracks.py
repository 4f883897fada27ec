"""The tracks of the leaderboard, what a submission says, and the rules that files can break."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.envs.episodes import strict
from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.metrics.aggregate import stratified_bootstrap
from nerion_gym.types.program import require_inside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nerion_gym.envs.episodes.record import RecordedEpisode

FORMAT = "nerion-submission"
VERSION = 1
MIN_AGENTS = 10
"""Agents, each trained from a seed of its own, that a submission has at least."""
FORMS = ("observation", "trace")
"""Arguments that decide what an agent sees, and nothing about what it does."""


@dataclass(frozen=True)
class Track:
    """What is compared.

    Attributes:
        name: of the track.
        world: registered id.
        kwargs: its arguments.
        episodes: reset seeds 0, 1, ... of which each agent plays each once.
        budget: most executions of one agent's training, evaluation not counted.
        summary: one line.
    """

    name: str
    world: str
    kwargs: Mapping[str, Any]
    episodes: int
    budget: int
    summary: str


TRACKS = {
    track.name: track
    for track in (
        Track(
            "repair",
            "Nerion-Repair-v0",
            {"split": "test"},
            100,
            100_000,
            "one bug in a program never seen; return = share of the failing tests mended",
        ),
        Track(
            "repair-many",
            "Nerion-MultiFile-v0",
            {"split": "test"},
            50,
            100_000,
            "bugs in packages of several files",
        ),
        Track(
            "probe",
            "Nerion-LogicV2-v0",
            {"split": "test"},
            50,
            20_000,
            "mutations that no test notices, of programs never seen; return = how many were found",
        ),
        Track(
            "simplify",
            "Nerion-Simplify-v0",
            {"split": "test"},
            50,
            100_000,
            "bring a program's cost down with every test green",
        ),
    )
}


@dataclass(frozen=True)
class Submission:
    """A manifest.

    Attributes:
        track: what it takes part in.
        agent: name, for the table.
        code: where the code is, with its revision.
        files: one file of episodes per agent.
        broken: rules that the manifest itself breaks.
    """

    track: Track
    agent: str
    code: str
    files: tuple[Path, ...]
    broken: list[str] = field(default_factory=list)


KEYS = {
    "format": str,
    "version": int,
    "track": str,
    "agent": str,
    "code": str,
    "train_splits": list,
    "train_executions": int,
    "files": list,
}


def read_submission(path: Path) -> Submission:
    """Read a manifest.

    Raises:
        StorageError: it cannot be read, is not JSON, is not a manifest of this version, or names a
            file outside of its folder.
        ConfigError: no such track.
    """
    try:
        raw = strict.loads(path.read_bytes())
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}); expected the manifest of a submission"
        raise StorageError(msg) from error
    except ValueError as error:
        msg = f"{path}: {error}; docs/leaderboard.md shows a manifest"
        raise StorageError(msg) from error
    require_manifest(path, raw)
    if raw["track"] not in TRACKS:
        msg = f"{path}: track {raw['track']!r}: expected one of {', '.join(TRACKS)}"
        raise ConfigError(msg)
    track = TRACKS[raw["track"]]
    files = tuple(file_beside(path, name) for name in raw["files"])
    return Submission(track, raw["agent"], raw["code"], files, manifest_rules(track, raw, files))


def file_beside(path: Path, name: str) -> Path:
    """Return a file that a manifest names: it lies in the manifest's folder, links followed.

    Raises:
        StorageError: it does not, or no file has such a name.
    """
    folder = path.parent
    try:
        require_inside([name])
        if name.isprintable() and (folder / name).resolve().is_relative_to(folder.resolve()):
            return folder / name
    except (ConfigError, OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        msg = f'{path}: "files": {error}'
        raise StorageError(msg) from error
    msg = (
        f'{path}: "files": {name!r} is not in the folder of the manifest: expected "agent-0.jsonl"'
    )
    raise StorageError(msg)


def require_manifest(path: Path, raw: object) -> None:
    """Refuse what is not a manifest.

    Raises:
        StorageError: names the key.
    """
    if not isinstance(raw, dict) or (raw.get("format"), raw.get("version")) != (FORMAT, VERSION):
        msg = (
            f'{path}: expected an object with "format": "{FORMAT}" and "version": {VERSION}; '
            "docs/leaderboard.md shows one"
        )
        raise StorageError(msg)
    for key, kind in KEYS.items():
        if type(raw.get(key)) is not kind:
            msg = f'{path}: "{key}" is {raw.get(key)!r}: expected {kind.__name__}'
            raise StorageError(msg)
    for key in ("files", "train_splits"):
        if not all(isinstance(value, str) for value in raw[key]):
            msg = f'{path}: "{key}": expected a list of texts'
            raise StorageError(msg)


def manifest_rules(track: Track, raw: Mapping[str, Any], files: Sequence[Path]) -> list[str]:
    """Return the rules that a manifest breaks by what it says."""
    broken = []
    if len(raw["files"]) < MIN_AGENTS:
        broken.append(f"{len(raw['files'])} agents: expected at least {MIN_AGENTS}, a file each")
    if len({file.resolve() for file in files}) < len(files):
        broken.append("a file is named twice")
    foreign = sorted(set(raw["train_splits"]) - {"train", "val"})
    if foreign:
        broken.append(f"trained on {', '.join(foreign)}: only train and val may be")
    if not 0 <= raw["train_executions"] <= track.budget:
        told = f"{raw['train_executions']} executions of training"
        broken.append(f"{told}: expected 0 to {track.budget}")
    return broken


def broken_rules(track: Track, episodes: Sequence[RecordedEpisode]) -> list[str]:
    """Return the rules that one agent's episodes break."""
    broken = []
    for episode in episodes:
        kwargs = {key: value for key, value in episode.kwargs.items() if key not in FORMS}
        if (episode.world, kwargs) != (track.world, dict(track.kwargs)):
            broken.append(
                f"an episode of {episode.world} {kwargs}: expected {track.world} "
                f"{dict(track.kwargs)}"
            )
        elif not episode.drawn:
            broken.append(f"the episode of {episode.task} was not drawn by a seed alone")
        elif not episode.ended:
            broken.append(f"the episode of seed {episode.seed} was broken off")
    counts = Counter(episode.seed for episode in episodes if episode.drawn)
    missing = [seed for seed in range(track.episodes) if seed not in counts]
    odd = sorted(s for s in counts if s is not None and not 0 <= s < track.episodes)
    twice = sorted(seed for seed, count in counts.items() if seed is not None and count > 1)
    for seeds, what in ((missing, "missing"), (odd, "not of the track"), (twice, "there twice")):
        if seeds:
            broken.append(
                f"seeds {shortened(seeds)} are {what}: expected 0 to "
                f"{track.episodes - 1}, each once"
            )
    return list(dict.fromkeys(broken))


def acting_alike(agents: Mapping[str, Sequence[RecordedEpisode]]) -> list[str]:
    """Return the files that hold the same actions as another one in every episode, as rules.

    Args:
        agents: name of a file -> its episodes, in any order.
    """
    first: dict[frozenset[tuple[int | None, tuple[int, ...]]], str] = {}
    broken = []
    for name, episodes in agents.items():
        acts = frozenset((e.seed, tuple(step.action for step in e.steps)) for e in episodes)
        other = first.setdefault(acts, name)
        if other != name:
            broken.append(f"{name} acts as {other} does in every episode: expected another agent")
    return broken


def shortened(numbers: Sequence[int]) -> str:
    """Return the first numbers of a list."""
    shown = ", ".join(map(str, numbers[:5]))
    return f"{shown} and {len(numbers) - 5} more" if len(numbers) > 5 else shown


def score(agents: Sequence[Sequence[RecordedEpisode]]) -> dict[str, float]:
    """Return IQM and interval of the agents' mean returns, and their mean success.

    Args:
        agents: the episodes of each agent; at least one each.
    """
    returns = [float(np.mean([one.total_reward for one in episodes])) for episodes in agents]
    successes = [float(np.mean([one.success for one in episodes])) for episodes in agents]
    found = stratified_bootstrap(returns, np.random.default_rng(0))
    return {
        "score": found.point,
        "low": found.low,
        "high": found.high,
        "success": float(np.mean(successes)),
        "agents": float(len(agents)),
    }
