"""Worlds that are wrong in one way each, over a runner that starts no process."""

import itertools
import math
import os
import threading
from dataclasses import dataclass, field, replace

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.checking.making import SECTIONS
from nerion_gym.envs.checking.subject import Subject
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.reward import NoReward, RepairProgress, Survivors
from nerion_gym.envs.vector import make_vector
from nerion_gym.errors import SandboxError
from nerion_gym.types.task import Target
from tests.unit.envs.fakes import OPERATORS, SOURCE, FakeRunner, make_task, make_world

NAME = "Nerion-Fake-v0"
MANUAL = f"{NAME}: a small world.\n\n" + "\n".join(f"## {s}\nAs it is said.\n" for s in SECTIONS)
STEPS = 120


@dataclass(frozen=True)
class Entry:
    """An entry point of a world, of one kind of environment or vector."""

    world: object
    kind: object
    metadata = CodeEditEnv.metadata

    def __call__(self, *args, **kwargs):
        return self.kind(self.world, *args, **{"runner": FakeRunner(), **clean(kwargs)})


def entries(world, env=CodeEditEnv, vector=make_vector):
    """Return entry points of a world: of one environment, of many."""
    return Entry(world, env), Entry(world, vector)


def clean(kwargs):
    """Leave out a runner that is None: the fake one is used then."""
    return {key: value for key, value in kwargs.items() if (key, value) != ("runner", None)}


def subject(world=None, env=CodeEditEnv, vector=make_vector, manual=MANUAL, **changes):
    """Return a world to be checked."""
    make, make_vec = entries(world or make_world(), env, vector)
    spec = EnvSpec(id=NAME, entry_point=make, vector_entry_point=make_vec)
    return replace(Subject(spec, manual=manual, steps=STEPS, runner=FakeRunner), **changes)


def of(make, **changes):
    """Return a world to be checked that has an entry point of its own."""
    return subject(spec=EnvSpec(id=NAME, entry_point=make), **changes)


# --- making ---------------------------------------------------------------------------------------


def deaf(observation="graph", runner=None):
    return CodeEditEnv(make_world(), observation=observation, runner=FakeRunner())


def forgetful(observation="graph", render_mode=None, **_kwargs):
    return CodeEditEnv(make_world(), render_mode=render_mode, runner=FakeRunner())


def without_metadata(**kwargs):
    return CodeEditEnv(make_world(), **{"runner": FakeRunner(), **clean(kwargs)})


def needy(path=None, **_kwargs):
    raise SandboxError("the machine") if path else gym.error.Error("no path")


class Foreign(gym.Env):
    observation_space = action_space = gym.spaces.Discrete(2)


class Silent(CodeEditEnv):
    def render(self):
        return "" if self.render_mode == "ansi" else super().render()


class Flat(CodeEditEnv):
    def render(self):
        return np.zeros((4, 4), np.uint8) if self.render_mode == "rgb_array" else super().render()


class Unseeded(CodeEditEnv):
    """Does not seed what it draws from."""

    def reset(self, *, seed=None, options=None):
        return super().reset(options=options)


# --- observations and steps -----------------------------------------------------------------------


class Changed(CodeEditEnv):
    """Its steps and resets are given to `change`, which returns others."""

    def reset(self, *, seed=None, options=None):
        observation, info = super().reset(seed=seed, options=options)
        return self.change(observation, info)

    def step(self, action):
        observation, reward, terminated, truncated, info = super().step(action)
        observation, info = self.change(observation, info)
        return observation, reward, terminated, truncated, info

    def change(self, observation, info):
        return observation, info


class Wide(Changed):
    def change(self, observation, info):
        return {**observation, "steps_left": observation["steps_left"].astype(np.float64)}, info


class Astray(Changed):
    """A site that is no node."""

    def change(self, observation, info):
        edits = observation["edits"].copy()
        edits[1, 1] = 250
        return {**observation, "edits": edits}, info


class Lower(Changed):
    """Some last outcome is one that there is not."""

    def change(self, observation, info):
        edits = observation["edits"].copy()
        edits[1, 0] = 1
        return {**observation, "edits": edits}, info


class Mute(CodeEditEnv):
    def get_action_meanings(self):
        return ["submit"]


class Deep(Changed):
    def change(self, observation, info):
        return observation, {**info, "tests": {"a": 1}}


class Timed(Changed):
    def change(self, observation, info):
        return observation, {**info, "seconds": 0.5}


class SameInfo(Changed):
    kept = None

    def change(self, observation, info):
        if self.kept is None:
            self.kept = {"note": "what is written once"}
        self.kept.update(info)
        return observation, self.kept


class View(Changed):
    """Returns an array that it returns again."""

    kept = None

    def change(self, observation, info):
        if self.kept is None:
            self.kept = np.zeros(1, np.float32)
        return {**observation, "steps_left": self.kept}, info


class Eager(CodeEditEnv):
    """Takes a masked action for another one."""

    def step(self, action):
        return super().step(action % (len(self.edits) + 1) or 1)


class Clipping(CodeEditEnv):
    def step(self, action):
        return super().step(min(max(int(action), 0), int(self.action_space.n) - 1))


class Free(CodeEditEnv):
    """A masked action uses no step."""

    def step(self, action):
        masked = self.begin_step(action).masked
        result = super().step(action)
        return (self.undo(), *result[1:]) if masked else result


class Paying(CodeEditEnv):
    def step(self, action):
        observation, reward, *rest = super().step(action)
        return observation, reward + 0.5 * rest[-1]["masked_action"], *rest


class Nobody(Changed):
    """Shows no legal action."""

    def change(self, observation, info):
        return {**observation, "action_mask": np.zeros_like(observation["action_mask"])}, info


# --- repeating ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drifting:
    """A reward that is another each time."""

    numbers: object = field(default_factory=itertools.count)

    def terms(self, before, edit, outcome):
        return {"drift": float(next(self.numbers))}

    def reached(self, state):
        return False


@dataclass(frozen=True)
class Remembering:
    """A reward that keeps what it is shown."""

    states: list = field(default_factory=list)

    def terms(self, before, edit, outcome):
        self.states.append(before)
        return {}

    def reached(self, state):
        return False


@dataclass(frozen=True)
class Undefined:
    def terms(self, before, edit, outcome):
        return {"bad": math.nan}

    def reached(self, state):
        return False


@dataclass(frozen=True)
class Nameless:
    """Draws a task of any number and heeds no name."""

    def sample(self, rng, options):
        return replace(make_task(), name=f"m{rng.integers(10**9)}", operators=(str(rng.random()),))


class Unforked(CodeEditEnv):
    def fork(self):
        return self


class NoUndo(CodeEditEnv):
    def undo(self):
        return self._observe()


class Running(CodeEditEnv):
    """A preview runs the tests."""

    def preview(self, action):
        self.stats.executions += 1
        return super().preview(action)


class Handle(CodeEditEnv):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.lock = threading.Lock()


class Lossy(CodeEditEnv):
    """A pickled copy begins anew."""

    def __setstate__(self, state):
        super().__setstate__(state)
        self.runner = FakeRunner()
        self.stats.steps = 0
        if self._history:
            self.undo()


class Copied(CodeEditEnv):
    """Takes its runner along, as the fake one may."""

    def __setstate__(self, state):
        super().__setstate__(state)
        self.runner = FakeRunner()


# --- many steps -----------------------------------------------------------------------------------


class Opening(CodeEditEnv):
    """Opens a descriptor at each step."""

    opened: list = []  # noqa: RUF012 - kept on purpose

    def step(self, action):
        self.opened.append(os.open("/dev/null", os.O_RDONLY))
        return super().step(action)


class Threads(CodeEditEnv):
    """Starts a thread and leaves it waiting."""

    ended = threading.Event()

    def reset(self, *, seed=None, options=None):
        threading.Thread(target=self.ended.wait, daemon=True).start()
        return super().reset(seed=seed, options=options)


class Hoarding(Changed):
    """Keeps every observation."""

    kept: list = []  # noqa: RUF012 - kept on purpose

    def change(self, observation, info):
        self.kept.append(observation)
        return observation, info


class Lying(Changed):
    """Shows masked actions as legal."""

    def change(self, observation, info):
        return {**observation, "action_mask": np.ones_like(observation["action_mask"])}, info


class Counting(CodeEditEnv):
    """Counts each step as an execution, cached or not."""

    def end_step(self, plan, outcome):
        result = super().end_step(plan, outcome)
        self.stats.executions += 1
        return result


class Skipping(CodeEditEnv):
    """Counts every other step."""

    def end_step(self, plan, outcome):
        result = super().end_step(plan, outcome)
        self.stats.steps -= self.current.steps % 2
        return result


# --- references -----------------------------------------------------------------------------------

BROKEN = SOURCE.replace(b"a * b", b"a + b")


def repair_task(source=BROKEN, after=b"*", **changes):
    """Return a task with a bug, and the edit that takes it out as its reference."""
    task = make_task(source, SOURCE, goal="repair", **changes)
    catalog = enumerate_edits(task.program, resolve(OPERATORS), None)
    edits = [edit for edit in catalog if edit.splices[0].after == after]
    return replace(task, reference=tuple(edits[:1]))


def repair_world(task=None, reward=None, commit="always"):
    """Return a world with a reference."""
    made = task or repair_task()
    assert made.reference, "the fake task has no such edit"
    world = make_world("always", made)
    return replace(world, reward=reward or RepairProgress(), commit=commit)


def won_already():
    """Return a task that begins where its goal holds."""
    task = repair_task()
    return replace(task, program=apply(task.program, task.reference[0]))


def unlisted():
    """Return a task whose reference is of another program."""
    task = repair_task()
    (edit,) = task.reference
    return replace(task, reference=(replace(edit, text="elsewhere"),))


def twice():
    """Return a task whose reference goes on after the goal."""
    task = repair_task()
    return replace(task, reference=task.reference * 2)


@dataclass(frozen=True)
class Half(RepairProgress):
    """A full repair is worth half."""

    def terms(self, before, edit, outcome):
        return {name: value / 2 for name, value in super().terms(before, edit, outcome).items()}


def target_world():
    """Return a world of repair whose tasks have a target that its reward does not know."""
    return repair_world(replace(repair_task(), target=Target("size", 1)))


# --- vectors --------------------------------------------------------------------------------------


def other_world(world, num_envs=1, **kwargs):
    """Make a vector of a world with another reward."""
    reward = NoReward() if isinstance(world.reward, Survivors) else Survivors(world.mutations)
    return make_vector(replace(world, reward=reward), num_envs, **kwargs)


def one_only(world, num_envs=1, **kwargs):
    """Make a vector of one."""
    return make_vector(world, 1, **kwargs)


def unmodal(world, num_envs=1, observation="graph", runner=None):
    """Make a vector that takes no autoreset mode."""
    return make_vector(world, num_envs, observation=observation, runner=runner)


def fixed(*tasks):
    """Return the fake world over these tasks."""
    return replace(make_world(), generator=FixedTasks(tasks))
