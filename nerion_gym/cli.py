"""`nerion`: registers the commands; what they do stands in `nerion_gym/commands/`."""

from __future__ import annotations

import sys

import typer

from nerion_gym.commands import (
    benchmark,
    doctor,
    edits,
    graph,
    operators,
    play,
    scaffold,
    step,
    terminal,
    trace,
    train,
    validate,
    worlds,
)
from nerion_gym.commands.arguments import spread
from nerion_gym.errors import NerionError

app = typer.Typer(
    name="nerion",
    help="Code-editing worlds for reinforcement learning: train agents, compare them, look.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command(epilog=train.EXAMPLES)(train.train)
app.command(epilog=benchmark.EXAMPLES)(benchmark.benchmark)
app.command(epilog=benchmark.DEMO_EXAMPLES)(benchmark.demo)
for one in (worlds, step, doctor, graph, scaffold, operators):  # each has a command of its name
    app.command(epilog=one.EXAMPLES)(vars(one)[one.__name__.rpartition(".")[2]])
for command, examples in (*edits.COMMANDS, (trace.trace, trace.EXAMPLES), *play.COMMANDS):
    app.command(epilog=examples)(command)
app.command(epilog=validate.EXAMPLES)(validate.validate)
USER_ERROR = 2


def main(arguments: list[str] | None = None) -> None:
    """Run a command; an error that a user can mend is one line on stderr and exit code 2."""
    terminal.prepare()
    try:
        app(spread(sys.argv[1:] if arguments is None else arguments), prog_name="nerion")
    except NerionError as error:
        typer.echo(f"error: {terminal.harmless(str(error))}", err=True)
        sys.exit(USER_ERROR)


if __name__ == "__main__":
    main()
