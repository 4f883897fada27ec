"""Strength: strong. The default limit of period is not tried at its end."""
import pytest

from life_board import Board, neighbours, period


def test_parse_marks_cells():
    board = Board.parse("#.", ".#")
    assert board.alive == {(0, 0), (1, 1)}
    assert Board.parse("o#", mark="o").alive == {(0, 0)}
    assert len(board) == 2
    assert (1, 1) in board
    assert (0, 1) not in board


def test_named_patterns_can_be_placed():
    assert Board.named("blinker").alive == {(0, 0), (0, 1), (0, 2)}
    assert Board.named("block", at=(2, 5)).alive == {(2, 5), (2, 6), (3, 5), (3, 6)}
    assert Board.named("glider").show(3, 3) == ".#.\n..#\n###"


def test_unknown_pattern():
    with pytest.raises(ValueError, match="^no pattern 'gun'; known are blinker, block, glider$") as caught:
        Board.named("gun")
    assert caught.value.__suppress_context__


def test_neighbours():
    assert sorted(neighbours((5, 1))) == [(4, 0), (4, 1), (4, 2), (5, 0), (5, 2), (6, 0), (6, 1), (6, 2)]


def test_equality_and_hash():
    assert Board({(1, 2)}) == Board.parse("", "..#")
    assert Board() != Board({(0, 0)})
    assert Board() != frozenset()
    assert len({Board({(1, 2)}), Board({(1, 2)}), Board()}) == 2


def test_union():
    assert Board({(0, 0)}) | Board({(0, 1)}) == Board.parse("##")


def test_moved_and_home():
    assert Board({(3, -2), (4, 0)}).moved(1, 5).alive == {(4, 3), (5, 5)}
    assert Board({(3, -2), (4, 0)}).home().alive == {(0, 0), (1, 2)}
    assert Board().home() == Board()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("...", ".#.", "..."), "...\n...\n..."),
        (("...", "##.", "..."), "...\n...\n..."),
        (("#..", "#..", "#.."), "...\n##.\n..."),
        (("##.", "#..", "..."), "##.\n##.\n..."),
        (("###", "###", "..."), "#.#\n#.#\n.#."),
    ],
)
def test_step(rows, expected):
    assert Board.parse(*rows).step().show(3, 3) == expected


def test_nothing_stays_nothing():
    assert Board().step() == Board()


def test_generations():
    blinker = Board.parse(".#.", ".#.", ".#.")
    boards = list(blinker.generations(2))
    assert [board.show(3, 3) for board in boards] == ["...\n###\n...", ".#.\n.#.\n.#."]
    assert list(blinker.generations(0)) == []


def test_show_is_a_window():
    assert Board({(0, 0), (1, 2), (9, 9), (-1, 0)}).show(2, 4) == "#...\n..#."


@pytest.mark.parametrize(("name", "expected"), [("block", 1), ("blinker", 2), ("glider", 4)])
def test_period(name, expected):
    assert period(Board.named(name)) == expected


def test_glider_travels():
    *_, fourth = Board.named("glider").generations(4)
    assert fourth == Board.named("glider", at=(1, 1))


def test_no_period():
    assert period(Board.named("glider"), limit=3) is None
    assert period(Board.named("glider"), limit=4) == 4
    assert period(Board({(0, 0)})) is None
