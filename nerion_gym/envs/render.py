"""Text frames: what was edited, what the tests said, where the episode stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nerion_gym.edits.preview import diff
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.outcome import LearningClass, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nerion_gym.envs.dynamics import Finished
    from nerion_gym.envs.state import State
    from nerion_gym.envs.world import World
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome, TestResult
    from nerion_gym.types.program import Program

MARKS = {Status.PASSED: "\x1b[32m.\x1b[0m", Status.SKIPPED: "s", Status.XFAILED: "x"}
BAD_MARK = BAD_LINE = "\x1b[31m{}\x1b[0m"
GOOD_LINE = "\x1b[32m{}\x1b[0m"
SHOWN_FAILURES = 8
SHOWN_CHARACTERS = 44


@dataclass(frozen=True)
class LastStep:
    """The step that a frame shows."""

    before: State
    edit: Edit | None
    outcome: Outcome | None
    finished: Finished


def describe_edit(edit: Edit, program: Program) -> str:
    """Return one line: operator, file, line and column from 1, what becomes of what.

    Args:
        edit: the edit.
        program: what it is an edit of.
    """
    line, column = place_of(edit, program)
    return f"{edit.operator} {edit.splices[0].path}:{line}:{column} {change_of(edit)}"


def place_of(edit: Edit, program: Program) -> tuple[int, int]:
    """Return the line and the column, in characters, where an edit's change begins, from 1."""
    splice = edit.splices[0]
    source = program.source(splice.path)
    table = parse_module(splice.path, source).table
    line = table.line_of(splice.start)
    before = source[table.starts[line - 1] : splice.start]
    return line, len(before.decode("utf-8", "replace")) + 1


def change_of(edit: Edit, *, brief: bool = False) -> str:
    """Return what becomes of what at an edit's first place, written as in Python.

    Args:
        edit: the edit.
        brief: cut long texts, but never what differs.
    """
    splice = edit.splices[0]
    texts = [part.decode("utf-8", "replace") for part in (splice.before, splice.after)]
    if brief:
        pairs = enumerate(zip(*texts, strict=False))
        same = next((at for at, (one, two) in pairs if one != two), min(map(len, texts)))
        texts = [cut(text, same) for text in texts]
    before, after = map(repr, texts)
    more = f" (+{len(edit.splices) - 1} more)" if len(edit.splices) > 1 else ""
    return f"{before} -> {after}{more}"


def cut(text: str, same: int) -> str:
    """Return at most `SHOWN_CHARACTERS` of a text, with what follows its first `same` ones."""
    if len(text) <= SHOWN_CHARACTERS:
        return text
    first = 0 if same < SHOWN_CHARACTERS - 8 else same - 8
    last = first + SHOWN_CHARACTERS - 6
    return ("..." if first else "") + text[first:last] + ("..." if last < len(text) else "")


def describe_edits(edits: Iterable[Edit], program: Program) -> list[str]:
    """Return a line for each edit of a program."""
    return [describe_edit(edit, program) for edit in edits]


def shown_outcome(state: State, step: LastStep | None) -> Outcome:
    """Return the outcome that a frame shows: the step's, else what the state knows."""
    return state.outcome if step is None or step.outcome is None else step.outcome


def noticed_by(world: World, step: LastStep) -> tuple[str, ...]:
    """Return the tests whose learning class a step's edit changed, in the suite's order."""
    if step.outcome is None:
        return ()
    before = compared_with(world, step).classes
    return tuple(test for test, now in step.outcome.classes.items() if before.get(test) != now)


def compared_with(world: World, step: LastStep) -> Outcome:
    """Return the outcome before a step: of the unchanged program where no edit is ever kept."""
    return step.before.initial if world.commit == "never" else step.before.outcome


def ansi(world: World, state: State, step: LastStep | None) -> str:
    """Return a frame for a terminal: the edit's difference, what came of it, the tests.

    Colours are a terminal's own green, red and blue, so that its theme decides how they look; a
    sign or a word says the same.
    """
    left = world.limits.steps - state.steps
    parts = [
        f"{world.id} · {state.task.name} · {len(state.catalog)} edits · {left} steps left",
    ]
    if step is not None:
        if step.edit is not None:
            parts.append(diff(step.before.program, step.edit, colour=True).rstrip("\n"))
        parts.append(verdict(world, step))
    parts.append(test_bar(shown_outcome(state, step)))
    before = state.initial if step is None else compared_with(world, step)
    parts += test_table(before, shown_outcome(state, step))
    return "\n".join(parts) + "\n"


def verdict(world: World, step: LastStep) -> str:
    """Say in one line what came of an action."""
    end = f" · end: {step.finished.end}" if step.finished.end else ""
    return f"{finding(world, step)} · reward {step.finished.reward:+.2f}{end}"


def finding(world: World, step: LastStep) -> str:
    """Say how many tests an edit mended, or noticed it, and how many ran."""
    if step.outcome is None:
        return "nothing was run"
    changed = noticed_by(world, step)
    mended = sum(step.outcome.classes[test] is LearningClass.PASS for test in changed)
    noticed = f"noticed by {counted(len(changed) - mended, 'test')}"
    if not changed:
        noticed = "survived"
    elif mended:
        more = f", {noticed}" if len(changed) > mended else ""
        noticed = f"mends {counted(mended, 'test')}{more}"
    chosen = step.outcome.selected
    return f"{noticed} · {counted(chosen, 'test') + ' ran' if chosen else 'no test reaches it'}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, as in "1 test", "2 tests"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def test_bar(outcome: Outcome) -> str:
    """Return a mark per test, and how many pass."""
    marks = "".join(MARKS.get(r.status, BAD_MARK.format("F")) for r in outcome.results)
    return f"tests {marks} {outcome.passing()}/{len(outcome.results)}"


def test_table(before: Outcome, now: Outcome) -> list[str]:
    """Return a line for each test that does not pass, then for each that passes only now."""
    failing = [BAD_LINE.format(describe_result(r)) for r in now.results if r.status not in MARKS]
    was = {result.id: result.status for result in before.results}
    mended = [
        GOOD_LINE.format(f"{describe_result(r)} (was {was[r.id].name.lower()})")
        for r in now.results
        if r.status in MARKS and was.get(r.id, r.status) not in MARKS
    ]
    return [*listed(failing), *listed(mended)]


def listed(lines: list[str]) -> list[str]:
    """Return the first lines, and how many more there are."""
    more = len(lines) - SHOWN_FAILURES
    rest = [f"  ... and {more} more"] if more > 0 else []
    return [*(f"  {line}" for line in lines[:SHOWN_FAILURES]), *rest]


def describe_result(result: TestResult) -> str:
    """Return a test's status, exception and id on one line."""
    raised = f" {result.exception}" if result.exception else ""
    return f"{result.status.name.lower()}{raised}: {result.id}"
