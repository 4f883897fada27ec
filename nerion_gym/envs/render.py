"""Text frames: what was edited, what the tests said, where the episode stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nerion_gym.edits.preview import diff
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.outcome import Status, survived

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nerion_gym.envs.dynamics import Finished
    from nerion_gym.envs.state import State
    from nerion_gym.envs.world import World
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome, TestResult
    from nerion_gym.types.program import Program

MARKS = {Status.PASSED: "\x1b[32m.\x1b[0m", Status.SKIPPED: "s", Status.XFAILED: "x"}
BAD_MARK = "\x1b[31m{}\x1b[0m"
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


def ansi(world: World, state: State, step: LastStep | None) -> str:
    """Return a frame for a terminal."""
    left = world.limits.steps - state.steps
    parts = [
        f"{world.id} · {state.task.name} · {len(state.catalog)} edits · {left} steps left",
    ]
    if step is not None and step.edit is not None:
        parts.append(diff(step.before.program, step.edit, colour=True).rstrip("\n"))
        parts.append(verdict(step))
    shown = state.outcome if step is None or step.outcome is None else step.outcome
    parts.append(test_bar(shown))
    return "\n".join(parts) + "\n"


def verdict(step: LastStep) -> str:
    """Say in one line what came of an edit."""
    outcome = step.outcome
    if outcome is None:
        return "nothing was run"
    noticed = "survived" if survived(outcome, step.before.initial) else "noticed"
    reached = f"{outcome.selected} tests ran" if outcome.selected else "no test reaches it"
    end = f" · end: {step.finished.end}" if step.finished.end else ""
    return f"{noticed} · {reached} · reward {step.finished.reward:+.2f}{end}"


def test_bar(outcome: Outcome) -> str:
    """Return a mark per test and a line per test that does not pass."""
    marks = "".join(MARKS.get(r.status, BAD_MARK.format("F")) for r in outcome.results)
    bad = [r for r in outcome.results if r.status not in MARKS]
    lines = [f"  {describe_result(result)}" for result in bad[:SHOWN_FAILURES]]
    if len(bad) > SHOWN_FAILURES:
        lines.append(f"  ... and {len(bad) - SHOWN_FAILURES} more")
    return "\n".join([f"tests {marks} {outcome.passing()}/{len(outcome.results)}", *lines])


def describe_result(result: TestResult) -> str:
    """Return a test's status, exception and id on one line."""
    raised = f" {result.exception}" if result.exception else ""
    return f"{result.status.name.lower()}{raised}: {result.id}"
