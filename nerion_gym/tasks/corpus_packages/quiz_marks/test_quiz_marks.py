"""Strength: strong. Rounding of points and blanks around numbers are not tried."""

import pytest
from quiz_marks.league import average, places, table
from quiz_marks.paper import Paper, grade
from quiz_marks.questions import Choices, Number, Text

CAPITAL = Text(("Vienna", "Wien"))
HALF = Number(0.5, 0.1)
PRIMES = Choices(frozenset({"2", "3", "5"}), frozenset({"4", "9"}))


@pytest.mark.parametrize(("given", "mark"), [("vienna", 1), ("  WIEN ", 1), ("Graz", 0), ("", 0)])
def test_text(given, mark):
    assert CAPITAL.mark(given) == mark


def test_blanks_inside_do_not_count():
    assert Text(("New  York",)).mark("new york") == 1


@pytest.mark.parametrize(
    ("given", "mark"),
    [("0.5", 1), ("0,55", 1), ("0.65", 0.5), ("0.35", 0.5), ("0.75", 0), ("0.2", 0), ("half", 0)],
)
def test_number(given, mark):
    assert HALF.mark(given) == mark


def test_a_number_is_exact_by_default():
    assert [Number(7).mark(given) for given in ("7", "7.0", "8")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("given", "mark"), [("2,3,5", 1), ("2, 3", 2 / 3), ("2,4", 0), ("4,9", 0), ("2,3,9", 1 / 3), ("", 0)]
)
def test_choices(given, mark):
    assert PRIMES.mark(given) == pytest.approx(mark)


def test_an_unknown_choice():
    with pytest.raises(ValueError, match=r"no such choice: \['7'\]"):
        PRIMES.mark("2,7")


@pytest.mark.parametrize(
    ("share", "letter"),
    [(1, "A"), (0.9, "A"), (0.89, "B"), (0.75, "B"), (0.7, "C"), (0.6, "C"), (0.5, "D"), (0.49, "F")],
)
def test_grades(share, letter):
    assert grade(share) == letter


@pytest.fixture
def paper():
    return Paper().ask(CAPITAL).ask(HALF, 2).ask(PRIMES, 3)


def test_points_are_weighted(paper):
    assert paper.most == 6
    assert paper.points(["Wien", "0.5", "2,3,5"]) == 6
    assert paper.points(["Graz", "0.65", "2"]) == pytest.approx(2)
    assert paper.points(["Wien"]) == 1
    assert paper.points([]) == 0


def test_what_a_paper_refuses(paper):
    with pytest.raises(ValueError, match="4 answers to 3"):
        paper.points([""] * 4)
    with pytest.raises(ValueError, match="weight"):
        paper.ask(CAPITAL, 0)


def test_places_are_shared():
    assert places({"ann": 3, "bob": 5, "cat": 3, "dan": 1}) == {"bob": 1, "ann": 2, "cat": 2, "dan": 4}
    assert places({}) == {}


def test_table(paper):
    sheets = {"ann": ["Wien", "0.5", ""], "bob": ["Wien", "0.5", "2,3,5"]}
    assert table(paper, sheets) == ["1. bob 6/6 A", "2. ann 3/6 D"]


def test_average(paper):
    assert average(paper, {"ann": ["Wien"], "bob": ["Graz", "0.5"]}) == 1.5
    assert average(paper, {}) == 0.0
