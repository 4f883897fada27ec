"""Collections of objects: their items are counted and looked up, never worked on."""

import pytest

from nerion_gym.edits.preview import splice_bytes
from nerion_gym.execution.tracing.guards import sought
from nerion_gym.execution.tracing.values import UnknownError, is_light
from tests.support.tracing import outcomes, plain, tapped

pytestmark = pytest.mark.pure
HEAD = """
log = []
class Point:
    def __eq__(self, other):
        log.append("asked")
        return True
    def __hash__(self):
        log.append("hashed")
        return 1
    def __bool__(self):
        log.append("true?")
        return False
    def __len__(self):
        log.append("counted")
        return 0
    def __repr__(self):
        return "Point"
class Mine(list):
    def __getitem__(self, place):
        log.append(place)
        return 1
p, q = Point(), Point()
"""


def said(body, edit, *calls):
    """Return what is said of the effect of an edit in f(a, b); all that are quiet are applied."""
    inner = "".join(f"    {line}\n" for line in body.split("\n"))
    source = f"{HEAD}def f(a, b):\n{inner}"
    found = tapped(source)
    found.clock.test = 1
    calls = (*calls, "log")
    known = outcomes(plain(source), calls)
    assert outcomes(found.names, calls) == known
    for quiet in found.quiet():
        edited = splice_bytes(source.encode(), quiet.splices).decode()
        assert outcomes(plain(edited), calls) == known, quiet
    return found.effects()[edit][0]


@pytest.mark.parametrize(
    ("body", "edit", "calls", "expected"),
    [
        ("return a[0]", "increment_number 1", ("f([p, p], 0)",), "never"),
        ("return a[0]", "increment_number 1", ("f([p, q], 0)",), "always"),
        ("return a[0]", "increment_number 1", ("f([p], 0)",), "always"),
        ("return a[0]", "increment_number 1", ("f({0: p, 1: p}, 0)",), "never"),
        ("return a[0]", "increment_number 1", ("f(Mine([p, p]), 0)",), "unknown"),
        ("return a[0] == 1", "increment_number 1", ("f([p, p], 0)",), "unknown"),
        ("return a[0][0]", "increment_number 1", ("f([Mine([1])] * 2, 0)",), "unknown"),
        ("return not a[0]", "increment_number 1", ("f([p, p], 0)",), "unknown"),
        ("return a[:1]", "increment_number 2", ("f([p], 0)",), "never"),
        ("return a[:1]", "increment_number 2", ("f([p, p], 0)",), "always"),
        ("return len(a) > 1", "increment_number 2", ("f([p] * 90, 0)", "f([], 0)"), "never"),
        ("return len(a) > 1", "increment_number 2", ("f([p] * 2, 0)",), "always"),
        ("return len(a) > 1", "increment_number 2", ("f(p, 0)",), "unknown"),
        ("return 'x' in a", "swap_comparison not in", ("f({'x': p}, 0)",), "always"),
        ("return b in a", "swap_comparison not in", ("f({p: 1}, 1)",), "unknown"),
        ("return b in a", "swap_comparison not in", ("f([p], 1)",), "unknown"),
        ("return b in a", "swap_comparison not in", ("f({'x': 1}, p)",), "unknown"),
        ("return b in a", "swap_comparison not in", ("f([1, 'x'], 1)",), "always"),
    ],
)
def test_collections_of_objects(body, edit, calls, expected):
    assert said(body, edit, *calls) == expected


def test_a_list_that_changes_before_the_tap():
    body = "def grow():\n    a.insert(0, q)\n    return 1\nreturn [a[0], grow()]"
    assert said(body, "increment_number 1", "f([p, p], 0)") in ("unknown", "always")


def test_what_is_looked_up_without_code():
    assert is_light([object()])
    assert is_light({"x": object()})
    assert not is_light({object(): 1})
    assert not is_light({(1, 2): 1})
    assert is_light(object())
    assert not is_light([0] * 9_999)
    assert sought("x", {"x": object()})
    with pytest.raises(UnknownError):
        sought(1, [object()])
