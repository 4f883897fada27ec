"""A frame: the source with its edit, the graph with what it touched, what the tests said."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.envs.frames import palette
from nerion_gym.envs.frames.bar import HEIGHT as BAR
from nerion_gym.envs.frames.bar import counts, draw_bar
from nerion_gym.envs.frames.canvas import fill, label, paste, shortened
from nerion_gym.envs.frames.code import COLUMNS, ROW, draw_rows
from nerion_gym.envs.frames.glyphs import BOLD, TEXT, TITLE
from nerion_gym.envs.frames.graph import draw_graph
from nerion_gym.envs.frames.scene import graph_scene, place_title, source_scene
from nerion_gym.envs.render import change_of, finding, place_of, shown_outcome

if TYPE_CHECKING:
    from nerion_gym.envs.frames.glyphs import Face
    from nerion_gym.envs.frames.palette import Colour
    from nerion_gym.envs.render import LastStep
    from nerion_gym.envs.state import State
    from nerion_gym.envs.world import World

HEIGHT, WIDTH = 480, 1120
EDGE, TOP = 12, 42
ROWS = 20
"""Rows of source, below the one that says where it is."""
PANELS = (ROWS + 1) * ROW
CODE = COLUMNS * TEXT.width
GRAPH_LEFT = EDGE + CODE + 8
GRAPH = WIDTH - EDGE - GRAPH_LEFT
BAR_TOP = TOP + PANELS + 9
FIRST, SECOND = BAR_TOP + BAR + 5, BAR_TOP + BAR + 24
"""Where the two lines of words begin."""
STEPS_TOP = HEIGHT - 5
KEY_TOP = TOP + PANELS - ROW - 3
KEY = (("edit", palette.AMBER), ("test passes", palette.GREEN), ("fails", palette.RED))
"""What the lights on the graph mean."""


def draw(world: World, state: State, step: LastStep | None) -> np.ndarray:
    """Return a frame, uint8 [480, 1120, 3], newly made.

    Args:
        world: whose episode.
        state: where it stands.
        step: the last step; None after a reset.
    """
    image = _ground(world.id).copy()
    _draw_head(image, world, state)
    _draw_source(image, state, step)
    _draw_graph(image, world, state, step)
    _draw_tests(image, world, state, step)
    used = round((WIDTH - 2 * EDGE) * min(state.steps / world.limits.steps, 1.0))
    fill(image, (EDGE, STEPS_TOP, EDGE + used, STEPS_TOP + 2), palette.AMBER)
    return image


@lru_cache(maxsize=16)
def _ground(title: str) -> np.ndarray:
    """Return what is the same in all frames of a world."""
    image = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    image[:] = palette.GROUND
    write(image, title, EDGE, 11, palette.BRIGHT, TITLE)
    fill(image, (EDGE, TOP, EDGE + CODE, TOP + PANELS), palette.PANEL)
    fill(image, (GRAPH_LEFT, TOP, GRAPH_LEFT + GRAPH, TOP + PANELS), palette.PANEL)
    at = GRAPH_LEFT + 8
    for words, colour in KEY:
        at = paste(image, label("●", colour, palette.PANEL), at, KEY_TOP)
        at = paste(image, label(f" {words}  ", palette.FAINT, palette.PANEL), at, KEY_TOP)
    fill(image, (EDGE, STEPS_TOP, WIDTH - EDGE, STEPS_TOP + 2), palette.LINE)
    return image


def write(
    image: np.ndarray, text: str, left: int, top: int, colour: Colour, face: Face = TEXT
) -> int:
    """Write on the ground; return where the text ends."""
    return paste(image, label(text, colour, palette.GROUND, face), left, top)


def write_right(
    image: np.ndarray, parts: list[tuple[str, Colour, Face]], right: int, top: int
) -> int:
    """Write texts that end at `right`; return where they begin."""
    pictures = [label(text, colour, palette.GROUND, face) for text, colour, face in parts]
    left = at = right - sum(picture.shape[1] for picture in pictures)
    for picture in pictures:
        at = paste(image, picture, at, top)
    return left


def _draw_head(image: np.ndarray, world: World, state: State) -> None:
    steps = world.limits.steps
    parts: list[tuple[str, Colour, Face]] = [
        ("step ", palette.DIM, TEXT),
        (f"{state.steps}", palette.INK, BOLD),
        (f" of {steps}", palette.DIM, TEXT),
    ]
    right = write_right(image, parts, WIDTH - EDGE, 15)
    left = EDGE + (len(world.id) + 1) * TITLE.width
    room = (right - left) // TEXT.width - 2
    name = shortened(state.task.name, room)
    write(image, name, left, 15, palette.DIM)


def _draw_source(image: np.ndarray, state: State, step: LastStep | None) -> None:
    title, rows = source_scene(state, step, ROWS)
    fill(image, (EDGE, TOP, EDGE + CODE, TOP + ROW), palette.SEAM)
    room = COLUMNS - 2
    number = place_title(state, step)
    path, function = title
    path = shortened(path, room - len(number) - 3)
    at = paste(image, label(path, palette.INK, palette.SEAM, BOLD), EDGE + TEXT.width, TOP)
    free = room - len(path) - len(number) - 6
    if function and free > 3:
        words = f" · {shortened(function, free)}"
        paste(image, label(words, palette.BLUE, palette.SEAM), at, TOP)
    end = label(number, palette.DIM, palette.SEAM)
    paste(image, end, EDGE + CODE - TEXT.width - end.shape[1], TOP)
    paste(image, draw_rows(rows), EDGE, TOP + ROW)


def _draw_graph(image: np.ndarray, world: World, state: State, step: LastStep | None) -> None:
    graph, lit = graph_scene(world, state, step)
    picture = draw_graph(graph, lit, PANELS - ROW, GRAPH)
    image[TOP : TOP + PANELS - ROW, GRAPH_LEFT : GRAPH_LEFT + GRAPH] = picture
    count = label(f"{len(graph.nodes)} nodes", palette.FAINT, palette.PANEL)
    paste(image, count, WIDTH - EDGE - 8 - count.shape[1], TOP + 4)


def _draw_tests(image: np.ndarray, world: World, state: State, step: LastStep | None) -> None:
    outcome = shown_outcome(state, step)
    paste(image, draw_bar(outcome, WIDTH - 2 * EDGE), EDGE, BAR_TOP)
    parts: list[tuple[str, Colour, Face]] = [
        (f"{'  ' if place else ''}{text}", colour, BOLD)
        for place, (text, colour) in enumerate(counts(outcome))
    ]
    right = write_right(image, parts, WIDTH - EDGE, SECOND)
    if step is None:
        write(image, "no edit yet", EDGE, FIRST, palette.INK, BOLD)
        return
    _draw_edit(image, step)
    end = f" · end: {step.finished.end}" if step.finished.end else ""
    room = (right - EDGE) // TEXT.width - 2
    said = shortened(f"{finding(world, step)}{end}", room)
    write(image, said, EDGE, SECOND, palette.INK, BOLD)


def _draw_edit(image: np.ndarray, step: LastStep) -> None:
    """Write which edit it was, and what it brought."""
    gain = step.finished.reward
    colour = palette.DIM if not gain else palette.GREEN if gain > 0 else palette.RED
    parts: list[tuple[str, Colour, Face]] = [
        ("reward ", palette.DIM, TEXT),
        (f"{gain:+.2f}", colour, BOLD),
    ]
    right = write_right(image, parts, WIDTH - EDGE, FIRST)
    if step.edit is None:
        write(image, "no edit: submitted, or masked", EDGE, FIRST, palette.DIM)
        return
    line, column = place_of(step.edit, step.before.program)
    at = write(image, step.edit.operator, EDGE, FIRST, palette.AMBER, BOLD)
    where = f" {step.edit.splices[0].path}:{line}:{column} "
    room = (right - at) // TEXT.width - 2
    at = write(image, shortened(where, room), at, FIRST, palette.DIM)
    room = (right - at) // TEXT.width - 2
    write(image, shortened(change_of(step.edit, brief=True), room), at, FIRST, palette.INK)
