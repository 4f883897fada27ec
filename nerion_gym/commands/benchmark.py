"""`nerion benchmark`: several agents, several seeds, equal budgets, one table; `nerion demo`."""

from __future__ import annotations

from pathlib import Path

from nerion_gym.commands import flags
from nerion_gym.commands.console import Screen

EXAMPLES = """Examples:
  nerion benchmark --preset demo
  nerion benchmark --env Nerion-ToyMath-v0 --algos uniform ppo --seeds 10
  nerion benchmark --resume runs/benchmark-20260131-120000"""
DEMO_EXAMPLES = """Examples:
  nerion demo
  nerion demo --json"""
JOBS = 2


def demo(
    progress: flags.ShowProgress = None,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Compare curiosity, PPO and a uniform agent: the demo preset of `benchmark`."""
    from nerion_gym.commands.comparing import make_plan, new_place, run_benchmark

    plan = make_plan("demo", {})
    screen = Screen(quiet, as_json)
    run_benchmark(plan, new_place(Path("runs"), "demo", plan), JOBS, screen, progress)


def benchmark(  # noqa: PLR0913, PLR0917 - its parameters are its flags
    preset: flags.Preset = None,
    env: flags.EachWorld = None,
    env_kwargs: flags.WorldArguments = None,
    algos: flags.Algos = None,
    seeds: flags.Seeds = None,
    executions: flags.EachExecutions = None,
    n_timesteps: flags.EachSteps = None,
    jobs: flags.Jobs = JOBS,
    tensorboard_log: flags.RunsFolder = Path("runs"),
    resume: flags.Resume = None,
    progress: flags.ShowProgress = None,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
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
