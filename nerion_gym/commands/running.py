"""One training run from its configuration to its folder; what `train` shows and counts."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nerion_gym.commands.agents import Trainee, configured, make_env
from nerion_gym.commands.provenance import git_state
from nerion_gym.execution.confinement.machine import layers
from nerion_gym.logbook.run import Run
from nerion_gym.training.evaluate import evaluate
from nerion_gym.training.loop import Hooks

if TYPE_CHECKING:
    from collections.abc import Callable

    import gymnasium as gym

    from nerion_gym.training.config import TrainConfig
    from nerion_gym.training.tally import Progress

CHECKPOINT = "checkpoint"
EPISODES, EVALUATION = "episodes.jsonl", "evaluation.jsonl"
EDITS = (
    "edits_total",
    "edits_within_reach",
    "edits_out_of_reach",
    "edits_known",
    "all_known_after",
)
BRIEF = ("executions", "steps", "episodes", "survivors", "mean_surprise")


def run_training(
    config: TrainConfig,
    watch: Callable[[Progress], None] | None = None,
    on_folder: Callable[[Path], None] | None = None,
) -> tuple[Path, dict[str, Any]]:
    """Train one agent; return the run's folder and its numbers.

    Args:
        config: what to train; what it leaves open of the agent's options is filled in.
        watch: called after each step.
        on_folder: called with the run's folder once it exists.
    """
    env = make_env(config)
    config = configured(config)
    trainee = Trainee(config, env)
    settings = config.model_dump(mode="json")
    with Run.create(config.tensorboard_log, config.env, config.algo, config.seed, settings) as run:
        if on_folder is not None:
            on_folder(run.folder)
        trainee.env = recording(config, env, run.folder / EPISODES)
        run.note(git=git_state(), semantics=trainee.words and trainee.words.manifest())
        run.hparams(flat(settings))
        confined = noting_confinement(run, env)
        watchers = (watch, confined, checkpoints(config, trainee.agent, run.folder))
        with closing(trainee.env):
            ended, numbers = trainee.fit(Hooks(watch=all_of(watchers)), run)
        result = {"algo": config.algo, "env": config.env, "seed": config.seed, **numbers}
        result["ended_by"] = ended.ended_by
        result |= evaluated(config, trainee.agent, run, ended.steps)
        if config.save:
            trainee.agent.save(run.folder / CHECKPOINT)
        run.result(result)
        summary = {key: result[key] for key in BRIEF}
        edits = {key: result[key] for key in EDITS}
        run.note(ended_by=ended.ended_by, result=summary, edits=edits, **confinement_of(env))
    return run.folder, result


def recording(config: TrainConfig, env: gym.Env, path: Path) -> gym.Env:
    """Return the environment, with a recorder to a file around it where that is asked for.

    Raises:
        ConfigError: it cannot be recorded.
        StorageError: the file cannot be written.
    """
    if not config.record:
        return env
    from nerion_gym.wrappers.record import RecordEpisodes

    return RecordEpisodes(env, path)


def evaluated(config: TrainConfig, agent: Any, run: Run, steps: int) -> dict[str, float]:
    """Judge the agent if that is asked for; return the means under TensorBoard tags."""
    if not config.eval_episodes:
        return {}
    with closing(recording(config, make_env(config), run.folder / EVALUATION)) as env:
        found = evaluate(env, agent, config.eval_episodes, config.seed)
    run.scalars(found.summary(), steps)
    run.event("evaluation", returns=found.returns, seeds=found.seeds, executions=found.executions)
    return found.summary()


def checkpoints(config: TrainConfig, agent: Any, folder: Path) -> Callable[[Progress], None] | None:
    """Return what saves the agent every `save_freq` steps, or None."""
    if not config.save_freq:
        return None

    def save(progress: Progress) -> None:
        if progress.steps % config.save_freq == 0:
            agent.save(folder / f"{CHECKPOINT}-{progress.steps:08d}")

    return save


def all_of(
    watchers: tuple[Callable[[Progress], None] | None, ...],
) -> Callable[[Progress], None]:
    """Return one watcher that calls those that are given."""
    given = tuple(watcher for watcher in watchers if watcher is not None)

    def watch(progress: Progress) -> None:
        for watcher in given:
            watcher(progress)

    return watch


def noting_confinement(run: Run, env: gym.Env) -> Callable[[Progress], None]:
    """Return what notes at the first step how the tests are confined: a run may not end well."""
    waiting = [True]

    def watch(_progress: Progress) -> None:
        if waiting and waiting.pop():
            run.note(**confinement_of(env))

    return watch


def confinement_of(env: gym.Env) -> dict[str, Any]:
    """Return how the tests of the last episode's task are confined, and what they need.

    `containment` is what the results are stamped with, `layers` what that means on this machine,
    `needs` what the suite used beside its own process while it ran unchanged. Each is None if the
    task was not measured.
    """
    task = env.get_wrapper_attr("task")
    if task.baseline is None:
        return {"containment": None, "layers": None, "needs": None}
    return {
        "containment": task.baseline.control.containment,
        "layers": layers(task.suite.containment),
        "needs": list(task.baseline.coverage.needs),
    }


def flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings under dotted names."""
    found: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found
