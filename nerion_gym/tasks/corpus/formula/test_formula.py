"""Strength: strong. Numbers too large for floats and deep nesting are not tried."""

import pytest
from formula import FormulaError, Parser, Token, calculate, names_in, tokenize


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1", 1), ("1.5", 1.5), (".5", 0.5), ("2.", 2.0), ("  7  ", 7),
        ("1 + 2", 3), ("7 - 10", -3), ("6 * 7", 42), ("7 / 2", 3.5), ("7 // 2", 3), ("7 % 4", 3),
        ("2 ^ 5", 32), ("2**5", 32),
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("2 * 3 + 4", 10), ("2 * 3 ^ 2", 18),
        ("10 - 3 - 2", 5), ("100 / 10 / 2", 5), ("20 // 3 * 2", 12), ("17 % 10 % 4", 3),
        ("2 ^ 3 ^ 2", 512), ("2 ** 3 ** 2", 512), ("2^3**2", 512),
        ("-3", -3), ("+3", 3), ("--3", 3), ("-2 ^ 2", -4), ("2 ^ -1", 0.5), ("0 ^ 0", 1), ("0 ^ 2", 0), ("(-2) ^ 3.0", -8), ("(-2) ^ -1", -0.5), ("4 ^ 0.5", 2), ("0 ^ 0.5", 0), ("sqrt(0)", 0),
        ("-2 * 3", -6),
        ("2 - -2", 4), ("-(1 + 2)", -3), ("-2 + 5", 3), ("((4))", 4),
        ("abs(-4)", 4), ("sqrt(16)", 4), ("min(3, 1, 2)", 1), ("max(3, 1, 2)", 3), ("max(5)", 5),
        ("min(-5)", -5), ("round(2.5)", 3), ("round(2.4)", 2), ("round(-2.5)", -2),
        ("max(1, 2) * min(3, 4) + 1", 7), ("abs(min(-1, -2))", 2),
    ],
)
def test_values(source, value):
    assert calculate(source) == value


def test_whole_numbers_stay_whole():
    assert isinstance(calculate("2 * 3"), int)
    assert isinstance(calculate("2 * 3."), float)


def test_names():
    assert calculate("price * (1 + rate)", price=200, rate=0.5) == 300
    assert calculate("_x1 - y", _x1=1, y=2) == -1


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "unexpected end of formula"),
        ("   ", "unexpected end of formula"),
        ("1 +", "unexpected end of formula"),
        ("1 2", "unexpected '2' at 2"),
        ("1 + * 2", "unexpected '*' at 4"),
        (")", "unexpected ')' at 0"),
        ("(1 + 2", "expected ')' at 6, found the end"),
        ("(1 2)", "expected ')' at 3, found '2'"),
        ("max(1, 2", "expected ')' at 8, found the end"),
        ("max(1 2)", "expected ')' at 6, found '2'"),
        ("max(1,)", "unexpected ')' at 6"),
        ("1 $ 2", "unexpected '$' at 2"),
        ("1 +   #", "unexpected '#' at 6"),
        ("1, 2", "unexpected ',' at 1"),
        ("x + 1", "unknown name 'x'"),
        ("sin(1)", "unknown function 'sin'"),
        ("abs(1, 2)", "abs does not take 2 arguments"),
        ("max()", "max does not take 0 arguments"),
        ("sqrt()", "sqrt does not take 0 arguments"),
        ("1 / 0", "1 / 0: division by zero"),
        ("3 // (1 - 1)", "3 // 0: division by zero"),
        ("2.5 % 0.0", "2.5 % 0.0: division by zero"),
        ("0 ^ -1", "0 ^ -1: division by zero"),
        ("(-8) ** 0.5", "-8 ^ 0.5: not a real number"),
        ("sqrt(-4)", "sqrt has no value for -4"),
    ],
)
def test_errors(source, message):
    with pytest.raises(FormulaError) as caught:
        calculate(source)
    assert str(caught.value) == message


def test_zero_divided():
    assert calculate("0 / 5") == 0
    assert calculate("3 * 0") == 0


def test_tokens_know_where_they_are():
    assert list(tokenize("a1 + 2.5 ")) == [
        Token("name", "a1", 0),
        Token("op", "+", 3),
        Token("number", "2.5", 5),
        Token("end", "", 8),
    ]


def test_tokens_are_frozen():
    with pytest.raises(AttributeError):
        next(tokenize("1")).text = "2"


def test_trees():
    assert Parser("1 + x * -2").parse() == ("+", 1, ("*", ("name", "x"), ("neg", 2)))
    assert Parser("max(a, 1)").parse() == ("call", "max", ("name", "a"), 1)


def test_names_in():
    assert names_in("b + a * b - max(c, 2) + max") == ["b", "a", "c", "max"]
    assert names_in("1 + 2") == []
