"""A game of `nerion play`: what each line that is typed does, and what is said to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.commands.play_pages import Pages
from nerion_gym.commands.play_views import (
    MOST_DIGITS,
    diff_lines,
    edit_line,
    head,
    no,
    outcome_lines,
    result_lines,
    told,
)
from nerion_gym.report.lines import Line
from nerion_gym.report.traced_rows import counted
from nerion_gym.report.visible import cut, visible
from nerion_gym.training.config import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import gymnasium as gym

    from nerion_gym.envs.core import CodeEditEnv
    from nerion_gym.envs.state import State

HELP = (
    ("N", "run edit N"),
    ("look N", "its difference, and what the traced run tells of it; an empty line then runs it"),
    ("/TEXT", "only edits with TEXT in operator, place or change; / alone: all again"),
    ("edits", "the list of edits; next and back turn the page"),
    ("source [LINE]", "the source with the numbers of its edits; next and back too"),
    ("tests", "what the tests said last"),
    ("undo", "go back one step"),
    ("reset [SEED]", "begin another episode"),
    ("quit", "end"),
)


class Taken(NamedTuple):
    """A step that was taken: the action, its reward, and its `info`."""

    action: int
    reward: float
    info: dict[str, Any]


class Game:
    """An episode in somebody's hands.

    Args:
        world: a code-editing world.
        seed: of the first episode.
        focus: functions to look at, as `options["focus"]` takes them; empty: drawn.

    Raises:
        ConfigError: no such function.
        TaskError: the world cannot build its task.
    """

    def __init__(self, world: gym.Env, seed: int, focus: tuple[str, ...] = ()) -> None:
        self._world = world
        self._core: CodeEditEnv = world.unwrapped  # type: ignore[assignment]
        self._focus = list(focus)
        self.over = False
        self._undone = 0
        self._episodes: list[tuple[str, list[Taken]]] = []
        self._commands: dict[str, Callable[[str], Iterator[Line]]] = {
            "look": self._look,
            "edits": lambda _rest: self._pages.edits(self.state),
            "next": lambda _rest: self._pages.turned(self.state, 1),
            "back": lambda _rest: self._pages.turned(self.state, -1),
            "source": lambda rest: self._pages.source(self.state, rest),
            "tests": self._tests,
            "undo": self._undo,
            "reset": self._reset,
            "help": self._help,
            "?": self._help,
            "quit": self._quit,
        }
        self._begin(seed)

    def _begin(self, seed: int | None) -> None:
        options = {"focus": self._focus} if self._focus else {}
        self._world.reset(seed=seed, options=options)
        self._taken: list[Taken] = []
        self._episodes.append((self.state.task.name, self._taken))
        self._looked, self._ended = 0, ""
        self._pages = Pages()

    @property
    def state(self) -> State:
        """Where the episode stands."""
        return self._core.current

    # -- what is said

    def greeting(self) -> Iterator[Line]:
        """Say where the episode begins."""
        yield from self._standing()
        yield from self._pages.source(self.state)
        yield from self._pages.edits(self.state)
        yield Line(
            "a number runs an edit; look N, /text, source, tests, undo, reset, quit, ?", "dim"
        )

    def farewell(self) -> Iterator[Line]:
        """Say what came of it all."""
        steps = [step for _, taken in self._episodes for step in taken]
        told = (
            counted(len(self._episodes), "episode"),
            counted(len(steps), "step"),
            counted(self._core.stats.executions, "execution"),
            f"reward {_total(steps):+.2f}",
        )
        yield Line(", ".join(told))

    def account(self) -> dict[str, Any]:
        """Return what was done, as JSON data."""
        episodes = [
            {
                "task": task,
                "reward": _total(taken),
                "steps": [
                    {"action": step.action, "reward": step.reward, **step.info} for step in taken
                ],
            }
            for task, taken in self._episodes
        ]
        return {"undone": self._undone, "episodes": episodes}

    def answer(self, text: str) -> Iterator[Line]:
        """Do what a line asks for; what cannot be done is said, and changes nothing."""
        text = text.strip()
        word, _, rest = text.partition(" ")
        if text.startswith("/"):
            yield from self._pages.find(self.state, text[1:].strip())
        elif not text:
            yield from self._again()
        elif text.isdecimal():
            yield from self._run(text)
        elif word.isdecimal():
            yield no(f"{cut(visible(text), 40)!r}: one edit at a time, such as {cut(word, 9)}")
        elif (name := self._named(word.lower())) is None:
            hint = suggestion(word, self._commands)
            yield no(f"{cut(visible(word), 40)!r}: no such command{hint}; ? lists them")
        else:
            yield from self._commands[name](rest.strip())

    def _named(self, word: str) -> str | None:
        """Return the command that a word means: itself, or the one that begins with it."""
        return next((name for name in self._commands if name.startswith(word)), None)

    # -- commands

    def _help(self, _rest: str) -> Iterator[Line]:
        for name, text in HELP:
            yield Line.of((f"  {name:<18}", "bold"), f" {text}")
        yield Line("  the first letter of a word is enough", "dim")

    def _quit(self, _rest: str) -> Iterator[Line]:
        self.over = True
        yield from ()

    def _again(self) -> Iterator[Line]:
        if self._looked:
            yield from self._run(str(self._looked))
        else:
            yield no("an empty line runs the edit that was looked at: look N first")

    def _look(self, rest: str) -> Iterator[Line]:
        number, problem = self._number(rest)
        if problem:
            yield no(problem)
            return
        self._looked = number
        yield from self._about(number)
        yield Line("an empty line runs it", "dim")

    def _about(self, number: int) -> Iterator[Line]:
        edit = self.state.catalog[number - 1]
        yield edit_line(number, edit, self.state)
        yield from diff_lines(self.state.program, edit)
        yield Line.of(("trace   ", "dim"), *told(self.state, edit))

    def _run(self, text: str) -> Iterator[Line]:
        if self._ended:
            yield no(f"the episode is over ({self._ended}): undo goes back, reset begins another")
            return
        number, problem = self._number(text)
        if problem:
            yield no(problem)
            return
        self._looked = 0
        if number:
            yield from self._about(number)
        _, reward, terminated, truncated, info = self._world.step(number)
        self._taken.append(Taken(number, float(reward), info))
        if terminated or truncated:
            self._ended = str(info["end"]) or "cut short from outside"
        yield from result_lines(self._core)
        yield from self._standing()

    def _number(self, text: str) -> tuple[int, str]:
        """Return the edit that a text names, and "" or what is wrong with it."""
        count = len(self.state.catalog)
        there = f"there are the edits 1 to {count}" if count else "there is no edit; 0 submits"
        if not text.isdecimal():
            given = f"{cut(visible(text), 40)!r}: " if text else ""
            return 0, f"{given}expected the number of an edit; {there}"
        number = int(text) if len(text) <= MOST_DIGITS else count + 1
        if number == 0 and not count:
            return 0, ""
        if not 0 < number <= count:
            return 0, f"edit {cut(text, 12)}: {there}"
        return number, ""

    def _undo(self, _rest: str) -> Iterator[Line]:
        if not self._taken:
            yield no("nothing to undo: no step since reset")
            return
        self._core.undo()
        last = self._taken.pop()
        self._undone += 1
        self._ended, self._looked = "", 0
        yield Line(f"undone: {visible(str(last.info['edit'])) or 'a step without an edit'}")
        yield from self._standing()

    def _reset(self, rest: str) -> Iterator[Line]:
        if rest and not (rest.isdecimal() and len(rest) <= MOST_DIGITS):
            yield no(f"reset {cut(visible(rest), 40)!r}: expected a seed, such as reset 7")
            return
        self._begin(int(rest) if rest else None)
        yield from self._standing()
        yield from self._pages.source(self.state)
        yield from self._pages.edits(self.state)

    def _tests(self, _rest: str) -> Iterator[Line]:
        yield from outcome_lines(self._core)

    def _standing(self) -> Iterator[Line]:
        yield head(self._core, _total(self._taken))
        if self._ended:
            yield Line(f"the episode is over: {self._ended}; undo, reset or quit", "bold")


def _total(steps: Sequence[Taken]) -> float:
    """Return what some steps brought."""
    return float(sum(step.reward for step in steps))
