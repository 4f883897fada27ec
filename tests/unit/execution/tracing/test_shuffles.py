"""What is said of statements that change places: the edit is applied, and nothing may change."""

import pytest

from nerion_gym.edits.preview import splice_bytes
from nerion_gym.edits.registry import resolve
from nerion_gym.execution.tracing.shuffles import (
    CALL,
    CALLS,
    DEAD,
    PLAIN,
    READS,
    TURNS,
)
from tests.support.tracing import outcomes, plain, tapped, word

pytestmark = pytest.mark.pure
SHUFFLES = resolve(["shuffle_statements"])


def said(source, *calls, operators=SHUFFLES):
    """Return what is said of each exchange: first line that comes after -> class, or why not."""
    found = tapped(source, operators)
    found.clock.test = 1
    known = outcomes(plain(source), calls)
    assert outcomes(found.names, calls) == known
    words = dict.fromkeys(found.plan.unchanged, "never") | found.plan.beyond
    for planned, seen in zip(found.plan.sites, found.sites, strict=True):
        words |= {choice.edit: word(seen.seen(), choice.bit) for choice in planned.choices}
    for number, text in words.items():
        if text == "never":
            splices = found.edits[number].splices
            edited = splice_bytes(source.encode(), splices).decode()
            assert outcomes(plain(edited), calls) == known, edited
    lines = source.splitlines()
    return {
        lines[source[: edit.site.start].count("\n")].strip(): words[number]
        for number, edit in enumerate(found.edits)
    }


def of(body, *calls, head=""):
    """Return what is said of the statements of a function f(a, b)."""
    inner = "".join(f"    {line}\n" for line in body.split("\n"))
    return said(f"{HEAD}{head}def f(a, b):\n{inner}", *calls)


HEAD = """
log = []
class Noisy:
    def __bool__(self):
        log.append("asked")
        return False
def g(*given):
    log.append(given)
    return given[0] if given else 0
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = []\ny = g(a)\nreturn x, y", {"x = []": "never"}),
        ("y = g(a)\nx = 1\nreturn x, y", {"y = g(a)": "never"}),
        ("x = a\ng(b)\nreturn x", {"x = a": "never"}),
        ("if a: return 5\nx = {}\nreturn x", {"if a: return 5": "never"}),
        ("x = [a, (b, 1)]\nfor i in g([b]): g(i)\nreturn x", {"x = [a, (b, 1)]": "never"}),
    ],
)
def test_what_has_nothing_to_do_with_each_other(body, expected):
    found = of(body, "f(1, 2)", "f(0, 2)", "log")
    assert expected.items() <= found.items()


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("x = []\nx2 = g(x)\nreturn x", "x = []"),
        ("x = a\na = g(b)\nreturn x", "x = a"),
        ("x = b.y\ng(a)\nreturn x", "x = b.y"),  # it may raise, or run code
        ("x = -a\ng(a)\nreturn x", "x = -a"),
        ("x = z\nz = g(a)\nreturn x", "x = z"),  # it has no value
        ("def h(): return x\nx = 1\ng(h())\nreturn x", "x = 1"),  # somebody else reads it
        ("x = 1\ng(a)\nreturn locals()", "x = 1"),
        ("x = Noisy()\nx = 1\ng(a)\nreturn x", "x = 1"),  # the old value dies later
        ("try:\n    g(a)\n    x = 1\n    g(a.b)\nexcept AttributeError: x = 2\nreturn x", "g(a)"),
        ("for i in (1, 2):\n    if a: break\n    x = 1\nreturn 'x' in dir()", "if a: break"),
        ("global z\nz = 1\ng(a)\nreturn z", "z = 1"),
        ("x = 1\nyield a\nyield x", "x = 1"),
        ("x = 1\nif a: del x\nreturn 1", "x = 1"),
        ("while g(a):\n    x = 1\n    g(b)\n    break\nreturn 1", "x = 1"),
        ("x = f\ng(a)\nreturn 1", "x = f"),
        ("x: Noisy = 1\ng(a)\nreturn x", "x: Noisy = 1"),
    ],
)
def test_what_may_have_to_do_with_each_other(body, line):
    found = of(body, "f(1, 2)", "f(0, 2)", "log")
    assert found[line] not in ("never", "not reached")


def test_variables_of_modules_and_classes_are_for_all_to_read():
    found = said(f"{HEAD}x = 1\ng(2)\nclass A:\n    x = 1\n    g(3)\n", "x", "A.x")
    assert "never" not in found.values()


@pytest.mark.parametrize(
    ("body", "line", "expected"),
    [
        ("x = 0\nx = a\nreturn x", "x = a", "sometimes"),  # a is 0 once
        ("x = a\nx = a\nreturn x", "x = a", "never"),
        ("x = a\nreturn x", "x = a", "always"),
        ("x = 0\nx += a\nreturn x", "x += a", "sometimes"),
        ("g(a)\nreturn b", "g(a)", DEAD),
        ("a, b = b, a\nreturn b", "a, b = b, a", DEAD),
        ("for i in (1, 2):\n    x = a\n    continue\nreturn x", "x = a", "sometimes"),
    ],
)
def test_what_stands_behind_a_return_never_runs(body, line, expected):
    assert of(body, "f(1, 2)", "f(0, 2)", "log")[line] == expected


@pytest.mark.parametrize(
    ("body", "calls", "expected"),
    [
        ("if a: return 1\nif b: return 2", ("f(1, 0)", "f(0, 1)", "f(0, 0)"), "never"),
        ("if a: return 1\nif b: return 2", ("f(1, 1)",), "always"),
        ("if a: return 1\nif b: return 2", ("f(1, Noisy())", "log"), "unknown"),
        ("if a: return 1\nif b: return 2", ("f(0, Noisy())", "log"), "unknown"),
        ("if a is None: return 1\nif b: raise g(1)", ("f(1, 0)", "f(None, 0)"), "never"),
        ("if a: return 1\nif b < 1: return 2", ("f(1, 's')",), "always"),
        ("if a: return 1\nif b < 1: return 2", ("f(0, 's')",), "never"),
        ("if a: return 1\nif b: g(2)", ("f(0, 1)",), "the order of an `if` or a loop and what"),
    ],
)
def test_two_guards_are_the_same_while_one_holds(body, calls, expected):
    line = body.splitlines()[0]
    assert of(body + "\nreturn 3", *calls)[line].startswith(expected)


@pytest.mark.parametrize(
    ("body", "line", "expected"),
    [
        ("x = g(a)\ng(x)", "x = g(a)", "always"),  # x has no value yet
        ("x = 1\nx = 1\ng(x)", "x = 1", "unknown"),  # the call may see more
        ("x = 1\nx = 2\ng(x)", "x = 2", "always"),
        ("g(b)\nb = a", "g(b)", READS),
        ("x = b.y\nb = a", "x = b.y", READS),  # the second may never be come to
        ("x, y = a, b\ng(x)", "x, y = a, b", READS),
    ],
)
def test_one_reads_what_the_other_binds(body, line, expected):
    assert of(body, "f(1, 2)", "f(2, 2)")[line] == expected


@pytest.mark.parametrize(
    ("body", "line", "expected"),
    [
        ("g.x = a\ng.y = g(b)", "g.x = a", CALL),
        ("g(a)\ng(b)", "g(a)", CALLS),
        ("g.x = a\ng(g.x)", "g.x = a", TURNS),
        ("g(a)\ng.y = b", "g(a)", CALL),
        ("a = b.x\nif b: g.y = 1", "a = b.x", "the order of an `if` or a loop and what"),
        ("a, = b\nassert g", "a, = b", PLAIN),
    ],
)
def test_why_nothing_is_said(body, line, expected):
    assert of(body)[line].startswith(expected)
