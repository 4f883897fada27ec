import pytest

from nerion_gym.errors import ConfigError, ProgramSyntaxError, TaskError
from nerion_gym.tasks.builder import corpus_names, corpus_task
from nerion_gym.tasks.package import load_package

pytestmark = pytest.mark.pure


def project(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


FLAT = {
    "pyproject.toml": "[project]\nname='x'\n",
    "pkg/__init__.py": "",
    "pkg/core.py": "def f(x):\n    return x + 1\n",
    "pkg/data.json": "{}",
    "tests/test_core.py": "from pkg.core import f\n\ndef test_f():\n    assert f(1) == 2\n",
    "tests/conftest.py": "",
    ".git/config": "secret",
    "build/lib/pkg/core.py": "stale",
}


def names(files):
    return [name for name, _ in files]


def test_flat_layout_splits_program_from_suite(tmp_path):
    task = load_package(project(tmp_path, FLAT) / "pkg")
    assert task.program.paths == ("pkg/__init__.py", "pkg/core.py")
    assert names(task.suite.files) == [
        "pkg/data.json",
        "pyproject.toml",
        "tests/conftest.py",
        "tests/test_core.py",
    ]
    assert task.suite.targets == ("tests",)
    assert task.suite.pythonpath == (".",)
    assert task.name == "pkg"


def test_src_layout_is_imported_from_src(tmp_path):
    files = {"src/pkg/__init__.py": "", "src/pkg/a.py": "x = 1\n", "tests/test_a.py": ""}
    task = load_package(project(tmp_path, {**files, "setup.cfg": ""}) / "src" / "pkg")
    assert task.suite.pythonpath == ("src", ".")
    assert task.suite.targets == ("tests",)


def test_tests_inside_the_package_are_not_edited(tmp_path):
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "x = 1\n",
        "pkg/tests/__init__.py": "",
        "pkg/tests/test_a.py": "",
        "pkg/tests/helper.py": "",
    }
    task = load_package(project(tmp_path, files) / "pkg")
    assert task.program.paths == ("pkg/__init__.py", "pkg/a.py")
    assert task.suite.targets == ("pkg/tests",)


def test_a_test_folder_of_a_subpackage_is_not_edited_either(tmp_path):
    files = {
        "pkg/__init__.py": "",
        "pkg/sandbox/__init__.py": "",
        "pkg/sandbox/core.py": "x = 1\n",
        "pkg/sandbox/tests/__init__.py": "",
        "pkg/sandbox/tests/helper.py": "",
        "tests/test_a.py": "",
    }
    task = load_package(project(tmp_path, files) / "pkg")
    assert task.program.paths == (
        "pkg/__init__.py",
        "pkg/sandbox/__init__.py",
        "pkg/sandbox/core.py",
    )


def test_a_package_called_tests_can_be_edited(tmp_path):
    files = {"tests/__init__.py": "", "tests/core.py": "x = 1\n", "test_core.py": ""}
    folder = project(tmp_path, files) / "tests"
    assert load_package(folder, folder.parent / "test_core.py").program.paths == (
        "tests/__init__.py",
        "tests/core.py",
    )


def test_a_single_module_with_its_test_beside_it(tmp_path):
    files = {"mod.py": "x = 1\n", "test_mod.py": "", "other.py": "y = 2\n"}
    task = load_package(project(tmp_path, files) / "mod.py")
    assert task.program.paths == ("mod.py",)
    assert task.suite.targets == ("test_mod.py",)
    assert "other.py" in names(task.suite.files)


def test_a_subpackage_called_env_is_read(tmp_path):
    files = {"pkg/__init__.py": "", "pkg/env/__init__.py": "z = 3\n", "tests/test_a.py": ""}
    task = load_package(project(tmp_path, files) / "pkg")
    assert "pkg/env/__init__.py" in task.program.paths


def test_a_run_on_a_package_is_not_of_it(tmp_path):
    before = load_package(project(tmp_path, FLAT) / "pkg").id
    run = "runs/Nerion-Repo-v0/uniform/seed0-20261201-000000"
    written = ("manifest.json", "events.jsonl", "episodes.jsonl")
    project(tmp_path, {f"{run}/{name}": "{}" for name in written})
    assert load_package(tmp_path / "pkg").id == before
    project(tmp_path, {"runs/manifest.json": "{}"})  # of something else
    assert load_package(tmp_path / "pkg").id != before


def test_virtual_environments_are_left_out(tmp_path):
    files = {**FLAT, "my/pyvenv.cfg": "", "my/lib/a.py": "x"}
    task = load_package(project(tmp_path, files) / "pkg")
    assert not any(name.startswith("my/") for name in names(task.suite.files))


def test_metadata_beside_the_package_is_kept(tmp_path):
    files = {**FLAT, "pkg.egg-info/PKG-INFO": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\n"}
    task = load_package(project(tmp_path, files) / "pkg")
    assert "pkg.egg-info/PKG-INFO" in names(task.suite.files)


def test_excluded_files_stay_but_are_not_edited(tmp_path):
    task = load_package(project(tmp_path, FLAT) / "pkg", exclude=["pkg/core.py"])
    assert task.program.paths == ("pkg/__init__.py",)
    assert "pkg/core.py" in names(task.suite.files)


def test_missing_path_names_what_was_given(tmp_path):
    with pytest.raises(TaskError, match=r"path='.*nowhere'.*nothing is there"):
        load_package(tmp_path / "nowhere")


def test_missing_tests_name_the_argument(tmp_path):
    root = project(tmp_path, FLAT)
    with pytest.raises(TaskError, match=r"tests='.*absent'"):
        load_package(root / "pkg", root / "absent")


def test_no_tests_at_the_usual_places(tmp_path):
    root = project(tmp_path, {"deep/pkg/__init__.py": "", "deep/pkg/a.py": "x = 1\n"})
    with pytest.raises(TaskError, match=r"no tests found.*tests=\.\.\."):
        load_package(root / "deep" / "pkg")


def test_nothing_to_edit(tmp_path):
    root = project(tmp_path, {"pkg/readme.txt": "", "tests/test_a.py": ""})
    with pytest.raises(TaskError, match="no Python file to edit"):
        load_package(root / "pkg")


def test_syntax_error_names_file_line_and_way_out(tmp_path):
    root = project(tmp_path, {**FLAT, "pkg/bad.py": "def f(:\n"})
    with pytest.raises(ProgramSyntaxError, match=r"pkg/bad\.py:1.*exclude="):
        load_package(root / "pkg")


def test_too_large_a_project_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("nerion_gym.tasks.package.MAX_PROJECT_BYTES", 10)
    with pytest.raises(TaskError, match="smaller project"):
        load_package(project(tmp_path, FLAT) / "pkg")


def test_symlink_loops_end(tmp_path):
    root = project(tmp_path, FLAT)
    (root / "pkg" / "loop").symlink_to(root)
    task = load_package(root / "pkg")
    assert task.program.paths == ("pkg/__init__.py", "pkg/core.py")


def test_every_corpus_program_loads():
    assert set(corpus_names()) >= {"math_logic", "logic_v2"}
    for name in corpus_names():
        task = corpus_task(name)
        assert task.program.paths == (f"{name}.py",)
        assert task.suite.targets == (f"test_{name}.py",)


def test_unknown_corpus_program_lists_the_known():
    with pytest.raises(ConfigError, match=r"'nothing'.*logic_v2"):
        corpus_task("nothing")


def test_a_package_that_is_its_own_test_target_is_edited(tmp_path):
    files = {**FLAT, "pkg/test_inside.py": ""}
    root = project(tmp_path, files)
    for tests in ([root / "pkg", root / "tests"], [root]):
        task = load_package(root / "pkg", tests)
        assert task.program.paths == ("pkg/__init__.py", "pkg/core.py")


NAMESPACE = {
    "pyproject.toml": "",
    "src/corp/tools/__init__.py": "",
    "src/corp/tools/a.py": "x = 1\n",
}


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("import corp.tools.a\n", ("src", ".")),
        ("from corp import tools\n", ("src", ".")),
        ("def test():\n    from corp.tools.a import (\n        x)\n", ("src", ".")),
        ("from corp.tools import a as b, nothing\n", ("src", ".")),
        (">>> from corp.tools.a import x\n", ("src", ".")),
        ("import tools.a\n", ("src/corp", ".")),
        ("import corp\n", ("src/corp", ".")),
        ("import src.corp.tools.a\n", ("src/corp", ".")),
        ("from .corp.tools import a\n", ("src/corp", ".")),
        ("# nothing is imported\n", ("src/corp", ".")),
    ],
)
def test_tests_tell_where_a_namespace_package_is_imported_from(tmp_path, text, folders):
    files = {**NAMESPACE, "tests/test_a.py": text}
    task = load_package(project(tmp_path, files) / "src" / "corp" / "tools")
    assert task.suite.pythonpath == folders


def test_a_flat_namespace_package_is_imported_from_the_root(tmp_path):
    files = {
        "pyproject.toml": "",
        "corp/text/__init__.py": "",
        "tests/test_a.py": "import corp.text\n",
        "tests/test_b.py": "from corp import text\n",
        "tests/test_c.py": "import text\n",
    }
    task = load_package(project(tmp_path, files) / "corp" / "text")
    assert task.suite.pythonpath == (".",)


def test_arguments_follow_the_targets(tmp_path):
    arguments = ("-o", "addopts=", "--deselect=tests/test_core.py::test_f")
    task = load_package(project(tmp_path, FLAT) / "pkg", arguments=arguments)
    assert task.suite.targets == ("tests", *arguments)
    text = "-o addopts= --deselect=tests/test_core.py::test_f"
    assert load_package(tmp_path / "pkg", arguments=text).id == task.id
    assert load_package(tmp_path / "pkg").id != task.id


def test_what_is_missing_is_called_by_its_name(tmp_path):
    package = project(tmp_path, FLAT) / "pkg"
    with pytest.raises(TaskError, match=r"tests='nope': nothing is there.*the test file or fold"):
        load_package(package, "nope")
    with pytest.raises(TaskError, match=r"path='nope': nothing is there.*module or package folder"):
        load_package("nope")
    for name in ("a\0b", "\ud800", "~nobody-of-that-name/a", "a" * 5000):
        with pytest.raises(TaskError, match=r"path='.*': no path \(.*give the module or package"):
            load_package(name)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"flaky": "often"}, r"flaky='often': expected one of 'refuse', 'majority'"),
        ({"arguments": "-k 'a"}, r"arguments=.*No closing quotation; expected pytest's arguments"),
        ({"arguments": 3}, r"arguments=3: .*expected pytest's arguments"),
        ({"arguments": "a\0b"}, r"arguments='a\\x00b': expected pytest's arguments"),
        ({"arguments": ("\ud800",)}, r"arguments=.*: expected pytest's arguments"),
        ({"arguments": (3,)}, r"arguments=\(3,\): expected pytest's arguments"),
    ],
)
def test_choices_that_cannot_be_meant_are_refused(tmp_path, choice, message):
    with pytest.raises(ConfigError, match=message):
        load_package(project(tmp_path, FLAT) / "pkg", **choice)
