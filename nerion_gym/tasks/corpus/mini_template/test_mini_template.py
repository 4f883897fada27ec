"""Strength: fair. Comparisons, attributes, missing values and most messages are tried once at best."""

import pytest
from mini_template import TemplateError, render


def test_plain_text():
    assert render("nothing to do") == "nothing to do"


def test_value():
    assert render("Hello {{ name }}!", name="Ann") == "Hello Ann!"


def test_paths():
    user = {"name": "Bo", "tags": ["x", "y"]}
    assert render("{{ user.name }} {{ user.tags.1 }}", user=user) == "Bo y"


@pytest.mark.parametrize(
    "filters, value, expected",
    [
        ("upper", "abc", "ABC"),
        ("lower", "ABC", "abc"),
        ("title", "ann lee", "Ann Lee"),
        ("join: -", [1, 2, 3], "1-2-3"),
        ("fixed", 1.5, "1.50"),
        ("fixed: 0", 2.4, "2"),
        ("count", [1, 2], "2"),
        ("plural: file : files", 1, "file"),
        ("plural: file : files", 3, "files"),
        ("truncate: 5", "abcdefgh", "abcd…"),
        ("truncate", "short", "short"),
        ("default: none | upper", "", "NONE"),
    ],
)
def test_filters(filters, value, expected):
    assert render("{{ v | " + filters + " }}", v=value) == expected


def test_if_else():
    template = "{% if admin %}all{% else %}some{% end %}"
    assert render(template, admin=True) == "all"
    assert render(template, admin=False) == "some"


def test_if_not():
    assert render("{% if not ready %}wait{% end %}", ready=0) == "wait"


def test_if_compares():
    template = "{% if n > 1 %}many{% end %}{% if kind == 'x' %}!{% end %}"
    assert render(template, n=2, kind="x") == "many!"
    assert render(template, n=1, kind="y") == ""


def test_for():
    template = "{% for item in items %}{{ number }}.{{ item }}{% if not last %}, {% end %}{% end %}"
    assert render(template, items=["a", "b"]) == "1.a, 2.b"


def test_for_else():
    assert render("{% for x in xs %}{{ x }}{% else %}none{% end %}", xs=[]) == "none"


@pytest.mark.parametrize(
    "template", ["{{ missing }}", "{{ v | shout }}", "{% if v %}", "{% end %}", "{% for x %}{% end %}"]
)
def test_errors(template):
    with pytest.raises(TemplateError):
        render(template, v=1)
