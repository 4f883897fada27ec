"""What `nerion play` shows: edits, source with their numbers, what a trace tells, outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerion_gym.edits.preview import diff
from nerion_gym.envs.frames.blocks import count_lines, line_text
from nerion_gym.envs.frames.scene import function_at
from nerion_gym.envs.render import change_of, describe_result, finding, place_of
from nerion_gym.report.lines import Line
from nerion_gym.report.traced_rows import WORD, carried, counted
from nerion_gym.report.traced_text import STYLE
from nerion_gym.report.visible import cut, visible
from nerion_gym.types.outcome import LearningClass, learning_class
from nerion_gym.types.trace import Infection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.envs.core import CodeEditEnv
    from nerion_gym.envs.state import State
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.trace import EditTrace

MOST_DIGITS = 9
PAGE = 12
"""Edits of a page."""
REACH = 24
"""Lines of source of a page."""
WIDTH = 100
MARGIN = 12
"""Room for the numbers of a line's edits."""
MOST_LINES = 24
"""Lines of a difference."""
MOST_TESTS = 12
LAST = ("", "passed", "failed", "raised", "timed out", "no import")
"""The last outcome of an edit, by its number in the observation."""
SAID = {
    Infection.NOT_REACHED: "no test reaches it",
    Infection.NEVER: "never another value where it stands: no test should notice",
    Infection.SOMETIMES: "sometimes another value where it stands",
    Infection.ALWAYS: "always another value where it stands",
    Infection.UNKNOWN: "unknown",
}
SIGNS = {"+": "green", "-": "red", "@": "cyan"}


def no(text: str) -> Line:
    """Return what is said to a line that cannot be followed."""
    return Line(text, "yellow")


def head(core: CodeEditEnv, total: float) -> Line:
    """Return where an episode stands."""
    state, limits = core.current, core.world.limits
    return Line.of(
        (core.world.id, "bold"),
        f" · {visible(state.task.name)} · step {state.steps} of {limits.steps}"
        f" · {counted(len(state.catalog), 'edit')} · reward {total:+.2f}",
    )


# -- edits


def edit_line(number: int, edit: Edit, state: State) -> Line:
    """Return an edit with its number, what is known of it, its place, and what becomes of what."""
    seen = None if state.trace is None else state.trace.of(edit)
    infection = Infection.UNKNOWN if seen is None else seen.infection
    last = LAST[state.last_outcome(edit)]
    line, column = place_of(edit, state.program)
    text = f"{edit.operator} {visible(edit.splices[0].path)}:{line}:{column} "
    change = visible(change_of(edit, brief=True))
    known = (f"{WORD[infection]:<12}", STYLE[infection])
    return Line.of((f"{number:>4}  ", "bold"), known, f"{last:<10}", text, (change, "bold"))


def words_of(edit: Edit, state: State) -> str:
    """Return what a search looks through: operator, place with its function, change."""
    splice = edit.splices[0]
    line, column = place_of(edit, state.program)
    function = function_at(state.program, splice.path, splice.start)
    place = f"{splice.path}:{line}:{column} {function}"
    return f"{edit.operator} {place} {change_of(edit)}"


def diff_lines(program: Program, edit: Edit) -> Iterator[Line]:
    """Yield an edit's difference."""
    lines = diff(program, edit).split("\n")[2:]
    for text in lines[:MOST_LINES]:
        yield Line(f"      {cut(visible(text), WIDTH)}", SIGNS.get(text[:1], ""))
    if len(lines) > MOST_LINES:
        yield Line(f"      ... and {counted(len(lines) - MOST_LINES, 'more line')}", "dim")


def told(state: State, edit: Edit) -> Iterator[str | tuple[str, str]]:
    """Yield in parts what the traced run of the unchanged suite tells of an edit."""
    if state.trace is None:
        yield "nothing: this program is not traced"
        return
    seen = state.trace.of(edit)
    if seen is None:
        yield "nothing: it was not asked about"
        return
    why = f": {visible(seen.why)}" if seen.infection is Infection.UNKNOWN and seen.why else ""
    yield f"{SAID[seen.infection]}{why}", STYLE[seen.infection]
    yield from _reach(seen)


def _reach(seen: EditTrace) -> Iterator[str]:
    """Yield which tests evaluate the place, and how far another value goes."""
    if seen.at_import:
        yield "; evaluated at import"
    if seen.reached:
        verb = "evaluates" if len(seen.reached) == 1 else "evaluate"
        yield f"; {counted(len(seen.reached), 'test')} {verb} it"
    if seen.infected:
        yield f", with another value in {len(seen.infected)}"
    if seen.effect is not Infection.UNKNOWN and seen.carrier:
        yield f"; {carried(seen.carrier)} is {WORD[seen.effect]} another"


# -- source


def source_lines(state: State, line: int) -> tuple[int, list[Line]]:
    """Return a page of source, with the numbers of the edits at each line.

    Args:
        state: whose program; of several files, that of the first edit.
        line: where it begins, from 1; 0: a little above the first edit.

    Returns:
        Where it begins, and its lines.
    """
    path = state.catalog[0].splices[0].path if state.catalog else state.program.paths[0]
    source = state.program.source(path)
    count = count_lines(source)
    numbers = edits_by_line(state, path)
    first = line or max(min(numbers, default=1) - 3, 1)
    first = max(min(first, count - REACH + 1), 1)
    last = min(first + REACH - 1, count)
    found = [Line(f"{visible(path)}, lines {first} to {last} of {count}", "dim")]
    for at in range(first, last + 1):
        margin = cut(ranges(numbers.get(at, [])), MARGIN)
        text = cut(visible(line_text(source, at - 1)), WIDTH)
        found.append(Line.of((f"{at:>5} ", "dim"), (f"{margin:>{MARGIN}}", "cyan"), f" | {text}"))
    return first, found


def edits_by_line(state: State, path: str) -> dict[int, list[int]]:
    """Return line -> numbers of the edits of a file that begin there."""
    found: dict[int, list[int]] = {}
    for number, edit in enumerate(state.catalog, start=1):
        if edit.splices[0].path == path:
            found.setdefault(place_of(edit, state.program)[0], []).append(number)
    return found


def ranges(numbers: list[int]) -> str:
    """Return rising numbers as in 3-5,9."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ",".join("-".join(map(str, run)) for run in runs)


# -- outcomes


def result_lines(core: CodeEditEnv) -> Iterator[Line]:
    """Yield what came of the last step."""
    step = core.last_step
    if step is None:
        return
    reward = step.finished.reward
    style = "green" if reward > 0 else "red" if reward < 0 else ""
    said = finding(core.world, step)
    yield Line.of(("ran     ", "dim"), (said, "bold"), " · reward ", (f"{reward:+.2f}", style))
    if step.outcome is not None:
        yield from verdicts_of(step.outcome)


def outcome_lines(core: CodeEditEnv) -> Iterator[Line]:
    """Yield what the tests said last, each of them."""
    outcome = core.current.outcome
    yield from verdicts_of(outcome, len(outcome.results))


def verdicts_of(outcome: Outcome, most: int = 0) -> Iterator[Line]:
    """Yield how many tests pass, then those that do not, then others up to a number of all."""
    total = len(outcome.results)
    yield Line.of(("tests   ", "dim"), f"{outcome.passing()} of {total} pass")
    bad = [row for row in outcome.results if learning_class(row) > LearningClass.PASS]
    good = [row for row in outcome.results if learning_class(row) <= LearningClass.PASS]
    limit = max(most, MOST_TESTS)
    shown = [(row, "red") for row in bad[:limit]]
    shown += [(row, "green") for row in good[: max(most - len(shown), 0)]]
    for row, style in shown:
        message = f" ({cut(visible(row.message), 60)})" if row.message else ""
        yield Line.of((f"  {visible(describe_result(row))}", style), (message, "dim"))
    if len(bad) > limit:
        yield Line(f"  ... and {len(bad) - limit} more", "dim")
