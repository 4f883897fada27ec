"""Checks: the world can be made, looks at home in Gymnasium, and has a manual page."""

from __future__ import annotations

import re
import warnings
from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING

import numpy as np
from gymnasium.utils.env_checker import check_env

from nerion_gym.envs.checking.subject import FORMS, Subject, require
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.errors import BrokenWorldError, ConfigError, TaskError

if TYPE_CHECKING:
    import gymnasium as gym

SECTIONS = (
    "Description",
    "Observation",
    "Actions",
    "Reward",
    "Termination",
    "Tasks and splits",
    "Arguments",
    "Known limits",
    "Versions",
)
"""Sections of a world's manual page, in this order."""
LEAST_WORDS = 3
"""Of a section, beside its heading."""
REGISTER = "nerion_gym.envs.registering.register_world(id, build) makes entry points that do"


def check_made(subject: Subject) -> str:
    """Check that it can be made, in each form, and is what its id says.

    Raises:
        BrokenWorldError: no environment, one of another kind, or one with another id.
    """
    inner = _made_as_asked(subject).unwrapped
    if not isinstance(inner, CodeEditEnv):
        raise BrokenWorldError(
            f"makes a {type(inner).__name__}, no nerion_gym.envs.core.CodeEditEnv",
            "return CodeEditEnv(world, **kwargs): other environments are beyond these checks",
        )
    require(
        inner.world.id == subject.name,
        f"is registered as {subject.name}, and its World says {inner.world.id}",
        "make name, version and prefix= of the World give the registered id",
    )
    for form in FORMS:
        made = _made_in(subject, form)
        require(
            made.form == form and made.render_mode == "ansi",
            f"observation={form!r}, render_mode='ansi' do not reach the environment",
            f"hand **kwargs on to CodeEditEnv; {REGISTER}",
        )
    return f"{len(inner.world.operators)} operators, {inner.world.limits}"


def _made_as_asked(subject: Subject) -> gym.Env:
    try:
        return subject.make()
    except (ConfigError, TaskError) as error:
        raise BrokenWorldError(
            f"cannot be made: {error}", "give what it needs with --env-kwargs, or defaults"
        ) from error
    except TypeError as error:
        if not any(repr(name) in str(error) for name in subject.arguments):
            raise
        raise BrokenWorldError(
            f"does not take the arguments given: {error}", "give --env-kwargs that it takes"
        ) from error


def _made_in(subject: Subject, form: str) -> CodeEditEnv:
    try:
        made = subject.code(observation=form, render_mode="ansi", trace=False, runner=None)
    except TypeError as error:
        raise BrokenWorldError(
            f"does not take the arguments of every world: {error}",
            f"hand **kwargs on to CodeEditEnv; {REGISTER}",
        ) from error
    if not isinstance(made, CodeEditEnv):
        raise BrokenWorldError(
            f"makes a {type(made).__name__} of observation={form!r}",
            f"hand **kwargs on to CodeEditEnv; {REGISTER}",
        )
    return made


def check_manual(subject: Subject) -> str:
    """Check that the module's docstring is a manual page: title, and the fixed sections.

    Raises:
        BrokenWorldError: names what is missing.
    """
    title, _, body = subject.manual.partition("\n")
    require(
        re.fullmatch(rf"{re.escape(subject.name)}: .+[.?]", title),
        f"the module's docstring begins with {title!r}",
        f"begin it with '{subject.name}: what it is, in a sentence.'",
    )
    pages = [page.partition("\n") for page in re.split(r"^## ", body, flags=re.MULTILINE)[1:]]
    found = [heading.strip() for heading, _, _ in pages]
    require(
        found == list(SECTIONS),
        f"the docstring's sections are {', '.join(found) or 'none'}",
        f"write, each after '## ' and in this order: {', '.join(SECTIONS)}",
    )
    empty = [heading for heading, _, text in pages if len(text.split()) < LEAST_WORDS]
    require(
        not empty,
        f"says next to nothing under {', '.join(empty)}",
        f"write at least {LEAST_WORDS} words in each section",
    )
    return f"{len(found)} sections"


def check_gymnasium(subject: Subject) -> str:
    """Check that `gymnasium.utils.env_checker.check_env` finds nothing, warnings included.

    Raises:
        BrokenWorldError: what it found.
    """
    for form in FORMS:
        env = subject.make(observation=form)
        try:
            with warnings.catch_warnings(), redirect_stdout(StringIO()):  # it tries "human" too
                warnings.simplefilter("error")
                check_env(env.unwrapped, skip_render_check=False)
        except (AssertionError, Warning) as error:
            raise BrokenWorldError(
                f"observation={form!r}: check_env says: {error}",
                "see Env in Gymnasium's documentation for what it expects there",
            ) from error
    return " and ".join(FORMS)


def check_frames(subject: Subject) -> str:
    """Check that frames can be seen, one at a time and collected.

    Raises:
        BrokenWorldError: no text, no picture, or Gymnasium cannot collect pictures.
    """
    text, pictures = subject.make(render_mode="ansi"), _collecting(subject)
    for env in (text, pictures):
        env.reset(seed=0)
        env.step(0)
    shown, frames = text.render(), pictures.render()
    require(
        isinstance(shown, str) and shown.strip(),
        f"render_mode='ansi' shows {shown!r:.60}, no text",
        "leave render() to CodeEditEnv, or return a str",
    )
    right = isinstance(frames, list) and [np.shape(frame) for frame in frames]
    require(
        right and len(set(right)) == 1 and len(right) == 2 and right[0][-1] == 3,
        f"render_mode='rgb_array_list' gave frames of shapes {right}; expected two, [H, W, 3]",
        "leave render() to CodeEditEnv, or return uint8 [H, W, 3]",
    )
    return "ansi, rgb_array_list"


def _collecting(subject: Subject) -> gym.Env:
    try:
        return subject.make(render_mode="rgb_array_list")
    except ConfigError as error:
        raise BrokenWorldError(
            f"frames cannot be collected: {error}",
            "put @nerion_gym.envs.registering.entry_point on the entry point",
        ) from error
