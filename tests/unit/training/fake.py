"""A small environment and policies that keep the Dict observation contract; nothing is run."""

from __future__ import annotations

from types import SimpleNamespace

import gymnasium as gym
import numpy as np
from gymnasium import spaces

EDITS, TESTS, NODES = 8, 3, 4


class FakeEnv(gym.Env):
    """Eight edits; `survivors` survive, `unreached` are reached by no test; `steps` a episode."""

    def __init__(self, survivors=(2, 5), unreached=(7,), steps=6, truncate=False, split="train"):
        self.survivors, self.unreached = set(survivors), set(unreached)
        self.steps, self.truncate = steps, truncate
        self.observation_space = spaces.Dict(
            {
                "graph": spaces.Graph(spaces.Box(0, 32767, (4,), np.int16), spaces.Discrete(14)),
                "edits": spaces.Box(-1, 32767, (EDITS + 1, 6), np.int16),
                "tests": spaces.Box(-1, 32767, (TESTS, 2), np.int16),
                "action_mask": spaces.Box(0, 1, (EDITS + 1,), np.int8),
                "steps_left": spaces.Box(0, 1, (1,), np.float32),
            }
        )
        self.action_space = spaces.Discrete(EDITS + 1)
        self.stats = SimpleNamespace(executions=0, steps=0)
        self.task = SimpleNamespace(split=split, baseline=None)
        self.last_classes = np.full(TESTS, -1, np.int8)
        self.resets: list[int | None] = []
        self.previews = 0
        self._ever: set[int] = set()

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.resets.append(seed)
        self._done, self._tried, self._rewarded = 0, {}, set()
        return self._observe(), {"task_id": "fake"}

    def preview(self, action):
        self.previews += 1
        return self._observe()

    def step(self, action):
        action = int(action)
        self._done += 1
        self.stats.steps += 1
        masked = action == 0
        survived = action in self.survivors | self.unreached
        first_here = action not in self._tried
        if not masked:
            self._tried[action] = 1 if survived else 2
            if action not in self.unreached and action not in self._ever:
                self._ever.add(action)
                self.stats.executions += 1
        self.last_classes[:] = -1 if masked else (0 if survived else 1)
        reward = float(survived and first_here and not masked)
        over = self._done >= self.steps
        info = {
            "task_id": "fake",
            "edit": "" if masked else f"edit {action}",
            "masked_action": masked,
            "survived": survived and not masked,
            "suite_class": int(self.last_classes[0]),
            "tests_run": 0 if masked or action in self.unreached else TESTS,
            "is_success": bool(set(self._tried) & self.survivors),
            "end": "budget" if over and not self.truncate else "",
            "reward_survivor": reward,
        }
        return self._observe(), reward, over and not self.truncate, over and self.truncate, info

    def _observe(self):
        edits = np.zeros((EDITS + 1, 6), np.int16)
        edits[1:, 0] = 2 + np.arange(EDITS) % 3
        for action, last in self._tried.items():
            edits[action, 5] = last
        mask = np.ones(EDITS + 1, np.int8)
        mask[0] = 0
        graph = spaces.GraphInstance(
            np.ones((NODES, 4), np.int16), np.ones(3, np.int64), np.zeros((3, 2), np.int32)
        )
        return {
            "graph": graph,
            "edits": edits,
            "tests": np.zeros((TESTS, 2), np.int16),
            "action_mask": mask,
            "steps_left": np.array([1 - self._done / self.steps], np.float32),
        }


class Scripted:
    """Takes actions from a list, again and again; records what it is told."""

    def __init__(self, actions, metrics=None, wants_preview=False):
        self.actions, self.metrics, self.wants_preview = list(actions), metrics, wants_preview
        self.learned, self.given_preview = [], []

    def act(self, observation, rng, *, preview=None):
        self.given_preview.append(preview is not None)
        if preview is not None:
            preview(1)
        self.actions.append(self.actions.pop(0))
        return self.actions[-1]

    def update(self, transitions):
        self.learned.extend(transitions)
        return self.metrics(len(self.learned)) if self.metrics else {}


class Drawing(Scripted):
    """Draws a legal action from the generator that it is given."""

    def __init__(self):
        super().__init__([])

    def act(self, observation, rng, *, preview=None):
        return int(rng.choice(np.flatnonzero(observation["action_mask"])))


class Notes:
    """A logbook in memory."""

    def __init__(self):
        self.rows, self.events = [], []

    def scalars(self, values, step):
        self.rows.append((step, dict(values)))

    def event(self, kind, /, **payload):
        self.events.append((kind, payload))

    def series(self, tag):
        """Return (step, value) pairs of a tag."""
        return [(step, values[tag]) for step, values in self.rows if tag in values]
