"""Strength: strong. Fractions of more than two digits and huge numbers are not tried."""

import pytest
from durations import format_duration, parse_duration, unit_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90), ("0", 0), ("-15", -15), ("+15", 15), ("1s", 1), ("2m", 120), ("1h30m", 5400),
        ("1h30m5s", 5405), ("1w", 604800), ("1d", 86400), ("1w2d", 777600), ("1.5h", 5400),
        ("-1.5h", -5400), ("0.25m", 15), ("2 days 4 hours", 187200), ("2 DAYS, 4 Hrs", 187200),
        (" 10 min ", 600), (" 90 ", 90), ("1h 30m", 5400), ("- 1h", -3600), ("3 weeks", 1814400), ("1 hour, 1 sec", 3601), ("5secs", 5),
    ],
)
def test_parse(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "-", "--5", "+-5", "h", "1.5", "ten minutes", "5m!", "1h and 5m", "1h 30", ". 5m", "x1h", "1h,"],
)
def test_not_a_duration(text):
    with pytest.raises(ValueError) as caught:
        parse_duration(text)
    assert str(caught.value) == f"not a duration: {text!r}"


@pytest.mark.parametrize("text", ["5m1h", "1h2h", "1s 1s", "1d 1w"])
def test_out_of_order(text):
    with pytest.raises(ValueError, match=f"^units out of order in '{text}'$"):
        parse_duration(text)


@pytest.mark.parametrize("name", ["y", "month", "ss", "hourss"])
def test_unknown_unit(name):
    with pytest.raises(ValueError, match=f"^unknown unit '{name}'$"):
        parse_duration(f"3 {name}")


@pytest.mark.parametrize(
    ("names", "seconds"),
    [
        (["s", "sec", "secs"], 1),
        (["m", "min", "mins"], 60),
        (["h", "hr", "hrs", "hour", "hours"], 3600),
        (["d", "day", "days"], 86400),
        (["w", "week", "weeks"], 604800),
    ],
)
def test_unit_names(names, seconds):
    assert [unit_seconds(name) for name in names] == [seconds] * len(names)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"), (0.9, "0s"), (-0.5, "0s"), (1, "1s"), (59, "59s"), (60, "1m"), (61.7, "1m1s"),
        (3600, "1h"), (5400, "1h30m"), (5405, "1h30m"), (86400, "1d"), (604799, "6d23h"),
        (604800, "1w"), (-5400, "-1h30m"), (90061, "1d1h"), (86401, "1d1s"),
    ],
)
def test_format(seconds, text):
    assert format_duration(seconds) == text


def test_format_more_or_fewer_parts():
    assert format_duration(788645, parts=5) == "1w2d3h4m5s"
    assert format_duration(788645, parts=1) == "1w"
