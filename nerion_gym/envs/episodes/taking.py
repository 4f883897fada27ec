"""What is recorded of a reset and of a step: for whoever records, and for whoever compares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nerion_gym.envs.episodes.record import RecordedEpisode, RecordedStep, digests, letters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nerion_gym.envs.core import CodeEditEnv
    from nerion_gym.types.transition import Observation

Result = tuple["Observation", Any, bool, bool, "Mapping[str, Any]"]
"""What `step` returns."""


def taken_reset(
    core: CodeEditEnv,
    observation: Observation,
    made: tuple[str, Mapping[str, Any]],
    seed: int | None = None,
    options: tuple[str, ...] = (),
) -> RecordedEpisode:
    """Return an episode that has just begun, without steps.

    Args:
        core: stands in its first state.
        observation: the first one.
        made: the world's id, and the arguments it was made with.
        seed: of the reset.
        options: names of the options of the reset.
    """
    state = core.current
    tests = tuple(result.id for result in state.initial.results)
    return RecordedEpisode(
        world=made[0],
        kwargs=made[1],
        seed=None if seed is None else int(seed),
        options=options,
        task=state.task.name,
        task_id=state.task.id,
        focus=state.focus,
        tests=tests,
        outcome=letters(state.initial, tests),
        observation=digests(observation),
        steps=(),
    )


def taken_step(core: CodeEditEnv, action: int, result: Result) -> RecordedStep:
    """Return the step that an environment has just taken."""
    observation, reward, terminated, truncated, info = result
    last = core.last_step
    outcome = None if last is None else last.outcome
    tests = [test.id for test in core.current.initial.results]
    return RecordedStep(
        action=action,
        edit=None if last is None else last.edit,
        outcome=None if outcome is None else letters(outcome, tests),
        reward=float(reward),
        terminated=bool(terminated),
        truncated=bool(truncated),
        end=str(info["end"]),
        success=bool(info["is_success"]),
        observation=digests(observation),
    )
