"""Strength: strong. Pre-releases within ranges are hardly tried."""

import re

import pytest
from version_order import InvalidVersion, Version, VersionRange, compare

ASCENDING = [
    "0.0.1-alpha", "0.0.1", "0.1.0", "0.9.10", "0.10.0", "1.0.0-1", "1.0.0-2", "1.0.0-10",
    "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11",
    "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
]


def v(text):
    return Version.parse(text)


class TestParsing:
    def test_parts(self):
        version = v("1.2.3-rc.1+build.5")
        assert version.release == (1, 2, 3)
        assert version.pre == ("rc", "1")
        assert version.build == "build.5"

    def test_parts_that_are_not_there(self):
        assert (v("4.5.6").pre, v("4.5.6").build) == ((), "")
        assert (Version(3).release, Version(3).pre, Version(3).build) == ((3, 0, 0), (), "")

    @pytest.mark.parametrize("text", ["1.2.3", "0.0.0", "1.2.3-a", "1.2.3+b", "1.2.3-a-b.0+001"])
    def test_text_comes_back(self, text):
        assert str(v(text)) == text
        assert repr(v(text)) == f"Version.parse('{text}')"

    @pytest.mark.parametrize("text", ["v1.2.3", " 1.2.3\n", " v1.2.3"])
    def test_tolerance(self, text):
        assert v(text) == v("1.2.3")

    @pytest.mark.parametrize(
        "text",
        ["", "1", "1.2", "1.2.3.4", "a.b.c", "1.2.3-", "1.2.3+", "1.2.3-a..b", "01.2.3", "1.02.3",
         "1.2.03", "1.2.3-01", "1.2.3-a.00", "-1.2.3", "1.2.3 4"],
    )
    def test_invalid(self, text):
        with pytest.raises(InvalidVersion) as caught:
            v(text)
        assert str(caught.value) == f"invalid version: {text!r}"

    @pytest.mark.parametrize("text", ["10.20.30", "1.2.3-0", "1.2.3-0a", "1.2.3-a0", "1.2.3+01"])
    def test_zeros_that_are_allowed(self, text):
        assert str(v(text)) == text


class TestOrder:
    def test_total(self):
        assert [str(one) for one in sorted(map(v, reversed(ASCENDING)))] == ASCENDING

    @pytest.mark.parametrize(("low", "high"), list(zip(ASCENDING, ASCENDING[1:])))
    def test_pairs(self, low, high):
        assert v(low) < v(high)
        assert v(high) >= v(low)
        assert v(low) != v(high)

    def test_builds_do_not_count(self):
        assert v("1.0.0+a") == v("1.0.0+b")
        assert hash(v("1.0.0+a")) == hash(v("1.0.0+b"))
        assert len({v("1.0.0"), v("1.0.0-a"), v("1.0.1"), v("1.0.0+c")}) == 3

    def test_other_things(self):
        assert v("1.0.0") != "1.0.0"
        assert v("1.0.0").__eq__((1, 0, 0)) is NotImplemented
        assert v("1.0.0").__lt__((1, 0, 0)) is NotImplemented

    @pytest.mark.parametrize(
        ("operator", "outcome"),
        [("==", "010"), ("!=", "101"), ("<", "100"), ("<=", "110"), (">", "001"), (">=", "011")],
    )
    def test_compare(self, operator, outcome):
        found = [compare(v(one), operator, v("1.2.0")) for one in ("1.1.9", "1.2.0", "1.3.0")]
        assert found == [digit == "1" for digit in outcome]


@pytest.mark.parametrize(
    ("text", "stable"), [("0.9.0", False), ("1.0.0-rc", False), ("1.0.0", True), ("2.3.4", True)]
)
def test_stable(text, stable):
    assert v(text).is_stable is stable


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("1.2.3", "major", "2.0.0"), ("1.2.3", "minor", "1.3.0"), ("1.2.3+b", "patch", "1.2.4"),
        ("2.0.0-rc", "major", "2.0.0"), ("2.0.0-rc", "minor", "2.0.0"), ("2.0.0-rc", "patch", "2.0.0"),
        ("2.1.0-rc", "major", "3.0.0"), ("2.1.0-rc", "minor", "2.1.0"), ("2.0.1-rc", "major", "3.0.0"),
        ("2.0.1-rc", "minor", "2.1.0"), ("2.1.1-rc", "major", "3.0.0"), ("2.1.1-rc", "patch", "2.1.1"),
        ("2.0.0", "major", "3.0.0"), ("2.1.0", "minor", "2.2.0"),
    ],
)
def test_bump(text, part, expected):
    assert str(v(text).bump(part)) == expected


def test_bump_unknown():
    with pytest.raises(ValueError, match="^cannot bump 'micro'$"):
        v("1.2.3").bump("micro")


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("1.2.3", ["1.2.3", "1.2.3+x"], ["1.2.4", "1.2.2"]),
        ("==1.2", ["1.2.0"], ["1.2.1"]),
        ("1.2", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0"]),
        ("1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]),
        (">=1.2 <2", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]),
        (">= 1.2, < 2", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]),
        (">1.2.3", ["1.2.4"], ["1.2.3"]),
        ("<=1.2.3", ["1.2.3"], ["1.2.4"]),
        ("!=1.2.3", ["1.2.4", "1.2.2"], ["1.2.3"]),
        ("^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0"]),
        ("^0.2.3", ["0.2.3", "0.2.9"], ["0.2.2", "0.3.0"]),
        ("~1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0"]),
        ("~1.2", ["1.2.0"], ["1.3.0", "1.1.0"]),
        ("~1", ["1.0.0", "1.9.0"], ["2.0.0"]),
        (">=1.0.0-rc.2", ["1.0.0-rc.2", "1.0.0"], ["1.0.0-rc.1"]),
        ("~1.2.0-rc", ["1.2.0-rc", "1.2.5"], ["1.2.0-beta", "1.3.0"]),
        ("<1 || >=3", ["0.5.0", "3.0.0"], ["1.0.0", "2.9.9"]),
        ("", ["1.0.0"], []),
    ],
)
def test_ranges(text, inside, outside):
    versions = VersionRange(text)
    assert versions.text == text
    assert all(one in versions for one in inside)
    assert not any(v(one) in versions for one in outside)


@pytest.mark.parametrize(("text", "rest"), [(">=x", ">=x"), (">=1.2 or", "or"), ("1 || =2", "=2"), (">=1.2.3-a..b", "..b")])
def test_invalid_ranges(text, rest):
    with pytest.raises(InvalidVersion, match=f"^invalid version: '{re.escape(rest)}'$"):
        VersionRange(text)


def test_best():
    found = [v(one) for one in ("1.2.0", "1.4.0", "1.3.0", "1.5.0-rc", "2.0.0")]
    assert VersionRange("^1.2").best(found) == v("1.4.0")
    assert VersionRange(">1.4.0 <2").best(found) == v("1.5.0-rc")
    assert VersionRange(">3").best(found) is None
