"""Which worlds a module has: registered ones, else `World` objects and `build()`."""

import itertools
import pickle
import sys

import gymnasium as gym
import pytest

from nerion_gym.envs.checking.finding import worlds_in
from nerion_gym.envs.checking.table import MADE, verdict
from nerion_gym.errors import ConfigError

IMPORTS = """
from nerion_gym.envs.registering import register_world
from tests.unit.envs.fakes import make_world
"""
BUILD = "def build():\n    return make_world()\n"
NUMBER = itertools.count()


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module of a name that no other test has; return its path."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(gym.envs.registration, "registry", dict(gym.registry))
    monkeypatch.setattr(gym, "registry", gym.envs.registration.registry)
    monkeypatch.chdir(tmp_path)

    def write(text, name=None, manual="Mine.\n"):
        path = tmp_path / (name or f"mine_{next(NUMBER)}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'"""{manual}"""\n{IMPORTS}\n{text}')
        return path

    return write


def names(where, **arguments):
    return [subject.name for subject in worlds_in(str(where), arguments)]


def test_registered_worlds_are_found_and_nothing_else(module):
    text = f"{BUILD}register_world('Mine-v0', build)\nregister_world('Mine-v1', build)\n"
    path = module(text + "W = make_world()\n", manual="The manual.\n\nMore.\n")
    (first, second) = worlds_in(str(path), {"steps": 3}, steps=500)
    assert (first.name, second.name) == ("Mine-v0", "Mine-v1")
    assert (first.arguments, first.steps) == ({"steps": 3}, 500)
    assert first.manual == "The manual.\n\nMore."


def test_a_module_that_was_imported_before_has_the_same_worlds(module):
    path = module(f"{BUILD}register_world('Mine-v0', build)\n")
    assert names(path) == names(path) == names(path.stem) == ["Mine-v0"]


def test_worlds_that_are_not_registered_are_found(module):
    other = "import dataclasses\nOTHER = dataclasses.replace(make_world(), name='Other')\n"
    assert names(module(f"{other}{BUILD}")) == ["Nerion-Other-v0", "Nerion-Fake-v0"]
    assert names(module(f"W = make_world()\nAGAIN = W\n{BUILD}")) == ["Nerion-Fake-v0"]
    with pytest.raises(ConfigError, match="no world in it"):
        worlds_in(str(module("def build(path):\n    return make_world()\n")))


def test_what_is_not_registered_can_be_made_and_pickled(module):
    (subject,) = worlds_in(str(module("W = make_world()\n")))
    env = subject.code(observation="padded")
    assert (env.world.id, env.form) == ("Nerion-Fake-v0", "padded")
    twin = pickle.loads(pickle.dumps(env))  # noqa: S301 - written in the same line
    assert twin.world.id == "Nerion-Fake-v0"
    assert subject.make_vec(2).num_envs == 2


def test_worlds_of_this_package_are_found_by_their_modules():
    assert names("nerion_gym.envs.worlds.toy_math") == ["Nerion-ToyMath-v0"]
    assert len(names("nerion_gym.envs.worlds")) == 8


def test_a_module_in_a_package_is_imported_as_part_of_it(module):
    module("", name="lab_of_mine/__init__.py")
    path = module(f"from . import deep\n{BUILD}", name="lab_of_mine/worlds.py")
    module("", name="lab_of_mine/deep.py")
    assert names(path) == names("lab_of_mine.worlds") == ["Nerion-Fake-v0"]


def test_a_world_whose_entry_point_is_nowhere_cannot_be_made(module):
    path = module(
        "import gymnasium\ngymnasium.register('Mine-v0', entry_point='no_such.place:make')\n"
    )
    (subject,) = worlds_in(str(path))
    assert subject.manual == ""
    found = verdict(MADE, subject)
    assert (found.outcome, found.why) == (
        "failed",
        "ModuleNotFoundError: No module named 'no_such'",
    )


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("no_such_module_here", "no such module; give one that can be imported from here, or a p"),
        ("nowhere/mine.py", "no Python file at .*nowhere/mine.py; give a .py file or a module's"),
        ("os", "os: no world in it; register one with .*register_world"),
        ("", "'': no name of a module; give one that can be imported"),
        (".mine", "'.mine': no name of a module"),
        (__file__ + "c", "no Python file at"),
    ],
)
def test_where_there_is_nothing_it_is_said(where, message):
    with pytest.raises(ConfigError, match=message):
        worlds_in(where)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import no_such_thing", r"it imports 'no_such_thing', which is not installed here"),
        (
            "1 / 0",
            r"raises ZeroDivisionError: division by zero \(.*mine_\d+\.py:7\); mend that first",
        ),
        ("import json\njson.loads('{')", r"raises JSONDecodeError: .* \(.*mine_\d+\.py:8\); mend"),
        (
            "import sys; sys.exit(0)",
            r"importing it ends the program by sys\.exit\(0\) \(.*\.py:7\); m",
        ),
        (
            "def build():\n    1 / 0",
            r"its build\(\) raises ZeroDivisionError: .*\.py:8\); mend that",
        ),
        (
            "def build():\n    raise SystemExit",
            r"its build\(\) ends the program by sys\.exit\(None\) ",
        ),
        ("def f(:", "importing it raises SyntaxError"),
    ],
)
def test_a_module_that_cannot_be_imported_says_why(module, text, message):
    with pytest.raises(ConfigError, match=message):
        worlds_in(str(module(text)))


def test_a_file_that_is_no_python_or_has_a_dot_in_its_name_is_refused(module, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    with pytest.raises(ConfigError, match=r"no Python file at .*notes\.txt; give a \.py file"):
        worlds_in("notes.txt")
    with pytest.raises(ConfigError, match=r"has no dot before \.py; give the file another name"):
        worlds_in(str(module(BUILD, name="mine.dotted.py")))


def test_blanks_and_other_letters_in_a_path_are_taken(module):
    assert names(module(BUILD, name="my lab/w\u00f6rlds of mine.py")) == ["Nerion-Fake-v0"]


def test_another_module_of_the_same_name_is_not_taken_for_it(module):
    with pytest.raises(ConfigError, match=r"another module is called 'json' \(.*another name"):
        worlds_in(str(module(BUILD, name="json.py")))
