"""Taps ask the truth of nothing that the program does not ask, as often as it does."""

import ast

import numpy as np
import pytest

from nerion_gym.execution.tracing.truth import Asked, asked, jumps
from nerion_gym.syntax.trees import walked
from tests.support.tracing import outcomes, plain, tapped

pytestmark = pytest.mark.pure
HEAD = """
log = []
class T:
    def __init__(self, name, truth):
        self.name, self.truth = name, truth
    def __bool__(self):
        log.append(self.name)
        return self.truth
    def __lt__(self, other):
        return T(self.name + "<", self.truth)
    def __repr__(self):
        return self.name
def g(x):
    return x
"""
VALUES = ("T('f', False)", "T('t', True)", "1", "[]")
CALLS = [f"f({a}, {b})" for a in VALUES for b in VALUES] + ["log"]
BODIES = [
    "return 4 if a and b else 5",
    "return 4 if g(a) and g(b) else 5",
    "if g(a) or g(b): return 1",
    "while g(a) and g(b): return 1",
    "assert g(a) or g(b)",
    "return not (g(a) and g(b))",
    "if not (g(a) and g(b)): return 2",
    "return (g(a) and g(b)) or g(3)",
    "return g(3) and (g(a) and g(b))",
    "return [x for x in (1, 2) if g(a) and g(b)]",
    "if (g(a) and g(b)) or g(a): return 1",
    "if (1 if g(a) and b else g(b)): return 1",
    "if (g(a) and b if b else g(b) or a): return 1",
    "return (a and b) or 3",
    "if g(a and b): return 1",
    "return a.__class__ if (a and not b) else 1",
    "match a:\n        case _ if g(a) and g(b): return 1",
    "return g(a) and g(b) and (g(b) or a) or 7",
]  # fmt: skip
COMPARED = ["if a < b < c: return 1", "if g(a) < g(b) < g(c): return 1", "return (a < b < c) or 4"]


def with_and_without(body, calls, parameters="a, b"):
    """Return what calls give, and which truths they asked, with taps and without."""
    source = f"{HEAD}def f({parameters}):\n    {body}\n"
    found = tapped(source)
    found.clock.test = 1
    return outcomes(found.names, calls), outcomes(plain(source), calls)


@pytest.mark.parametrize("body", BODIES)
def test_each_truth_is_asked_as_often_as_without_taps(body):
    tried, known = with_and_without(body, CALLS)
    assert tried == known


@pytest.mark.parametrize("body", COMPARED)
def test_chains_of_comparisons(body):
    objects = VALUES[:2]
    calls = [f"f({a}, {b}, {c})" for a in objects for b in objects for c in objects]
    tried, known = with_and_without(body, [*calls, "log"], "a, b, c")
    assert tried == known


def drawn(rng, depth):
    """Return a random condition on a and b."""
    kind = int(rng.integers(8)) if depth else 7
    if kind < 4:
        count = int(rng.integers(2, 4))
        sign = (" and ", " or ")[kind % 2]
        return "(" + sign.join(drawn(rng, depth - 1) for _ in range(count)) + ")"
    if kind == 4:
        return f"(not {drawn(rng, depth - 1)})"
    if kind == 5:
        parts = [drawn(rng, depth - 1) for _ in range(3)]
        return "({} if {} else {})".format(*parts)
    leaves = ("a", "b", "g(a)", "g(b)", "0", "T('c', False)", "(a < g(b) < a)", "(a < b is None)",
              "(g(a) < b < a)")  # fmt: skip
    return leaves[int(rng.integers(len(leaves)))]


@pytest.mark.parametrize("seed", range(80))
def test_random_conditions(seed):
    rng = np.random.default_rng(seed)
    place = ("return {}", "if {}: return 1", "return 1 if {} else 2", "x = {}; return x",
             "return [1 for _ in 'x' if {}]")[seed % 5]  # fmt: skip
    tried, known = with_and_without(place.format(drawn(rng, 3)), CALLS)
    assert tried == known


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("if a and b: pass", "a and b", Asked.TRUTH),
        ("x = a and b", "a and b", Asked.VALUE),
        ("x = (a and b) or c", "a and b", Asked.BOTH),
        ("x = c or (a and b)", "a and b", Asked.VALUE),
        ("if c or (a and b): pass", "a and b", Asked.TRUTH),
        ("if not (a and b): pass", "a and b", Asked.TRUTH),
        ("x = not (a and b)", "a and b", Asked.VALUE),
        ("x = [c for c in a and b if c or d]", "a and b", Asked.VALUE),
        ("x = [c for c in d if a and b]", "a and b", Asked.TRUTH),
        ("x = 1 if a and b else 2", "a and b", Asked.TRUTH),
        ("x = (a and b if c else 1) or 2", "a and b", Asked.BOTH),
    ],
)
def test_what_becomes_of_a_value(text, part, expected):
    tree = ast.parse(text)
    parents = walked(tree).parents
    (node,) = (one for one in parents if ast.unparse(one) == part)
    assert jumps(node)
    assert asked(parents, node) is expected
