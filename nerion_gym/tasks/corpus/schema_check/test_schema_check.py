"""Strength: fair. Own checks, lengths of text and records with extra names are not tried, messages only of one record."""
import pytest

from schema_check import Flag, Invalid, ListOf, Number, Problem, Record, Text

USER = Record(
    {
        "name": Text(longest=20),
        "age": Number(low=0, high=150, required=False),
        "email": Text(pattern=r"[^@ ]+@[^@ ]+"),
        "role": Text(choices=("admin", "guest"), default="guest"),
        "tags": ListOf(Text(), unique=True, default=list),
        "address": Record({"city": Text(), "zip": Text(pattern=r"\d{5}")}, required=False),
    }
)


def good(**changes):
    return {"name": "Ada", "email": "ada@example.org", **changes}


def paths(value, schema=USER):
    return [problem.path for problem in schema.problems(value)]


def test_good_user_gets_defaults():
    assert USER.load(good(age=36)) == {
        "name": "Ada", "email": "ada@example.org", "age": 36, "role": "guest", "tags": [],
    }


def test_defaults_are_not_shared():
    first, second = USER.load(good()), USER.load(good())
    first["tags"].append("x")
    assert second["tags"] == []


def test_missing():
    assert list(USER.problems({"name": "Ada"})) == [Problem("email", "is missing")]


@pytest.mark.parametrize("age", [-1, 151, "12", True])
def test_bad_age(age):
    assert paths(good(age=age)) == ["age"]


def test_limits_are_allowed():
    assert paths(good(age=0)) == []
    assert paths(good(age=150)) == []


@pytest.mark.parametrize(
    "changes, path",
    [
        ({"email": "nobody"}, "email"),
        ({"role": "king"}, "role"),
        ({"tags": ["a", "b", "a"]}, "tags[2]"),
        ({"tags": ["a", 5]}, "tags[1]"),
        ({"address": {"city": "Ulm", "zip": "8907"}}, "address.zip"),
        ({"address": {"zip": "89073"}}, "address.city"),
        ({"shoe": 44}, "shoe"),
    ],
)
def test_path_of_the_problem(changes, path):
    assert paths(good(**changes)) == [path]


def test_all_problems_come_at_once():
    with pytest.raises(Invalid) as caught:
        USER.load({"name": 5, "age": -3})
    assert str(caught.value).splitlines() == [
        "name: expected text, got int",
        "age: must be at least 0",
        "email: is missing",
    ]


def test_list_length():
    assert paths([], ListOf(Flag(), at_least=1)) == [""]
    assert paths([True], ListOf(Flag(), at_least=1)) == []
