"""Worlds for language models: the observation is a text, an action is what a reply says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gymnasium as gym
from gymnasium import spaces

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.render import verdict
from nerion_gym.errors import ConfigError
from nerion_gym.wrappers.text_lines import LETTERS
from nerion_gym.wrappers.text_page import (
    GOAL_WIDTH,
    LEAST_BUDGET,
    View,
    describe,
    legal_actions,
    pages_of,
    told,
)
from nerion_gym.wrappers.text_reply import Reply, read_reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nerion_gym.envs.state import State

REPLY_LENGTH = 4_096
"""Characters of a reply in the action space; longer ones are read too (`text_reply.MOST_READ`)."""
MOST_HISTORY = 64


class Text(gym.Wrapper[str, str, Any, Any], gym.utils.RecordConstructorArgs):
    """A world in words: source, numbered edits and tests in, a reply out.

    The observation is one text of at most `budget` letters: the goal, steps left, what came of the
    last replies, the tests, numbered source, numbered edits, and how to reply. An action is any
    text; `<action>17</action>`, `edit 17` and `17` mean the edit 17 (`read_reply` has the rules).
    Where the world is moved beneath (undo, restore), what was said before is forgotten.
    Between two steps as many as `free` replies may cost nothing: questions (`page 2`, `look 17`)
    and those that cannot be followed. Each one more uses a step of the world, as a masked action
    does, so every episode ends. None of them is rewarded, and none changes the program.

    Every `info` has `said` ("action", "page", "look", or "": not followed), `said_number` (-1:
    none), `misread` ("" or one of `text_reply.PROBLEMS`) and `free_reply` (whether no step was
    taken; then there are also `task_id`, `masked_action`, `is_success` and `end`).

    Args:
        env: a world of this package, in whatever wrappers.
        budget: most characters of an observation.
        history: earlier steps that are shown, beside what came of the last reply.
        free: replies between two steps that may cost nothing.
        goal: a sentence in place of the one that task and commit rule give.

    Raises:
        ConfigError: an argument out of its range, or the world is of another kind.
    """

    def __init__(
        self,
        env: gym.Env,
        *,
        budget: int = 24_000,
        history: int = 4,
        free: int = 8,
        goal: str = "",
    ) -> None:
        gym.utils.RecordConstructorArgs.__init__(
            self, budget=budget, history=history, free=free, goal=goal
        )
        gym.Wrapper.__init__(self, env)
        if not isinstance(env.unwrapped, CodeEditEnv):
            kind = type(env.unwrapped).__name__
            msg = f"Text wraps a code-editing world; this is a {kind}"
            raise ConfigError(msg)
        require_whole("budget", budget, LEAST_BUDGET, None)
        require_whole("history", history, 0, MOST_HISTORY)
        require_whole("free", free, 0, None)
        if len(goal) > GOAL_WIDTH or not set(goal) <= set(LETTERS) - {"\n"}:
            msg = f"goal: expected one line of at most {GOAL_WIDTH} letters; it has {len(goal)}"
            raise ConfigError(msg)
        self.budget, self.history, self.free, self.goal = budget, history, free, goal
        self.observation_space = spaces.Text(budget, charset=LETTERS)
        self.action_space = spaces.Text(REPLY_LENGTH, min_length=0, charset=LETTERS)
        self._forget()

    def _forget(self) -> None:
        self._steps: list[str] = []
        self._result = ""
        self._ended = ""
        self._page, self._looked, self._unpaid = 1, 0, 0
        self._told: State | None = None

    @property
    def _core(self) -> CodeEditEnv:
        return self.env.unwrapped  # type: ignore[return-value] # asked at construction

    # -- the Gymnasium interface

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Begin an episode; arguments and errors are the world's."""
        _, info = self.env.reset(seed=seed, options=None if options is None else dict(options))
        return self.text(), {**info, **said(Reply(""), free=False)}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Do what a reply asks for.

        Args:
            action: the reply, any text.

        Raises:
            ConfigError: it is no text.
            gymnasium.error.ResetNeeded: no episode has begun.
        """
        require_text(action)
        self._follow()
        reply = read_reply(action, legal_actions(self._core.current))
        if reply.want == "action":
            return self._taken(reply.number, reply, "")
        self._unpaid += 1
        reply = self._answered(reply)
        if self._unpaid <= self.free:
            self._result = reply.message
            return self.text(), 0.0, False, False, {**self._standing(), **said(reply, free=True)}
        return self._taken(self._masked(), reply, f"{reply.message} It cost a step.")

    # -- for whoever replies by program

    def text(self) -> str:
        """Return the observation: where the episode stands, in words.

        Raises:
            gymnasium.error.ResetNeeded: no episode has begun.
        """
        self._follow()
        return told(self._view())

    def replies(self) -> list[str]:
        """Return every legal reply, in the order of the actions."""
        return [say(action) for action in legal_actions(self._core.current)]

    # -- steps

    def _follow(self) -> None:
        """Forget what was said of an episode that has moved beneath: reset, undo, restore."""
        if self._told is not self._core.current:
            self._forget()
            self._told = self._core.current

    def _taken(
        self, action: int, reply: Reply, answer: str
    ) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Take a step of the world; `answer` is what is said of it, "" = what came of it."""
        world: gym.Env[Any, Any] = self.env
        _, reward, terminated, truncated, info = world.step(action)
        self._page, self._looked, self._unpaid = 1, 0, 0
        self._told = self._core.current
        happened = self._happened(float(reward))
        self._steps = [*self._steps[-MOST_HISTORY:], happened]
        self._result = answer or happened
        over = terminated or truncated
        self._ended = str(info.get("end") or "cut short from outside") if over else ""
        info = {**info, **said(reply, free=False)}
        return self.text(), float(reward), terminated, truncated, info

    def _happened(self, reward: float) -> str:
        """Say what the last step did, by what was really executed."""
        step, state = self._core.last_step, self._core.current
        if step is None or step.edit is None:
            end = f"; end: {step.finished.end}" if step and step.finished.end else ""
            return f"step {state.steps}: no edit was run, reward {reward:+.2f}{end}"
        number = step.before.catalog.index(step.edit) + 1
        kept = "kept" if state.committed and state.committed[-1] else "undone"
        about = describe(number, step.edit, step.before.program)
        return f"step {state.steps}: edit {about}: {verdict(self._core.world, step)}; {kept}"

    def _masked(self) -> int:
        """Return an action that is masked: one beyond the catalog, or submit where all is full."""
        state = self._core.current
        beyond = len(state.catalog) + 1
        return beyond if beyond <= self._core.world.limits.edits else 0

    def _answered(self, reply: Reply) -> Reply:
        """Do what a question asks for; return the reply with what is said to it."""
        self._looked = 0
        if reply.want == "look":
            self._looked = reply.number
            return replace(reply, message=f"this is what edit {reply.number} does; it was not run.")
        if reply.want == "page":
            pages = len(pages_of(self._view()))
            if not 0 < reply.number <= pages:
                said = f"not understood: there are the pages 1 to {pages}."
                return Reply("", problem="out_of_range", message=said)
            self._page = reply.number
            return replace(reply, message=f"page {reply.number} of {pages}.")
        return reply

    def _standing(self) -> dict[str, Any]:
        """Return the info of a reply that took no step."""
        task = self._core.current.task.id
        return {"task_id": task, "masked_action": False, "is_success": False, "end": ""}

    def _view(self) -> View:
        core = self._core
        before = self._steps[:-1] if self._result in self._steps[-1:] else self._steps
        shown = before[-self.history :] if self.history else []
        return View(
            core.world,
            core.current,
            self.goal,
            self._result,
            tuple(shown),
            self._looked,
            self._page,
            self._ended,
            self.budget,
        )


def say(action: int) -> str:
    """Return the reply that means an action: `<action>17</action>`; submit in place of 0."""
    return f"<action>{action or 'submit'}</action>"


def said(reply: Reply, *, free: bool) -> dict[str, Any]:
    """Return what `info` says of a reply."""
    return {
        "said": reply.want,
        "said_number": reply.number,
        "misread": reply.problem,
        "free_reply": free,
    }


def require_text(reply: object) -> None:
    """Refuse a reply that is no text.

    Raises:
        ConfigError: it is none.
    """
    if not isinstance(reply, str):
        msg = f"a reply of type {type(reply).__name__}: expected str, such as 'edit 17'"
        raise ConfigError(msg)


def require_whole(name: str, value: object, least: int, most: int | None) -> None:
    """Refuse what is not a whole number in a range.

    Raises:
        ConfigError: it is not.
    """
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):  # type: ignore[operator]
        at_most = "" if most is None else f" and at most {most}"
        msg = f"{name}={value!r}: expected a whole number, at least {least}{at_most}"
        raise ConfigError(msg)
