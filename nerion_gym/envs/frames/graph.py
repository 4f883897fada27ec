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
    brush = Brush(drawn, drawn.image.copy())
    _draw_beams(brush, lit)
    size = min(max(0.4 * np.pi * height / max(len(lit.tests), 1), 1.0), 2.6)
    for colour in _commonest_first(lit.tests.values()):
        brush.dots([node for node, found in lit.tests.items() if found == colour], size)
        brush.mix(colour)
    _draw_paths(brush, lit)
    return brush.image


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
    brush = Brush(drawn, drawn.image)
    _draw_flows(graph, brush)
    _draw_tree(graph, brush)
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


class Brush:
    """Draws on a picture of a graph: first light is added, then a colour mixed in where it is.

    Args:
        drawn: where the nodes are.
        image: uint8 [height, width, 3], contiguous; changed.
    """

    def __init__(self, drawn: Sketch, image: np.ndarray) -> None:
        self.image = image
        self._drawn = drawn
        self._size = image.shape[:2]
        self.parent = drawn.rings.parent
        # One for all: a new plane costs more than what is drawn on it.
        self.light = Light(*self._size)

    def chords(self, ends: np.ndarray, apart: float = 1.0) -> None:
        """Add curves from node to node that bend towards the middle.

        Args:
            ends: int [e, 2], nodes.
            apart: pixels from point to point.
        """
        height, width = self._size
        middle = ((width - 1) / 2, (height - 1) / 2)
        places = (self._drawn.x[ends], self._drawn.y[ends])
        steps = Steps(chord_lengths(*places, middle), apart)
        x, y = (chords(place, at, steps) for place, at in zip(places, middle, strict=True))
        self.light.points(x, y, steps.weight)

    def bends(self, ends: np.ndarray, apart: float = 1.0) -> None:
        """Add curves from node to node below it in the tree.

        Args:
            ends: int [e, 2], nodes.
            apart: pixels from point to point.
        """
        drawn = self._drawn
        length = 1.2 * np.hypot(*(np.diff(at[ends])[:, 0] for at in (drawn.x, drawn.y)))
        steps = Steps(length, apart)
        bent = bends(drawn.rings.angle, drawn.rings.radius, ends, steps)
        self.light.points(*_pixels(*bent, *self._size), steps.weight)

    def dots(self, nodes: Sequence[int] | np.ndarray, radius: float) -> None:
        """Add a dot for each node; a crowd of them as points."""
        places = np.asarray(nodes, np.int64)
        x, y = self._drawn.x[places], self._drawn.y[places]
        if len(places) > CROWD:
            self.light.points(x, y, np.ones(len(places)))
        else:
            self.light.dots(x, y, radius)

    def mix(self, colour: Colour, strength: float = 1.0, *, most: float = 1.0) -> None:
        """Mix a colour in where light was added; then it is dark again.

        Args:
            colour: of it.
            strength: share of the colour where there is light of 1.
            most: more light than this is no brighter.
        """
        pixels, bright = self.light.take()
        share = np.minimum(np.minimum(bright, most) * strength, 1.0, dtype=np.float32)
        flat, places = self.image.reshape(-1), 3 * pixels
        for channel, ink in enumerate(colour):
            # One channel at a time: numpy takes ten times as long for runs of three.
            at = places + channel
            under = flat[at].astype(np.float32)
            under += (np.float32(ink) - under) * share
            flat[at] = under.astype(np.uint8)


def _draw_flows(graph: ProgramGraph, brush: Brush) -> None:
    """Draw faintly where values go and what tests run."""
    crowded = len(graph.nodes) > CROWD
    most = FLOWS_DRAWN[not crowded]
    for relations, colour in ((FLOWS, palette.BLUE), ((COVERS,), palette.GREEN)):
        links = np.concatenate([links_of(graph, relation) for relation in relations])
        links = links[:: max(-(-len(links) // most), 1)]
        brush.chords(links, FAINT if crowded else 1.0)
        brush.mix(colour, 0.16 + 0.5 / (1 + len(links) / 12), most=1.5)


def _draw_tree(graph: ProgramGraph, brush: Brush) -> None:
    parent = brush.parent
    syntax = parent >= 0
    below = np.flatnonzero(syntax)
    crowd = min(1.0, 14 / np.sqrt(len(below) + 1.0))
    kinds = graph.nodes[:, schema.KIND]
    covered = (graph.nodes[:, schema.FLAGS] & schema.FLAG_COVERED) > 0
    size = 0.7 + 1.1 * crowd
    brush.bends(np.stack((parent[below], below), axis=1), FAINT if len(below) > CROWD else 1.0)
    brush.light.dim(0.35 + 0.5 * crowd)
    brush.dots(np.flatnonzero(syntax & ~covered), size)
    brush.mix(palette.FAINT)
    for nodes, colour, radius in (
        (syntax & covered, palette.DIM, size),
        (kinds == SYMBOL, palette.PURPLE, size * 0.8),
        (kinds == FILE, palette.INK, 3.0),
    ):
        brush.dots(np.flatnonzero(nodes), radius)
        brush.mix(colour)


def _draw_beams(brush: Brush, lit: Lit) -> None:
    """Draw from the edit to each test that noticed it."""
    if not lit.touched:
        return
    strength = 0.3 + 0.6 / (1 + len(lit.beams) / 40)
    for colour in sorted({lit.tests[test] for test in lit.beams}):
        ends = [(lit.touched[0], test) for test in lit.beams if lit.tests[test] == colour]
        brush.chords(np.array(ends, np.int64))
        brush.mix(colour, strength)


def _draw_paths(brush: Brush, lit: Lit) -> None:
    """Draw the touched nodes and the way to each from the middle."""
    brush.dots(lit.before, 2.4)
    brush.mix(palette.AMBER, 0.65)
    ends = sorted({pair for node in lit.touched for pair in _way(brush.parent, node)})
    if ends:
        brush.bends(np.array(ends))
        brush.mix(palette.AMBER, 1.6)
    for radius, strength in ((11.0, 0.12), (8.0, 0.18), (4.2, 1.0)):
        brush.dots(lit.touched, radius)
        brush.mix(palette.AMBER, strength)
    brush.dots(lit.touched, 1.8)
    brush.mix(palette.BRIGHT)


def _way(parent: np.ndarray, node: int) -> Iterator[tuple[int, int]]:
    """Yield (above, below) from a node to the middle."""
    while (above := int(parent[node])) >= 0:
        yield above, node
        node = above
