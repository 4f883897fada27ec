"""`nerion graph FILE ...`: the program graph as a picture or as data."""

from __future__ import annotations

import difflib
import json
import os
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from nerion_gym.commands import flags
from nerion_gym.commands.console import Screen, short_path
from nerion_gym.errors import ConfigError, TaskError

if TYPE_CHECKING:
    import networkx as nx

    from nerion_gym.types.program import Focus, Program

EXAMPLES = """Examples:
  nerion graph src/mypkg/core.py
  nerion graph src/mypkg/core.py --focus Box.area --output area.png
  nerion graph src/mypkg/core.py --focus Box.area,Box.scaled --families calls
  nerion graph src/mypkg/*.py --families calls,imports
  nerion graph src/mypkg/core.py --format graphml --output - > core.graphml

Without --output the file is named after the first FILE, in this folder. Pictures leave out edges \
that their boxes say already; graphml and json have every edge."""
DATA = ("graphml", "json")
FORMATS = ("svg", "png", *DATA)
STDOUT = "-"


class Caption(NamedTuple):
    """What a picture says beside its edges: what is shown, and whether tokens have boxes."""

    title: str
    tokens: bool


def graph(  # noqa: PLR0913, PLR0917 - its parameters are its flags
    files: Annotated[list[Path], typer.Argument(metavar="FILE ...", help="Python files.")],
    focus: Annotated[
        str | None, typer.Option(metavar="A,B", help="Show functions only (FILE::FUNCTION).")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help=f"One of {', '.join(FORMATS)}."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="- is stdout.")
    ] = None,
    families: Annotated[
        str | None, typer.Option(metavar="A,B", help="Edge families; all = every one.")
    ] = None,
    tokens: Annotated[
        bool, typer.Option("--tokens", help="In pictures: boxes for keywords and signs too.")
    ] = False,
    quiet: flags.Quiet = False,
    as_json: flags.AsJson = False,
) -> None:
    """Draw the graph that agents see of Python files, or write it as GraphML or JSON."""
    from nerion_gym.envs.focus import parse_focus
    from nerion_gym.graphs.builder import build
    from nerion_gym.graphs.export import to_networkx

    form = chosen_format(form, output)
    place = output or Path(f"{named(files[0], focus)}.{form}")
    program = read_program(files)
    seen = None if focus is None else parse_focus(program, focus.split(","))
    found = to_networkx(build(program, seen, None, ()))
    shown = chosen_families(families, every=form in DATA)
    if form in DATA:
        content = data(found, shown, form)
    else:
        content = picture(
            found, shown, form, Caption(focus or ", ".join(program.paths[:3]), tokens)
        )
    if str(place) == STDOUT:
        typer.get_binary_stream("stdout").write(content)
        return
    save(place, content)
    screen = Screen(quiet, as_json)
    counts = report(screen, place, found, shown)
    outward = leading_out(program, seen, [name for name in shown if not counts[name]])
    if outward:
        screen.say(hint(outward, focus))


def report(
    screen: Screen, place: Path, found: nx.MultiDiGraph, shown: tuple[str, ...]
) -> dict[str, int]:
    """Say what was written where; return the number of edges of each family."""
    drawn = Counter(relation for *_, relation in found.edges(keys=True) if relation in shown)
    counts = {name: drawn[name] for name in shown}
    nodes, edges = len(found), drawn.total()
    screen.emit({"output": str(place), "nodes": nodes, "edges": edges, "families": [*shown]})
    screen.say(f"{short_path(place)}: {nodes} nodes, {edges} edges{of_families(counts)}")
    return counts


def hint(outward: list[str], focus: str | None) -> str:
    """Say of families whose edges lead out of a focus why none is drawn."""
    return (
        f"{', '.join(outward)}: not drawn, for each has its other end outside of {focus}; "
        f"show that too: --focus {focus},FUNCTION, or leave --focus out"
    )


def of_families(counts: dict[str, int]) -> str:
    """Return how many edges of which families there are; where there are none, of which."""
    some = [f"{count} {name}" for name, count in counts.items() if count]
    return f": {', '.join(some)}" if some else f" of {', '.join(counts)}"


# --- what is asked for


def chosen_format(form: str | None, output: Path | None) -> str:
    """Return the format that is named, or else the one of the output's ending, or else SVG.

    Raises:
        ConfigError: there is no such format.
    """
    ending = "" if output is None else output.suffix.removeprefix(".").lower()
    chosen = form or (ending if ending in FORMATS else "svg")
    if chosen not in FORMATS:
        msg = f"--format {chosen}: expected one of {', '.join(FORMATS)}"
        raise ConfigError(msg)
    return chosen


def chosen_families(families: str | None, *, every: bool) -> tuple[str, ...]:
    """Return the edge families to show.

    Args:
        families: names with commas between, or "all"; None: the usual ones.
        every: whether the usual ones are all.

    Raises:
        ConfigError: there is no such family.
    """
    from nerion_gym.graphs.drawing.scene import FAMILIES, SHOWN

    if families is None:
        return tuple(FAMILIES) if every else SHOWN
    names = tuple(FAMILIES) if families == "all" else tuple(families.split(","))
    unknown = [name for name in names if name not in FAMILIES]
    if unknown:
        near = difflib.get_close_matches(unknown[0], FAMILIES, n=1)
        hint = f"did you mean {near[0]}? There are " if near else "there are "
        msg = f"--families {unknown[0]!r}: {hint}{', '.join(FAMILIES)}"
        raise ConfigError(msg)
    return names


def named(file: Path, focus: str | None) -> str:
    """Return what an output file is called without its ending."""
    function = "" if focus is None else focus.rpartition("::")[2]
    return f"{file.stem}.{function.replace(',', '+')}" if function else file.stem


def leading_out(program: Program, focus: Focus | None, families: list[str]) -> list[str]:
    """Return the families with an edge from a focus to what it leaves out, or from there to it.

    Args:
        program: the files.
        focus: what is shown; None: everything.
        families: of which no edge is shown.
    """
    if focus is None or not families:
        return []
    from nerion_gym.graphs.builder import build
    from nerion_gym.graphs.export import to_networkx
    from nerion_gym.types.program import FunctionRef

    files = tuple(FunctionRef(path, "") for path in program.paths)
    whole = to_networkx(build(program, replace(focus, context=files), None, ()))
    inside = dict(whole.nodes(data="in_focus"))
    pairs = ((a, b, name) for a, b, name in whole.edges(keys=True) if name in families)
    crossing = {name for a, b, name in pairs if inside[a] != inside[b]}
    return [name for name in families if name in crossing]


# --- reading and writing


def read_program(files: list[Path]) -> Program:
    """Return the program of these files, its paths relative to the folder of their package.

    Raises:
        TaskError: a file cannot be read.
    """
    from nerion_gym.types.program import Program

    found = {}
    for file in files:
        try:
            found[file.resolve()] = file.read_bytes()
        except OSError as error:
            msg = f"{file}: cannot be read ({error.strerror}); give Python files"
            raise TaskError(msg) from error
    root = Path(os.path.commonpath([file.parent for file in found]))
    while (root / "__init__.py").is_file() and root != root.parent:
        root = root.parent
    return Program.from_files(
        {file.relative_to(root).as_posix(): source for file, source in found.items()}
    )


def save(place: Path, content: bytes) -> None:
    """Write the output.

    Raises:
        ConfigError: it cannot be written there.
    """
    try:
        place.write_bytes(content)
    except OSError as error:
        msg = f"--output {place}: cannot be written ({error.strerror})"
        raise ConfigError(msg) from error


def picture(found: nx.MultiDiGraph, shown: tuple[str, ...], form: str, caption: Caption) -> bytes:
    """Return the graph with the edges of these families as PNG or SVG.

    Raises:
        ConfigError: Pillow is not installed, or the picture is too large for it.
    """
    from nerion_gym.graphs.drawing.png import png
    from nerion_gym.graphs.drawing.scene import draw
    from nerion_gym.graphs.drawing.svg import svg

    drawn = draw(found, shown, caption.title, tokens=caption.tokens)
    return png(drawn) if form == "png" else svg(drawn).encode()


def data(found: nx.MultiDiGraph, shown: tuple[str, ...], form: str) -> bytes:
    """Return the graph with the edges of these families as GraphML or JSON."""
    import networkx as nx

    chosen = nx.MultiDiGraph()
    chosen.add_nodes_from(found.nodes(data=True))
    for source, target, relation, attributes in found.edges(keys=True, data=True):
        if relation in shown:
            chosen.add_edge(source, target, relation, relation=relation, **attributes)
    if form == "json":
        return json.dumps(nx.node_link_data(chosen, edges="edges"), indent=1).encode() + b"\n"
    file = BytesIO()
    nx.write_graphml_xml(chosen, file)
    return file.getvalue()
