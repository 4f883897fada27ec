"""Plain tests, called directly, have the verdicts of pytest's own protocol in a cold run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import nerion_gym.execution
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from tests.support.cold import differences, run_cold
from tests.support.marks import first_quick

pytestmark = pytest.mark.sandbox

PLAIN = """\
import gc
import logging
import os
import sys
import threading
import unittest
import warnings

import pytest

ORDER = []
KEPT = [[]]


class Trouble:
    def __del__(self):
        raise ValueError("nobody hears")


@pytest.fixture(autouse=True)
def always():
    ORDER.append("always")
    yield
    ORDER.append("after")


@pytest.fixture
def base():
    return [1]


@pytest.fixture
def chained(base, monkeypatch):
    monkeypatch.setenv("CHAINED", "yes")
    base.append(2)
    yield base
    base.append(3)


@pytest.fixture
def broken():
    raise KeyError("setup")


@pytest.fixture
def skipping():
    pytest.skip("not here")


@pytest.fixture
def failing():
    pytest.fail("by hand")


@pytest.fixture
def silent():
    if ORDER == []:
        yield


@pytest.fixture
def twice():
    yield 1
    yield 2


@pytest.fixture
def messy():
    yield
    raise OSError("teardown")


@pytest.fixture
def messier(messy):
    yield
    raise LookupError("teardown too")


def test_passes(): assert ORDER[-1] == "always"
def test_order(chained): assert (chained, ORDER.count("after")) == ([1, 2], 1)
def test_undone(): assert "CHAINED" not in os.environ
def test_fails(chained): assert chained == []
def test_raises(): raise RuntimeError("x")
def test_setup_fails(broken): assert False, "not reached"
def test_setup_skips(skipping): assert False, "not reached"
def test_setup_fails_by_hand(failing): assert False, "not reached"
def test_nothing_yielded(silent): assert False, "not reached"
def test_two_yields(twice): assert twice == 1
def test_teardown_fails(messy): pass
def test_call_and_teardown_fail(messy): assert False
def test_two_teardowns_fail(messier): pass
def test_skips(): pytest.skip("now")
def test_skips_as_unittest(): raise unittest.SkipTest("so")
def test_xfails(): pytest.xfail("expected")
def test_fails_by_hand(): pytest.fail("no")
def test_exits(): sys.exit(3)
def test_memory(): raise MemoryError
def test_generator_exit(): raise GeneratorExit
def test_returns_something(): return 5
def test_warns(): warnings.warn("take care", UserWarning)
def test_deprecated(): warnings.warn("old", DeprecationWarning)
def test_filters_are_not_kept(): warnings.simplefilter("error")
def test_filters_were_not_kept(): warnings.warn("harmless")
def test_nobody_catches(): Trouble(); gc.collect()
def test_collector_sees_what_was_made_at_import(): assert KEPT in gc.get_objects()
def test_thread_dies():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start(); thread.join()
def test_bad_log_message(): logging.getLogger("x").warning("%d", "word")
def test_log_levels(): assert logging.getLogger().level == logging.WARNING
def test_has_handlers(): assert len(logging.getLogger().handlers) >= 2
def test_removes_handlers(): logging.getLogger().handlers.clear()
def test_handlers_are_back(): assert len(logging.getLogger().handlers) >= 2
def test_reads_stdin(): sys.stdin.read()
def test_prints(): print("x" * 100000); os.write(1, b"y" * 1000)
def test_replaces_stdout(): sys.stdout = None
def test_stdout_is_back(): print("again")
def test_phase(): assert os.environ["PYTEST_CURRENT_TEST"] == "test_m.py::test_phase (call)"
def test_no_last_error(): assert not hasattr(sys, "last_value")
@pytest.mark.parametrize("value", [1, None, "x" * 50, [2], {"a": "\\\\0"}])
def test_values(value, base): assert value != [2] and base == [1]
@pytest.mark.parametrize("base", [7])
def test_parameter_instead_of_fixture(base): assert base == 7
class TestClass:
    marker = []
    def test_one(self, chained): self.marker.append(1); self.own = 1
    def test_two(self): assert not hasattr(self, "own") and self.marker == [1]
"""
DESCRIPTORS = """\
import os


def test_closes_descriptor_1(): os.close(1)
def test_descriptor_1_is_back(): os.write(1, b"again")
def test_points_it_elsewhere(): os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
def test_prints(): print("again")
def test_closes_all(): os.closerange(3, 300)
def test_what_follows(): print("again")
"""
PROTOCOL = """\
import unittest

import pytest


@pytest.fixture(scope="module")
def shared(): return []
@pytest.fixture(params=[1, 2])
def numbered(request): return request.param
@pytest.fixture
def asking(request): return request.node.name


def test_shared(shared): shared.append(1)
def test_numbered(numbered): assert numbered == 1
def test_asking(asking): assert asking == "test_asking"
def test_printed(capsys): print("x"); assert capsys.readouterr().out == "x\\n"
def test_folder(tmp_path): assert tmp_path.is_dir()
@pytest.mark.skipif(True, reason="so")
def test_skipped(): assert False
@pytest.mark.xfail
def test_expected(): assert False
@pytest.mark.filterwarnings("error")
def test_strict(): import warnings; warnings.warn("x")
@pytest.mark.usefixtures("shared")
def test_used(): pass
async def test_later(): pass
class TestOld(unittest.TestCase):
    def test_equal(self): self.assertEqual(1, 2)
class TestWithSetup:
    def setup_method(self): self.value = 1
    def test_set_up(self): assert self.value == 1
"""
WATCHER = """\
SEEN = []
def pytest_runtest_call(item): SEEN.append(item.nodeid)
"""
SETTINGS = {
    "as it comes": "",
    "warnings are errors": "[pytest]\nfilterwarnings = error\n",
    "no capturing": "[pytest]\naddopts = -s\n",
    "capturing sys": "[pytest]\naddopts = --capture=sys\n",
    "a log level": "[pytest]\nlog_level = DEBUG\n",
    "no plugins for warnings and logging": "[pytest]\naddopts = -p no:logging -p no:warnings\n",
}
LIST = """\
import importlib, json, os, sys, types
package = types.ModuleType("_nerion_far")
package.__path__ = [sys.argv[1]]
sys.modules["_nerion_far"] = package
session = importlib.import_module("_nerion_far.session")
spec = session.Spec(os.getcwd(), ("test_m.py",), (".",), "/tmp", "/tmp")
session.enter(spec)
collected = session.collect(session.configure(spec))
plain = [item.nodeid for item in collected.plain]
print("\\nPLAIN" + json.dumps([plain, len(collected.items)]), file=sys.__stdout__)
"""


def suite_of(tests, **files):
    extra = tuple((name.replace("_", "."), text.encode()) for name, text in files.items() if text)
    return Suite((("test_m.py", tests.encode()), *extra), targets=("test_m.py",))


def plain_in(folder, tests, **files):
    """Return (ids of the tests that are plain, number of all), from a process of its own."""
    (folder / "test_m.py").write_text(tests)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    script = folder / "list.py"
    script.write_text(LIST)
    far = str(Path(nerion_gym.execution.__file__).parent)
    done = subprocess.run(
        [sys.executable, str(script), far], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert "PLAIN" in done.stdout, done.stdout + done.stderr
    return json.loads(done.stdout.rpartition("PLAIN")[2])


@pytest.mark.parametrize("setting", first_quick(SETTINGS))
def test_verdicts_are_those_of_a_cold_run(setting):
    program = Program.from_files({"m.py": b"value = 1\n"})
    suite = suite_of(PLAIN, pytest_ini=SETTINGS[setting])
    with LocalRunner(cache=False) as runner:
        outcome = runner.control(program, suite)
    assert differences(outcome, run_cold(program, suite)) == []
    assert len(outcome.results) > 45


def test_descriptors_are_put_back_or_missed_as_in_a_cold_run():
    program, suite = Program.from_files({"m.py": b"value = 1\n"}), suite_of(DESCRIPTORS)
    with LocalRunner(cache=False) as runner:
        outcome = runner.control(program, suite)
    assert differences(outcome, run_cold(program, suite)) == []


@pytest.mark.parametrize("tests", [PLAIN, DESCRIPTORS])
def test_all_of_these_are_plain(tmp_path, tests):
    plain, count = plain_in(tmp_path, tests)
    assert len(plain) == count


def test_none_of_these_is_plain_and_they_agree_too(tmp_path):
    assert plain_in(tmp_path, PROTOCOL)[0] == []
    program, suite = Program.from_files({"m.py": b"value = 1\n"}), suite_of(PROTOCOL)
    with LocalRunner(cache=False) as runner:
        outcome = runner.control(program, suite)
    assert differences(outcome, run_cold(program, suite)) == []


def test_a_project_with_hooks_of_its_own_goes_through_the_protocol(tmp_path):
    assert plain_in(tmp_path, "def test_it(): pass\n")[0] == ["test_m.py::test_it"]
    assert plain_in(tmp_path, "def test_it(): pass\n", conftest_py=WATCHER)[0] == []
