"""What `Nerion-Repo-v0` says of packages that it cannot use: the file, and the fix."""

import gymnasium as gym
import pytest

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.errors import NerionError

pytestmark = pytest.mark.sandbox
GOOD = {
    "pkg/__init__.py": "",
    "pkg/a.py": "def f(x):\n    y = x + 1\n    return y\n",
    "tests/test_a.py": "from pkg.a import f\n\ndef test_f():\n    assert f(1) == 2\n",
}
COIN = """\
from pathlib import Path
from pkg.a import f

def test_f():
    assert f(1) == 2

def test_coin():
    counter = Path({counter!r})
    counter.write_text(counter.read_text() + "x" if counter.exists() else "x")
    assert len(counter.read_text()) % 2
"""
CASES = {
    "failing": (
        {"tests/test_a.py": "from pkg.a import f\n\ndef test_f():\n    assert f(1) == 3\n"},
        r"test_a\.py::test_f.*Mend",
    ),
    "no tests": ({"tests/test_a.py": "x = 1\n"}, r"found no test that runs.*tests="),
    "skipped": (
        {"tests/test_a.py": "import pytest\n\n@pytest.mark.skip\ndef test_f():\n    pass\n"},
        r"1 collected, all skipped",
    ),
    "import": (
        {"tests/test_a.py": "import no_such_thing\n"},
        r"test_a\.py.*no_such_thing.*command line --env-kwargs arguments:--ignore=FILE",
    ),
    "elsewhere": ({"tests/test_a.py": "def test_f():\n    pass\n"}, r"no test executes a line"),
    "no site": (
        {
            "pkg/a.py": "X = None\n",
            "tests/test_a.py": "from pkg.a import X\n\ndef test_x():\n    assert X is None\n",
        },
        r"no editable site in pkg/",
    ),
    "syntax": ({"pkg/a.py": "def f(:\n"}, r"pkg/a\.py:1.*exclude="),
    "not UTF-8": ({"pkg/a.py": "# -*- coding: latin-1 -*-\nx = '\xe9'\n"}, r"pkg/a\.py:1.*UTF-8"),
    "plugin": (
        {"pytest.ini": "[pytest]\naddopts = --no-such-option\n"},
        r"no-such-option",
    ),
}


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="latin-1")


def reset(root, **arguments):
    folders = {"path": str(root / "pkg"), "tests": str(root / "tests")}
    return gym.make("Nerion-Repo-v0", **folders, **arguments).reset(seed=0)


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_unusable_package_is_refused_with_the_fix(name, tmp_path):
    changes, message = CASES[name]
    write(tmp_path, {**GOOD, **changes})
    with pytest.raises(NerionError, match=message):
        reset(tmp_path)


@pytest.mark.filterwarnings("ignore:NERION_UNSAFE=1")
def test_flaky_tests_are_named(tmp_path_factory, monkeypatch):
    # Which side was up last is remembered where no confined run may write.
    monkeypatch.setenv("NERION_UNSAFE", "1")
    root, outside = tmp_path_factory.mktemp("p"), tmp_path_factory.mktemp("o") / "counter"
    write(root, {**GOOD, "tests/test_a.py": COIN.format(counter=str(outside))})
    with pytest.raises(NerionError, match=r"flaky tests: tests/test_a\.py::test_coin.*deselect"):
        reset(root)


def test_a_package_without_functions_can_still_be_edited(tmp_path):
    changes = {
        "pkg/a.py": "LIMIT = 3\n",
        "tests/test_a.py": "from pkg.a import LIMIT\n\ndef test_x():\n    assert LIMIT > 1\n",
    }
    write(tmp_path, {**GOOD, **changes})
    _, info = reset(tmp_path)
    assert info["passed"] == 1


def test_unknown_arguments_are_refused():
    with pytest.raises(TypeError, match="colour"):
        gym.make("Nerion-Repo-v0", path=".", colour="red")
    with pytest.raises(NerionError, match="needs a package"):
        gym.make("Nerion-Repo-v0")


def test_a_suite_that_strict_containment_refuses_is_told_of_the_other(tmp_path):
    needy = (
        "import subprocess, sys\nfrom pkg.a import f\n\ndef test_f():\n"
        "    assert subprocess.run([sys.executable, '-c', '']).returncode == f(-1)\n"
    )
    write(tmp_path, {**GOOD, "tests/test_a.py": needy})
    with pytest.raises(NerionError, match=r"PermissionError.*with containment='package'"):
        reset(tmp_path, containment="strict")
    _, info = reset(tmp_path, containment="package")
    assert info["passed"] == 1
