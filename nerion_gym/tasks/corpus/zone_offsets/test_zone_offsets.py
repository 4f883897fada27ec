"""Strength: strong. Digits of other scripts are not tried."""

import pytest
from zone_offsets import format_offset, parse_offset


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("+05:30", 330), ("-0800", -480), ("+2", 120), ("-09", -540), ("+9:05", 545), ("+100", 60), ("-03:30", -210),
        ("+00:00", 0), ("-00:00", 0), ("+14:00", 840), ("-14", -840), ("+13:59", 839),
        ("UTC+1", 60), ("gmt-2:15", -135), (" +01:00 ", 60),
    ],
)
def test_parse(text, minutes):
    assert parse_offset(text) == minutes


@pytest.mark.parametrize(
    ("name", "minutes"),
    [
        ("Z", 0), ("z", 0), ("UTC", 0), ("gmt", 0), ("CET", 60), ("CEST", 120),
        ("EST", -300), ("EDT", -240), ("ist ", 330),
    ],
)
def test_names(name, minutes):
    assert parse_offset(name) == minutes


@pytest.mark.parametrize(
    "text", ["", "5", "+", "05:30", "+5:3", "+5:60", "+10000", "PST", "++1", "CET+1", "+1:", "UTC+1x"]
)
def test_refused(text):
    with pytest.raises(ValueError, match="^not a time zone offset: '") as caught:
        parse_offset(text)
    assert str(caught.value).endswith(repr(text))


@pytest.mark.parametrize("text", ["+14:01", "-1500", "+99"])
def test_too_far(text):
    with pytest.raises(ValueError) as caught:
        parse_offset(text)
    assert str(caught.value) == f"offset beyond 14 hours: {text!r}"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "+00:00"), (330, "+05:30"), (-210, "-03:30"), (-1, "-00:01"), (840, "+14:00"), (59, "+00:59")],
)
def test_format(minutes, text):
    assert format_offset(minutes) == text
    assert parse_offset(text) == minutes


def test_format_zulu():
    assert format_offset(0, zulu=True) == "Z"
    assert format_offset(60, zulu=True) == "+01:00"
    assert format_offset(-60, zulu=True) == "-01:00"
