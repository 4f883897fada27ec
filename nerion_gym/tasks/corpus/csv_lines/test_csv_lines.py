"""Strength: strong. Quotes and delimiters of more than one character are not tried."""

import pytest
from csv_lines import CsvError, format_line, parse_line, records


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a,b,c", ["a", "b", "c"]),
        (",", ["", ""]),
        ("a,,c,", ["a", "", "c", ""]),
        (" a , b ", [" a ", " b "]),
        ('"a,b",c', ["a,b", "c"]),
        ('"say ""hi""",x', ['say "hi"', "x"]),
        ('""', [""]),
        ('"",""', ["", ""]),
        ('""""', ['"']),
        ('a,"b"', ["a", "b"]),
        ('"multi\nline"', ["multi\nline"]),
    ],
)
def test_parse(line, fields):
    assert parse_line(line) == fields


def test_other_delimiter_and_quote():
    assert parse_line("a;'b;c';d,e", delimiter=";", quote="'") == ["a", "b;c", "d,e"]
    assert parse_line("it''s;'it''s'", ";", '"') == ["it''s", "'it''s'"]


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ('ab"c', 3, "column 3: quote inside a plain field"),
        ('x,"a"b', 6, "column 6: 'b' behind a closing quote"),
        ('"open', 5, "column 5: the line ends inside quotes"),
        ('a,"', 3, "column 3: the line ends inside quotes"),
    ],
)
def test_parse_errors(line, column, message):
    with pytest.raises(CsvError) as caught:
        parse_line(line)
    assert str(caught.value) == message
    assert caught.value.column == column


def test_csv_error_is_a_value_error():
    assert issubclass(CsvError, ValueError)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        (["a", "b"], "a,b"),
        ([1, None, 2.5], "1,,2.5"),
        (["a,b", "c"], '"a,b",c'),
        (['say "hi"'], '"say ""hi"""'),
        ([" padded", "padded ", "in side"], '" padded","padded ",in side'),
    ],
)
def test_format(values, line):
    assert format_line(values) == line


def test_format_in_another_dialect():
    assert format_line(["a;b", "it's", "c,d"], delimiter=";", quote="'") == "'a;b';'it''s';c,d"


@pytest.mark.parametrize("values", [["", ""], ['"', ",", " "], ["plain", 'a "b", c']])
def test_round_trip(values):
    assert parse_line(format_line(values)) == values


def test_records():
    lines = ["name,age\n", "\n", "Ann,31 \r\n", '"Bo, jr.",4']
    assert list(records(lines)) == [
        {"name": "Ann", "age": "31 "},
        {"name": "Bo, jr.", "age": "4"},
    ]


def test_records_of_nothing():
    assert list(records([])) == []
    assert list(records(["a,b"])) == []


def test_records_pass_the_dialect_on():
    assert list(records(["a|b", "1|*2|3*"], delimiter="|", quote="*")) == [{"a": "1", "b": "2|3"}]


@pytest.mark.parametrize(("line", "count"), [("1", 1), ("1,2,3", 3)])
def test_records_of_another_length(line, count):
    found = records(["a,b", "", line])
    with pytest.raises(CsvError, match=f"^column 1: line 3 has {count} fields, not 2$") as caught:
        next(found)
    assert caught.value.column == 1
