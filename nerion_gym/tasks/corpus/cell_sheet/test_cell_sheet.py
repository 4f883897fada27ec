"""Strength: strong. Very long formulas and references in small letters are left open."""
import pytest

from cell_sheet import Cycle, Sheet, SheetError, cells_between, column_letters, column_number, split_reference, tokenize


def value(formula, **cells):
    return Sheet(**cells, Z9="=" + formula)["Z9"]


@pytest.mark.parametrize(("letters", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("AZ", 52), ("BA", 53), ("ZZ", 702), ("AAA", 703)])
def test_columns(letters, number):
    assert column_number(letters) == number
    assert column_letters(number) == letters


def test_split_reference():
    assert split_reference("AB12") == (28, 12)
    assert split_reference("B10") == (2, 10)


@pytest.mark.parametrize("name", ["A0", "7", "A", "a1", "A1B", ""])
def test_bad_references(name):
    with pytest.raises(SheetError, match=f"^no such cell: {name}$"):
        split_reference(name)
    with pytest.raises(SheetError):
        Sheet()[name] = 1


def test_cells_between():
    assert cells_between("A1", "B2") == ["A1", "B1", "A2", "B2"]
    assert cells_between("B2", "A1") == ["A1", "B1", "A2", "B2"]
    assert cells_between("A2", "B1") == ["A1", "B1", "A2", "B2"]
    assert cells_between("Z3", "AA3") == ["Z3", "AA3"]


def test_tokenize():
    assert tokenize("SUM(A1:B2) * 1.5 ") == [
        ("function", "SUM"), ("sign", "("), ("cell", "A1"), ("sign", ":"), ("cell", "B2"), ("sign", ")"),
        ("sign", "*"), ("number", "1.5"),
    ]
    assert tokenize(" ") == []


def test_tokenize_stops_at_nonsense():
    with pytest.raises(SheetError) as caught:
        tokenize("1 +  $5")
    assert str(caught.value) == "cannot read '$5'"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1", 1), ("2.5", 2.5), ("1+2*3", 7), ("(1+2)*3", 9), ("7-2-1", 4), ("8/2/2", 2), ("-3+5", 2), ("--4", 4),
        ("2*-3", -6), ("-(2+3)", -5), (" 6 / 4 ", 1.5), ("0/5", 0), ("5*0", 0), ("10-4+1", 7), ("2*3/4", 1.5),
    ],
)
def test_arithmetic(formula, expected):
    assert value(formula) == expected


def test_whole_numbers_stay_whole():
    assert isinstance(value("4"), int)
    assert isinstance(value("4.0"), float)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("1/0", "division by zero"),
        ("", "the formula ends too early"),
        ("2*", "the formula ends too early"),
        ("(1", "expected ')'"),
        ("1)", "unexpected ')'"),
        ("1 2", "unexpected '2'"),
        ("*2", "unexpected '*'"),
        ("NOPE(1)", "no function NOPE"),
        ("SUM(1", "expected ')'"),
        ("A1+1", "A1 is text"),
    ],
)
def test_errors(formula, message):
    with pytest.raises(SheetError) as caught:
        value(formula, A1="word")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("SUM(A1:A4)", 12), ("SUM(A1,B1,3)", 13), ("MAX(A1:B4)", 8), ("MIN(A1:A4, 1)", 1), ("AVG(A1:A4)", 4),
        ("COUNT(A1:B4)", 4), ("COUNT(D1:D9)", 0), ("SUM(D1:D9)", 0), ("AVG(D1:D9)", 0), ("MAX(D1:D2)", 0),
        ("MIN(D1:D2)", 0), ("SUM(A1:A2, A1+1)*2", 20), ("MIN(A1:B4)", 2), ("COUNT(A1)", 1),
    ],
)
def test_functions(formula, expected):
    assert value(formula, A1=2, A2=5, A3="note", A4=5, B1="=A1+6", B2=None, B3="", C1=99) == expected


def test_other_cells():
    sheet = Sheet(A1=2, A2="=A1*10", A3="=A2+A1+B7")
    assert sheet["A3"] == 22
    sheet["A1"] = 3
    assert sheet["A3"] == 33


def test_empty_and_text():
    sheet = Sheet(A1="hello")
    assert sheet["A1"] == "hello"
    assert sheet["B1"] is None
    sheet["A1"] = ""
    assert sheet["A1"] is None
    sheet["A1"] = None
    assert sheet.used() == []


def test_zero_is_kept():
    sheet = Sheet(A1=0)
    assert sheet["A1"] == 0
    assert sheet.used() == ["A1"]


def test_cycles_are_named():
    sheet = Sheet(A1="=B1", B1="=C1+1", C1="=SUM(B1:B2)")
    with pytest.raises(Cycle) as caught:
        sheet["A1"]
    assert caught.value.path == ["B1", "C1", "B1"]
    assert str(caught.value) == "cells depend on themselves: B1 -> C1 -> B1"


def test_twice_is_no_cycle():
    assert Sheet(A1=4, A2="=A1+A1", A3="=A2*A2")["A3"] == 64


def test_used_is_in_reading_order():
    assert Sheet(B2=1, AA1=1, B1=1, A10=1).used() == ["B1", "AA1", "B2", "A10"]
