"""Strength: strong. Lines with marks that mean nothing are not read."""

import pytest
from bowling_card import BadRoll, Card, Frame, parse


def scores(marks):
    return list(parse(marks).scores())


def test_empty_card():
    card = Card()
    assert len(card) == 0
    assert not card.over
    assert list(card.scores()) == []


def test_open_frames():
    assert scores("12 34 9- -9") == [3, 10, 19, 28]


def test_rolls_one_by_one():
    card = Card([3, 4])
    card.roll(5)
    assert [frame.rolls for frame in card.frames] == [[3, 4], [5]]
    assert list(card.scores()) == [7, None]


def test_spare_takes_one_ball():
    assert scores("5/ 34") == [13, 20]
    assert scores("5/") == [None]
    assert scores("5/ 3") == [13, None]


def test_strike_takes_two_balls():
    assert scores("X 34") == [17, 24]
    assert scores("X 3") == [None, None]
    assert scores("X X 3") == [23, None, None]
    assert scores("X 5/ 1") == [20, 31, None]


def test_nothing_is_known_after_an_unknown():
    assert scores("X X") == [None, None]
    assert scores("11 X") == [2, None]


def test_perfect_game():
    card = parse("X" * 12)
    assert card.over
    assert len(card) == 10
    assert list(card.scores()) == [30 * n for n in range(1, 11)]


def test_last_frame_open():
    card = parse("-- " * 9 + "45")
    assert card.over
    assert list(card.scores())[-2:] == [0, 9]


def test_last_frame_spare_has_one_more():
    card = parse("-- " * 9 + "4/")
    assert not card.over
    assert list(card.scores())[-1] is None
    card.roll(7)
    assert card.over
    assert list(card.scores())[-1] == 17


def test_last_frame_strike_has_two_more():
    card = parse("-- " * 9 + "X")
    assert not card.over
    card.roll(3)
    assert not card.over
    card.roll(7)
    assert card.over
    assert list(card.scores())[-1] == 20
    assert card.frames[-1].rolls == [10, 3, 7]


def test_nine_frames_are_no_game():
    assert not parse("-- " * 9).over


def test_no_roll_after_the_end():
    with pytest.raises(BadRoll, match="^the game is over$"):
        parse("X" * 13)


@pytest.mark.parametrize(
    ("rolls", "message"),
    [
        ([11], "11 pins with 10 standing"),
        ([-1], "-1 pins with 10 standing"),
        ([6, 5], "5 pins with 4 standing"),
        ([0] * 18 + [10, 4, 7], "7 pins with 6 standing"),
    ],
)
def test_impossible_rolls(rolls, message):
    with pytest.raises(BadRoll) as caught:
        Card(rolls)
    assert str(caught.value) == message


def test_standing():
    assert Frame().standing() == 10
    assert Frame([4]).standing() == 6
    assert Frame([4, 6]).standing() == 10
    assert Frame([10, 2]).standing() == 8


def test_frames_know_what_they_are():
    assert Frame([10]).strike and not Frame([10]).spare
    assert Frame([3, 7]).spare and not Frame([3, 7]).strike
    assert Frame([0, 10]).spare and not Frame([0, 10]).strike
    assert not Frame([3, 6, 1]).spare
    assert not Frame().strike
    assert not Frame().last
