"""Which recorded episodes are run again, in which worlds, and what came of all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from nerion_gym.commands.validating_worlds import key_of, worlds_of
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.episodes.confirm import Finding, Verdict, confirm
from nerion_gym.envs.episodes.lines import read_episodes
from nerion_gym.errors import ConfigError
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.report.visible import visible
from nerion_gym.training.tracks import acting_alike, broken_rules, read_submission, score

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
        counts: how often each verdict was given.
    """

    entries: list[Entry]
    worlds: dict[str, CodeEditEnv | str]
    runner: LocalRunner
    kwargs: Mapping[str, Any]
    submission: Submission | None = None
    broken: list[str] = field(default_factory=list)
    done: list[Confirmed] = field(default_factory=list)
    counts: Counter[Verdict] = field(default_factory=Counter)
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
            self.counts[finding.verdict] += 1
            self.seconds = perf_counter() - began
            yield self.done[-1]

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
            rows["agent"], rows["code"] = self.submission.agent, self.submission.code
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
        track = self.submission.track.name
        lines += [visible(f"breaks a rule of track {track}: {rule}") for rule in self.broken]
        if self.passed:
            found = self.score()
            lines.append(
                f"track {track}: score {found['score']:.3f} "
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
    read = [(file, read_episodes(file)) for file in chosen]
    entries = [Entry(file, line, one) for file, episodes in read for line, one in episodes]
    runner = LocalRunner(cache=False)
    places = ((f"{entry.file}, line {entry.line}", entry.episode) for entry in entries)
    plan = Plan(entries, worlds_of(places, kwargs, runner), runner, kwargs, submission)
    if submission is not None:
        names = [str(file.relative_to(manifest.parent)) for file in chosen] if manifest else []
        agents = dict(zip(names, ([one for _, one in found] for _, found in read), strict=True))
        for name, own in agents.items():
            plan.broken += [f"{name}: {rule}" for rule in broken_rules(submission.track, own)]
        plan.broken += [*acting_alike(agents), *submission.broken]
    return plan
