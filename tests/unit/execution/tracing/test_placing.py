"""What is said of statements that go over the end of a block, or lose the `try` around them."""

import pytest

from nerion_gym.edits.preview import splice_bytes
from nerion_gym.edits.registry import resolve
from nerion_gym.execution.tracing import reasons
from nerion_gym.execution.tracing.reading import HANDLED, Reading
from nerion_gym.execution.tracing.told import Tapped as File
from nerion_gym.execution.tracing.told import Told
from nerion_gym.types.trace import Infection
from tests.support.tracing import outcomes, plain, tapped, word

pytestmark = pytest.mark.pure
HEAD = """from fractions import Fraction
log = []
def g(*given):
    log.append(given)
    return given[0] if given else 0
"""


def said(operator, body, *calls):
    """Return what is said of the only edit of a function f(a, b)."""
    inner = "".join(f"    {line}\n" for line in body.split("\n"))
    source = f"{HEAD}def f(a, b):\n{inner}"
    found = tapped(source, resolve([operator]))
    found.clock.test = 1
    calls = (*calls, "log")
    known = outcomes(plain(source), calls)
    assert outcomes(found.names, calls) == known
    words = dict(found.plan.beyond)
    for planned, seen in zip(found.plan.sites, found.sites, strict=True):
        words |= {choice.edit: word(seen.seen(), choice.bit) for choice in planned.choices}
    (number,) = range(len(found.edits))
    edited = splice_bytes(source.encode(), found.edits[number].splices).decode()
    same = outcomes(plain(edited), calls) == known
    if words[number] in ("never", "always"):
        assert same == (words[number] == "never")
    return words[number]


IF = "if a:\n    g(1)\ng(2)"
ELSE = "if a:\n    g(1)\nelse:\n    g(3)\ng(2)"
FOR = "for i in a:\n    g(i)\ng(2)"


@pytest.mark.parametrize(
    ("body", "calls", "expected"),
    [
        (IF, ("f(1, 0)", "f('s', 0)"), "never"),
        (IF, ("f(0, 0)", "f([], 0)"), "always"),
        (IF, ("f(0, 0)", "f(1, 0)"), "sometimes"),
        (IF, ("f(object(), 0)",), "never"),
        (IF, ("f(Fraction(1), 0)",), "unknown"),
        ("if a < b:\n    b = g(a)\nreturn b", ("f(0, 1)",), "never"),
        ("if g(a):\n    g(1)\ng(2)", ("f(1, 0)",), "never"),
        ("if a:\n    return 1\n    g(1)\ng(2)", ("f(1, 0)",), "never"),
        (ELSE, ("f(0, 0)",), "never"),
        (ELSE, ("f(1, 0)",), "always"),
        ("if a:\n    g(1)\nelif b:\n    g(3)\ng(2)", ("f(0, 1)",), reasons.INTO_BLOCK),
        (FOR, ("f((), 0)",), "always"),
        (FOR, ("f((1, 2), 0)",), "always"),
        (FOR, ("f((1,), 0)",), "unknown"),
        ("while a:\n    a -= 1\ng(2)", ("f(1, 0)",), reasons.INTO_BLOCK),
        ("with open(a) as b:\n    g(1)\ng(2)", (), reasons.INTO_BLOCK),
    ],
)
def test_what_goes_into_a_block(body, calls, expected):
    assert said("indent_statement", body, *calls) == expected


def test_a_loop_that_is_left_early():
    body = "for i in a:\n    if b: break\n    g(i)\ng(2)"
    assert said("indent_statement", body, "f((1,), 1)") == "unknown"


@pytest.mark.parametrize(
    ("body", "calls", "expected"),
    [
        ("if a:\n    g(1)\n    g(2)", ("f(1, 0)",), "never"),
        ("if a:\n    g(1)\n    g(2)", ("f(0, 0)",), "always"),
        ("if a:\n    g(1)\nelse:\n    g(3)\n    g(2)", ("f(0, 0)",), "never"),
        ("if a:\n    g(1)\nelse:\n    g(3)\n    g(2)", ("f(1, 0)",), "always"),
        ("if a:\n    g(1)\nelif b:\n    g(3)\n    g(2)", ("f(0, 1)",), reasons.OUT_OF_BLOCK),
        ("for i in a:\n    g(i)\n    g(2)", ("f((1, 2), 0)",), "always"),
        ("for i in a:\n    g(i)\n    g(2)", ("f((1,), 0)",), "unknown"),
    ],
)
def test_what_goes_out_of_a_block(body, calls, expected):
    assert said("dedent_statement", body, *calls) == expected


def without_try(body, executed, doubt=""):
    """Return what is said where some lines run."""
    found = tapped(f"def f(a):\n{body}", resolve(["remove_try"]))
    file = File("m.py", (0,), found.plan, ("", "", b"", b"", []), ())
    told = Told(("t",), {}, {}, complete=True, functions={}, lost="")
    ((_, edit),) = Reading(told, {}, doubt, False, executed).edits(file)
    return edit


TRY = "    try:\n        x = a()\n    except ValueError:\n        x = 1\n    return x\n"


@pytest.mark.parametrize(
    ("executed", "expected"),
    [
        ({1, 2, 3, 6}, Infection.NOT_REACHED),
        ({1}, Infection.NOT_REACHED),
        ({1, 2, 3, 4, 5, 6}, Infection.UNKNOWN),
        ({1, 2, 3, 4}, Infection.UNKNOWN),  # it looked at the exception
        (None, Infection.UNKNOWN),
    ],
)
def test_a_handler_that_nothing_comes_to(executed, expected):
    found = without_try(TRY, executed)
    assert found.infection is expected
    assert found.why == (HANDLED if expected is Infection.UNKNOWN else "")
    assert without_try(TRY, executed, "it may").why == "it may"


@pytest.mark.parametrize(
    "body",
    [
        TRY.replace("    return", "    finally:\n        pass\n    return"),
        TRY.replace("a()", "yield a"),  # whoever ends it may do so between tests
        TRY.replace("x = 1", "yield 1"),  # without it the function is no generator
        TRY.replace("x = a()", "a()"),  # without it x is another variable
    ],
)
def test_a_try_that_matters_even_so(body):
    assert without_try(body, {1, 2, 3}).infection is Infection.UNKNOWN


@pytest.mark.parametrize(
    ("operator", "body", "expected"),
    [
        ("remove_statement", "g(a)", reasons.NO_CALL),
        ("remove_assignment", "g.x = 1", reasons.NO_CHANGE),
        ("remove_assignment", "log[0] = 1", reasons.NO_CHANGE),
        ("remove_statement", "del a", reasons.NO_STATEMENT),
        ("remove_with", "with a: pass", reasons.NO_WITH),
        ("remove_assignment", "x, y = a", reasons.NO_NAMES),
        ("remove_return", "return", reasons.NO_VALUE),
    ],
)
def test_why_nothing_is_said(operator, body, expected):
    found = tapped(f"{HEAD}def f(a, b):\n    {body}\n    g(b)\n", resolve([operator]))
    assert expected in found.plan.beyond.values()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("@property", reasons.NO_WRAPPER),
        ("@functools.wraps(print)", reasons.NO_WRAPPER),
        ("@x.setter", reasons.NO_WRAPPER),
        ("@cached(property)", reasons.NO_DECORATOR),
    ],
)
def test_why_nothing_is_said_of_decorators(line, expected):
    source = f"import functools\ndef cached(x): return id\nx = property()\n{line}\ndef f(a): pass\n"
    found = tapped(source, resolve(["remove_decorator"]))
    assert expected in found.plan.beyond.values()
