"""Pictures: boxes hold one another and do not overlap, every edge is a curve, files are valid."""

import struct
import sys
from itertools import combinations
from xml.etree import ElementTree

import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.graphs.builder import build
from nerion_gym.graphs.drawing.layout import LEAF, lay_out
from nerion_gym.graphs.drawing.png import png
from nerion_gym.graphs.drawing.scene import FAMILIES, SHOWN, draw
from nerion_gym.graphs.drawing.shapes import Curve, Picture, Rectangle, Text
from nerion_gym.graphs.drawing.svg import svg
from nerion_gym.graphs.export import to_networkx
from nerion_gym.graphs.schema import RELATIONS
from nerion_gym.types.coverage import Coverage
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure

SOURCE = b"""\
from b import helper

@cached
def total(items, start=0):
    \"\"\"Sum & <more>.\"\"\"
    for item in items:
        if item > 0 and helper(item):
            start += item * 2
        else:
            continue
    return f"{start!r} \\x00 {[i for i in items if i]}"
"""
COVERAGE = Coverage({"t::total": {"m.py": frozenset({6})}}, {})


def graph_of(source=SOURCE):
    files = {"m.py": source, "b.py": b"def helper(x):\n    return x\n"}
    return to_networkx(build(Program.from_files(files), None, COVERAGE, ("t::total",)))


def inside(inner, outer):
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width + 0.01
        and inner.y + inner.height <= outer.y + outer.height + 0.01
    )


def apart(one, other):
    return (
        one.x + one.width <= other.x + 0.01
        or other.x + other.width <= one.x + 0.01
        or one.y + one.height <= other.y + 0.01
        or other.y + other.height <= one.y + 0.01
    )


LONG = b"x = f(" + b", ".join(b"name%d + %d" % (n, n) for n in range(90)) + b")\n"
TALL = b"".join(b"def f%d(a):\n    return a\n" % n for n in range(60))


@pytest.mark.parametrize("source", [SOURCE, LONG, TALL, b""], ids=["plain", "long", "tall", "none"])
def test_a_node_lies_in_its_parent_and_beside_its_siblings(source):
    graph = graph_of(source)
    layout = lay_out(graph, top=50)
    assert set(layout.boxes) == set(graph)
    for node in graph:
        below = [
            layout.boxes[c] for _, c, key in graph.out_edges(node, keys=True) if key == "child"
        ]
        assert all(inside(box, layout.boxes[node]) for box in below)
        assert all(apart(one, other) for one, other in combinations(below, 2))
    files = [box for box in layout.boxes.values() if box.role == "file"]
    assert all(apart(one, other) for one, other in combinations(files, 2))
    assert min(box.y for box in layout.boxes.values()) >= 50
    assert all(box.x + box.width <= layout.width + 0.01 for box in layout.boxes.values())
    assert all(box.y + box.height <= layout.height + 0.01 for box in layout.boxes.values())


def test_texts_of_a_line_stand_on_one_line():
    graph = graph_of(b"y = a + f(b.c[1])\n")
    boxes = lay_out(graph).boxes.values()
    shown = [box for box in boxes if box.text in ("y", "a", "f", "b", "1") and box.height == LEAF]
    assert len({box.y for box in shown if box.role == "leaf"}) == 1


def test_a_tall_file_is_set_in_columns_and_a_long_line_is_broken():
    def file_box(source):
        boxes = lay_out(graph_of(source)).boxes.values()
        return max((box for box in boxes if box.role == "file"), key=lambda box: box.height)

    assert file_box(TALL).height < 2 * file_box(TALL).width
    assert file_box(LONG).width < 1000


def test_every_edge_of_the_chosen_families_is_a_curve_and_no_other():
    graph = graph_of()
    for families in (SHOWN, tuple(FAMILIES), ("calls",)):
        picture = draw(graph, families, "t", tokens=False)
        drawn = [s.title.split(":")[0] for s in picture.shapes if isinstance(s, Curve) and s.title]
        assert sorted(drawn) == sorted(key for *_, key in graph.edges(keys=True) if key in families)


def test_every_family_that_is_built_has_a_style_of_its_own():
    assert list(FAMILIES) == [name for name in RELATIONS if name in FAMILIES]
    assert set(RELATIONS) - set(FAMILIES) == {"padding", "infects", "asserts"}
    assert len({style.colour for style in FAMILIES.values()}) == len(FAMILIES)


def test_symbols_are_shown_with_binds_and_tokens_when_asked_for():
    graph = graph_of()

    def boxes(**wanted):
        picture = draw(graph, wanted.pop("families", SHOWN), "t", **wanted)
        titles = [s.title for s in picture.shapes if isinstance(s, Rectangle)]
        return sum(": symbol" in title for title in titles)

    assert boxes(tokens=False) == 0
    assert boxes(tokens=False, families=("binds",)) > 5


def test_svg_is_xml_and_the_same_every_time():
    picture = draw(graph_of(), SHOWN, 'a "title" & <more>', tokens=True)
    text = svg(picture)
    assert svg(draw(graph_of(), SHOWN, 'a "title" & <more>', tokens=True)) == text
    root = ElementTree.fromstring(text)  # noqa: S314 - written a moment ago
    assert root.tag.endswith("svg")
    marks = {e.get("id") for e in root.iter() if e.tag.endswith("marker")}
    used = {e.get("marker-end")[5:-1] for e in root.iter() if e.get("marker-end")}
    assert used == marks


def test_png_has_the_size_of_the_picture():
    picture = draw(graph_of(), SHOWN, "t", tokens=False)
    found = png(picture)
    assert found.startswith(b"\x89PNG")
    size = struct.unpack(">II", found[16:24])
    assert size == (round(picture.width), round(picture.height))


def test_png_errors_name_the_way_out(monkeypatch):
    large = Picture(20_000, 20_000, (), "t")
    with pytest.raises(ConfigError, match="--focus"):
        png(large)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ConfigError, match="--format svg"):
        png(draw(graph_of(b""), SHOWN, "t", tokens=False))


def test_dashes_leave_breaks_of_their_length():
    from nerion_gym.graphs.drawing.png import strokes

    pieces = list(strokes([(0.0, 0.0), (7.0, 0.0), (20.0, 0.0)], (4.0, 2.0)))
    ends = [(piece[0][0], piece[-1][0]) for piece in pieces]
    assert ends == [(0.0, 4.0), (6.0, 10.0), (12.0, 16.0), (18.0, 20.0)]


def test_wide_letters_take_two_cells():
    picture = draw(graph_of("名前 = 1\n".encode()), SHOWN, "t", tokens=False)
    texts = {s.text: s.width for s in picture.shapes if isinstance(s, Text)}
    assert texts["名前"] == texts["read"]
