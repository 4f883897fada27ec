"""Attributes are read only where that runs none of the program's code."""

import types

import pytest

from nerion_gym.execution.tracing.attributes import attribute
from nerion_gym.execution.tracing.values import LACKED, UNREAD
from tests.support.tracing import tapped

pytestmark = pytest.mark.pure


def no(*_arguments):
    raise AssertionError("a tap ran the program's code")


class Descriptor:
    __get__ = __set__ = no


class Reading:
    __get__ = no


class Meta(type):
    __getattribute__ = __hash__ = __eq__ = no


class Base:
    shared = (1,)
    hidden = 1
    computed = property(no)
    described = Descriptor()
    read = Reading()

    def method(self):
        return 1


class Plain(Base):
    hidden = 2

    def __init__(self):
        self.own = "own"
        self.__dict__["computed"] = self.__dict__["read"] = 3


class Slotted:
    __slots__ = ("full", "void")

    def __init__(self):
        self.full = 1


class Proxy:
    x = 1
    __getattribute__ = no


class Late:
    x = 1
    __getattr__ = no


class OwnDict:
    __dict__ = property(no)


def test_what_an_instance_and_its_classes_have():
    one = Plain()
    assert attribute(one, "own") is one.own
    assert attribute(one, "shared") is Base.shared
    assert attribute(one, "hidden") == 2
    assert attribute(one, "read") == 3  # the instance's own comes before what only reads
    assert attribute(one, "method")() == 1
    assert attribute(one, "missing") is LACKED
    assert attribute(Slotted(), "full") == 1
    assert attribute("text", "missing") is LACKED


@pytest.mark.parametrize(
    ("made_by", "name"),
    [
        *[("Plain", "computed"), ("Plain", "described"), ("Base", "read"), ("Slotted", "void")],
        *[("Proxy", "x"), ("Late", "y"), ("OwnDict", "x"), ("str", "upper")],
    ],
)
def test_what_would_run_code_is_not_read(made_by, name):
    make = {"str": str, **globals()}[made_by]
    assert attribute(make(), name) is UNREAD


def test_what_is_no_value_of_the_program_and_classes_are_not_read():
    assert attribute(UNREAD, "x") is UNREAD
    assert attribute(Base, "shared") is UNREAD


def test_instances_of_classes_that_answer_for_themselves():
    made = Meta("Made", (), {"x": 1})
    assert attribute(type.__call__(made), "x") == 1
    assert attribute(made, "x") is UNREAD
    assert attribute(Late(), "x") == 1


def test_modules():
    made = types.ModuleType("made")
    made.x = 1
    assert attribute(made, "x") == 1
    assert attribute(made, "y") is LACKED
    assert attribute(made, "__init__") is UNREAD
    made.__getattr__ = no
    assert attribute(made, "y") is UNREAD


def test_what_is_said_of_other_attributes():
    found = tapped(
        "class Box:\n"
        "    def __init__(self, a, b):\n"
        "        self.first, self.second = a, b\n"
        "    @property\n"
        "    def third(self):\n"
        "        return self.first\n"
        "    def f(self):\n"
        "        return self.first\n"
        "    def g(self):\n"
        "        self.second += 1\n"
        "        return self.third\n"
    )
    found.clock.test = 1
    make = found.names["Box"]
    make(1, 2).f()
    said = found.said("self.first")
    assert said["wrong_attribute second"] == "always"
    make(2, 2).f()
    # `first` may have run code: that the values are the same says nothing.
    assert found.said("self.first")["wrong_attribute second"] == "sometimes"
    assert "never" not in found.said("self.first").values()
