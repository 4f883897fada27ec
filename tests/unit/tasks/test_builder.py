"""Tasks built from texts, and what is refused of them."""

import pytest

from nerion_gym.errors import ConfigError, ProgramSyntaxError, TaskError
from nerion_gym.tasks.builder import text_task
from nerion_gym.types.program import require_inside
from nerion_gym.types.suite import STRICT, Suite

pytestmark = pytest.mark.pure
PROGRAM = {"till.py": "def change(a, b):\n    return a - b\n"}
TESTS = {"test_till.py": "from till import change\n\ndef test():\n    assert change(3, 1) == 2\n"}


def test_texts_and_bytes_make_the_same_task():
    task = text_task("till", PROGRAM, TESTS, operators=("swap_arithmetic",), split="val")
    bytes_too = {path: text.encode() for path, text in PROGRAM.items()}
    assert text_task("till", bytes_too, TESTS, operators=["swap_arithmetic"]).id == task.id
    assert (task.name, task.split, task.goal) == ("till", "val", "probe")
    assert task.program.source("till.py").startswith(b"def change")
    assert task.suite.targets == ("test_till.py",)
    assert task.suite.containment == STRICT


@pytest.mark.parametrize(
    ("files", "targets"),
    [
        (("test_b.py", "conftest.py", "a_test.py", "rows.json"), ("a_test.py", "test_b.py")),
        (("checks/one.py", "conftest.py"), ("checks/one.py",)),
        (("checks/test_x.py", "helper.py"), ("checks/test_x.py",)),
    ],
)
def test_what_is_named_as_a_test_is_run_else_all_python(files, targets):
    task = text_task("till", PROGRAM, dict.fromkeys(files, ""))
    assert task.suite.targets == targets
    assert {path for path, _ in task.suite.files} == set(files)


@pytest.mark.parametrize(
    ("program", "tests", "options", "error", "message"),
    [
        ({}, TESTS, {}, TaskError, "till: no file to edit in program; give texts by path"),
        (PROGRAM, {}, {}, TaskError, "till: no test file in tests; give texts by path"),
        (PROGRAM, {"conftest.py": ""}, {}, TaskError, "no test file in tests"),
        (PROGRAM, {**TESTS, **PROGRAM}, {}, ConfigError, "till.py in both program and tests"),
        (PROGRAM, TESTS, {"goal": "win"}, ConfigError, "goal='win': expected one of probe, rep"),
        (PROGRAM, TESTS, {"split": "dev"}, ConfigError, "split='dev': expected one of train"),
        ({"till.py": "def f(:\n"}, TESTS, {}, ProgramSyntaxError, r"till\.py:1:7: "),
        ({"till.py": b"\x7fELF\x00\xff"}, TESTS, {}, ProgramSyntaxError, r"till\.py:1:1: .*UTF-8"),
        ({"../till.py": ""}, TESTS, {}, ConfigError, r"path '\.\./till\.py': expected one inside"),
        ({"till.py": 3}, TESTS, {}, ConfigError, "till.py: a file of type int; expected its text"),
        (PROGRAM, {"test_till.py": None}, {}, ConfigError, "test_till.py: a file of type NoneType"),
        ({"till.py": "x = '\ud800'\n"}, TESTS, {}, ConfigError, "till.py: half a letter at 5 "),
        (PROGRAM, {"/etc/test_till.py": ""}, {}, ConfigError, "path '/etc/test_till.py': expected"),
    ],
)
def test_what_cannot_be_a_task_is_refused(program, tests, options, error, message):
    with pytest.raises(error, match=message):
        text_task("till", program, tests, **options)


@pytest.mark.parametrize(
    "path", ["../a.py", "a/../../b.py", "/etc/passwd", "", ".", "./a.py", "a//b.py", "a\0b.py"]
)
def test_paths_outside_of_a_project_are_refused(path):
    with pytest.raises(ConfigError, match=r"expected one inside the project, as 'pkg/core\.py'"):
        require_inside([path])
    with pytest.raises(ConfigError, match="expected one inside the project"):
        Suite(((path, b""),), targets=("t.py",))


def test_paths_inside_of_a_project_are_taken():
    paths = ["a.py", "pkg/a b.py", "..a/b...py", "p\\q.py"]
    require_inside(paths)
    assert len(Suite(tuple((path, b"") for path in paths), targets=("t.py",)).files) == 4
