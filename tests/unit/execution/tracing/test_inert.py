"""Objects that have no say in their truth are true: no code has to be asked."""

import weakref

import pytest

from nerion_gym.edits.preview import splice_bytes
from nerion_gym.execution.tracing.classes import is_inert
from nerion_gym.execution.tracing.keys import key_of
from nerion_gym.execution.tracing.values import Opaque, is_light, keepable
from tests.support.tracing import outcomes, plain, tapped

pytestmark = pytest.mark.pure
SOURCE = """
log = []
class Plain:
    pass
class Slotted:
    __slots__ = ("x",)
class Child(Plain):
    def __eq__(self, other):
        log.append("equal?")
        return True
    __hash__ = None
class False_:
    def __bool__(self):
        log.append("true?")
        return False
class Empty:
    def __len__(self):
        log.append("how many?")
        return 0
class Walked:
    def __iter__(self):
        log.append("items?")
        return iter(())
class Odd(type):
    def __bool__(cls):
        log.append("a class?")
        return False
    def __eq__(cls, other):
        log.append("equal classes?")
        return True
    def __hash__(cls):
        log.append("hash?")
        return 1
class OfOdd(metaclass=Odd):
    pass

def g(x):
    return x

def f(a, b):
    if a:
        b = 1
    if not g(a) or b:
        b = 2
    c = g(b) or g(a) and 3
    return 4 if a and b and c else 5
"""
INERT = ("Plain()", "Slotted()", "Child()", "OfOdd()", "g")
ASKED = ("False_()", "Empty()", "OfOdd", "Plain")


def test_who_is_inert():
    names = plain(SOURCE)
    for text in INERT:
        assert is_inert(eval(text, names)), text  # noqa: S307 - a test's own text
    walked = names["Walked"]()
    others = [eval(text, names) for text in ASKED]  # noqa: S307 - a test's own text
    kept = names["Plain"]()
    for value in (*others, walked, weakref.proxy(kept), [], "", 0):
        assert not is_inert(value), value
    assert names["log"] == []


def test_what_is_not_kept_is_known_to_be_true_only_if_it_is():
    names = plain(SOURCE)
    kept, asked = keepable(names["Plain"]()), keepable(names["False_"]())
    assert (type(kept), is_light(kept)) == (Opaque, True)
    assert (type(asked), is_light(asked)) == (Opaque, False)
    assert names["log"] == []


def test_what_is_known_of_one_is_not_said_of_another():
    names = plain(SOURCE)
    one, other = names["Plain"](), names["False_"]()
    for make in (lambda value: value, keepable):
        keys = {key_of((make(value),), asking=True) for value in (one, other)}
        assert len(keys) == 2
    assert key_of((one,)) == key_of((other,))


@pytest.mark.parametrize("first", [*INERT, *ASKED, "[]", "0"])
def test_edits_that_are_said_to_do_nothing_do_nothing(first):
    """One after the other at the same places, so that what is remembered of one is tried on all."""
    calls = [f"f({value}, {b})" for value in (first, *INERT, *ASKED, "[]", "'x'") for b in (0, 1)]
    calls.append("log")
    found = tapped(SOURCE)
    found.clock.test = 1
    known = outcomes(plain(SOURCE), calls)
    assert outcomes(found.names, calls) == known
    for edit in found.quiet():
        edited = splice_bytes(SOURCE.encode(), edit.splices).decode()
        assert outcomes(plain(edited), calls) == known, edit


def test_conditions_on_objects_are_told():
    source = SOURCE.partition("def f")[0] + "def f(a):\n    if a:\n        return 1\n    return 2\n"

    def said(*calls):
        found = tapped(source)
        found.clock.test = 1
        outcomes(found.names, calls)
        return {name: word for name, (word, _) in found.effects().items()}

    assert said("f(Plain())")["force_condition True"] == "never"
    assert said("f(Plain())")["force_condition False"] == "always"
    assert said("f(False_())")["force_condition True"] in ("always", "unknown")
    assert said("f(Plain())", "f(0)")["force_condition True"] == "sometimes"
    assert said("f(Plain())", "f(False_())")["force_condition True"] in ("sometimes", "unknown")
