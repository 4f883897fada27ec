"""Hard cases of cases and methods, by hand."""

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import compiles, parses
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import operator
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure


def results(source, name):
    program = Program.from_files({"m.py": source.encode()})
    found = [apply(program, edit) for edit in enumerate_edits(program, (operator(name),), None)]
    assert all(parses(after) == compiles(after) == [] for after in found)
    return [after.source("m.py").decode() for after in found]


def test_a_case_whose_pattern_says_case_is_dropped_whole():
    source = 'match x:\n    case "case":\n        a()\n    case (1 |\n          2) if b: c()\n'
    assert results(source, "drop_case") == [
        "match x:\n    case (1 |\n          2) if b: c()\n",
        'match x:\n    case "case":\n        a()\n',
    ]


def test_a_case_that_gives_an_inner_function_its_name_stays():
    source = (
        "def f(x):\n    match x:\n        case 1:\n            n = 1\n        case _: pass\n"
        "    def g():\n        nonlocal n\n        n = 2\n    return g\n"
    )
    (after,) = results(source, "drop_case")
    assert "n = 1" in after


def test_methods_on_shared_lines_stay():
    assert results("class A:\n    x = 1; y = 2\n    def f(self): pass\n", "shuffle_methods") == []


def test_methods_keep_what_is_between_them():
    source = "class A:\n\tasync def f(self): pass  # f\n\t# between\n\n\tdef g(self): 'g'\n"
    assert results(source, "shuffle_methods") == [
        "class A:\n\tdef g(self): 'g'  # f\n\t# between\n\n\tasync def f(self): pass\n"
    ]


def test_exchanging_twice_gives_back_the_bytes():
    source = "class A:\n    def f(self): pass\n    def g(self): pass\n    def h(self): pass\n"
    for after in results(source, "shuffle_methods"):
        assert source in results(after, "shuffle_methods")
