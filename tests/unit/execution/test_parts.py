"""Small parts of the far and the near side: wire, cache, coverage of records, scratch, state."""

import os
import shutil
import socket
import sys
import time
import types
from pathlib import Path

import pytest

from nerion_gym.errors import StorageError
from nerion_gym.execution import cache as caching
from nerion_gym.execution import wire
from nerion_gym.execution.cache import Key, OutcomeCache
from nerion_gym.execution.fingerprint import Fingerprint, loaded_below
from nerion_gym.execution.reach import coverage_of
from nerion_gym.execution.scratch import Scratch
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome, Status, TestResult
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite

NONCE = b"0123456789abcdef"


# --- wire -----------------------------------------------------------------------------------------


@pytest.mark.pure
def test_records_survive_rubbish_between_them():
    one, two = wire.frame(NONCE, ["a", 1]), wire.frame(NONCE, ["b", "ü"])
    rubbish = b"rub" + NONCE[:9] + b"\xff\x00" + NONCE + b"\x00\x00\x00\x02{}" + NONCE
    output = rubbish + one + rubbish + two + one[:-1]
    assert list(wire.frames(NONCE, output)) == [["a", 1], ["b", "ü"]]
    assert list(wire.frames(b"other nonce here", output)) == []


@pytest.mark.pure
def test_deep_records_are_rubbish():
    deep = b"[" * 100_000 + b"]" * 100_000
    assert list(wire.frames(NONCE, NONCE + len(deep).to_bytes(4, "big") + deep)) == []


def test_messages_carry_blobs_and_descriptors():
    near, far = socket.socketpair()
    with near, far, Path(os.devnull).open() as file:
        wire.send(near, {"op": "x"}, b"blob" * 50_000, (file.fileno(),))
        header, blob, fds = wire.receive(far)
        assert (header, blob, len(fds)) == ({"op": "x"}, b"blob" * 50_000, 1)
        os.close(fds[0])
        near.close()
        with pytest.raises(wire.ClosedError):
            wire.receive(far)


# --- cache ----------------------------------------------------------------------------------------


def outcome_of(count, message=""):
    results = tuple(
        TestResult(f"t.py::{i}", Status.FAILED, "ValueError", "call", message) for i in range(count)
    )
    return Outcome(results, 3, "swap", 0.5)


@pytest.mark.pure
def test_the_least_recently_used_outcome_goes_first(monkeypatch):
    monkeypatch.delenv(caching.VARIABLE, raising=False)
    size = caching.size_of(outcome_of(10))
    cache = OutcomeCache(limit=2 * size)
    keys = [Key(f"p{i}", "s") for i in range(3)]
    cache.put(keys[0], outcome_of(10))
    cache.put(keys[1], outcome_of(10))
    assert cache.get(keys[0]) is not None
    cache.put(keys[2], outcome_of(10))
    assert [cache.get(key) is not None for key in keys] == [True, False, True]


def test_outcomes_and_baselines_survive_on_disk(tmp_path):
    program = Program.from_files({"m.py": b"x = 1\n"})
    suite = Suite((), targets=("t.py",))
    coverage = Coverage({"t.py::0": {"m.py": frozenset({1})}}, {"m.py": frozenset({1})})
    baseline = Baseline(program, suite, outcome_of(1, "said"), coverage)
    first = OutcomeCache(tmp_path / "cache.sqlite")
    first.put(Key.of(program, suite), outcome_of(2, "said"))
    first.put_baseline(baseline)
    first.close()
    second = OutcomeCache(tmp_path / "cache.sqlite")
    found = second.get(Key.of(program, suite))
    assert found == outcome_of(2)
    assert (found.selected, found.route, found.results[0].message) == (3, "swap", "said")
    assert second.get_baseline(program, suite) == baseline
    assert second.get_baseline(Program.from_files({"m.py": b""}), suite) is None
    second.close()


def test_another_runner_version_shares_nothing(tmp_path, monkeypatch):
    key = Key("p", "s")
    cache = OutcomeCache(tmp_path / "cache.sqlite")
    cache.put(key, outcome_of(1))
    cache.close()
    monkeypatch.setattr(caching, "runner_version", lambda: "newer")
    other = OutcomeCache(tmp_path / "cache.sqlite")
    assert other.get(key) is None
    other.close()


def test_the_variable_names_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv(caching.VARIABLE, str(tmp_path / "shared.sqlite"))
    cache = OutcomeCache()
    cache.put(Key("p", "s"), outcome_of(1))
    cache.close()
    assert (tmp_path / "shared.sqlite").is_file()
    (tmp_path / "bad.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match=r"bad\.sqlite"):
        OutcomeCache(tmp_path / "bad.sqlite")


# --- coverage of records --------------------------------------------------------------------------

PROGRAM = Program.from_files({"a.py": b"1\n2\n3\n", "b.py": b"1\n"})
ALL = {"a.py": frozenset({1, 2, 3, 4}), "b.py": frozenset({1, 2})}
IMPORT = ["import", {"a.py": [1]}, [], False]


def row(kind, test, lines, read=(), blind=False, status="PASSED"):
    return [kind, test, status, {"a.py": lines}, list(read), blind]


def covered(*records, control=None):
    return coverage_of(PROGRAM, [IMPORT, *records], control)


@pytest.mark.pure
def test_lines_in_order_and_alone_are_joined():
    found = covered(
        row("alone", "x", [1]), row("alone", "y", [2, 3]),
        row("lines", "x", [1, 2]), row("lines", "y", [3]),
    )  # fmt: skip
    assert found.tests == {
        "x": {"a.py": frozenset({1, 2})}, "y": {"a.py": frozenset({2, 3})},
    }  # fmt: skip
    assert found.at_import == {"a.py": frozenset({1})}


@pytest.mark.pure
def test_reading_a_file_is_depending_on_all_of_it():
    found = covered(row("alone", "x", [1]), row("lines", "x", [1], read=["b.py"]))
    assert found.tests["x"] == {"a.py": frozenset({1}), "b.py": ALL["b.py"]}


@pytest.mark.pure
def test_a_blind_test_depends_on_everything():
    assert covered(row("alone", "x", [1], blind=True), row("lines", "x", [1])).tests["x"] == ALL


@pytest.mark.pure
@pytest.mark.parametrize("how", ["alone differs", "not run alone", "control differs"])
def test_where_order_matters_every_test_depends_on_all_lines(how):
    alone = row("alone", "x", [1], status="FAILED" if how == "alone differs" else "PASSED")
    records = [] if how == "not run alone" else [alone]
    records += [row("alone", "y", [3]), row("lines", "x", [1]), row("lines", "y", [3])]
    control = Outcome((TestResult("x", Status.PASSED), TestResult("y", Status.FAILED)))
    found = covered(*records, control=control if how == "control differs" else None)
    assert found.tests["x"] == found.tests["y"] == {"a.py": frozenset({1, 3})}


@pytest.mark.pure
def test_sharing_is_transitive():
    records = [row(kind, t, [n]) for n, t in enumerate("wxyz", 1) for kind in ("alone", "lines")]
    found = covered(*records, ["shared", [["w", "x"], ["x", "y"]]])
    assert found.tests["w"] == found.tests["y"] == {"a.py": frozenset({1, 2, 3})}
    assert found.tests["z"] == {"a.py": frozenset({4})}


@pytest.mark.pure
def test_sharing_without_end_takes_no_longer_than_it_is_long():
    records = [row(kind, t, [n]) for n, t in enumerate("wx", 1) for kind in ("alone", "lines")]
    started = time.process_time()
    found = covered(*records, ["shared", [[], ["w"], ["x", "nobody"], ["w", "w"]] * 50_000])
    assert time.process_time() - started < 5.0
    assert found.tests["w"] == {"a.py": frozenset({1})}


@pytest.mark.pure
def test_tests_that_the_suite_does_not_have_and_files_that_are_not_there():
    strange = ["lines", "y", "PASSED", {}, ["b.py"], True]
    records = [IMPORT, row("alone", "x", [1]), row("lines", "x", [1]), strange]
    found = coverage_of(PROGRAM, records, None, {"x"})
    assert found.tests == {"x": {"a.py": frozenset({1})}}
    read = ["lines", "x", "PASSED", {"a.py": [1]}, ["nowhere.py"], False]
    found = covered(["alone", *read[1:]], read)
    assert found.tests == {"x": {"a.py": frozenset({1})}}


# --- scratch --------------------------------------------------------------------------------------

FILES = {"a.py": b"a", "pkg/b.py": b"b", "pkg/deep/c.txt": b"c", "pkg/__pycache__/b.pyc": b"stale"}


@pytest.fixture
def scratch(tmp_path):
    made = Scratch(str(tmp_path), FILES)
    made.create()
    return made


def contents(scratch):
    root = Path(scratch.root)
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


CLEAN = {name: data for name, data in FILES.items() if "__pycache__" not in name}


def test_scratch_holds_no_bytecode(scratch):
    assert contents(scratch) == CLEAN


def test_an_edit_lasts_for_one_run(scratch):
    scratch.edit({"pkg/b.py": b"B"})
    assert contents(scratch) == {**CLEAN, "pkg/b.py": b"B"}
    scratch.restore()
    assert contents(scratch) == CLEAN


def _damage(root):
    (root / "a.py").write_bytes(b"A")
    (root / "pkg/b.py").unlink()
    (root / "new").mkdir()
    (root / "new/file").write_text("x")
    (root / "pkg/deep/c.txt").unlink()
    (root / "pkg/deep").rmdir()
    (root / "pkg/deep").symlink_to("/")
    (root / "dangling").symlink_to("nowhere")
    (root.parent / "tmp/left").mkdir()
    (root.parent / "home").rmdir()


@pytest.fixture
def outside(tmp_path_factory):
    """A folder that is not ours, with a file in it."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "file").write_bytes(b"precious")
    return folder


@pytest.mark.parametrize("place", ["root", "home", "tmp"])
def test_a_link_in_a_folders_place_is_removed_not_followed(scratch, outside, place):
    ours = Path(getattr(scratch, place))
    shutil.rmtree(ours)
    ours.symlink_to(outside)
    scratch.restore()
    assert contents(scratch) == CLEAN
    assert ours.is_dir()
    assert not ours.is_symlink()
    assert [path.read_bytes() for path in outside.iterdir()] == [b"precious"]


def test_another_folder_in_the_projects_place_is_not_taken_for_it(scratch, outside):
    shutil.rmtree(scratch.root)
    shutil.copytree(outside, scratch.root)
    scratch.restore()
    assert contents(scratch) == CLEAN


def test_what_lies_beside_the_project_is_removed(scratch):
    (Path(scratch.root).parent / "pytest.ini").write_text("[pytest]\naddopts = --nonsense\n")
    scratch.restore()
    names = sorted(path.name for path in Path(scratch.root).parent.iterdir())
    assert names == ["home", "project", "tmp"]


def test_a_folder_that_is_gone_is_not_made_up_again(scratch):
    shutil.rmtree(Path(scratch.root).parent)
    with pytest.raises(OSError, match="is not the folder it was"):
        scratch.restore()


def test_damage_is_mended_and_links_are_not_followed(scratch, outside):
    outside /= "file"
    _damage(Path(scratch.root))
    (Path(scratch.root) / "a.py").unlink()
    (Path(scratch.root) / "a.py").symlink_to(outside)
    scratch.restore()
    assert contents(scratch) == CLEAN
    assert outside.read_bytes() == b"precious"
    assert list(Path(scratch.tmp).iterdir()) == list(Path(scratch.home).iterdir()) == []
    scratch.restore()
    assert contents(scratch) == CLEAN


def test_a_change_of_the_same_size_and_time_is_seen(scratch):
    path = Path(scratch.root, "a.py")
    before = path.stat()
    path.unlink()
    time.sleep(0.02)  # the file system's clock ticks every few milliseconds
    path.write_bytes(b"Z")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    scratch.restore()
    assert contents(scratch) == CLEAN


# --- state ----------------------------------------------------------------------------------------


class Thing:
    def __init__(self):
        self.value = 1


def module_with(**names):
    module = types.ModuleType("made")
    vars(module).update(names)
    return module


CHANGES = {
    "a global": lambda m: setattr(m, "number", 2),
    "a list": lambda m: m.items.append(3),
    "inside a list": lambda m: m.items[1].append(3),
    "a dict": lambda m: m.table.update(a=2),
    "a set": lambda m: m.names.add("c"),
    "an object's attribute": lambda m: setattr(m.thing, "value", 2),
    "a class attribute": lambda m: setattr(m.Own, "count", 2),
    "a new name": lambda m: setattr(m, "other", 1),
    "a function replaced": lambda m: setattr(m, "call", lambda: 1),
    "the environment": lambda m: os.environ.update(NERION_STATE="1"),
    "sys.path": lambda m: sys.path.append("/nowhere"),
}


@pytest.mark.pure
@pytest.mark.parametrize("case", [*CHANGES, "nothing", "put back", "pytest's own variable"])
def test_changed_state_is_seen(case, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("NERION_STATE", "0")
    own = type("Own", (), {"count": 1, "__module__": "made"})
    module = module_with(
        number=1, items=[1, [2]], table={"a": 1}, names={"a", "b"}, thing=Thing(), Own=own,
        call=lambda: 0, nan=float("nan"),
    )  # fmt: skip
    state = Fingerprint([module])
    if case in CHANGES:
        CHANGES[case](module)
    elif case == "put back":
        module.items = [1, [2]]
        module.table = {"a": 1}
    elif case.startswith("pytest"):
        monkeypatch.setenv("PYTEST_CURRENT_TEST", "x (call)")
    assert state.changed() is (case in CHANGES)


@pytest.mark.pure
def test_modules_below_a_folder():
    here = str(Path(__file__).parent)
    assert any(m.__name__ == __name__ for m in loaded_below(here)) or __name__ not in sys.modules
    assert os not in loaded_below(here)
