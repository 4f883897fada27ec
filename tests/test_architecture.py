"""What every file keeps to, checked by reading the tree: sizes, docstrings, imports, habits."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from gymnasium.envs.registration import EnvSpec

from nerion_gym.envs.checking.making import check_manual
from nerion_gym.envs.checking.subject import Subject
from nerion_gym.envs.rendering import MODES

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "nerion_gym" / "tasks" / "corpus"
CORPUS_PACKAGES = CORPUS.with_name("corpus_packages")
DATA_FOLDERS = (CORPUS, CORPUS_PACKAGES, ROOT / "tests" / "golden", ROOT / "tests" / "fixtures")
HEAVY = ("torch", "torch_geometric", "stable_baselines3", "tensorflow", "matplotlib", "ray")
MAX_FILE, MAX_FUNCTION, MAX_ARGUMENTS, MAX_CLI = 300, 50, 6, 60


def is_data(path: Path) -> bool:
    """Whether a file is a program that agents edit or a recorded answer, not code of ours."""
    inside = any(folder in path.parents for folder in DATA_FOLDERS)
    return inside and (path.name != "__init__.py" or CORPUS_PACKAGES in path.parents)


def python_files(*folders: str) -> list[Path]:
    """Return our Python files in these folders of the repository, sorted."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if not is_data(path) and "__pycache__" not in path.parts]


def name_of(path: Path) -> str:
    """Return a path relative to the repository, for messages."""
    return path.relative_to(ROOT).as_posix()


LIBRARY = [*python_files("nerion_gym", "policies"), ROOT / "envs_registry.py"]
PRODUCT = [*LIBRARY, *python_files("scripts", "examples")]
TESTS = python_files("tests")


def tree_of(path: Path) -> ast.Module:
    """Parse a file of the repository."""
    return ast.parse(path.read_bytes(), filename=str(path))


def functions_of(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return every function of a file, methods and nested ones included."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, kinds)]


def module_names(*packages: str) -> list[str]:
    """Return the dotted names of all modules of these packages."""
    relative = [path.relative_to(ROOT) for path in python_files(*packages)]
    dotted = [".".join(path.with_suffix("").parts) for path in relative]
    return [name.removesuffix(".__init__") for name in dotted]


def run_python(code: str) -> str:
    """Run code in a new interpreter started in the repository; return what it printed."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


# --- sizes ------------------------------------------------------------------------------------


@pytest.mark.pure
def test_no_file_is_too_long():
    sizes = {name_of(path): len(path.read_bytes().splitlines()) for path in PRODUCT}
    assert {name: size for name, size in sizes.items() if size > MAX_FILE} == {}
    assert sizes["nerion_gym/cli.py"] < MAX_CLI


@pytest.mark.pure
def test_no_function_is_too_long():
    sizes = {
        f"{name_of(path)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in PRODUCT
        for node in functions_of(path)
    }
    assert {name: size for name, size in sizes.items() if size > MAX_FUNCTION} == {}


def argument_count(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count what a caller can pass: self and cls are not."""
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return sum(argument.arg not in ("self", "cls") for argument in every)


@pytest.mark.pure
def test_no_function_takes_too_many_arguments():
    # A command's parameters are its flags: typer reads them from the signature.
    files = [path for path in PRODUCT if path.parent.name != "commands"]
    counts = {
        f"{name_of(path)}:{node.lineno} {node.name}": argument_count(node)
        for path in files
        for node in functions_of(path)
    }
    assert {name: count for name, count in counts.items() if count > MAX_ARGUMENTS} == {}


# --- words ------------------------------------------------------------------------------------


@pytest.mark.pure
def test_every_package_and_module_says_what_it_is():
    missing = [name_of(path) for path in PRODUCT if not ast.get_docstring(tree_of(path))]
    assert missing == []


@pytest.mark.pure
def test_every_folder_with_code_is_a_package():
    folders = {path.parent for path in python_files("nerion_gym", "policies")}
    assert [name_of(f) for f in sorted(folders) if not (f / "__init__.py").is_file()] == []


def undocumented(path: Path) -> list[str]:
    """Return the public classes, functions and methods of a file that have no docstring."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = []
    pending: list[ast.Module | ast.ClassDef] = [tree_of(path)]
    while pending:
        for node in pending.pop().body:
            if not isinstance(node, kinds) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node):
                found.append(f"{name_of(path)}:{node.lineno} {node.name}")
            if isinstance(node, ast.ClassDef):
                pending.append(node)
    return found


@pytest.mark.pure
def test_public_names_are_documented():
    assert [name for path in LIBRARY for name in undocumented(path)] == []


@pytest.mark.pure
def test_nothing_is_left_unfinished():
    marks = re.compile(r"#\s*(TO" + r"DO|FIX" + r"ME|XXX|HACK)\b|raise NotImplemented" + "Error")
    found = [
        f"{name_of(path)}:{number}"
        for path in [*PRODUCT, *python_files("benchmarks"), *TESTS]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def tracked_texts() -> list[Path]:
    """Return the text files of the repository that are small enough to be written by people."""
    skipped = {"__pycache__", "_build", "runs", "build", "dist"}
    kinds = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".cfg", ""}
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [n for n in folders if n == ".ci" or not (n in skipped or n.startswith("."))]
        found += [Path(folder, name) for name in files if Path(name).suffix in kinds]
    return [path for path in found if path.stat().st_size < 1_000_000]


@pytest.mark.pure
def test_no_path_of_one_machine_is_written_down():
    paths = re.compile(r"(?<![\w.])/(work|root|Users|home)/\w|/\.pyenv/")
    found = [
        f"{name_of(path)}:{number}"
        for path in tracked_texts()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if paths.search(line)
    ]
    assert found == []


# --- importing does nothing -------------------------------------------------------------------

SPY = """
import json, os, random, sys, threading
import numpy as np

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
BAD = {"subprocess.Popen", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.system",
       "os.mkdir", "os.rename", "os.remove", "os.truncate", "socket.connect", "socket.bind"}
seen = []

def audit(event, arguments):
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (flags or 0) & WRITING:
            seen.append(f"open {arguments[0]!r} for writing")
    elif event in BAD:
        seen.append(f"{event} {arguments!r}"[:200])

def state():
    numpy_state = np.random.get_state()
    return repr((random.getstate(), numpy_state[1].tolist(), numpy_state[2]))

import importlib
for name in PRELOADED: importlib.import_module(name)
before, variables = state(), dict(os.environ)
sys.addaudithook(audit)
for name in NAMES: importlib.import_module(name)
if state() != before: seen.append("a global random generator moved")
if dict(os.environ) != variables: seen.append("os.environ changed")
if threading.active_count() > 1: seen.append(f"threads {threading.enumerate()}")
print(json.dumps({"seen": seen, "modules": sorted(sys.modules)}))
"""


def imported(names: list[str], preloaded: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Import modules in a new interpreter; return what they did and what was loaded."""
    code = SPY.replace("PRELOADED", repr(preloaded)).replace("NAMES", repr(names))
    return json.loads(run_python(code).splitlines()[-1])


# What other people's libraries do at import is theirs: they are loaded before the spy looks.
LIBRARIES = ("gymnasium",)
LEARNING_LIBRARIES = (*LIBRARIES, "torch", "torch_geometric.nn", "stable_baselines3")


@pytest.mark.sandbox
def test_import_nerion_gym_loads_nothing_heavy():
    report = imported(["nerion_gym"], LIBRARIES)
    assert report["seen"] == []
    assert [name for name in HEAVY if name in report["modules"]] == []
    assert [name for name in report["modules"] if name.split(".")[0] == "policies"] == []


@pytest.mark.sandbox
def test_importing_any_module_of_nerion_gym_does_nothing():
    report = imported(module_names("nerion_gym"), LIBRARIES)
    assert report["seen"] == []
    assert [name for name in HEAVY if name in report["modules"]] == []


@pytest.mark.sandbox
def test_importing_policies_does_nothing():
    assert imported(module_names("policies"), LEARNING_LIBRARIES)["seen"] == []


@pytest.mark.sandbox
def test_the_spy_sees_what_it_should(tmp_path):
    (tmp_path / "noisy.py").write_text(
        "import os, pathlib, random, subprocess\n"
        f"pathlib.Path({str(tmp_path / 'written')!r}).write_text('x')\n"
        "subprocess.run(['true'])\nrandom.random()\nos.environ['NOISY'] = '1'\n"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    code += SPY.replace("PRELOADED", "()").replace("NAMES", "['noisy']")
    seen = " ".join(json.loads(run_python(code).splitlines()[-1])["seen"])
    for sign in ("for writing", "subprocess.Popen", "generator moved", "os.environ"):
        assert sign in seen


# --- worlds' manual pages ----------------------------------------------------------------------

WORLDS = sorted((ROOT / "nerion_gym" / "envs" / "worlds").glob("[a-z]*.py"))


@pytest.mark.pure
def test_the_registry_is_strings_only():
    tree = tree_of(ROOT / "envs_registry.py")
    imports = [n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]
    assert [ast.unparse(node) for node in imports] == ["from typing import Any"]
    worlds = importlib.import_module("envs_registry").WORLDS
    assert json.loads(json.dumps(worlds)) == worlds
    listed = {world["entry_point"].split(":")[0].rsplit(".", 1)[1] for world in worlds.values()}
    assert listed == {path.stem for path in WORLDS}


@pytest.mark.pure
@pytest.mark.parametrize("path", WORLDS, ids=lambda path: path.stem)
def test_a_worlds_docstring_is_its_manual_page(path):
    manual = ast.get_docstring(tree_of(path))
    assert re.match(r"Nerion-\w+-v\d+: .+\.$", manual.splitlines()[0])
    spec = EnvSpec(id=manual.partition(":")[0], entry_point="-:-")
    assert check_manual(Subject(spec, manual=manual))
    missing = [mode for mode in MODES if f'"{mode}"' not in manual.partition("## Arguments")[2]]
    assert missing == [], "of render_mode"


# --- records and lists ------------------------------------------------------------------------


@pytest.mark.pure
def test_decisions_are_numbered_without_gaps():
    files = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for path in files:
        text = path.read_text(encoding="utf-8")
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, f"{name_of(path)} lacks the section {part!r}"


SKIPPING = re.compile(r"pytest\.(mark\.)?(skip|skipif|importorskip)$")


@pytest.mark.pure
def test_every_possible_skip_is_listed():
    listed = (ROOT / "tests" / "skips.txt").read_text(encoding="utf-8")
    users = {
        name_of(path)
        for path in TESTS
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and SKIPPING.match(ast.unparse(node))
    }
    assert [name for name in sorted(users) if name not in listed] == []


@pytest.mark.pure
def test_unit_tests_mirror_the_tree():
    unit = ROOT / "tests" / "unit"
    folders = {path.parent.relative_to(unit) for path in unit.rglob("test_*.py")}
    homes = (ROOT / "nerion_gym", ROOT)
    strangers = [str(f) for f in folders if not any((home / f).is_dir() for home in homes)]
    assert strangers == []
