"""`nerion validate FILE`: runs recorded episodes again and says whether the same comes out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.console import INTERRUPTED, Screen, bars

if TYPE_CHECKING:
    from nerion_gym.commands.validating import Confirmed, Plan

EXAMPLES = """Examples:
  nerion validate episodes.jsonl
  nerion validate runs/Nerion-LogicV2-v0/uniform/*/evaluation.jsonl
  nerion validate episodes.jsonl --env-kwargs path:src/mypkg
  nerion validate --manifest submission.json
  nerion validate episodes.jsonl --json --repeats 10

Every edit of every episode is run again, from nothing remembered, and each step is compared: the \
edit, each test, reward, end, and a digest of each array of the observation. Where a test came out \
otherwise the program is run --repeats times more, which tells a flaky test from a wrong record.

Exit code: 0 everything is the same; 1 something is not, or breaks a rule of the manifest's track; \
2 a file cannot be read, or names no world."""
DIFFERENT = 1


def validate(  # noqa: PLR0913, PLR0917 - its parameters are its flags
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE ...", help="Recorded episodes.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A submission to the leaderboard.")
    ] = None,
    env_kwargs: flags.WorldArguments = None,
    repeats: Annotated[
        int, typer.Option(metavar="N", min=0, help="More runs where a test differs.")
    ] = 3,
    progress: flags.ShowProgress = None,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Run recorded episodes again and compare what comes out, step by step."""
    from nerion_gym.commands.validating import planned
    from nerion_gym.training.config import parse_pairs

    screen = Screen(quiet, as_json)
    plan = planned(files or [], manifest, parse_pairs(env_kwargs or (), "--env-kwargs"))
    with plan:
        whole = confirmed_shown(screen, plan, repeats, screen.live(progress))
    screen.emit(plan.account())
    for line in plan.summary():
        screen.say(line)
    if not whole:
        raise typer.Exit(INTERRUPTED)
    if not plan.passed:
        raise typer.Exit(DIFFERENT)


def confirmed_shown(screen: Screen, plan: Plan, repeats: int, live: bool) -> bool:
    """Confirm episode after episode, showing each verdict; return False where Ctrl-C ended it."""
    with bars(live) as shown:
        bar = shown.add_task("validate", total=len(plan.entries), note="")
        try:
            for found in plan.confirm(repeats):
                shown.update(bar, advance=1, note=plan.note())
                tell(screen, found)
        except KeyboardInterrupt:
            screen.say("interrupted; what follows is of the episodes so far")
            return False
    return True


def tell(screen: Screen, found: Confirmed) -> None:
    """Print a verdict: a line, and one more where there is a reason."""
    for line in found.lines():
        screen.say(line)
