"""What a language model is shown of an episode: one text of at most a budget of characters.

Whatever a program, a test or an agent wrote is on a line that begins with something of ours, in
letters of a fixed set, so that it can imitate neither a heading nor another part of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nerion_gym.edits.preview import diff
from nerion_gym.envs.dynamics import submit_is_legal
from nerion_gym.envs.render import change_of, describe_result, place_of
from nerion_gym.syntax.costs import program_cost
from nerion_gym.types.outcome import LearningClass, learning_class
from nerion_gym.types.trace import Infection
from nerion_gym.wrappers.text_lines import WIDTH, clean, fitted, size, wrapped
from nerion_gym.wrappers.text_reply import expected
from nerion_gym.wrappers.text_source import every_line, numbered, source_lines

if TYPE_CHECKING:
    from nerion_gym.envs.state import State
    from nerion_gym.envs.world import World
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome, TestResult
    from nerion_gym.types.program import Program

LEAST_BUDGET = 6_000
FIXED = 1_600
"""Characters of headings, goal, task and how to reply; a test adds up their longest forms."""
GOAL_WIDTH = 400
DIFF_LINES = 24
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
GOALS = {
    "probe": "find edits that change what the program does and that no test notices; "
    "each brings 1, once",
    "repair": "make every test pass that passed before a bug was put in",
    "simplify": "bring the program's cost down with all tests green",
    "explore": "find out what edits do to the tests; there is no reward",
}
COMMITS = {
    "never": "every edit is measured, then undone",
    "always": "every edit is kept",
    "if_green": "an edit is kept where each test stays as it was, else undone",
}
LAST = ("", "passes", "fails", "raises", "times out", "no import")
"""The last outcome of an edit in this episode, by its number in the observation."""
SEEN = {
    Infection.NOT_REACHED: "not reached",
    Infection.NEVER: "same value",
    Infection.SOMETIMES: "sometimes other",
    Infection.ALWAYS: "always other",
    Infection.UNKNOWN: "unknown",
}


@dataclass(frozen=True)
class View:
    """What a text is made of.

    Attributes:
        world: whose episode it is.
        state: where the episode stands.
        goal: "" for the sentence that the world's task and commit rule give.
        result: what came of the last reply.
        before: what came of earlier steps, oldest first.
        looked: the edit whose difference is shown; 0 = none.
        page: of the edits, from 1.
        ended: what ended the episode; "" while it goes on.
        budget: characters.
    """

    world: World
    state: State
    goal: str = ""
    result: str = ""
    before: tuple[str, ...] = ()
    looked: int = 0
    page: int = 1
    ended: str = ""
    budget: int = 24_000


def told(view: View) -> str:
    """Return the text of a view: at most `budget` characters, all of them in `LETTERS`."""
    pages = pages_of(view)
    first, last = pages[min(view.page, len(pages)) - 1]
    parts = [*opening(view), *test_lines(view.state, view.budget // 8)]
    listed = edit_lines(view, first, last, len(pages))
    closing = reply_lines(view, len(pages))
    room = view.budget - size(parts) - size(listed) - size(closing) - size(["", SOURCE])
    page = view.state.catalog[first:last]
    return "\n".join([*parts, "", SOURCE, *source_lines(view.state, page, room), *listed, *closing])


SOURCE = "Source:"


# -- where the episode stands


def opening(view: View) -> list[str]:
    """Return the goal, the task and what came of the last replies."""
    left = view.world.limits.steps - view.state.steps
    task = clean(view.state.task.name, 60)
    lines = [
        f"Goal: {view.goal or goal_of(view.world, view.state)}",
        f"{clean(view.world.id, 60)}, task {task}, step {view.state.steps}; {left} steps left",
    ]
    if view.before:
        newest = [f"  {clean(row, WIDTH - 2)}" for row in reversed(view.before)]
        lines += ["", "Earlier:"]
        lines += reversed(fitted(newest, view.budget // 12, "step"))
    if view.result:
        lines += ["", f"Last reply: {clean(view.result, GOAL_WIDTH)}"]
    if view.looked:
        lines += look_lines(view)
    return lines


def goal_of(world: World, state: State) -> str:
    """Return the goal in one sentence: of the task, and what becomes of an edit."""
    aim = GOALS.get(state.task.goal, "earn the world's reward")
    if state.task.target is not None:
        target = state.task.target
        now = program_cost(state.program, target.cost)
        aim += f" ({target.cost} is {now}; the goal is {target.most} or less)"
    return f"{aim}; {COMMITS[world.commit]}."


def look_lines(view: View) -> list[str]:
    """Return the difference that an edit makes."""
    edit = view.state.catalog[view.looked - 1]
    lines = diff(view.state.program, edit).split("\n")[2:]
    shown = [f"    | {clean(line, WIDTH - 6)}".rstrip() for line in lines]
    extra = len(shown) - DIFF_LINES
    kept = shown[:DIFF_LINES] + ([f"  ... and {extra} more lines"] if extra > 0 else [])
    return fitted(kept, view.budget // 8)


# -- tests


def test_lines(state: State, room: int) -> list[str]:
    """Return the tests: those that do not pass with what was raised, then those that do."""
    outcome = state.outcome
    bad = [row for row in outcome.results if learning_class(row) > LearningClass.PASS]
    rest = [row for row in outcome.results if learning_class(row) <= LearningClass.PASS]
    lines = [f"  {failure(row)}" for row in bad]
    for status in sorted({row.status for row in rest}):
        names = [row.id for row in rest if row.status is status]
        lines += wrapped(f"  {status.name.lower()} ({len(names)}):", names)
    return ["", headline(state, outcome), *fitted(lines, room)]


def headline(state: State, outcome: Outcome) -> str:
    """Say how many tests pass, and of which program."""
    of = f"Tests: {outcome.passing()} of {len(outcome.results)} pass"
    kept = not state.committed or state.committed[-1] or outcome is state.initial
    return f"{of}." if kept else f"{of} (with the last edit that was measured)."


def failure(row: TestResult) -> str:
    """Return a test that does not pass, what was raised and its message, without addresses."""
    said = ADDRESS.sub("0x...", row.message)
    about = f"{describe_result(row)}{': ' if said else ''}{said}"
    return clean(about, WIDTH - 2)


# -- edits


def pages_of(view: View) -> list[tuple[int, int]]:
    """Return [first, last) of the edits of each page; the same for a program all along."""
    budget = view.budget
    left = budget - FIXED - budget // 12 - 2 * (budget // 8)
    sources = view.state.program.files
    dear = sum(len(source) for _, source in sources) > left // 2
    need = left if dear else size(numbered(view.state.program, every_line(view.state.program)))
    room = left - min(need, left // 2)
    pages, first, used = [], 0, 0
    for place, edit in enumerate(view.state.catalog):
        taken = len(edit_line(place + 1, edit, view.state, LAST[-1])) + 1
        if used + taken > room and place > first:
            pages.append((first, place))
            first, used = place, 0
        used += taken
    return [*pages, (first, len(view.state.catalog))]


def edit_lines(view: View, first: int, last: int, pages: int) -> list[str]:
    """Return a page of the edits."""
    state = view.state
    count = len(state.catalog)
    part = f", {first + 1} to {last} (page {view.page} of {pages})" if pages > 1 else ""
    traced = "" if state.trace is None else "; = what tests see where it stands"
    lines = [
        edit_line(number, edit, state, LAST[state.last_outcome(edit)])
        for number, edit in enumerate(state.catalog[first:last], start=first + 1)
    ]
    return ["", f"Edits: {count}{part}{traced}.", *lines]


def edit_line(number: int, edit: Edit, state: State, known: str) -> str:
    """Return an edit with its number, its place, what becomes of what, and what is known of it."""
    row = None if state.trace is None else state.trace.of(edit)
    seen = "" if row is None else f"  = {SEEN[row.infection]}"
    after = f"{seen}{'  | tried: ' + known if known else ''}"
    return clean(f"  {describe(number, edit, state.program)}", WIDTH - len(after)) + after


def describe(number: int, edit: Edit, program: Program) -> str:
    """Return an edit's number, and what `get_action_meanings` says of it, long texts cut."""
    line, column = place_of(edit, program)
    place = f"{edit.splices[0].path}:{line}:{column}"
    return f"{number} {edit.operator} {place} {change_of(edit, brief=True)}"


# -- how to reply


def legal_actions(state: State) -> range:
    """Return the legal actions, ascending."""
    return range(1) if submit_is_legal(state) else range(1, len(state.catalog) + 1)


def reply_lines(view: View, pages: int) -> list[str]:
    """Say how to reply, or that there is nothing more to be said."""
    if view.ended:
        return ["", f"The episode is over: {clean(view.ended, 60)}."]
    lines = ["", expected(legal_actions(view.state))]
    if view.state.catalog:
        turn = ", <action>page 2</action> turns the page" if pages > 1 else ""
        lines.append(f"<action>look 1</action> shows the difference that an edit makes{turn}.")
    return lines
