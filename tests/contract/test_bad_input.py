"""Input that no world can use, or that one hardly expects: a clear error, or what the page says."""

from __future__ import annotations

import re

import gymnasium as gym
import pytest

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.generators import FixedTasks
from nerion_gym.envs.probing import probing_world
from nerion_gym.errors import ConfigError, NerionError, TaskError, UnknownOperatorError
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.tasks.builder import text_task
from nerion_gym.tasks.package import load_package
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Limits
from tests.support.ids import IDS

pytestmark = pytest.mark.sandbox
LIMITS = Limits(edits=32, tests=8, nodes=256, steps=3)
GOOD = {
    "pkg/__init__.py": "",
    "pkg/a.py": "def f(x):\n    y = x + 1\n    return y\n",
    "tests/test_a.py": "from pkg.a import f\n\ndef test_f():\n    assert f(1) == 2\n",
}
NONE = "import pkg.a\n\ndef test_x():\n    assert pkg.a.X is None\n"
LINES = 100_000


def write(root, files):
    for name, content in {**GOOD, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return {"path": str(root / "pkg"), "tests": str(root / "tests")}


def reset(root, files, **arguments):
    env = gym.make("Nerion-Repo-v0", **write(root, files), **arguments)
    return env, *env.reset(seed=0)


# --- names ----------------------------------------------------------------------------------------


def test_an_unknown_operator_is_refused_with_the_nearest():
    task = text_task("m", {"m.py": "x = 1\n"}, {"test_m.py": "import m\n"})
    with pytest.raises(UnknownOperatorError, match="'swap_comparisn'; did you mean swap_compari"):
        probing_world("M", [task], LIMITS, operators=("swap_comparisn",))
    with pytest.raises(UnknownOperatorError, match="'qqqq'; expected one of"):
        resolve(["qqqq"])


@pytest.mark.parametrize("world", IDS)
@pytest.mark.parametrize("maker", [gym.make, gym.make_vec], ids=lambda maker: maker.__name__)
def test_an_unknown_argument_is_refused_with_those_there_are(world, maker):
    with pytest.raises(TypeError, match=r"'observatoin'.*did you mean 'observation'.*takes: "):
        maker(world, observatoin="padded")


def test_what_is_taken_is_named_in_full():
    with pytest.raises(TypeError) as caught:
        gym.make("Nerion-Repair-v0", colour="red")
    taken = re.search(r"'colour'; it takes: (.*?) was raised", str(caught.value))[1].split(", ")
    assert taken[:4] == ["family", "split", "bugs", "lines"]
    assert {"path", "containment", "observation", "render_mode", "trace"} <= set(taken)
    assert "workers" not in taken


@pytest.mark.parametrize("world", [name for name in IDS if name != "Nerion-Repo-v0"])
def test_an_unknown_split_is_refused_with_those_there_are(world):
    with pytest.raises(ConfigError, match="split='dev': expected one of train, val, test"):
        gym.make(world, split="dev")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"observation": "pixels"}, "observation='pixels': expected"),
        ({"render_mode": "svg"}, "render_mode='svg': expected None or one of 'ansi', 'rgb_array'"),
        ({"trace": "yes"}, "trace='yes': expected True, False"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*not in the possible render_modes")
def test_a_value_that_no_world_knows_is_refused(arguments, message):
    with pytest.raises(ConfigError, match=message):
        gym.make("Nerion-ToyMath-v0", **arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fokus": "add"}, "reset options .*fokus.* are unknown; there are: focus, task"),
        ({"task": "nothing"}, "options.'task'.='nothing': there is no such task; there are"),
        ({"focus": "../secret.py::f"}, r"focus '\.\./secret\.py::f' names no function"),
    ],
)
def test_what_no_reset_can_give_is_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        gym.make("Nerion-ToyMath-v0").reset(options=options)


# --- paths ----------------------------------------------------------------------------------------


def test_tests_outside_of_the_project_are_refused(tmp_path, monkeypatch):
    home = tmp_path / "home"
    package, tests = home / "mine" / "pkg", home / "theirs" / "tests"
    for folder in (package, tests):
        folder.mkdir(parents=True)
    (package / "__init__.py").write_text("x = 1\n")
    (tests / "test_a.py").write_text("def test():\n    pass\n")
    monkeypatch.setenv("HOME", str(home))
    with pytest.raises(TaskError, match=r"tests=.*outside of the project of path=.*one project's"):
        load_package(package, tests)
    monkeypatch.setenv("HOME", str(tmp_path / "another"))
    assert load_package(package, tests).suite.targets == ("theirs/tests",)


def test_tests_on_another_branch_of_the_disk_are_refused(tmp_path):
    (tmp_path / "m.py").write_text("x = 1\n")
    with pytest.raises(TaskError, match=r"tests=/dev/null: outside of the project.*only / holds"):
        load_package(tmp_path / "m.py", "/dev/null")


def test_no_run_writes_outside_of_its_folder(tmp_path):
    suite = Suite((("test_m.py", b"def test():\n    pass\n"),), targets=("test_m.py",))
    outside = tmp_path / "outside.py"
    with LocalRunner() as runner:
        for path in (str(outside), f"../../../..{outside}"):
            with pytest.raises(ConfigError, match="expected one inside the project"):
                runner.run(Program.from_files({path: b"x = 1\n"}), suite)
    assert not outside.exists()


@pytest.mark.parametrize("name", ["../tests", "/etc"])
def test_the_project_edits_nothing_outside_of_itself(name):
    with pytest.raises(ConfigError, match="expected names below nerion_gym"):
        gym.make("Nerion-Self-v0", modules=[name])


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"pkg/b.py": b"\x7fELF\x02\x00\xff"}, r"pkg/b\.py:1.*UTF-8.*exclude=\['pkg/b\.py'\]"),
        ({"pkg/b.py": b"x = 1\x00\n"}, r"pkg/b\.py:1.*null byte.*exclude="),
        ({"pkg/b.py": b"y = 1\nx = '\xe9'\n"}, r"pkg/b\.py:[12].*UTF-8.*convert the.*exclude="),
        ({"pkg/b.py": "x = '\xe9'\n".encode("utf-16")}, r"pkg/b\.py:1.*UTF-8.*exclude="),
        ({"pkg/b.py": "if x:\ny = 1\n"}, r"pkg/b\.py:2:1: expected an indented block.*exclude="),
        ({"pkg/b.py": "x = " + "1+" * 5000 + "1\n"}, r"pkg/b\.py:1:1: nested .*deep.*split its"),
        ({"pkg/b.py": "x = y" + ".a" * 400 + "\n"}, r"pkg/b\.py:1:1: nested more than 300 levels"),
        ({"tests/test_b.py": b"\xff\xfe\x00"}, r"cannot collect.*tests/test_b\.py: .*--ignore="),
        ({"tests/test_a.py": "x = 1\n"}, r"found no test that runs.*tests=\.\.\."),
        ({"pkg/a.py": "X = None\n", "tests/test_a.py": NONE}, r"no editable site in pkg/"),
    ],
    ids=[
        *("binary", "null byte", "latin-1", "utf-16", "syntax", "deep sum", "deep attribute"),
        *("binary test", "no tests", "empty catalog"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named_with_the_way_out(files, message, tmp_path):
    with pytest.raises(NerionError, match=message):
        reset(tmp_path, files)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 90 + "1" + ")" * 90 + "\n",
        "def g(x):\n    return " + "g(" * 90 + "x" + ")" * 90 + "\n",
        "".join("    " * n + "if x:\n" for n in range(1, 60)).join(["def g(x):\n", "    " * 60])
        + "return 1\n",
    ],
    ids=["brackets", "calls", "blocks"],
)
def test_what_python_reads_is_edited_however_deep(text, tmp_path):
    env, observation, info = reset(tmp_path, {"pkg/b.py": text}, trace=False)
    assert info["passed"] == 1
    assert env.observation_space.contains(env.step(int(observation["action_mask"].argmax()))[0])


def test_data_that_is_no_text_stays_as_it_is(tmp_path):
    test = "from pathlib import Path\nimport pkg.a\n\ndef test_f():\n    assert pkg.a.f(1) == 2\n"
    test += "    assert Path('pkg/d.bin').read_bytes() == b'\\xff\\x00'\n"
    _, _, info = reset(tmp_path, {"pkg/d.bin": b"\xff\x00", "tests/test_a.py": test})
    assert info["passed"] == 1


def test_a_program_that_recurses_without_end_is_an_outcome():
    program = "def f(n):\n    return 1 if n < 1 else n * f(n - 1)\n"
    tests = "from m import f\n\ndef test():\n    assert f(3) == 6\n"
    task = text_task("m", {"m.py": program}, {"test_m.py": tests})
    env = CodeEditEnv(probing_world("M", [task], LIMITS))
    env.reset(seed=0)
    given = [apply(task.program, edit).source("m.py") for edit in env.edits]
    endless = next(number for number, text in enumerate(given, 1) if b"f(n - 0)" in text)
    *_, info = env.step(endless)
    assert (info["survived"], info["failed"], info["end"]) == (False, 1, "")
    (result,) = env.current.outcome.results
    assert result.exception == "RecursionError"


# --- nothing to do --------------------------------------------------------------------------------


def test_a_world_without_tasks_is_refused():
    with pytest.raises(ConfigError, match=r"tasks=\(\): expected at least one task"):
        FixedTasks(())


def test_a_program_without_an_edit_is_refused_when_it_is_drawn():
    task = text_task("m", {"m.py": "X = None\n"}, {"test_m.py": "import m\ndef test(): assert 1"})
    with pytest.raises(TaskError, match=r"no editable site|no test executes"):
        CodeEditEnv(probing_world("M", [task], LIMITS)).reset(seed=0)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["newline", "both", "return"])
def test_a_file_of_a_hundred_thousand_lines_is_refused_and_may_be_left_out(tmp_path, end):
    text = end.join(["TABLE = [", *(f"    {number}," for number in range(LINES)), "]", ""])
    with pytest.raises(TaskError, match=r"pkg/b\.py: 100,002 lines; .*exclude=\['pkg/b\.py'\]"):
        reset(tmp_path, {"pkg/b.py": text})
    _, _, info = reset(tmp_path, {"pkg/b.py": text}, exclude=["pkg/b.py"])
    assert info["passed"] == 1
    assert info["edits_total"] > 0
