"""The independent judge: a cold `python -m pytest` on a fresh copy, and what it reported.

Shares nothing with `nerion_gym.execution`: its own plugin, its own reduction to statuses.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nerion_gym.types.outcome import Outcome

PLUGIN = """
import json, os, pytest, resource, sys, time

ended = []

def write(**row):
    with open(os.environ["COLD_RECORDS"], "a") as file:
        file.write(json.dumps(row) + "\\n")

@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    result = yield
    report = result.get_result()
    if call.excinfo is not None:
        report.cold_raised = type(call.excinfo.value).__name__

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid, location):
    write(kind="start", test=nodeid, cpu=time.process_time())

@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report):
    write(kind="report", test=report.nodeid, when=report.when, outcome=report.outcome,
          expected=hasattr(report, "wasxfail"), raised=getattr(report, "cold_raised", None),
          subtest=hasattr(report, "context"), text=str(report.longrepr or "")[:40],
          seconds=report.duration, cpu=time.process_time())

@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    # The caps that the runner documents: 512 MiB of private writable memory on top of what
    # collecting has, and four times that of address space. A cold run of an endless loop that
    # allocates must be bounded too.
    with open("/proc/self/statm") as file:
        pages = [int(word) * resource.getpagesize() for word in file.read().split()]
    resource.setrlimit(resource.RLIMIT_DATA, (pages[5] + (512 << 20),) * 2)
    resource.setrlimit(resource.RLIMIT_AS, (pages[0] + (2048 << 20),) * 2)

def pytest_collectreport(report):
    if report.failed:
        write(kind="collect", node=report.nodeid)

def pytest_sessionfinish(session, exitstatus):
    write(kind="end", code=int(exitstatus))
    ended.append(int(exitstatus))

@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    # All verdicts are written. A thread that a failed test left waiting would keep us for ever.
    if ended:
        sys.stdout.flush()
        os._exit(ended[0])
"""
LIMITS = ("TIMEOUT", "MEMORY")
WALL_LEAST, WALL_FACTOR = 6.0, 4.0
CPU_LEAST, CPU_FACTOR = 0.25, 10.0
"""The runner's least limits of wall time (its one repeat, at three times that, included) and of CPU
time, and how many times what a test took before an edit it may take at least."""
OPEN_PLACES = ("/tmp", "/var/tmp", "/dev/shm", tempfile.gettempdir())  # noqa: S108 - named
"""Where root's cold runs may write; the rest of the disk they see read-only."""
RACES = 8
"""How often a cold run that differs is repeated: a verdict that it gives once in six times (a reset
connection of h11's server, under an edit) is then missed once in four or five."""
SEVERITY = ["SKIPPED", "PASSED", "XFAILED", "XPASSED", "XPASSED!", "FAILED", "ERROR", "MEMORY"]


class Verdicts(dict[str, tuple]):
    """What a cold run said: test id -> (status name, exception name, phase).

    `seconds` has each test's wall time, `cpu` its CPU time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}


def run_cold(program, suite, *, seconds=20.0) -> Verdicts:
    """Return test id -> (status name, exception name, phase) from a cold run on a fresh copy.

    A test that was running when the time was up is ("TIMEOUT", None, "call"), one whose process
    died ("CRASHED", None, "call"); tests after either are missing.
    """
    with tempfile.TemporaryDirectory(prefix="cold-") as folder:
        rows, out_of_time, code, said = _run(Path(folder).resolve(), program, suite, seconds)
    verdicts = Verdicts()
    running, began = None, 0.0
    for row in rows:
        if row["kind"] == "start":
            running, began = row["test"], row["cpu"]
        elif row["kind"] == "report":
            _keep_worst(verdicts, row)
            spent = verdicts.seconds.get(row["test"], 0.0)
            verdicts.seconds[row["test"]] = spent + row["seconds"]
            verdicts.cpu[row["test"]] = row["cpu"] - began
            running = None if row["when"] == "teardown" else running
        elif row["kind"] == "collect":
            verdicts["collect " + row["node"]] = ("ERROR", None, "collect")
    ended = any(row["kind"] == "end" for row in rows)
    if running is not None and not ended:
        verdicts[running] = ("TIMEOUT" if out_of_time else "CRASHED", None, "call")
    if not ended and running is None and out_of_time:
        verdicts["collect "] = ("TIMEOUT", None, "collect")
    if not rows and not out_of_time:
        assert code != 0, said
        verdicts["collect "] = ("ERROR", None, "collect")
    return verdicts


def expected_for(verdicts, tests) -> dict[str, tuple | None]:
    """Return what a cold run says of each test: a verdict, or None where it says nothing."""
    failed = {name.removeprefix("collect "): v for name, v in verdicts.items() if _is_node(name)}
    stopped = any(verdict[0] in ("TIMEOUT", "CRASHED") for verdict in verdicts.values())
    found: dict[str, tuple | None] = {}
    for test in tests:
        under = [v for node, v in failed.items() if node in ("", ".") or _below(test, node)]
        if test in verdicts:
            found[test] = verdicts[test]
        elif under:
            found[test] = under[0]
        else:
            found[test] = None if stopped else ("NOT_RUN", None, "call")
    return found


def differences(outcome, verdicts, usual=None) -> list[str]:
    """Return a line for each test on which an outcome and a cold run disagree.

    `usual` is the cold run of the unchanged program: where it is given, a test that an edit makes
    take much longer, past one of the runner's limits, may be one that the limit ended.
    """
    wanted = expected_for(verdicts, [result.id for result in outcome.results])
    lines = []
    for result in outcome.results:
        cold = wanted[result.id]
        if cold is None:
            continue
        warm = (result.status.name, result.exception, result.phase)
        if warm[0] in ("TIMEOUT", "CRASHED", "NOT_RUN") or warm[2] == "collect":
            warm = (warm[0], None, warm[2])
        # Which of two limits ends a loop that allocates depends on the machine's speed, so the
        # kind is not compared; that a limit ended both is.
        if warm[0] in LIMITS and cold[0] in LIMITS:
            continue
        if warm[0] == "TIMEOUT" and usual and _outlasts(result.id, verdicts, usual):
            continue
        if warm[0] == "PASSED" and cold[0] == "PASSED":
            continue
        if warm != cold:
            lines.append(f"{result.id}: warm {warm}, cold {cold} (route {outcome.route})")
    return lines


def _outlasts(test, verdicts, usual) -> bool:
    if test not in usual.seconds or test not in verdicts.seconds:
        return False
    waited = verdicts.seconds[test] > max(WALL_LEAST, WALL_FACTOR * usual.seconds[test])
    worked = verdicts.cpu[test] > max(CPU_LEAST, CPU_FACTOR * usual.cpu[test])
    return waited or worked


def disagreements(runner, program, suite, seconds, usual=None) -> tuple[Outcome, list[str]]:
    """Run a program both ways; return (outcome, differing lines).

    What differs is run again both ways, the cold one with three times the time: on a loaded
    machine a limit of time may end one of the two only. Then the cold one alone, some times: an
    edit may leave a race (between a server's thread and its client, say), and what a cold run says
    in one of these is as right as what it says in the others.
    """
    outcome = runner.run(program, suite)
    lines = differences(outcome, run_cold(program, suite, seconds=seconds), usual)
    if lines:
        outcome = runner.run(program, suite)
    for _ in range(1 + RACES if lines else 0):
        lines = differences(outcome, run_cold(program, suite, seconds=3 * seconds), usual)
        if not lines:
            break
    return outcome, lines


@cache
def shelter() -> tuple[str, ...]:
    """Return what a cold run is started by, so that root's edited programs leave the disk alone.

    An edit of tinydb makes `/this/is/an/invalid/path`, which a test of it expects not to be there:
    from then on that test fails. Others than root may not, and need no shelter.
    """
    if os.geteuid():
        return ()
    places = shlex.join(place for place in OPEN_PLACES if Path(place).is_dir())
    script = f'for place in {places}; do mount --bind "$place" "$place" || exit 1; done'
    script += ' && mount -o remount,bind,ro / && cd "$(pwd)" && exec "$@"'
    words = ("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh")
    try:
        works = subprocess.run([*words, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        works = False
    return words if works else ()


def _run(folder, program, suite, seconds):
    root, records = folder / "project", folder / "records.jsonl"
    for path, data in (*suite.files, *program.files):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (folder / "plugin").mkdir()
    (folder / "plugin" / "cold_records.py").write_text(PLUGIN)
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    places = [os.path.normpath(root / path) for path in suite.pythonpath]
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), *os.defpath.split(os.pathsep)]),
        "LANG": "C.UTF-8",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        # glibc reserves 64 MiB of address space for every thread's arena. The runner sets it too.
        "MALLOC_ARENA_MAX": "2",
        "PYTHONPATH": os.pathsep.join([*places, str(folder / "plugin")]),
        "COLD_RECORDS": str(records),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "cold_records", "-p", "no:cacheprovider"]
    command += ["--rootdir", str(root), "--maxfail=0", *suite.targets]
    out_of_time, code, said = False, 0, ""
    try:
        done = subprocess.run(
            [*shelter(), *command], cwd=root, env=environment, capture_output=True, timeout=seconds
        )
        code, said = done.returncode, done.stdout.decode(errors="replace")[-2000:]
    except subprocess.TimeoutExpired:
        out_of_time = True
    text = records.read_text() if records.exists() else ""
    return [json.loads(line) for line in text.splitlines()], out_of_time, code, said


def _keep_worst(verdicts, row):
    verdict = _verdict(row)
    if verdict is None:
        return
    old = verdicts.get(row["test"])
    if old is None or _severity(verdict) > _severity(old):
        verdicts[row["test"]] = verdict


def _verdict(row):
    when, raised = row["when"], row["raised"]
    if row["outcome"] == "failed":
        if row["text"].startswith("[XPASS(strict)]"):
            return ("XPASSED", "XPASS(strict)", when)
        if raised == "MemoryError":
            return ("MEMORY", raised, when)
        if row["text"].startswith("contains ") and raised is None:
            return None  # failing subtests are reported one by one
        return ("FAILED" if when == "call" else "ERROR", raised, when)
    if row["subtest"]:
        return None
    if row["outcome"] == "skipped":
        return ("XFAILED" if row["expected"] else "SKIPPED", None, when)
    if when != "call":
        return None
    return ("XPASSED" if row["expected"] else "PASSED", None, when)


def _severity(verdict):
    name = "XPASSED!" if verdict[1] == "XPASS(strict)" else verdict[0]
    return SEVERITY.index(name)


def _is_node(name):
    return name.startswith("collect ")


def _below(test, node):
    return test == node or test.startswith((node + "::", node + "/"))
