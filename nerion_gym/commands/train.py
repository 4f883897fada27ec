"""`nerion train`: one agent in one world; the same code as `scripts/train.py`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.console import (
    INTERRUPTED,
    Screen,
    bars,
    progress_note,
    short_path,
    tensorboard_command,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from nerion_gym.training.config import TrainConfig
    from nerion_gym.training.tally import Progress


LINE_SECONDS = 20
"""Between two lines that say where a run stands: it can be long before the next step ends."""
SHOWN = 10
"""Survivors that are listed at the end."""
EXAMPLES = """Examples:
  nerion train --env Nerion-LogicV2-v0 --algo curiosity --executions 60
  nerion train --env Nerion-Repo-v0 --env-kwargs path:src/mypkg tests:tests
  nerion train --env Nerion-Repo-v0 --env-kwargs path:src/mypkg containment:strict
  nerion train --algo uniform --executions 30 --eval-episodes 10 --record
  nerion train --algo ppo -n 5000 -params learning_rate:0.001 --save
  nerion train --algo dqn --conf-file my_dqn.yml
  nerion train --algo curiosity --semantics hash

An execution is one run of the tests on an edited program, counted the first time. A run is also \
bounded by steps, 20 x executions unless -n says otherwise, and says which bound ended it."""


def train(  # noqa: PLR0913, PLR0917 - its parameters are its flags
    env: flags.World = "Nerion-LogicV2-v0",
    env_kwargs: flags.WorldArguments = None,
    algo: flags.Algo = "curiosity",
    seed: flags.Seed = 0,
    executions: flags.Executions = None,
    n_timesteps: flags.Steps = 0,
    hyperparams: flags.Hyperparams = None,
    conf_file: flags.ConfFile = None,
    semantics: flags.Semantics = None,
    tensorboard_log: flags.RunsFolder = Path("runs"),
    eval_episodes: flags.EvalEpisodes = 0,
    save: flags.Save = False,
    save_freq: flags.SaveFreq = 0,
    record: flags.Record = False,
    progress: flags.ShowProgress = None,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Train an agent in a world."""
    from nerion_gym.commands.words import chosen_semantics
    from nerion_gym.training.config import parse_pairs, train_config

    config = train_config(
        {
            "env": env,
            "env_kwargs": parse_pairs(env_kwargs or (), "--env-kwargs"),
            "algo": algo,
            "seed": seed,
            "executions": executions,
            "n_timesteps": n_timesteps,
            "hyperparams": parse_pairs(hyperparams or (), "-params"),
            "conf_file": conf_file,
            "semantics": chosen_semantics(semantics, algo),
            "tensorboard_log": tensorboard_log,
            "eval_episodes": eval_episodes,
            "save": save,
            "save_freq": save_freq,
            "record": record,
        }
    )
    screen = Screen(quiet, as_json)
    screen.say(headline(config))
    report(screen, config, *train_shown(screen, config, screen.live(progress)))


def headline(config: TrainConfig) -> str:
    """Return what is about to happen, on one line."""
    budget = config.budget
    spent = f"at most {budget.max_steps} steps"
    if budget.executions is not None:
        spent = f"{budget.executions} executions, {spent}"
    return f"{config.env}, {config.algo}, seed {config.seed}: {spent}"


def train_shown(screen: Screen, config: TrainConfig, live: bool) -> tuple[Path, dict[str, Any]]:
    """Train with a live display, and leave a readable run on Ctrl-C.

    Raises:
        typer.Exit: interrupted.
    """
    from nerion_gym.commands.running import run_training

    folders: list[Path] = []
    total = config.executions or config.budget.max_steps
    try:
        with bars(live) as shown:
            bar = shown.add_task(config.algo, total=total, note="measuring the unchanged suite")

            lines = ProgressLines(None if live else screen)

            def watch(progress: Progress) -> None:
                lines.tell(progress)
                done = progress.executions if config.executions else progress.steps
                note = progress_note(progress.survivors, progress.surprise)
                shown.update(bar, completed=done, note=note)

            def begun(folder: Path) -> None:
                folders.append(folder)
                if not live:
                    screen.say(f"measuring the unchanged suite; the run is in {short_path(folder)}")

            return run_training(config, watch, begun)
    except KeyboardInterrupt:
        kept = f"; what was done so far is in {short_path(folders[0])}" if folders else ""
        typer.echo(f"interrupted{kept}", err=True)
        raise typer.Exit(INTERRUPTED) from None


@dataclass
class ProgressLines:
    """What tells where a run stands when no live display does: a line now and then.

    Attributes:
        screen: where; None: nowhere.
        clock: seconds; a test hands in its own.
    """

    screen: Screen | None
    clock: Callable[[], float] = monotonic

    def __post_init__(self) -> None:
        self._began = self._last = self.clock()

    def tell(self, progress: Progress) -> None:
        """Say where the run stands if nothing was said for `LINE_SECONDS`."""
        now = self.clock()
        if self.screen is None or now - self._last < LINE_SECONDS:
            return
        self._last = now
        note = progress_note(progress.survivors, progress.surprise)
        self.screen.say(
            f"{now - self._began:>5.0f} s    {progress.executions} executions, "
            f"{progress.steps} steps, {note}"
        )


def report(screen: Screen, config: TrainConfig, folder: Path, result: dict[str, Any]) -> None:
    """Say how the run ended and where it is."""
    screen.emit({"folder": str(folder), **result})
    screen.say(
        f"ended by {result['ended_by']}: {result['executions']} executions, "
        f"{result['steps']} steps, {result['episodes']} episodes in {result['seconds']:.1f} s"
    )
    rate = result["survivors_per_execution"]
    screen.say(f"survivors  {result['survivors']} ({rate:.2f} per execution)")
    for edit in result["survivor_edits"][:SHOWN]:
        screen.say(f"             {edit}")
    if result["survivors"] > SHOWN:
        screen.say(f"             and {result['survivors'] - SHOWN} more in result.json")
    if result["edits_total"] is not None:
        screen.say(f"edits      {edits_known(result)}")
    halves = (result["surprise_first_half"], result["surprise_second_half"])
    if None not in halves:
        screen.say(f"surprise   {halves[0]:.2f} -> {halves[1]:.2f} nats (first, second half)")
    if "eval/mean_reward" in result:
        screen.say(f"evaluation {result['eval/mean_reward']:.2f} mean return of greedy episodes")
    screen.say(f"run        {short_path(folder)}")
    screen.say(f"look       {tensorboard_command(config.tensorboard_log)}")


def edits_known(result: dict[str, Any]) -> str:
    """Say how many edits a run could meet and how many it knows, on one line."""
    from nerion_gym.envs.reach import Reach

    counts = (result["edits_total"], result["edits_within_reach"])
    reach = Reach(*counts, tuple(result["edits_out_of_reach"])).text
    if result["all_known_after"] is None:
        return f"{result['edits_known']} known; {reach}"
    return f"every one known after execution {result['all_known_after']}; {reach}"
