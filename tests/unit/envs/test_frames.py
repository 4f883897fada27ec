"""Pictures: what is edited, lit and failing can be read off the pixels."""

from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import numpy as np
import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.frames import glyphs, palette
from nerion_gym.envs.frames.bar import HEIGHT as BAR_HEIGHT
from nerion_gym.envs.frames.bar import draw_bar
from nerion_gym.envs.frames.blocks import blocks_of
from nerion_gym.envs.frames.canvas import shortened
from nerion_gym.envs.frames.code import COLUMNS, ROW, draw_rows
from nerion_gym.envs.frames.graph import Lit, draw_graph, sketch
from nerion_gym.envs.frames.picture import BAR_TOP, CODE, EDGE, GRAPH, GRAPH_LEFT, PANELS, TOP
from nerion_gym.envs.frames.radial import OPENING, TEST, place, spread
from nerion_gym.envs.frames.rows import NEW, OLD, SEAM, edit_rows, source_rows
from nerion_gym.envs.frames.scene import function_at
from nerion_gym.errors import ConfigError
from nerion_gym.graphs.builder import build
from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.outcome import Outcome, Status, TestResult
from nerion_gym.types.program import Program, Span
from tests.unit.envs.fakes import FakeRunner, make_world

SHAPE = (480, 1120, 3)
ROOM = 20


def make(commit="never", mode="rgb_array", **kwargs):
    env = CodeEditEnv(make_world(commit, **kwargs), render_mode=mode, runner=FakeRunner())
    env.reset(seed=0)
    return env


def action_of(env, operator):
    return next(n for n, edit in enumerate(env.edits, 1) if edit.operator == operator)


def count(image, colour):
    return int((image == colour).all(axis=-1).sum())


def graph_part(frame):
    return frame[TOP : TOP + PANELS - ROW, GRAPH_LEFT : GRAPH_LEFT + GRAPH]


def outcome(*statuses):
    return Outcome(tuple(TestResult(f"t::{n}", status) for n, status in enumerate(statuses)))


def one_edit(source, before, after, at=None, path="m.py"):
    """A program and the edit of it that puts a text in another's place."""
    start = source.index(before) if at is None else at
    splice = Splice(path, start, start + len(before), before, after)
    span = Span(path, start, start + len(before))
    return Program.from_files({path: source}), Edit("made_up", (splice,), span)


def cells_of(colours):
    """Return the runs of equal colours along a row of pixels, grounds left out."""
    return [run for run, _ in groupby(colours) if run != palette.GROUND]


# --- the whole frame


def test_a_frame_is_new_each_time_and_the_same_each_time():
    env, twin = make(), make()
    for _ in range(3):
        frame = env.render()
        assert (frame.shape, frame.dtype) == (SHAPE, np.uint8)
        assert np.array_equal(frame, twin.render())
        frame[:] = 0
        assert np.array_equal(env.render(), twin.render())
        env.step(2)
        twin.step(2)


def test_only_an_edited_line_has_the_colours_of_one():
    env = make()
    before = env.render()
    assert count(before, palette.OLD_ROW) == count(before, palette.NEW_ROW) == 0
    env.step(action_of(env, "change_operator_multiply_to_add"))
    after = env.render()
    code = after[TOP : TOP + PANELS, EDGE : EDGE + CODE]
    for ground, mark in (
        (palette.OLD_ROW, palette.OLD_MARK),
        (palette.NEW_ROW, palette.NEW_MARK),
    ):
        rows = np.flatnonzero((code == ground).all(axis=-1).any(axis=1))
        assert len(rows) == ROW
        assert count(code[rows[0] : rows[-1] + 1], mark) > 0
        assert count(after, mark) == count(code[rows[0] : rows[-1] + 1], mark)
    env.undo()
    assert np.array_equal(env.render(), before)


def test_the_touched_node_is_lit_and_stays_warm():
    env = make()
    dark = graph_part(env.render())
    action = action_of(env, "change_operator_multiply_to_add")
    env.step(action)
    lit = graph_part(env.render())
    graph = env._scene.graph
    drawn = sketch(graph, PANELS - ROW, GRAPH)
    node = graph.node_of(env.current.edits[-1].site)
    x, y = round(drawn.x[node]), round(drawn.y[node])
    assert tuple(lit[y, x]) == palette.BRIGHT
    assert tuple(dark[y, x]) != palette.BRIGHT
    env.step(action_of(env, "increment_number"))
    warm = graph_part(env.render())[y, x].astype(int)
    assert warm[0] > warm[2] + 40, "amber, not grey"


def test_the_bar_of_a_frame_has_a_red_cell_for_each_failing_test():
    env = make()
    env.step(action_of(env, "change_operator_multiply_to_add"))
    bar = env.render()[BAR_TOP : BAR_TOP + BAR_HEIGHT, EDGE:-EDGE]
    found = cells_of([tuple(pixel) for pixel in bar[-1].tolist()])
    assert found.count(palette.RED) == 1
    assert found.count(palette.GREEN) == 2
    assert env.current.outcome.passing() == 2


def test_a_kept_edit_is_shown_in_the_program_before_it():
    env = make("always")
    env.step(action_of(env, "change_operator_multiply_to_add"))
    frame = env.render()
    assert count(frame, palette.NEW_MARK) > 0
    assert count(graph_part(frame), palette.BRIGHT) > 0


def test_a_masked_action_and_the_end_of_an_episode_have_frames():
    env = make()
    env.step(len(env.edits) + 1)
    masked = env.render()
    assert count(masked, palette.OLD_ROW) == 0
    while not env.step(1)[2]:
        assert env.render().shape == SHAPE
    assert not np.array_equal(env.render(), masked)


def test_threads_draw_alike():
    def film(_number):
        env = make()
        frames = [env.render()]
        for action in (1, 4, 7):
            env.step(action)
            frames.append(env.render())
        return np.stack(frames)

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(film, range(6))
    assert all(np.array_equal(first, other) for other in others)


# --- rows


def test_words_are_marked_whole_and_indentation_is_not():
    program, edit = one_edit(b"def f(n):\n    return True\n", b"True", b"None")
    (block,) = blocks_of(program, edit)
    assert [line.text for line in (*block.old, *block.new)] == [
        "    return True",
        "    return None",
    ]
    assert block.old[0].marks == block.new[0].marks == ((11, 15),)
    program, edit = one_edit(b"x = 1\nif x:\n    y = 2\n", b"if x:\n    y = 2", b"y = 3")
    old = blocks_of(program, edit)[0].old
    assert [line.marks for line in old] == [((0, 5),), ((4, 9),)]


@pytest.mark.parametrize(
    ("source", "before", "after", "gone", "come"),
    [
        (b"a = 1\nb = 2\nc = 3\n", b"b = 2\n", b"", ["b = 2"], []),
        (b"a = 1\nb = 2\nc = 3\n", b"\nb = 2", b"", ["b = 2"], []),
        (b"a = 1\nc = 3\n", b"c", b"b = 2\nc", [], ["b = 2"]),
        (b"a = 1\r\nb = 2\r\n", b"2", b"3", ["b = 2"], ["b = 3"]),
        (b"a = 1\nb = 2", b"2", b"3", ["b = 2"], ["b = 3"]),
        (b"\xef\xbb\xbfa = 1\n", b"1", b"2", ["a = 1"], ["a = 2"]),
        ("x = 'ß'\n".encode(), "ß".encode(), "日本".encode(), ["x = 'ß'"], ["x = '日本'"]),
    ],
)
def test_the_rows_of_an_edit_are_its_lines(source, before, after, gone, come):
    rows = edit_rows(*one_edit(source, before, after), ROOM)
    assert [row.text for row in rows if row.sign == OLD] == gone
    assert [row.text for row in rows if row.sign == NEW] == come
    assert draw_rows(rows).shape == (len(rows) * ROW, COLUMNS * 8, 3)


def test_every_edit_of_a_program_fits_and_is_seen():
    source = b"".join(
        b"def f%d(a, b):\n    total = a * %d + b\n    return total if a < b else -total\n\n\n"
        % (n, n)
        for n in range(12)
    )
    program = Program.from_files({"m.py": source})
    edits = enumerate_edits(program, OPERATORS, None)
    assert len(edits) > 200
    for edit in edits[::7]:
        rows = edit_rows(program, edit, ROOM)
        assert 1 <= len(rows) <= ROOM
        assert {row.sign for row in rows} & {OLD, NEW}
        numbers = [row.number for row in rows if row.number and row.sign != NEW]
        assert numbers == sorted(set(numbers))
        for row in rows:
            if row.sign == OLD:
                assert row.text == source.decode().split("\n")[row.number - 1]


def test_an_edit_at_many_places_says_what_is_left_out():
    source = b"def f(a):\n" + b"\n".join(b"    b%d = a\n\n\n\n\n" % n for n in range(30)) + b"\n"
    splices, at = [], 0
    while (at := source.find(b"= a", at)) >= 0:
        splices.append(Splice("m.py", at + 2, at + 3, b"a", b"c"))
        at += 1
    edit = Edit("made_up", tuple(splices), Span("m.py", 0, len(source)))
    rows = edit_rows(Program.from_files({"m.py": source}), edit, ROOM)
    assert len(rows) <= ROOM
    shown = sum(row.sign == OLD for row in rows)
    assert rows[-1].sign == SEAM
    assert f"{30 - shown} more places" in rows[-1].text


def test_a_long_difference_keeps_its_ends():
    old = b"".join(b"    x%d = %d\n" % (n, n) for n in range(300))
    new = b"".join(b"    y%d = %d\n" % (n, n) for n in range(200))
    rows = edit_rows(*one_edit(b"def f():\n" + old, old, new), ROOM)
    texts = [row.text for row in rows if row.sign != SEAM]
    assert len(rows) <= ROOM
    assert {"    x0 = 0", "    x299 = 299", "    y0 = 0", "    y199 = 199"} <= set(texts)
    assert [row.text for row in rows if "more lines" in row.text]


def test_several_files_are_named():
    program = Program.from_files({"a.py": b"x = 1\n", "b.py": b"y = 2\n"})
    splices = (Splice("a.py", 4, 5, b"1", b"3"), Splice("b.py", 4, 5, b"2", b"4"))
    rows = edit_rows(program, Edit("made_up", splices, Span("a.py", 4, 5)), ROOM)
    assert [row.text for row in rows if row.sign == SEAM] == ["a.py", "b.py"]


def test_what_differs_far_to_the_right_is_in_sight():
    source = b"x = " + b" + ".join(b"name_%d" % n for n in range(90)) + b"\n"
    rows = edit_rows(*one_edit(source, b"name_80", b"other"), ROOM)
    image = draw_rows(rows)
    assert count(image, palette.OLD_MARK) > 0
    assert count(image, palette.NEW_MARK) > 0


def test_source_is_coloured_from_a_safe_place():
    source = b'def f():\n    """A text\n    def not_code(): return 1\n    """\n    return 2\n'
    rows = source_rows(Program.from_files({"m.py": source}), "m.py", 4, ROOM)
    assert set(rows[2].styles) == {palette.STRING}
    assert rows[4].styles[4] == palette.KEYWORD
    assert rows[4].styles[11] == palette.NUMBER


def test_no_text_is_too_odd_to_draw():
    odd = "é e\u0301 日本 \t ‮ 😀 \x0c \U0010ffff"
    text = f"x = 1  # {odd}\n".encode()
    image = draw_rows(edit_rows(*one_edit(text, b"1", "'ü'".encode()), ROOM))
    assert image.shape[1] == COLUMNS * 8
    assert count(image, palette.NEW_MARK) > 0


# --- letters


@pytest.mark.parametrize("face", glyphs.FACES)
def test_each_face_has_every_letter(face):
    letters = glyphs.sheet(face)
    assert letters.shape == (len(glyphs.LETTERS), face.height, face.width)
    assert letters.max() == glyphs.SHADES
    blank = {
        letter for letter, drawn in zip(glyphs.LETTERS, letters, strict=True) if not drawn.any()
    }
    assert blank <= {" ", "\xa0", "\xad", "\u2028", "\u2029", "\u202f"} | set(
        map(chr, range(0x2028, 0x2030))
    )


def test_cells_are_counted_as_a_terminal_counts_them():
    assert glyphs.cells("ab") == ("ab", [0, 1, 2])
    assert glyphs.cells("a\tb")[1] == [0, 1, 4, 5]
    assert glyphs.cells("日a")[1] == [0, 2, 3]
    assert glyphs.cells("e\u0301a")[1] == [0, 1, 1, 2]
    box = glyphs.LETTERS.index(glyphs.BOX)
    assert list(glyphs.numbers("\U0001f600")) == [box]
    assert glyphs.LETTERS[glyphs.numbers("λ")[0]] == "λ"


def test_what_is_shortened_keeps_both_ends():
    assert shortened("short", 9) == "short"
    assert shortened("a_very_long_name", 10) == "a_very…ame"
    assert shortened("abcdefgh", 0) == ""


# --- the bar


@pytest.mark.parametrize("tests", [1, 7, 300])
def test_the_bar_has_as_many_cells_as_tests(tests):
    statuses = [Status.FAILED if n % 3 == 0 else Status.PASSED for n in range(tests)]
    bar = draw_bar(outcome(*statuses), 1096)
    low = cells_of([tuple(pixel) for pixel in bar[-1].tolist()])
    high = [tuple(pixel) for pixel in bar[0].tolist()]
    assert low.count(palette.RED) == statuses.count(Status.FAILED)
    assert set(high) <= {palette.GROUND, palette.RED}, "only what fails is high"


def test_of_tests_that_share_a_pixel_the_worst_is_shown():
    statuses = [Status.PASSED] * 5000
    statuses[2501] = Status.FAILED
    bar = draw_bar(outcome(*statuses), 1096)
    assert count(bar[-1:], palette.RED) == 1
    assert not (draw_bar(outcome(), 1096) != palette.GROUND).any()


# --- the graph


def program_of(functions):
    text = b"def f%d(a, b):\n    return [a + b * %d for c in a if c]\n\n\n"
    return Program.from_files({"m.py": b"".join(text % (n, n) for n in range(functions))})


@pytest.mark.parametrize("functions", [1, 20, 260])
def test_a_tree_grows_outwards_and_nothing_leaves_the_picture(functions):
    graph = build(program_of(functions), None, None, ("t::a", "t::b"))
    rings = place(graph)
    below = np.flatnonzero(rings.parent >= 0)
    assert (rings.radius[below] > rings.radius[rings.parent[below]]).all()
    assert (rings.radius <= 1).all()
    assert np.isfinite(rings.angle).all()
    drawn = sketch(graph, 300, 400)
    assert ((drawn.x >= 0) & (drawn.x < 400) & (drawn.y >= 0) & (drawn.y < 300)).all()
    assert (len(graph.nodes) > 4096) == (functions == 260)


def test_beams_go_to_the_tests_that_noticed():
    graph = build(program_of(3), None, None, ("t::a", "t::b"))
    tests = np.flatnonzero(graph.nodes[:, 0] == TEST).tolist()
    colours = {tests[0]: palette.RED, tests[1]: palette.GREEN}
    dark = draw_graph(graph, Lit((5,), (), colours, ()), 300, 400)
    beamed = draw_graph(graph, Lit((5,), (), colours, (tests[0],)), 300, 400)
    changed = (dark != beamed).any(axis=-1)
    assert 20 < changed.sum() < 3000
    drawn = sketch(graph, 300, 400)
    x, y = round(drawn.x[tests[0]]), round(drawn.y[tests[0]])
    assert changed[y - 12 : y + 12, x - 12 : x + 12].any()


def test_angles_are_spread_as_little_as_may_be():
    wanted = np.array([1.0, 1.0, 1.0, 3.0])
    found = spread(wanted)
    assert (np.diff(found) > 0.03).all()
    assert found[3] == pytest.approx(3.0)
    assert abs(found[:3].mean() - 1.0) < 0.04
    many = spread(np.full(5000, 2.0))
    assert (np.diff(many) > 0).all()
    assert many[0] >= OPENING - 1e-9
    assert many[-1] <= 2 * np.pi - OPENING + 1e-9
    assert len(spread(np.zeros(0))) == 0


def test_the_function_around_a_place_is_named():
    head = b"X = 1\n\n\nclass A:\n"
    source = head + b"    @property\n    def b(self):\n        if X:\n            return 2\n"
    program = Program.from_files({"m.py": source})
    assert function_at(program, "m.py", source.index(b"return")) == "A.b"
    assert function_at(program, "m.py", source.index(b"@property")) == "A.b"
    assert function_at(program, "m.py", 0) == ""


# --- modes


def test_an_unknown_mode_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="'ansi', 'rgb_array', 'human'"):
        make(mode="png")
