"""A benchmark from its plan to its table; what `benchmark` and `demo` do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nerion_gym.commands.cells import Cell, Place, run_cells
from nerion_gym.commands.console import (
    INTERRUPTED,
    Screen,
    bars,
    progress_note,
    short_path,
    tensorboard_command,
)
from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.logbook.files import write_json
from nerion_gym.report.tables import MIN_SEEDS, Metric, compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerion_gym.commands.cells import Ended, Running
    from nerion_gym.report.tables import Table

SETTINGS, RESULTS, TABLE = "benchmark.yaml", "results.json", "table.md"
FAILED = 1
METRICS = (
    Metric("survivors", "survivors"),
    Metric("survivor_area", "mean so far"),
    Metric("mean_surprise", "surprise (nats)", 2),
    Metric("executions", "executions", 0),
    Metric("steps", "steps", 0),
)

LEGEND = """survivors: different mutations that a test reaches and no test notices
mean so far: survivors found so far, averaged over the budget (area under the curve)
surprise: mean over executions before learning from them; only agents with a model"""


class Plan(BaseModel):
    """A benchmark: every agent gets every seed and the same budget.

    Attributes:
        env: id of a world.
        env_kwargs: its arguments, as key:value texts.
        algos: names of agents.
        seeds: how many; 0, 1, 2, ...
        executions: budget of each run.
        n_timesteps: steps of a run at most; 0 = 20 x executions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str = "Nerion-LogicV2-v0"
    env_kwargs: tuple[str, ...] = ()
    algos: tuple[str, ...] = ("curiosity", "ppo", "uniform")
    seeds: int = Field(default=MIN_SEEDS, ge=MIN_SEEDS)
    executions: int = Field(default=60, ge=1)
    n_timesteps: int = Field(default=0, ge=0)

    @property
    def title(self) -> str:
        """What is compared, on one line."""
        return f"{self.env}, {self.executions} executions each, {self.seeds} seeds"

    def cells(self) -> list[Cell]:
        """Return the runs, seed by seed, so that the first rows already compare all agents."""
        arguments = ["--executions", str(self.executions), "-n", str(self.n_timesteps)]
        if self.env_kwargs:
            arguments += ["--env-kwargs", *self.env_kwargs]
        return [
            Cell(algo, seed, tuple(arguments)) for seed in range(self.seeds) for algo in self.algos
        ]


PRESETS = {"demo": Plan()}


def make_plan(preset: str | None, changes: dict[str, Any]) -> Plan:
    """Return a preset with changes.

    Raises:
        ConfigError: no such preset, or a value out of range.
    """
    if preset is not None and preset not in PRESETS:
        msg = f"--preset {preset!r}: expected one of {', '.join(PRESETS)}"
        raise ConfigError(msg)
    base = PRESETS[preset] if preset else Plan()
    return checked(base.model_dump() | {k: v for k, v in changes.items() if v is not None})


def checked(values: Any) -> Plan:
    """Return a plan from plain values.

    Raises:
        ConfigError: a key or a value is wrong.
    """
    try:
        return Plan.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        msg = f"{name}={first['input']!r}: {first['msg']}"
        raise ConfigError(msg) from error


def new_place(root: Path, name: str, plan: Plan) -> Place:
    """Make `root/NAME-DATE-TIME` with the plan in it; an existing folder is never used.

    Raises:
        StorageError: it cannot be made.
    """
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    folder = root / f"{name}-{stamp}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        msg = f"{folder}: cannot be made ({error.strerror}); choose another --tensorboard-log"
        raise StorageError(msg) from error
    text = yaml.safe_dump(plan.model_dump(mode="json"), sort_keys=False)
    (folder / SETTINGS).write_text(text, encoding="utf-8")
    return Place(folder, plan.env)


def read_plan(folder: Path) -> Plan:
    """Return the plan of a benchmark's folder.

    Raises:
        StorageError: there is none.
    """
    path = folder / SETTINGS
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        msg = f"--resume {folder}: no benchmark to go on with ({path}: {error})"
        raise StorageError(msg) from error
    return checked(values)


def run_benchmark(
    plan: Plan, place: Place, jobs: int, screen: Screen, progress: bool | None
) -> None:
    """Run the cells that are missing and show the table.

    Raises:
        typer.Exit: interrupted, or a run failed.
    """
    screen.say(f"{plan.title}; at most {jobs} runs at a time")
    try:
        ended = run_shown(plan, place, jobs, screen, screen.live(progress))
    except KeyboardInterrupt:
        again = f"nerion benchmark --resume {short_path(place.folder)}"
        typer.echo(f"interrupted; go on with: {again}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    failures = [item for item in ended if item.result is None]
    results = [item.result for item in ended if item.result is not None]
    table = make_table(plan, results)
    document = {
        "folder": str(place.folder),
        "plan": plan.model_dump(mode="json"),
        "table": table and table.as_json(),
        "failures": [{"run": item.cell.name, "error": item.error} for item in failures],
        "results": results,
    }
    write_json(place.folder / RESULTS, document)
    screen.emit(document)
    show(plan, place, screen, table, ended)
    if failures:
        raise typer.Exit(FAILED)


def run_shown(plan: Plan, place: Place, jobs: int, screen: Screen, live: bool) -> list[Ended]:
    """Run the cells with a bar each, or a line each where there is no live display."""
    ended: list[Ended] = []
    with bars(live) as shown:
        rows = {
            cell: shown.add_task(cell.name, total=plan.executions, start=False, note="waiting")
            for cell in plan.cells()
        }

        def watch(item: Running) -> None:
            step = item.look()
            note = progress_note(step["survivors"], step.get("surprise")) if step else "starting"
            shown.start_task(rows[item.cell])
            shown.update(rows[item.cell], completed=step.get("executions", 0), note=note)

        for item in run_cells(plan.cells(), place, jobs, watch):
            ended.append(item)
            note = ended_note(item)
            done = item.result["executions"] if item.result else None
            shown.update(rows[item.cell], completed=done, note=note)
            shown.stop_task(rows[item.cell])
            if not live:
                bound = f", ended by {item.result['ended_by']}" if item.result else ""
                screen.say(f"{item.cell.name}: {note}{bound}")
    return ended


def ended_note(item: Ended) -> str:
    """Say how a run ended."""
    if item.result is None:
        return f"failed: {item.error}"
    result = item.result
    note = progress_note(result["survivors"], result["mean_surprise"])
    return f"{note}, {result['steps']} steps" + (" (from before)" if item.reused else "")


def make_table(plan: Plan, results: Sequence[dict[str, Any]]) -> Table | None:
    """Compare the agents of which enough seeds ended; None when there is none."""
    counts = Counter(result["algo"] for result in results)
    complete = [r for algo in plan.algos for r in results if r["algo"] == algo]
    complete = [result for result in complete if counts[result["algo"]] >= MIN_SEEDS]
    if not complete:
        return None
    return compare(plan.title, complete, METRICS, np.random.default_rng(0))


def show(
    plan: Plan, place: Place, screen: Screen, table: Table | None, ended: Sequence[Ended]
) -> None:
    """Print the table, what ended the runs, what failed, and how to look further."""
    screen.say()
    if table is not None:
        (place.folder / TABLE).write_text(table.markdown() + "\n", encoding="utf-8")
        screen.say(table.rich())
        screen.say(LEGEND)
        screen.say()
    for algo in plan.algos:
        mine = [item for item in ended if item.cell.algo == algo]
        bounds = Counter(item.result["ended_by"] for item in mine if item.result)
        shown = ", ".join(f"{count} by {bound}" for bound, count in sorted(bounds.items()))
        if bounds:
            screen.say(f"{algo}: runs ended {shown}")
    for item in ended:
        if item.result is None:
            typer.echo(f"{item.cell.name} failed: {item.error}", err=True)
            typer.echo(f"  its messages: {short_path(place.log(item.cell))}", err=True)
    screen.say(f"everything is in {short_path(place.folder)} (table.md, results.json, the runs)")
    screen.say(f"look at the curves: {tensorboard_command(place.folder)}")
