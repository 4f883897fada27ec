"""Which assertions look at what a function gives: by hand, on every shape of test code.

In each text `# call` marks a line that led to a call of the function, `# sees` an assertion that
looks at what came of it (it begins there); assertions without a mark look at something else.
"""

import pytest

from nerion_gym.execution.tracing.calls import MOST_CALLERS
from nerion_gym.execution.tracing.checks import called, checks_of
from nerion_gym.types.check import LITERAL, STRENGTH, Check, CheckKind
from nerion_gym.types.program import FunctionRef, Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.trace import EditTrace, FunctionTrace, Infection, Trace

pytestmark = pytest.mark.pure
REF = FunctionRef("m.py", "f")
PROGRAM = Program.from_files({"m.py": b"def f(a):\n    return a\n"})


def marked(files, mark):
    """Return (path, line) of the lines with a mark."""
    return tuple(
        (path, number)
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if mark in line.partition("#")[2]
    )


def read(files, test, *, calls=True, times=3):
    """Return the checks of a suite in which one test calls `f`."""
    suite = Suite(tuple((path, text.encode()) for path, text in files.items()), ("test_m.py",))
    callers = {test: marked(files, "call")} if calls else {}
    seen = FunctionTrace(REF, {"": 1, test: times}, callers, {})
    edits = (EditTrace(Infection.ALWAYS, (test,)), EditTrace(Infection.NOT_REACHED))
    trace = Trace(edits, (), functions=(seen,), program=PROGRAM, suite=suite)
    return checks_of(suite, trace, (test,))


def seen_lines(files, test):
    """Return (path, line) of the assertions that look at what `f` gives."""
    found = read(files, test).of_function(REF)
    assert all(check.derived and check.test == test for check in found)
    return tuple((check.path, check.line) for check in found)


SHAPES = {
    "straight": """
import m
def test_x():
    assert m.f(1) == 1  # call sees
    assert m.g(1) == 1
""",
    "through names": """
import m
def test_x():
    got = m.f(1)  # call
    other = m.g(1)
    twice = got * 2
    total = 0
    total += twice
    assert other == 1
    assert total == 2  # sees
""",
    "a name that is written again": """
import m
def test_x():
    got = m.f(1)  # call
    assert got == 1  # sees
    got = m.g(1)
    assert got == 1
""",
    "unpacked, starred, walrus": """
import m
def test_x():
    a, *rest = m.f(1)  # call
    b = [1]
    assert (n := len(rest)) > 1  # sees
    assert n != 5  # sees
    assert a  # sees
    assert b
""",
    "a loop over what it gives": """
import m
def test_x():
    for one in m.f(1):  # call
        assert isinstance(one, int)  # sees
    assert m.g(1)
""",
    "a loop around it": """
import m
def test_x():
    for given, wanted in [(1, 1), (2, 2)]:
        got = m.f(given)  # call
        assert wanted
        assert got == wanted  # sees
""",
    "comprehensions and lambdas": """
import m
def test_x():
    every = [one for one in m.f(1)]  # call
    assert all(one > 0 for one in every)  # sees
    get = lambda: every[0]
    assert get() is None  # sees
    assert [one for one in (1, 2)]
""",
    "an object that is passed": """
import m
def test_x():
    stack, other = [], []
    assert stack == []
    m.f(stack)  # call
    assert stack == [1]  # sees
    assert other == []
""",
    "an object with a method": """
import m
def test_x():
    box = m.Box()
    plain = m.Box()
    box.put(1)  # call
    assert box.size == 1  # sees
    assert plain.size == 0
    assert m.Box
""",
    "an attribute and an item that are set": """
import m
def test_x():
    box, table, other = m.Box(), {}, {}
    box.item = m.f(1)  # call
    table["a"] = m.f(2)  # call
    assert box.item  # sees
    assert "a" in table  # sees
    assert other == {}
""",
    "collected in a list": """
import m
def test_x():
    got = []
    for n in range(3):
        value = m.f(n)  # call
        got.append(value)
    assert got == [0, 1, 2]  # sees
""",
    "raises": """
import m, pytest
def test_x():
    with pytest.raises(ValueError):  # sees
        m.f(1)  # call
    with pytest.raises(ValueError):
        m.g(1)
""",
    "raises, and what was raised": """
import m, pytest
def test_x():
    with pytest.raises(ValueError) as info, open("x") as file:  # sees
        m.f(1)  # call
    assert "bad" in str(info.value)  # sees
""",
    "a context manager": """
import m
def test_x():
    with m.f(1) as got, m.g(1) as other:  # call
        assert got == 1  # sees
    assert got.closed  # sees
""",
    "another context manager": """
import m
def test_x():
    with m.g(1) as other:
        x = 1
    y = m.f(2)  # call
    assert other
    assert y  # sees
""",
    "try and fail": """
import m, pytest
def test_x():
    try:
        m.f(1)  # call
        pytest.fail("no")  # sees
    except ValueError as error:
        assert error.args == (1,)  # sees
    else:
        assert False  # sees
    try:
        m.g(1)
    except ValueError:
        pytest.fail("no")
""",
    "if and fail": """
import m, pytest
def test_x():
    if m.f(1) != 1:  # call
        pytest.fail("not 1")  # sees
    if m.g(1) != 1:
        pytest.fail("not 1")
""",
    "parametrised": """
import m, pytest
@pytest.mark.parametrize(("a", "b"), [(1, 2), (3, 4)])
def test_x(a, b):
    assert m.f(a) == b  # call sees
    assert b
""",
    "a nested function": """
import m
def test_x():
    def run(n):
        return m.f(n)  # call
    def other():
        return 1
    assert run(3) == 3  # sees
    assert other() == 1
""",
    "async": """
import m, asyncio
async def test_x():
    async with m.open() as it:
        got = await m.f(it)  # call
    async for one in m.g():
        assert one
    assert await asyncio.wait_for(got, 1) == 1  # sees
""",
    "several lines": """
import m
def test_x():
    got = m.g(
        1,
        m.f(2),  # call
    )
    assert (  # sees
        got
        == 3
    )
""",
    "match": """
import m
def test_x():
    match m.f(1):  # call
        case [first, *rest]:
            assert first == 1  # sees
        case {"a": value, **others}:
            assert others  # sees
    assert m.g(1)
""",
    "numpy": """
import m
import numpy as np
def test_x():
    got = m.f(1)  # call
    np.testing.assert_allclose(got, [1.0])  # sees
    np.testing.assert_array_equal(m.g(1), [1.0])
""",
    "what it prints": """
import m
def test_x(capsys, tmp_path):
    m.f(1)  # call
    out, _ = capsys.readouterr()
    assert out == "1"  # sees
    assert tmp_path
""",
    "a helper that asserts": """
import m
def check(value, wanted):
    assert value == wanted  # sees
    assert wanted
def check_other(value):
    assert value
def test_x():
    check_other(m.g(1))
    check(m.f(1), wanted=1)  # call
""",
    "a helper that calls": """
import m
def run(n):
    return [m.f(n)]  # call
def test_x():
    got = run(1)
    assert got == [1]  # sees
    assert m.g(1)
""",
    "a fixture": """
import m, pytest
@pytest.fixture
def made():
    box = m.f(1)  # call
    yield box
@pytest.fixture(name="other")
def make_other():
    return m.g(1)
def test_x(made, other):
    assert other == 1
    assert made == 1  # sees
""",
    "a fixture of a fixture": """
import m, pytest
@pytest.fixture
def made():
    return m.f(1)  # call
@pytest.fixture
def more(made):
    return made + 1
def test_x(more):
    assert more == 2  # sees
""",
    "a fixture that makes": """
import m, pytest
@pytest.fixture
def make():
    def inner(n):
        return m.f(n)  # call
    return inner
def test_x(make):
    assert make(2) == 2  # sees
    assert m.g(2) == 2
""",
    "a decorator": """
import m
def test_x():
    @m.f(1)  # call
    def made():
        return 1
    @m.g
    def other():
        return 1
    assert made() == 1  # sees
    assert other() == 1
""",
    "a decorator without arguments": """
import m
def test_x():
    @m.f  # call
    def made():
        return 1
    assert made() == 1  # sees
""",
    "functions that the program calls back": """
import m
def test_x():
    seen, count, other, table = [], 0, [], [0]
    def note(value):
        nonlocal count
        count += 1
        mine = value
        seen.append(mine)
        table[0] += 1
    m.f(note)  # call
    assert count == 1  # sees
    assert seen  # sees
    assert table  # sees
    assert other == []
""",
    "a class that the program calls back": """
import m
def test_x():
    class Storage:
        def close(self):
            assert not self.closed  # sees
        def write(self):
            raise AssertionError("no")  # sees
    m.f(Storage())  # call
    def helper(it):
        assert it
    helper(1)
""",
    "a method that is decorated": """
import m
def test_x():
    class A:
        @m.f  # call
        def add(self, a):
            return a
    class B:
        def add(self, a):
            return a
    assert B().add(1) == 1
    assert A().add(1) == 1  # sees
""",
    "a loop that must not run": """
import m
def test_x():
    for _ in m.f(1):  # call
        assert False  # sees
    for _ in m.g(1):
        assert False
""",
    "a global": """
import m
table = []
plain = 3
def test_x():
    m.f(table, plain)  # call
    assert table == [1]  # sees
    assert plain == 3
""",
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_slice_holds_what_derives_and_no_more(name):
    files = {"test_m.py": SHAPES[name]}
    assert seen_lines(files, "test_m.py::test_x") == marked(files, "sees")


CLASSES = {
    "a stub of a protocol": """
import m
class Case:
    def assertEqual(self, a, b): ...
    def assertFine(self, a):
        assert a  # sees
class TestX(Case):
    def test_x(self):
        self.assertEqual(m.f(1), 1)  # call sees
        self.assertFine(m.f(1))  # call
""",
    "unittest": """
import unittest, m
class TestX(unittest.TestCase):
    def setUp(self):
        self.box = m.f(1)  # call
        self.other = m.g(1)
    def test_x(self):
        self.assertEqual(self.box.size, 1)  # sees
        self.assertIn(1, self.other)
        self.check(self.box)
        self.look(2)
        self.assertFine(self.other)
    def check(self, it):
        self.assertTrue(it.full == 1)  # sees
    def look(self, it):
        self.assertIsNone(it)
    def assertFine(self, it):
        assert it
""",
    "unittest's raises": """
import unittest, m
class TestX(unittest.TestCase):
    def test_x(self):
        self.assertRaises(ValueError, m.f, 1)  # call sees
        with self.assertRaises(ValueError) as caught:  # sees
            m.f(2)  # call
        self.assertEqual(caught.exception.args, ())  # sees
        self.assertRaises(ValueError, m.g, 1)
""",
    "inherited": """
import m
class Base:
    def make(self):
        return m.g(0)
    def test_x(self):
        got = self.make()
        assert got == 1  # sees
class TestX(Base):
    def make(self):
        return m.f(1)  # call
""",
    "setup_method": """
import m
class TestX:
    def setup_method(self):
        self.it = m.Box()
    def test_x(self):
        self.it.put(1)  # call
        assert self.it.size == 1  # sees
        assert self.that is None
""",
}


@pytest.mark.parametrize("name", CLASSES)
def test_methods_share_what_is_theirs(name):
    files = {"test_m.py": CLASSES[name]}
    assert seen_lines(files, "test_m.py::TestX::test_x[a-b::c]") == marked(files, "sees")


def test_fixtures_and_helpers_of_other_files_are_found():
    files = {
        "tests/conftest.py": "import m, pytest\n@pytest.fixture\ndef made():\n"
        "    return m.f(1)  # call\n",
        "tests/helpers/tools.py": "def check(one):\n    assert one  # sees\n",
        "tests/test_m.py": "from .helpers.tools import check as look\nimport helpers.tools\n"
        "def test_x(made):\n    look(made)\n    helpers.tools.check(made)\n"
        "    assert made  # sees\n    assert 1\n",
    }
    assert seen_lines(files, "tests/test_m.py::test_x") == marked(files, "sees")


def test_a_test_that_a_class_of_another_file_gives_is_found():
    base = "class Base:\n    def test_x(self):\n        got = self.make()\n"
    base += "        assert got  # sees\n"
    mine = "import m\n{}\nclass TestX(Base):\n    def make(self):\n        return m.f(1)  # call\n"
    for line in ("from . import Base", "from tests import Base", "from tests import *"):
        files = {"tests/__init__.py": base, "tests/test_m.py": mine.format(line)}
        assert seen_lines(files, "tests/test_m.py::TestX::test_x") == marked(files, "sees")


def test_a_base_class_uses_what_the_tests_own_class_has():
    files = {
        "base.py": "import m\nclass Base:\n    def setUp(self):\n        pass\n"
        "    def test_x(self):\n        self.look(m.f(1))\n"
        "    def look(self, it):\n        pass\n",
        "test_m.py": "from base import Base\nclass TestX(Base):\n    def setUp(self):\n"
        "        assert 1\n    def look(self, it):\n        assert it\n"
        "class TestY(Base):\n    pass\n",
    }
    tests = ["test_m.py::TestX::test_x", "test_m.py::TestY::test_x"]
    suite = Suite(tuple((path, text.encode()) for path, text in files.items()), ("test_m.py",))
    found = checks_of(suite, Trace((), ()), tests)
    assert [check.line for check in found.of_test(tests[0])] == [4, 6]
    assert found.silent == (tests[1],)


def test_where_no_line_is_known_every_assertion_of_the_test_counts_and_says_so():
    files = {"test_m.py": "import m\ndef test_x():\n    m.f(1)\n    assert m.g(1)\n    assert 2\n"}
    found = read(files, "test_m.py::test_x", calls=False).of_function(REF)
    assert [(check.line, check.derived) for check in found] == [(4, False), (5, False)]


def test_of_many_calls_those_that_were_not_noted_are_found_by_name():
    lines = "".join(f"    got{n} = m.f({n})\n    assert got{n}\n" for n in range(9))
    files = {"test_m.py": f"import m\ndef test_x():\n    m.f(1)  # call\n{lines}    assert m.g\n"}
    test = "test_m.py::test_x"
    assert len(read(files, test, times=MOST_CALLERS).of_function(REF)) == 0
    assert len(read(files, test, times=MOST_CALLERS + 1).of_function(REF)) == 9
    assert called(FunctionRef("m.py", "Box.__init__")) == "Box"
    assert called(FunctionRef("m.py", "Box.size#2")) == "size"


ASKED = [
    ("assert got == 1", CheckKind.EQUAL, LITERAL),
    ("assert [1, -2] == got", CheckKind.EQUAL, LITERAL),
    ("assert got == pytest.approx(1.5)", CheckKind.EQUAL, LITERAL),
    ("assert got == given", CheckKind.EQUAL, LITERAL),
    ("assert got == other()", CheckKind.EQUAL, STRENGTH[CheckKind.EQUAL]),
    ("assert got is None", CheckKind.IDENTITY, 3),
    ("assert 'a' in got", CheckKind.CONTAINS, 3),
    ("assert got.startswith('a')", CheckKind.CONTAINS, 3),
    ("assert got > 1", CheckKind.COMPARE, 2),
    ("assert got != 1", CheckKind.COMPARE, 2),
    ("assert not got == 1", CheckKind.COMPARE, 2),
    ("assert isinstance(got, int)", CheckKind.TYPE, 2),
    ("assert got", CheckKind.TRUTH, 1),
    ("assert not got", CheckKind.TRUTH, 1),
    ("assert isinstance(got, int) and got == 1", CheckKind.EQUAL, LITERAL),
    ("assert got or got == 1", CheckKind.TRUTH, 1),
    ("assert all(one == 2 for one in got)", CheckKind.EQUAL, LITERAL),
    ("self.assertEqual(got, 1)", CheckKind.EQUAL, LITERAL),
    ("self.assertEqual(got, other)", CheckKind.EQUAL, 4),
    ("self.assertCountEqual(got, other)", CheckKind.EQUAL, 4),
    ("self.assertNotEqual(got, 1)", CheckKind.COMPARE, 2),
    ("self.assertTrue(got == 1)", CheckKind.EQUAL, LITERAL),
    ("self.assertFalse(got == 1)", CheckKind.COMPARE, 2),
    ("self.assertTrue(got)", CheckKind.TRUTH, 1),
    ("self.assertIsNone(got)", CheckKind.IDENTITY, 3),
    ("self.assertIsInstance(got, int)", CheckKind.TYPE, 2),
    ("self.assertIn(1, got)", CheckKind.CONTAINS, 3),
    ("self.assertLessEqual(got, 1)", CheckKind.COMPARE, 2),
    ("self.assertRegex(got, 'a')", CheckKind.CONTAINS, 3),
    ("self.assertRaises(ValueError, got)", CheckKind.RAISES, 3),
    ("np.testing.assert_array_less(got, 1)", CheckKind.COMPARE, 2),
    ("np.testing.assert_allclose(got, other)", CheckKind.EQUAL, 4),
    ("got.assert_called_once_with(1)", CheckKind.EQUAL, LITERAL),
    ("pytest.fail('no')", CheckKind.OTHER, 1),
    ("raise AssertionError('no')", CheckKind.OTHER, 1),
    ("assert_that(got)", CheckKind.OTHER, 1),
]


@pytest.mark.parametrize(("line", "kind", "strength"), ASKED)
def test_what_an_assertion_asks(line, kind, strength):
    text = f"@pytest.mark.parametrize('given', [1])\ndef test_x(given):\n    {line}\n"
    (found,) = read({"test_m.py": text}, "test_m.py::test_x").of_test("test_m.py::test_x")
    assert found == Check("test_m.py::test_x", "test_m.py", 3, 3, kind, strength)


def test_tests_that_assert_nothing_and_tests_that_are_not_found():
    text = (
        "import m, pytest\n@pytest.mark.fail(1)\ndef test_x():\n    m.f(1)\n\n\n"
        "def test_y():\n    assert m.f(1)\n"
    )
    suite = Suite((("test_m.py", text.encode()), ("test_bad.py", b"def (\n")), ("test_m.py",))
    tests = ["test_m.py::test_x", "test_m.py::test_y", "test_m.py::made", "test_bad.py::test_z"]
    found = checks_of(suite, Trace((), ()), tests)
    assert found.silent == ("test_m.py::test_x",)
    assert found.counts == {"test_m.py::test_x": 0, "test_m.py::test_y": 1}
    assert list(found.unknown) == ["test_m.py::made", "test_bad.py::test_z"]
    assert all("made while running" in why for why in found.unknown.values())


def test_an_edit_has_the_assertions_of_tests_that_evaluate_its_place():
    files = {"test_m.py": "import m\ndef test_x():\n    assert m.f(1)  # call\n    assert 1\n"}
    found = read(files, "test_m.py::test_x")
    assert [check.line for check in found.of_edit(0)] == [3, 4], "of no edit of a function"
    assert found.of_edit(1) == ()


def test_the_edits_of_a_function_have_what_looks_at_it():
    from nerion_gym.edits.catalog import enumerate_edits
    from nerion_gym.edits.registry import OPERATORS

    source = b"x = 1\n\n\ndef f(a):\n    return a + 1\n"
    program = Program.from_files({"m.py": source})
    edits = enumerate_edits(program, OPERATORS, None)
    text = b"import m\ndef test_x():\n    assert m.f(1) == 2\n    assert m.x\n"
    suite = Suite((("test_m.py", text),), ("test_m.py",))
    test = "test_m.py::test_x"
    seen = FunctionTrace(REF, {test: 1}, {test: (("test_m.py", 3),)}, {})
    traces = tuple(EditTrace(Infection.ALWAYS, (test,)) for _ in edits)
    trace = Trace(traces, (), functions=(seen,), program=program, suite=suite)
    found = checks_of(suite, trace, [test], edits)
    lines = {edit.site.start < 5: [] for edit in edits}
    for number, edit in enumerate(edits):
        lines[edit.site.start < 5].append([check.line for check in found.of_edit(number)])
    assert all(one == [3] for one in lines[False])
    assert all(one == [3, 4] for one in lines[True])


def test_doctests_assert_what_they_show():
    source = (
        b'"""A module.\n\n>>> f(1)\n1\n"""\n\n\ndef f(a):\n    """Give a.\n\n'
        b"    >>> x = f(2)\n    >>> f(\n    ...   2)\n    2\n    >>> f()\n"
        b'    Traceback (most recent call last):\n    TypeError: no\n    """\n    return a\n'
    )
    suite = Suite((("README.rst", b"Hello\n\n>>> 1\n1\n"),), ("m.py",))
    program = Program.from_files({"m.py": source})
    tests = ["m.py::m.f", "m.py::m", "README.rst::README.rst"]
    found = checks_of(suite, Trace((), (), program=program), tests)
    shown = {t: [(c.line, c.end_line, c.kind.value) for c in found.of_test(t)] for t in tests}
    assert shown["m.py::m.f"] == [(12, 13, "equal"), (15, 15, "raises")]
    assert shown["m.py::m"] == [(3, 3, "equal")]
    assert shown["README.rst::README.rst"] == [(3, 3, "equal")]
    assert found.unknown == {}
