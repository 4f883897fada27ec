"""Draws the program graph, with what the last step touched lit."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nerion_gym.envs.frames import palette
from nerion_gym.envs.frames.light import Light, Steps, bends, chord_lengths, chords
from nerion_gym.envs.frames.radial import COVERS, FILE, SYMBOL, Rings, links_of, place
from nerion_gym.graphs import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nerion_gym.envs.frames.palette import Colour
    from nerion_gym.graphs.builder import ProgramGraph

FLOWS = tuple(schema.RELATION[name] for name in ("last_write", "calls"))
FLOWS_DRAWN = (30, 120)
"""Curves of a kind between nodes that are drawn, in a crowd and else: of more, every n-th."""
FAINT = 1.6
"""Pixels from point to point of such a curve; nobody sees that they are apart."""
CROWD = 700
"""More nodes of a kind are points, not dots: they would run into one another."""
MARGIN = 16


class Sketch(NamedTuple):
    """A graph drawn without what changes from step to step.

    Attributes:
        image: uint8 [height, width, 3]; read-only.
        rings: where its nodes are.
        x, y: float64 [N], the same in pixels.
    """

    image: np.ndarray
    rings: Rings
    x: np.ndarray
    y: np.ndarray


class Lit(NamedTuple):
    """What is lit on a graph.

    Attributes:
        touched: nodes that the step's edit is at.
        before: nodes that earlier edits of the episode were at.
        tests: test's node -> its colour.
        beams: nodes of tests that noticed the edit; each is in `tests`.
    """

    touched: Sequence[int]
    before: Sequence[int]
    tests: Mapping[int, Colour]
    beams: Sequence[int]


def draw_graph(graph: ProgramGraph, lit: Lit, height: int, width: int) -> np.ndarray:
    """Return a picture of a graph, uint8 [height, width, 3]."""
    drawn = sketch(graph, height, width)
    image = drawn.image.copy()
    _draw_beams(image, drawn, lit)
    size = min(max(0.4 * np.pi * height / max(len(lit.tests), 1), 1.0), 2.6)
    for colour in _commonest_first(lit.tests.values()):
        nodes = [node for node, found in lit.tests.items() if found == colour]
        _draw_dots(image, drawn, nodes, size, colour)
    _draw_paths(image, drawn, lit)
    return image


def _commonest_first(colours: Iterable[Colour]) -> list[Colour]:
    """Return each colour once, the rarest last: it is drawn over the others."""
    return [colour for colour, _ in Counter(colours).most_common()]


@lru_cache(maxsize=32)
def sketch(graph: ProgramGraph, height: int, width: int) -> Sketch:
    """Draw the part that is the same in all frames of a program."""
    rings = place(graph)
    x, y = _pixels(rings.angle, rings.radius, height, width)
    drawn = Sketch(np.empty((height, width, 3), np.uint8), rings, x, y)
    drawn.image[:] = palette.PANEL
    _draw_flows(graph, drawn)
    _draw_tree(graph, drawn)
    drawn.image.flags.writeable = False
    return drawn


def _pixels(
    angle: np.ndarray, radius: np.ndarray, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y in pixels."""
    across, down = width / 2 - MARGIN, height / 2 - MARGIN
    x = (width - 1) / 2 + across * radius * np.sin(angle)
    y = (height - 1) / 2 - down * radius * np.cos(angle)
    return x, y


def _draw_flows(graph: ProgramGraph, drawn: Sketch) -> None:
    """Draw faintly where values go and what tests run."""
    most = FLOWS_DRAWN[len(graph.nodes) <= CROWD]
    for relations, colour in ((FLOWS, palette.BLUE), ((COVERS,), palette.GREEN)):
        links = np.concatenate([links_of(graph, relation) for relation in relations])
        links = links[:: max(-(-len(links) // most), 1)]
        strength = 0.16 + 0.5 / (1 + len(links) / 12)
        add(drawn.image, _chords(drawn, links, FAINT), colour, strength, most=1.5)


def _draw_tree(graph: ProgramGraph, drawn: Sketch) -> None:
    rings = drawn.rings
    syntax = rings.parent >= 0
    below = np.flatnonzero(syntax)
    ends = np.stack((rings.parent[below], below), axis=1)
    crowd = min(1.0, 14 / np.sqrt(len(below) + 1.0))
    kinds = graph.nodes[:, schema.KIND]
    covered = (graph.nodes[:, schema.FLAGS] & schema.FLAG_COVERED) > 0
    size = 0.7 + 1.1 * crowd
    lines = _bends(drawn, ends)
    lines.dim(0.35 + 0.5 * crowd)
    _put_dots(lines, drawn, np.flatnonzero(syntax & ~covered), size)
    add(drawn.image, lines, palette.FAINT)
    for nodes, colour, radius in (
        (syntax & covered, palette.DIM, size),
        (kinds == SYMBOL, palette.PURPLE, size * 0.8),
        (kinds == FILE, palette.INK, 3.0),
    ):
        _draw_dots(drawn.image, drawn, np.flatnonzero(nodes), radius, colour)


def _draw_dots(
    image: np.ndarray,
    drawn: Sketch,
    nodes: Sequence[int] | np.ndarray,
    radius: float,
    colour: Colour,
    strength: float = 1.0,
) -> None:
    light = _light(drawn)
    _put_dots(light, drawn, np.asarray(nodes, np.int64), radius)
    add(image, light, colour, strength)


def _put_dots(light: Light, drawn: Sketch, places: np.ndarray, radius: float) -> None:
    x, y = drawn.x[places], drawn.y[places]
    if len(places) > CROWD:
        light.points(x, y, np.ones(len(places)))
    else:
        light.dots(x, y, radius)


def _draw_beams(image: np.ndarray, drawn: Sketch, lit: Lit) -> None:
    """Draw from the edit to each test that noticed it."""
    if not lit.touched or not lit.beams:
        return
    strength = 0.3 + 0.6 / (1 + len(lit.beams) / 40)
    for colour in sorted({lit.tests[test] for test in lit.beams}):
        ends = [(lit.touched[0], test) for test in lit.beams if lit.tests[test] == colour]
        add(image, _chords(drawn, np.array(ends, np.int64)), colour, strength)


def _draw_paths(image: np.ndarray, drawn: Sketch, lit: Lit) -> None:
    """Draw the touched nodes and the way to each from the middle."""
    _draw_dots(image, drawn, lit.before, 2.4, palette.AMBER, 0.65)
    ends = sorted({pair for node in lit.touched for pair in _way(drawn.rings, node)})
    if ends:
        add(image, _bends(drawn, np.array(ends)), palette.AMBER, 1.6)
    for radius, strength in ((11.0, 0.12), (8.0, 0.18), (4.2, 1.0)):
        _draw_dots(image, drawn, lit.touched, radius, palette.AMBER, strength)
    _draw_dots(image, drawn, lit.touched, 1.8, palette.BRIGHT)


def _way(rings: Rings, node: int) -> Iterator[tuple[int, int]]:
    """Yield (above, below) from a node to the middle."""
    while (above := int(rings.parent[node])) >= 0:
        yield above, node
        node = above


def _light(drawn: Sketch) -> Light:
    return Light(*drawn.image.shape[:2])


def _chords(drawn: Sketch, ends: np.ndarray, apart: float = 1.0) -> Light:
    """Return curves from node to node that bend towards the middle."""
    light = _light(drawn)
    middle = ((light.width - 1) / 2, (light.height - 1) / 2)
    places = (drawn.x[ends], drawn.y[ends])
    steps = Steps(chord_lengths(*places, middle), apart)
    x, y = (chords(place, at, steps) for place, at in zip(places, middle, strict=True))
    light.points(x, y, steps.weight)
    return light


def _bends(drawn: Sketch, ends: np.ndarray) -> Light:
    """Return curves from node to node below it in the tree."""
    light = _light(drawn)
    steps = Steps(_lengths(drawn, ends))
    bent = bends(drawn.rings.angle, drawn.rings.radius, ends, steps)
    light.points(*_pixels(*bent, light.height, light.width), steps.weight)
    return light


def _lengths(drawn: Sketch, ends: np.ndarray) -> np.ndarray:
    """Return how long curves are, in pixels: a little more than from end to end."""
    return 1.2 * np.hypot(*(np.diff(place[ends])[:, 0] for place in (drawn.x, drawn.y)))


def add(
    image: np.ndarray, light: Light, colour: Colour, strength: float = 1.0, *, most: float = 1.0
) -> None:
    """Mix a colour into a picture where there is light.

    Args:
        image: uint8 [height, width, 3], contiguous; changed.
        light: as high and wide.
        colour: of it.
        strength: share of the colour where there is light of 1.
        most: more light than this is no brighter.
    """
    pixels, bright = light.pixels()
    flat = image.reshape(-1, 3)
    share = np.minimum(np.minimum(bright, most) * strength, 1.0).astype(np.float32)[:, None]
    under = flat[pixels].astype(np.float32)
    under += (np.array(colour, np.float32) - under) * share
    flat[pixels] = under.astype(np.uint8)
