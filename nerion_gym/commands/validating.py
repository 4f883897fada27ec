"""Which recorded episodes are run again, in which worlds, and what came of all of them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import gymnasium as gym

from nerion_gym.commands.agents import make_world, unknown_arguments
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.episodes.confirm import Finding, Verdict, confirm, one_line
from nerion_gym.envs.episodes.lines import read_episodes
from nerion_gym.envs.stats import Ledger
from nerion_gym.errors import ConfigError, TaskError
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.report.visible import visible
from nerion_gym.training.config import suggestion
from nerion_gym.training.tracks import broken_rules, read_submission, score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nerion_gym.envs.episodes.record import RecordedEpisode
    from nerion_gym.training.tracks import Submission


@dataclass(frozen=True)
class Entry:
    """An episode and where it stands."""

    file: Path
    line: int
    episode: RecordedEpisode


@dataclass(frozen=True)
class Confirmed:
    """An episode with its verdict."""

    entry: Entry
    finding: Finding

    def lines(self) -> list[str]:
        """Return the verdict for people: a line, and one more where there is a reason."""
        episode, finding = self.entry.episode, self.finding
        same = finding.verdict is Verdict.SAME
        parts = (
            f"{finding.verdict if same else finding.verdict.upper():<7}",
            f"{self.entry.file.name}:{self.entry.line}",
            episode.world,
            f"{episode.task} ({f'seed {episode.seed}' if episode.drawn else 'by name'})",
            f"{len(episode.steps)} steps{'' if episode.ended else ' (broken off)'},",
            f"return {episode.total_reward:.2f}",
        )
        told = [visible(" ".join(parts))]
        if finding.why:
            place = f"step {finding.step}" if finding.step else "at the reset"
            told.append(visible(f"        {place}: {finding.why}"))
        return told

    def row(self) -> dict[str, Any]:
        """Return it as JSON data."""
        episode, finding = self.entry.episode, self.finding
        return {
            "file": str(self.entry.file),
            "line": self.entry.line,
            "world": episode.world,
            "task": episode.task,
            "seed": episode.seed,
            "drawn": episode.drawn,
            "steps": len(episode.steps),
            "ended": episode.ended,
            "return": episode.total_reward,
            "success": episode.success,
            "verdict": str(finding.verdict),
            "step": finding.step,
            "why": finding.why,
            "tests": list(finding.tests),
        }


@dataclass
class Plan:
    """Episodes to be confirmed, and those that are.

    Attributes:
        entries: in the order of the files and lines.
        worlds: (id, arguments) -> its environment, or why there is none.
        runner: runs every edit; it forgets.
        submission: to a leaderboard, or None.
        broken: rules of its track that the files break.
        done: what was confirmed so far.
    """

    entries: list[Entry]
    worlds: dict[str, CodeEditEnv | str]
    runner: LocalRunner
    kwargs: Mapping[str, Any]
    submission: Submission | None = None
    broken: list[str] = field(default_factory=list)
    done: list[Confirmed] = field(default_factory=list)
    seconds: float = 0.0

    def __enter__(self) -> Plan:
        return self

    def __exit__(self, *_error: object) -> None:
        self.runner.close()

    def confirm(self, repeats: int) -> Iterator[Confirmed]:
        """Confirm one episode after the other.

        Raises:
            SandboxError: the machinery that runs tests failed.
        """
        began = perf_counter()
        for entry in self.entries:
            world = self.worlds[key_of(entry.episode, self.kwargs)]
            if isinstance(world, str):
                finding = Finding(Verdict.LOST, 0, world)
            else:
                finding = confirm(world, entry.episode, repeats)
            self.done.append(Confirmed(entry, finding))
            self.seconds = perf_counter() - began
            yield self.done[-1]

    @property
    def counts(self) -> Counter[Verdict]:
        """How often each verdict was given."""
        return Counter(found.finding.verdict for found in self.done)

    @property
    def passed(self) -> bool:
        """Whether every episode came out the same, and no rule is broken."""
        return self.counts[Verdict.SAME] == len(self.entries) and not self.broken

    @property
    def executions(self) -> int:
        """First-time executions of all episodes together, as they were run here."""
        return sum(w.stats.executions for w in self.worlds.values() if isinstance(w, CodeEditEnv))

    def note(self) -> str:
        """Return where the run stands, beside its bar."""
        odd = len(self.done) - self.counts[Verdict.SAME]
        return f"{self.executions} executions" + (f", {odd} not the same" if odd else "")

    def account(self) -> dict[str, Any]:
        """Return everything as JSON data."""
        rows: dict[str, Any] = {
            "episodes": [found.row() for found in self.done],
            "counts": {str(verdict): self.counts[verdict] for verdict in Verdict},
            "executions": self.executions,
            "seconds": round(self.seconds, 3),
            "passed": self.passed,
        }
        if self.submission is not None:
            rows["track"] = self.submission.track.name
            rows["broken_rules"] = self.broken
            rows["score"] = self.score() if self.passed else None
        return rows

    def score(self) -> dict[str, float]:
        """Return the submission's score, of what was confirmed."""
        by_file: dict[Path, list[RecordedEpisode]] = {}
        for entry in self.entries:
            by_file.setdefault(entry.file, []).append(entry.episode)
        return score(list(by_file.values()))

    def summary(self) -> list[str]:
        """Return the totals for people."""
        counts = self.counts
        told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
        lines = [
            f"{len(self.done)} episodes: {told or 'none'}; "
            f"{self.executions} executions in {self.seconds:.1f} s"
        ]
        if self.submission is None:
            return lines
        lines += [f"breaks a rule of track {self.submission.track.name}: {r}" for r in self.broken]
        if self.passed:
            found = self.score()
            lines.append(
                f"track {self.submission.track.name}: score {found['score']:.3f} "
                f"[{found['low']:.3f}, {found['high']:.3f}] over {found['agents']:.0f} agents, "
                f"success {found['success']:.3f}"
            )
        return lines


def planned(files: list[Path], manifest: Path | None, kwargs: Mapping[str, Any]) -> Plan:
    """Read every file and make every world, before anything runs.

    Args:
        files: recorded episodes.
        manifest: of a submission, which names its files; or None.
        kwargs: stand over the recorded arguments of every world.

    Raises:
        ConfigError: no file, both files and a manifest, or an unknown world or argument.
        StorageError: a file cannot be read, or a line is no recorded episode.
    """
    if bool(files) == (manifest is not None):
        msg = "expected files of recorded episodes, or --manifest FILE: nerion validate --help"
        raise ConfigError(msg)
    submission = None if manifest is None else read_submission(manifest)
    chosen = files if submission is None else list(submission.files)
    entries = [
        Entry(file, line, episode) for file in chosen for line, episode in read_episodes(file)
    ]
    runner = LocalRunner(cache=False)
    worlds = worlds_of(entries, kwargs, runner)
    plan = Plan(entries, worlds, runner, kwargs, submission)
    if submission is not None:
        for file in chosen:
            own = [entry.episode for entry in entries if entry.file == file]
            plan.broken += [f"{file.name}: {rule}" for rule in broken_rules(submission.track, own)]
        plan.broken += submission.broken
    return plan


def key_of(episode: RecordedEpisode, kwargs: Mapping[str, Any]) -> str:
    """Return what tells the environments of two episodes apart."""
    return json.dumps([episode.world, {**episode.kwargs, **kwargs}], sort_keys=True)


def worlds_of(
    entries: list[Entry], kwargs: Mapping[str, Any], runner: LocalRunner
) -> dict[str, CodeEditEnv | str]:
    """Make an environment for each world and its arguments, over one runner and one ledger.

    Raises:
        ConfigError: an unknown world or argument: names the line.
    """
    ledger = Ledger()
    worlds: dict[str, CodeEditEnv | str] = {}
    for entry in entries:
        key = key_of(entry.episode, kwargs)
        if key in worlds:
            continue
        where = f"{entry.file}, line {entry.line}"
        world = world_of(where, entry.episode.world, {**entry.episode.kwargs, **kwargs})
        if isinstance(world, CodeEditEnv):
            world.use_ledger(ledger)
            world.runner = runner
        worlds[key] = world
    return worlds


def world_of(where: str, name: str, options: Mapping[str, Any]) -> CodeEditEnv | str:
    """Return a recorded world's environment, or why this machine cannot build it.

    A record is somebody else's text: no module is imported because it says so.

    Raises:
        ConfigError: there is no such world, it is no code-editing one, or it has no such argument.
    """
    import nerion_gym  # noqa: F401 - registers the worlds

    if name not in gym.registry:
        msg = (
            f"{where}: world {name!r} is not registered{suggestion(name, gym.registry)}; "
            "`nerion worlds` lists those there are"
        )
        raise ConfigError(msg)
    complaint = unknown_arguments(name, options)
    if complaint:
        msg = f"{where}: {complaint}"
        raise ConfigError(msg)
    try:
        core = make_world(name, options).unwrapped
    except (ConfigError, TypeError) as error:
        msg = f"{where}: {name} cannot be made with {dict(options)!r}: {error}"
        raise ConfigError(msg) from error
    except TaskError as error:
        return f"{one_line(error)} (another path is given with --env-kwargs path:PATH)"
    if not isinstance(core, CodeEditEnv):
        msg = f"{where}: {name} is not a code-editing world; `nerion worlds` lists them"
        raise ConfigError(msg)
    return core
