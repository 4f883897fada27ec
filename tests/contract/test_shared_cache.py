"""Outcomes that processes share through one SQLite file: known ones are not run, none is wrong."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nerion_gym.envs.worlds import toy_math
from nerion_gym.errors import StorageError
from nerion_gym.execution import cache as cache_module
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.execution.settings import Settings
from nerion_gym.storage import Store
from tests.support.faults import SOURCE, TESTS, names_of, numbered, wanted_of
from tests.support.processes import descendants
from tests.support.projects import edited, project

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).resolve().parents[2]
KILLED = 10
WORKER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from tests.contract.test_shared_cache import work
work(sys.argv[2], range(int(sys.argv[3]), int(sys.argv[4])))
"""


def say(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def work(path, numbers):
    """Run numbered programs with a shared file; say each outcome, then a summary."""
    program, suite = project(SOURCE, TESTS)
    with LocalRunner(cache_path=path) as runner:
        measure(runner, program, suite)
        for number in numbers:
            names = names_of(runner.run(numbered(program, number), suite))
            say([number, names])
        alive = len(descendants(os.getpid()))
        say({"alive": alive, **vars(runner.stats)})


def start(path, first, last):
    command = [sys.executable, "-c", WORKER, str(ROOT), str(path), str(first), str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finished(process):
    """Return number -> statuses and the summary that a worker printed."""
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    *lines, summary = map(json.loads, said.splitlines())
    return dict(lines), summary


def outcomes_in(path):
    store = Store(path)
    count = store.count("outcome")
    store.close()
    return count


@pytest.fixture
def path(tmp_path):
    return tmp_path / "shared.sqlite"


@pytest.fixture(scope="module")
def known():
    program, suite = project(SOURCE, TESTS)
    with LocalRunner(cache=False) as runner:
        yield measure(runner, program, suite)


# --- sharing ------------------------------------------------------------------------------------


def test_a_second_process_runs_nothing(path):
    first, ran = finished(start(path, 0, 6))
    again, read = finished(start(path, 0, 6))
    assert first == again == {number: wanted_of(number) for number in range(6)}
    assert ran["executions"] >= 6
    assert ran["alive"] >= 3
    # Not even the control run: what was measured of the program is in the file too.
    assert {name: count for name, count in read.items() if count} == {"cache_hits": 6}


def test_two_processes_that_write_at_once_lose_nothing(path):
    both = [start(path, 0, 30), start(path, 20, 50)]
    found = [finished(process)[0] for process in both]
    assert found[0] | found[1] == {number: wanted_of(number) for number in range(50)}
    read, summary = finished(start(path, 0, 50))
    assert read == found[0] | found[1]
    assert (summary["executions"], summary["cache_hits"]) == (0, 50)


@pytest.mark.slow
def test_a_process_killed_while_it_writes_loses_nothing_that_it_had_said(path):
    acknowledged = {}
    for number in range(KILLED):
        writer = start(path, 100 * number, 100 * number + 100)
        lines = [writer.stdout.readline()]
        time.sleep(0.02 * (1 + number % 5))
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.read().splitlines()
        writer.wait()
        writer.stdout.close()
        acknowledged.update(json.loads(line) for line in lines if line.strip())
    assert len(acknowledged) >= KILLED
    program, suite = project(SOURCE, TESTS)
    with LocalRunner(cache_path=path) as runner:
        measure(runner, program, suite)
        for number, names in acknowledged.items():
            assert names == wanted_of(number)
            assert names_of(runner.run(numbered(program, number), suite)) == names
        assert runner.stats.executions == 0
        assert runner.stats.cache_hits == len(acknowledged)
        new = numbered(program, 99_999)
        assert names_of(runner.run(new, suite)) == wanted_of(99_999)


def test_the_file_is_named_by_a_variable(path, known, monkeypatch):
    monkeypatch.setenv("NERION_CACHE", str(path))
    program = numbered(known.program, 7)
    for executions in (1, 0):
        with LocalRunner() as runner:
            runner.adopt(known)
            assert names_of(runner.run(program, known.suite)) == wanted_of(7)
            assert runner.stats.executions == executions
    with LocalRunner(cache=False) as runner:
        runner.adopt(known)
        runner.run(program, known.suite)
        assert runner.stats.executions == 1, "cache=False reads nothing"
    assert outcomes_in(path) == 1


@pytest.mark.slow
def test_outcomes_of_another_version_are_not_used(path, known, monkeypatch):
    program = numbered(known.program, 3)
    for executions in (1, 0):
        with LocalRunner(cache_path=path) as runner:
            runner.adopt(known)
            runner.run(program, known.suite)
            assert runner.stats.executions == executions
    monkeypatch.setattr(cache_module, "runner_version", lambda: "another")
    with LocalRunner(cache_path=path) as runner:
        runner.adopt(known)
        runner.run(program, known.suite)
        assert runner.stats.executions == 1
    assert outcomes_in(path) == 2


@pytest.mark.slow
def test_other_tests_are_another_outcome(path, known):
    program, suite = project(SOURCE, TESTS.replace("work(1) == 2", "work(1) in (2, 3)"))
    odd = numbered(program, 5)
    with LocalRunner(cache_path=path) as runner:
        runner.adopt(known)
        assert names_of(runner.run(odd, known.suite)) == wanted_of(5)
        measure(runner, program, suite)
        assert names_of(runner.run(odd, suite)) == ["PASSED"] * 3


@pytest.mark.slow
def test_a_run_that_stopped_early_is_not_shared(path, known):
    both = edited(numbered(known.program, 9), "return True", "return False")
    with LocalRunner(cache_path=path) as runner:
        runner.adopt(known)
        stopped = runner.run(both, known.suite, stop_at_first_failure=True)
        assert names_of(stopped) == ["PASSED", "FAILED", "NOT_RUN"]
        (many,) = runner.run_many([both], known.suite, stop_at_first_failure=True)
        assert many.results == stopped.results
    with LocalRunner(cache_path=path) as runner:
        runner.adopt(known)
        assert names_of(runner.run(both, known.suite)) == ["PASSED", "FAILED", "FAILED"]


def test_another_limit_of_memory_is_another_outcome(path, known):
    large = edited(
        known.program, "return value + 1", "return value + len(bytes(100 << 20)) * 0 + 1"
    )
    found = []
    for limit in (32 << 20, 512 << 20):
        with LocalRunner(cache_path=path, settings=Settings(memory=limit)) as runner:
            runner.adopt(known)
            found.append(names_of(runner.run(large, known.suite))[1])
    assert found == ["MEMORY", "PASSED"]


# --- files that are damaged ---------------------------------------------------------------------


def filled(path, known, count=40):
    """Make a file with outcomes, all in it and none beside it."""
    with LocalRunner(cache_path=path, workers=2) as runner:
        runner.adopt(known)
        runner.run_many([numbered(known.program, n) for n in range(count)], known.suite)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def test_a_file_that_is_none_of_ours_is_refused_by_name(path):
    path.write_bytes(b"no database" * 500)
    with pytest.raises(StorageError, match=r"shared\.sqlite.*remove it or choose another path"):
        LocalRunner(cache_path=path)
    assert path.read_bytes() == b"no database" * 500


def test_an_outcome_that_was_changed_is_an_error_not_a_wrong_outcome(path, known):
    filled(path, known, 2)
    with sqlite3.connect(path) as connection:
        swapped = "CAST(replace(payload, ',2,', ',1,') AS BLOB)"  # every FAILED becomes PASSED
        connection.execute(f"UPDATE entries SET payload = {swapped}")  # noqa: S608
    connection.close()
    with LocalRunner(cache_path=path) as runner:
        runner.adopt(known)
        with pytest.raises(StorageError, match=r"checksum.*Remove it \(a cache fills again\)"):
            runner.run(numbered(known.program, 1), known.suite)
    path.unlink()
    with LocalRunner(cache_path=path) as runner:
        runner.adopt(known)
        assert names_of(runner.run(numbered(known.program, 1), known.suite)) == wanted_of(1)


def test_a_damaged_file_gives_right_outcomes_or_an_error(path, known, tmp_path):
    filled(path, known)
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for turn in range(60):
        broken = bytearray(data)
        start_, length = int(rng.integers(len(data))), int(rng.integers(1, 5000))
        if turn % 3:
            broken[start_ : start_ + length] = rng.bytes(length)[: len(data) - start_]
        else:
            del broken[start_:]
        file = tmp_path / f"broken{turn}.sqlite"
        file.write_bytes(broken)
        refused += not read_all(file, known)
    assert 0 < refused < 60


def read_all(path, known):
    """Ask for every known outcome; whether no error was met that names the file."""
    try:
        with LocalRunner(cache_path=path) as runner:
            for number in range(40):
                key = cache_module.Key.of(numbered(known.program, number), known.suite)
                outcome = runner.cache.get(key)
                assert outcome is None or names_of(outcome) == wanted_of(number)
    except StorageError as error:
        return str(path) not in str(error)  # one that does not name the file is no good either
    return True


# --- what an agent sees -------------------------------------------------------------------------


def episode(runner):
    """Return what an environment shows and counts over some steps, one of them taken twice."""
    env = toy_math.make(runner=runner, observation="padded")
    observation, info = env.reset(seed=3)
    shown = [(observation, info)]
    rng = np.random.default_rng(0)
    actions = [int(a) for a in rng.choice(np.flatnonzero(observation["action_mask"]), 5, False)]
    for action in [*actions, actions[0]]:
        observation, reward, ended, cut, info = env.step(action)
        shown.append((observation, reward, ended, cut, info))
    counts = {name: value for name, value in vars(env.unwrapped.stats).items() if name != "ledger"}
    del counts["seconds"]
    return shown, counts


def test_a_hit_is_never_seen_by_the_agent(path):
    found = []
    for hits in (False, True):
        with LocalRunner(cache_path=path) as runner:
            shown, counts = episode(runner)
            assert (runner.stats.executions == 0) is hits
            assert counts["executions"] + counts["unreached"] == 5
            assert counts["repeats"] == 1
            found.append((shown, counts))
    (cold, first), (warm, second) = found
    assert (first.pop("cache_hits"), second.pop("cache_hits")) == (1, 6)
    assert first == second, "the run pays for an edit whether or not a file knows its outcome"
    for one, other in zip(cold, warm, strict=True):
        np.testing.assert_equal(one, other)
        assert not [name for name in other[-1] if "cache" in name or "hit" in name]
