"""Whether a recorded episode comes out again: step by step, and where not, what is to blame."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from nerion_gym.envs.episodes.rebuild import rebuilt
from nerion_gym.envs.episodes.record import LIMIT_CODES, MEANINGS, letters
from nerion_gym.envs.episodes.taking import taken_reset, taken_step
from nerion_gym.envs.render import describe_edit
from nerion_gym.errors import ConfigError, TaskError

if TYPE_CHECKING:
    from nerion_gym.envs.core import CodeEditEnv
    from nerion_gym.envs.episodes.record import RecordedEpisode, RecordedStep
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

REPEATS = 3
SHOWN = 3
"""Tests that a reason names."""


class Verdict(StrEnum):
    """What became of a recorded episode."""

    SAME = "same"
    DIFFERS = "differs"
    FLAKY = "flaky"
    LOST = "cannot be rebuilt"


@dataclass(frozen=True)
class Finding:
    """A verdict with its reason.

    Attributes:
        verdict: `SAME`; `DIFFERS`: something else comes out, as often as it is run; `FLAKY`: runs
            of one program do not agree, so that the record may be honest; `LOST`: the world gives
            no such task here.
        step: where it differs first: 0 at the reset, then 1, 2, ...; None where nothing does.
        why: "" or one line.
        tests: ids of the tests whose outcomes differ.
    """

    verdict: Verdict
    step: int | None = None
    why: str = ""
    tests: tuple[str, ...] = ()


def confirm(core: CodeEditEnv, episode: RecordedEpisode, repeats: int = REPEATS) -> Finding:
    """Take an episode again and compare what comes with what was recorded, up to a difference.

    Args:
        core: of the same world, made with the same arguments, over a runner that forgets (
            `LocalRunner(cache=False)`): what is remembered was not run again.
        episode: what was recorded.
        repeats: more runs of a program whose outcome differs, to tell a flaky test.

    Raises:
        SandboxError: the machinery that runs tests failed.
    """
    if core.spec is not None and core.spec.id != episode.world:
        return Finding(Verdict.LOST, 0, f"recorded in {episode.world}, this is {core.spec.id}")
    try:
        observation = rebuilt(core, episode)
    except (ConfigError, TaskError) as error:
        return Finding(Verdict.LOST, 0, one_line(error))
    found = taken_reset(core, observation, (episode.world, episode.kwargs), episode.seed)
    difference = compared_resets(core, episode, found, repeats)
    if difference is not None:
        return difference
    ended = False
    for number, step in enumerate(episode.steps, 1):
        if ended:
            return Finding(Verdict.DIFFERS, number, "it goes on after the episode's end")
        difference = compared_steps(core, step, number, repeats)
        if difference is not None:
            return difference
        ended = step.terminated or step.truncated
    return Finding(Verdict.SAME)


def one_line(error: Exception) -> str:
    """Return an error's message without line breaks."""
    return " ".join(str(error).split())


def compared_resets(
    core: CodeEditEnv, episode: RecordedEpisode, found: RecordedEpisode, repeats: int
) -> Finding | None:
    """Return how the beginning differs, or None."""
    if found.task == episode.task and found.task_id != episode.task_id:
        why = (
            f"{found.task} has other contents here ({found.task_id}, recorded is "
            f"{episode.task_id}): its program, its tests, or a file beside them is another"
        )
        return Finding(Verdict.LOST, 0, why)
    if found.task != episode.task:
        why = (
            f"{drawn_by(episode)} the task {found.task} ({found.task_id}), "
            f"recorded is {episode.task} ({episode.task_id})"
        )
        return Finding(Verdict.DIFFERS, 0, why)
    if found.focus != episode.focus:
        return Finding(Verdict.DIFFERS, 0, f"{drawn_by(episode)} another focus")
    if found.tests != episode.tests:
        why = f"the suite has {len(found.tests)} tests, recorded are {len(episode.tests)} others"
        return Finding(Verdict.DIFFERS, 0, why)
    if found.outcome != episode.outcome:
        again = Again(core, core.current.program, repeats)
        return blamed(again, 0, episode.tests, (episode.outcome, found.outcome))
    return other_arrays(episode.observation, found.observation, 0)


def drawn_by(episode: RecordedEpisode) -> str:
    """Return what gave an episode its beginning, before what that is."""
    return f"seed {episode.seed} draws" if episode.drawn else "its digest is of"


def compared_steps(
    core: CodeEditEnv, step: RecordedStep, number: int, repeats: int
) -> Finding | None:
    """Take one step; return how it differs, or None."""
    before = core.current
    tests = tuple(result.id for result in before.initial.results)
    here = edit_of(core, step.action)
    if here != step.edit:
        names = [named(edit, before.program) for edit in (here, step.edit)]
        why = f"action {step.action} is {names[0]}, recorded is {names[1]}"
        return Finding(Verdict.DIFFERS, number, why)
    try:
        plan = core.begin_step(step.action)
    except ConfigError as error:
        return Finding(Verdict.DIFFERS, number, one_line(error))
    found = taken_step(core, step.action, core.step(step.action))
    if found.outcome != step.outcome:
        if found.outcome is None or step.outcome is None or plan.program is None:
            said = "measures nothing" if found.outcome is None else "measures an edit"
            return Finding(Verdict.DIFFERS, number, f"the step {said}, the record says otherwise")
        again = Again(core, plan.program, repeats)
        return blamed(again, number, tests, (step.outcome, found.outcome))
    for name in ("reward", "terminated", "truncated", "end", "success"):
        recorded, now = getattr(step, name), getattr(found, name)
        if recorded != now:
            why = f"{name} is {now!r}, recorded is {recorded!r}; every test came out as recorded"
            return Finding(Verdict.DIFFERS, number, why)
    return other_arrays(step.observation, found.observation, number)


def edit_of(core: CodeEditEnv, action: int) -> Edit | None:
    """Return what an action stands for now; None of submit and of a masked action."""
    return core.edits[action - 1] if 0 < action <= len(core.edits) else None


def named(edit: Edit | None, program: Program) -> str:
    """Return an edit for people, that of another program too."""
    if edit is None:
        return "no edit"
    paths = {splice.path for splice in edit.splices} | {edit.site.path}
    if not paths <= set(program.paths):
        return f"{edit.operator} in another program"
    return describe_edit(edit, program)


def other_arrays(recorded: object, found: object, number: int) -> Finding | None:
    """Return which arrays of an observation differ, or None."""
    one, two = dict(recorded), dict(found)  # type: ignore[call-overload]
    names = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
    if not names:
        return None
    why = f"the observation differs in {', '.join(names)}; tests and reward are as recorded"
    return Finding(Verdict.DIFFERS, number, why)


# -- a lie, or a test that is not steady?


@dataclass(frozen=True)
class Again:
    """What it takes to run a program again.

    Attributes:
        core: whose runner runs it, and whose task's suite.
        program: what is run.
        repeats: how often.
    """

    core: CodeEditEnv
    program: Program
    repeats: int

    def letters(self, tests: tuple[str, ...]) -> list[str]:
        """Run the program; return each outcome as a letter per test."""
        runner, suite = self.core.runner, self.core.task.suite
        runs = [runner.run(self.program, suite) for _ in range(self.repeats)]
        return [letters(outcome, tests) for outcome in runs]


def blamed(again: Again, number: int, tests: tuple[str, ...], said: tuple[str, str]) -> Finding:
    """Return whether a difference is of the record or of tests that are not steady.

    Args:
        again: runs the program in question.
        number: of the step.
        tests: ids, in the order of the letters.
        said: the recorded outcome, and the one that was found.
    """
    recorded, found = said
    places = [place for place, pair in enumerate(zip(*said, strict=True)) if len(set(pair)) > 1]
    names = tuple(tests[place] for place in places)
    told = "; ".join(
        f"{tests[place]} {meaning(found[place])}, recorded is {meaning(recorded[place])}"
        for place in places[:SHOWN]
    )
    told += f" and {len(places) - SHOWN} more tests" if len(places) > SHOWN else ""
    if all({recorded[place], found[place]} <= LIMIT_CODES for place in places):
        why = f"{told}: which of the two limits ends a test, the machine's speed decides"
        return Finding(Verdict.FLAKY, number, why, names)
    runs = [found, *again.letters(tests)]
    unsteady = [place for place in places if len({run[place] for run in runs}) > 1]
    if unsteady and set(unsteady) == set(places):
        why = f"{told}: {len(runs)} runs of this program do not agree on it"
        return Finding(Verdict.FLAKY, number, why, names)
    steady = ", ".join(tests[place] for place in places if place not in unsteady)
    sure = f": {len(runs)} runs agree" if not unsteady else f": {len(runs)} runs agree on {steady}"
    return Finding(Verdict.DIFFERS, number, told + sure, names)


def meaning(letter: str) -> str:
    """Return what a letter of an outcome says."""
    return MEANINGS.get(letter, "unknown")
