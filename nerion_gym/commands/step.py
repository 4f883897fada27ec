"""`nerion step ENV ACTION`: run one edit and look at what came of it, and how."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.console import Screen
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    import gymnasium as gym

    from nerion_gym.envs.state import State
    from nerion_gym.types.outcome import Outcome

EXAMPLES = """Examples:
  nerion step Nerion-LogicV2-v0
  nerion step Nerion-LogicV2-v0 17 --explain
  nerion step Nerion-Repo-v0 3 --explain --env-kwargs path:src/mypkg tests:tests
  nerion step Nerion-Repo-v0 3 --explain --env-kwargs path:src/mypkg containment:strict

Without an action the legal ones are listed. A step here is the first of an episode. Their numbers \
are this world's; the line and column of each are what `nerion diff FILE:LINE:COLUMN` takes."""

WIDTH = 38
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def step(  # noqa: PLR0913, PLR0917 - its parameters are its flags
    env: Annotated[str, typer.Argument(metavar="ENV", help="World; see nerion worlds.")],
    action: Annotated[int | None, typer.Argument(metavar="ACTION", help="Its number.")] = None,
    env_kwargs: flags.WorldArguments = None,
    seed: flags.Seed = 0,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which way the run went, why, and its time.")
    ] = False,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Run one edit: its difference, the tests' verdicts, and how they were found out."""
    from nerion_gym.commands.agents import make_world
    from nerion_gym.training.config import parse_pairs

    world = make_world(
        env, {**parse_pairs(env_kwargs or (), "--env-kwargs"), "render_mode": "ansi"}
    )
    screen = Screen(quiet, as_json)
    try:
        world.reset(seed=seed)
        meanings = world.get_wrapper_attr("get_action_meanings")()
        if action is None:
            list_actions(screen, env, meanings)
        else:
            run_action(screen, world, env, checked(env, action, meanings), explain)
    finally:
        world.close()


def checked(env: str, action: int, meanings: list[str]) -> int:
    """Return a legal action's number.

    Raises:
        ConfigError: there is no such action.
    """
    if not 0 < action < len(meanings):
        msg = (
            f"action {action}: the first state of {env} has the edits 1 to {len(meanings) - 1}; "
            f"`nerion step {env}` lists them"
        )
        raise ConfigError(msg)
    return action


def list_actions(screen: Screen, env: str, meanings: list[str]) -> None:
    """Print the legal actions."""
    edits = list(enumerate(meanings))[1:]
    screen.emit({"env": env, "actions": dict(edits)})
    for number, meaning in edits:
        screen.say(f"{number:>4}  {meaning}")


def run_action(screen: Screen, world: gym.Env, env: str, action: int, explain: bool) -> None:
    """Take the step and print what came of it."""
    _, reward, _, _, info = world.step(action)
    state: State = world.get_wrapper_attr("current")
    outcome = state.outcome
    offer = offered(world, state)
    account = account_of(outcome) | {"needs": needs_of(state), "offered": offer}
    screen.emit({"env": env, "action": action, "reward": float(reward), **info, "account": account})
    frame = str(world.render()).rstrip("\n")
    screen.say(frame if sys.stdout.isatty() else COLOURS.sub("", frame))
    if explain:
        screen.say()
        for line in (*explained(outcome), offer, confined(outcome, account["needs"])):
            screen.say(line)


def offered(world: gym.Env, state: State) -> str:
    """Return how many edits of the program this episode lists, and how many some episode does."""
    from nerion_gym.envs.prepare import measured_reach

    reach = measured_reach(world.get_wrapper_attr("world"), state.task)
    here = f"{len(state.catalog)} of {reach.total} edits in this episode"
    return f"offered   {here}; in some episode {reach.text}"


def needs_of(state: State) -> list[str] | None:
    """Return what the suite used beside its own process while it ran unchanged, if known."""
    baseline = state.task.baseline
    return None if baseline is None else list(baseline.coverage.needs)


def confined(outcome: Outcome, needs: list[str] | None) -> str:
    """Return what confined a run, and what its suite needs."""
    wanted = "unknown" if needs is None else ", ".join(needs) or "nothing"
    return f"confined  {outcome.containment}; beside its own process the suite needs: {wanted}"


def account_of(outcome: Outcome) -> dict[str, Any]:
    """Return how an outcome came about, as JSON data."""
    return {
        "route": outcome.route,
        "why": outcome.why,
        "selected": outcome.selected,
        "tests": len(outcome.results),
        "containment": outcome.containment,
        "milliseconds": [[what, round(1e3 * seconds, 3)] for what, seconds in outcome.stages],
    }


def explained(outcome: Outcome) -> list[str]:
    """Return the account of one step, a line each."""
    total = sum(seconds for _, seconds in outcome.stages)
    some = outcome.selected < len(outcome.results)
    others = "; the others have their status from the control run" if some else ""
    lines = [
        f"route     {outcome.route}: {outcome.why or ROUTES[outcome.route]}",
        f"tests     {outcome.selected} of {len(outcome.results)} ran{others}",
        f"time      {1e3 * total:.2f} ms, of which",
    ]
    for what, seconds in outcome.stages:
        share = seconds / total if total else 0.0
        lines.append(f"  {what:<{WIDTH}}{1e3 * seconds:>9.2f} ms  {'█' * round(20 * share)}")
    return lines


ROUTES = {
    "control": "the program is unchanged: nothing ran",
    "cold": "nothing is known of this suite yet: everything ran",
    "swap": "the function's code was swapped in a process that has collected",
    "reimport": "imported and collected again",
    "unreached": "no test reaches the edit: nothing ran",
}
"""What the routes of an outcome mean."""
