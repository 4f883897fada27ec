"""`nerion operators`: every kind of edit there is, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.console import Screen
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from nerion_gym.edits.operator import Operator

EXAMPLES = """Examples:
  nerion operators
  nerion operators swap_comparison
  nerion operators --kind refactor
  nerion operators --json"""
KINDS = ("refactor", "mutation")


def operators(
    name: Annotated[
        str | None, typer.Argument(metavar="OPERATOR", help="Show this one, with its examples.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Only these: refactor or mutation.")
    ] = None,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """List the kinds of edits: id, name, whether they keep meaning, what they do."""
    from nerion_gym.edits.registry import OPERATORS, operator

    if kind is not None and kind not in KINDS:
        msg = f"--kind {kind}: expected one of {', '.join(KINDS)}"
        raise ConfigError(msg)
    screen = Screen(quiet, as_json)
    if name is not None:
        show(screen, operator(name))
        return
    rows = [row for row in OPERATORS if kind in (None, str(row.kind))]
    screen.emit([document(row) for row in rows])
    width = max(len(row.name) for row in rows)
    for row in rows:
        back = "repairable" if row.repairable else ""
        screen.say(f"{row.id:>4}  {row.name:<{width}}  {row.kind:<8}  {back:<10}  {row.intent}")


def document(row: Operator) -> dict[str, Any]:
    """Return an operator as JSON data."""
    return {
        "id": row.id,
        "name": row.name,
        "kind": str(row.kind),
        "repairable": row.repairable,
        "intent": row.intent,
        "aliases": list(row.aliases),
        "others": dict(row.others),
        "examples": [example._asdict() for example in row.examples],
    }


def show(screen: Screen, row: Operator) -> None:
    """Print one operator with its examples."""
    screen.emit(document(row))
    back = ", repairable" if row.repairable else ""
    screen.say(f"{row.name} (id {row.id}, {row.kind}{back})\n\n{row.intent}")
    for tool, theirs in row.others:
        screen.say(f"{tool}: {theirs}")
    before = None
    for example in row.examples:
        if example.before != before:
            title = "untouched" if example.after is None else "before"
            screen.say(f"\n{title}:\n{indented(example.before)}")
            before = example.before
        if example.after is not None:
            screen.say(f"after:\n{indented(example.after)}")


def indented(text: str) -> str:
    """Return text moved to the right."""
    return "\n".join(f"    {line}" for line in text.rstrip("\n").splitlines())
