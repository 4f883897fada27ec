"""`nerion benchmark`: several agents, several seeds, equal budgets, one table; `nerion demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nerion_gym.commands.console import AsJson, Quiet, Screen, ShowProgress

EXAMPLES = """Examples:

```
nerion benchmark --preset demo
nerion benchmark --env Nerion-ToyMath-v0 --algos uniform success_rate --seeds 10
nerion benchmark --resume runs/benchmark-20260131-120000
```
"""
DEMO_EXAMPLES = """Examples:

```
nerion demo
nerion demo --json
```
"""
JOBS = 2
Names = list[str]


def demo(progress: ShowProgress = None, quiet: Quiet = False, as_json: AsJson = False) -> None:
    """Compare curiosity, PPO and a uniform agent: the demo preset of `benchmark`."""
    from nerion_gym.commands.comparing import make_plan, new_place, run_benchmark

    plan = make_plan("demo", {})
    screen = Screen(quiet, as_json)
    run_benchmark(plan, new_place(Path("runs"), "demo", plan), JOBS, screen, progress)


def benchmark(  # noqa: PLR0913, PLR0917 - its parameters are its flags
    preset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Start from a preset: demo.")
    ] = None,
    env: Annotated[str | None, typer.Option(metavar="ID", help="World (`nerion worlds`).")] = None,
    env_kwargs: Annotated[
        Names | None,
        typer.Option(metavar="K:V ...", help="Arguments of the world; several may follow."),
    ] = None,
    algos: Annotated[
        Names | None, typer.Option(metavar="NAME ...", help="Agents; several may follow.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(metavar="N", help="Of each agent, at least 3.")
    ] = None,
    executions: Annotated[int | None, typer.Option(metavar="N", help="Budget of each run.")] = None,
    n_timesteps: Annotated[
        int | None,
        typer.Option("-n", "--n-timesteps", metavar="N", help="Steps of each run at most."),
    ] = None,
    jobs: Annotated[int, typer.Option(metavar="N", help="Runs at a time.", min=1)] = JOBS,
    tensorboard_log: Annotated[
        Path, typer.Option("-tb", "--tensorboard-log", metavar="DIR", help="Folder of all runs.")
    ] = Path("runs"),
    resume: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Go on with a benchmark, with its own plan.")
    ] = None,
    progress: ShowProgress = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Compare agents with equal budgets of executions, several seeds each."""
    from nerion_gym.commands.cells import Place
    from nerion_gym.commands.comparing import make_plan, new_place, read_plan, run_benchmark

    if resume is not None:
        plan = read_plan(resume)
        place = Place(resume, plan.env)
    else:
        changes = {
            "env": env,
            "env_kwargs": env_kwargs,
            "algos": algos,
            "seeds": seeds,
            "executions": executions,
            "n_timesteps": n_timesteps,
        }
        plan = make_plan(preset, changes)
        place = new_place(tensorboard_log, preset or "benchmark", plan)
    run_benchmark(plan, place, jobs, Screen(quiet, as_json), progress)
