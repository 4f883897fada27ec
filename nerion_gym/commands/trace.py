"""`nerion trace PATH`: what one run of the unchanged suite tells about every edit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.arguments import advising_own_flags
from nerion_gym.commands.console import INTERRUPTED, Screen, bars, short_path, stdout
from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nerion_gym.report.traced import Measured
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Focus, Program
    from nerion_gym.types.task import Task

EXAMPLES = """Examples:
  nerion trace src/mypkg
  nerion trace src/mypkg/core.py --function Parser.read
  nerion trace src/mypkg --tests tests --operator swap_comparison --operator swap_boolean
  nerion trace src/mypkg --html trace.html
  nerion trace src/mypkg --micro --json

The suite runs a few times unchanged, no edit is ever run. Values that your tests work with are \
shown by kind and number only. Numbers of edits are those of `nerion edits FILE`."""
MOST = 40
Told = Annotated[list[str] | None, typer.Option("--function", metavar="[FILE::]NAME",
                 help="Only edits of this function; repeatable.")]  # fmt: skip


class Asked(NamedTuple):
    """What is asked for.

    Attributes:
        task: the package with its suite.
        focus: the functions; None: everything.
        edits: to trace.
        micro: whether functions are run alone too.
    """

    task: Task
    focus: Focus | None
    edits: Sequence[Edit]
    micro: bool


def trace(  # noqa: PLR0913, PLR0917 - its parameters are its flags
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A package folder or Python file.")],
    function: Told = None,
    operator: Annotated[
        list[str] | None,
        typer.Option("--operator", metavar="NAME", help="Only this one; repeatable."),
    ] = None,
    tests: Annotated[
        list[str] | None,
        typer.Option("--tests", metavar="PATH", help="Where its tests are; repeatable."),
    ] = None,
    arguments: Annotated[
        str, typer.Option(metavar="TEXT", help="More of pytest's own, as in '--ignore=FILE'.")
    ] = "",
    micro: Annotated[
        bool, typer.Option("--micro", help="Also run edited functions alone, on recorded calls.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all of it as one web page.")
    ] = None,
    source: Annotated[
        bool | None,
        typer.Option("--source/--no-source", help="Annotated source (default: unless --html)."),
    ] = None,
    limit: Annotated[
        int, typer.Option(metavar="N", help="Edits and tests listed at most; 0 = all.", min=0)
    ] = MOST,
    progress: flags.ShowProgress = None,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Show which edits the tests could notice, line by line, from one run of the suite."""
    screen = Screen(quiet, as_json)
    require_writable(html)
    with advising_own_flags():
        asked = what_is_asked(path, function or (), operator or (), tests, arguments)
        found = measured_shown(screen, asked._replace(micro=micro), screen.live(progress))
    wanted = html is None if source is None else source
    show(screen, Shown(path, asked, html, limit, wanted), found)


class Shown(NamedTuple):
    """What is shown of what was measured.

    Attributes:
        path: as given.
        asked: for.
        html: where a page is written; None: nowhere.
        limit: edits and tests listed at most; 0: all.
        source: whether annotated source is printed.
    """

    path: Path
    asked: Asked
    html: Path | None
    limit: int
    source: bool


def show(screen: Screen, wanted: Shown, found: Measured) -> None:
    """Write the page, print what is wanted.

    Raises:
        ConfigError: the page cannot be written.
    """
    from nerion_gym.commands.tracing import document, say, write_page

    title = wanted.asked.task.name
    if wanted.html is not None:
        write_page(wanted.html, title, found)
    if screen.as_json:
        screen.emit(document(title, found))
    if screen.talks:
        room = stdout().width, wanted.limit
        for line in say(found, wanted.asked.focus, room, source=wanted.source):
            screen.say(line.rich())
        for hint in ending(wanted.path, found, wanted.html):
            screen.say(hint)


def measured_shown(screen: Screen, asked: Asked, live: bool) -> Measured:
    """Measure with a live display, or a line for each part.

    Raises:
        typer.Exit: interrupted.
    """
    parts = 3 + asked.micro
    try:
        with bars(live) as shown:
            bar = shown.add_task("trace", total=parts, note="")

            def tell(done: int, note: str) -> None:
                shown.update(bar, completed=done, note=note)
                if not live:
                    screen.say(note)

            found = measure_all(asked, tell)
            shown.update(bar, completed=parts, note="done")
    except KeyboardInterrupt:
        typer.echo("interrupted: nothing was written", err=True)
        raise typer.Exit(INTERRUPTED) from None
    return found


def ending(path: Path, found: Measured, html: Path | None) -> list[str]:
    """Return where the page is, and what may be done next."""
    lines = [] if html is None else [f"the page is in {short_path(html)}"]
    file = given_as(path, found.edits[0].splices[0].path)
    return [*lines, f"`nerion diff {file} N` shows edit N of that file"]


def given_as(path: Path, file: str) -> str:
    """Return where a file of a program lies, seen from here: its own path is the project's."""
    for folder in (path.absolute(), *path.absolute().parents):
        if (folder / file).is_file():
            return short_path(folder / file)
    return file


# --- what is asked for


def require_writable(html: Path | None) -> None:
    """Refuse a page that could not be written, before anything runs.

    Raises:
        ConfigError: its folder is missing or read-only, or it is a folder itself.
    """
    if html is None:
        return
    if html.is_dir():
        msg = f"--html {html}: is a folder; name a file in it, as {html / 'trace.html'}"
        raise ConfigError(msg)
    folder = html.absolute().parent
    if not folder.is_dir():
        msg = f"--html {html}: there is no folder {html.parent}; make it first"
        raise ConfigError(msg)
    if not os.access(folder, os.W_OK):
        msg = f"--html {html}: {folder} cannot be written to; name a file elsewhere"
        raise ConfigError(msg)


def what_is_asked(
    path: Path,
    functions: Sequence[str],
    operators: Sequence[str],
    tests: Sequence[str] | None,
    arguments: str,
) -> Asked:
    """Read the package and list the edits to trace.

    Raises:
        TaskError: a path is missing, or there is nothing to edit.
        ConfigError: no such function or operator, or there is no edit of that kind.
    """
    from nerion_gym.edits.catalog import enumerate_edits
    from nerion_gym.edits.registry import OPERATORS, resolve
    from nerion_gym.envs.focus import find_function
    from nerion_gym.tasks.package import load_package
    from nerion_gym.types.edit import Kind
    from nerion_gym.types.program import Focus

    chosen = resolve(operators) if operators else OPERATORS
    chosen = chosen if operators else tuple(row for row in chosen if row.kind is Kind.MUTATION)
    task = load_package(path, tests, arguments=arguments)
    refs = tuple(find_function(task.program, name, "--function") for name in functions)
    focus = Focus(refs) if refs else None
    edits = enumerate_edits(task.program, tuple(chosen), focus)
    if not edits:
        where = ", ".join(functions) or str(path)
        what = ", ".join(operators) or "the mutations"
        msg = f"{where}: nothing to edit with {what}; `nerion edits FILE` lists what there is"
        raise ConfigError(msg)
    return Asked(task, focus, edits, micro=False)


# --- measuring


def measure_all(asked: Asked, tell: Callable[[int, str], None]) -> Measured:
    """Run the suite and read what it tells.

    Args:
        asked: of what.
        tell: hears how many parts are done, and what comes next.

    Raises:
        TaskError: the suite does not pass.
        SandboxError: the machinery failed.
    """
    from nerion_gym.execution.runner import LocalRunner
    from nerion_gym.execution.tracing.checks import checks_of
    from nerion_gym.report.traced import Measured
    from nerion_gym.tasks.builder import measured

    task, edits = asked.task, asked.edits
    with LocalRunner() as runner:
        tell(0, "measuring the unchanged suite (control runs, coverage)")
        baseline = measured(task, runner).baseline
        if baseline is None:
            msg = f"{task.name}: was not measured"
            raise ConfigError(msg)
        tell(1, f"tracing {len(edits)} edits in one run")
        traced = runner.trace(task.program, baseline.suite, edits)
        alone: Any = ()
        if asked.micro:
            tell(2, "running edited functions alone")
            alone = run_alone(runner, asked, traced)
        tell(2 + asked.micro, "reading the assertions")
        tests = [result.id for result in baseline.control.results]
        checks = checks_of(baseline.suite, traced, tests, edits)
        numbers = numbers_of(task.program, edits)
        return Measured(baseline, edits, traced, checks, numbers, tuple(alone))


def run_alone(runner: Any, asked: Asked, traced: Any) -> Any:
    """Return what running functions alone tells.

    Raises:
        ConfigError: this version's runner cannot.
    """
    if not hasattr(runner, "micro"):
        msg = "--micro: the runner of this version cannot run functions alone; leave it out"
        raise ConfigError(msg)
    return runner.micro(asked.task.program, asked.edits, traced)


def numbers_of(program: Program, edits: Sequence[Edit]) -> tuple[int, ...]:
    """Return the number of each edit among all of its file; 0 for one of several files."""
    from nerion_gym.edits.catalog import enumerate_edits
    from nerion_gym.edits.registry import OPERATORS
    from nerion_gym.types.program import Program as Files

    found: dict[Edit, int] = {}
    for path in dict.fromkeys(edit.splices[0].path for edit in edits):
        alone = Files.from_files({path: program.source(path)})
        every = enumerate_edits(alone, OPERATORS, None)
        found.update({edit: number for number, edit in enumerate(every, 1)})
    return tuple(found.get(edit, 0) for edit in edits)
