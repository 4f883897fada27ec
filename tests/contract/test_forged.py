"""A program that finds how records are told, or writes to our sockets: it harms no trainer.

Whatever it sends is a verdict on it; the step ends in time, and the next one is right.
"""

import resource
import time
from pathlib import Path

import pytest

from nerion_gym.envs.render import describe_result
from nerion_gym.execution.control import CoverageWarning, measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.execution.settings import Settings
from nerion_gym.types.outcome import Status
from nerion_gym.types.suite import PACKAGE, STRICT
from tests.support.projects import edited, project

pytestmark = pytest.mark.sandbox

SOURCE = """{head}
def work(value):
    pass
    return value + 1

def other(value):
    return value * 2
"""
TESTS = """from m import other, work
def test_first():
    assert other(1) == 2
def test_work():
    assert work(1) == 2
def test_last():
    assert other(2) == 4
"""
FIND = """
import gc, os
teller = [thing for thing in gc.get_objects() if type(thing).__name__ == "Teller"][0]
nonce = teller._nonce
def put(data):
    view = memoryview(data)
    while view:
        view = view[os.write(teller._fd, view):]
def record(data):
    put(nonce + len(data).to_bytes(4, "big") + data)
"""
FORGED = {
    "no name": "record(b'[[1],2]')",
    "too short": """record(b'["passed"]')""",
    "no status": """record(b'["test","t","OWNED",null,"call","",0.1,0.1]')""",
    "no time": """record(b'["passed","t","soon",null]')""",
    "slow": """record(b'["slow"]')""",
    "long": """
size = 4 + 20 * (3 << 20) + 1
put(nonce + size.to_bytes(4, "big") + b'["x"')
for _ in range(20):
    put(b",[]" * (1 << 20))
put(b"]")
""",
    "many": """
for _ in range(15):
    record(b'["x"' + b",[]" * (1 << 20) + b"]")
""",
    "nested": """
count, unit = 20_000, len(nonce) + 4
put(b"".join(nonce + ((count - i - 1) * unit).to_bytes(4, "big") for i in range(count)))
""",
}
FAILED = """
teller._page[:4] = bytes(4)
{}
os._exit(70)
"""
BOUND = 20.0
"""Seconds for a step of a few milliseconds, on a machine that is busy."""


@pytest.fixture(scope="module")
def known():
    program, suite = project(SOURCE.format(head=""), TESTS, containment=STRICT)
    with LocalRunner(cache=False) as runner:
        yield runner, measure(runner, program, suite)


def run(known, code):
    """Run `code` inside `work`; return the outcome. The step after it is right."""
    runner, baseline = known
    body = "\n".join(f"    {line}" for line in code.strip("\n").splitlines())
    started, lost = time.monotonic(), runner.stats.retried
    outcome = runner.run(edited(baseline.program, "    pass", body), baseline.suite)
    assert time.monotonic() - started < BOUND
    after = runner.run(edited(baseline.program, "value * 2", "value * 3"), baseline.suite)
    assert names(after) == ["FAILED", "PASSED", "FAILED"]
    assert runner.stats.retried == lost
    return outcome


def names(outcome):
    return [result.status.name for result in outcome.results]


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_record_is_a_crash(known, what):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = run(known, FIND + FORGED[what])
    assert names(outcome) == ["PASSED", "CRASHED", "PASSED"]
    assert outcome.results[1].exception == "forged"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 400 << 10, "KiB in the trainer"


@pytest.mark.parametrize("said", ["", """record(b'["failed","boo\\\\u001b[2J"]')"""])
def test_a_program_that_looks_like_a_failure_of_ours_is_a_crash(known, said):
    runner, _ = known
    failures = runner.stats.failures
    outcome = run(known, FIND + FAILED.format(said))
    assert {result.status for result in outcome.results} == {Status.CRASHED}
    assert runner.stats.failures == failures + 1
    assert (r"boo\x1b[2J" in outcome.results[1].message) is bool(said)


@pytest.mark.parametrize(
    ("raised", "exception", "message"),
    [
        (r"ValueError('\x1b]0;owned\x07ü')", "ValueError", r"\x1b]0;owned\x07ü"),
        (r"type('\x1b[2J', (Exception,), {})('x')", r"\x1b[2J", "x"),
    ],
)
def test_no_terminal_gets_what_a_program_raises(known, raised, exception, message):
    result = run(known, f"raise {raised}").results[1]
    assert (result.exception, result.message) == (exception, message)
    assert describe_result(result).isprintable()


def test_a_forged_record_in_the_traced_run_makes_every_test_depend_on_all():
    head = "import gc\nif any(type(t).__name__ == 'Teller' for t in gc.get_objects()):\n"
    body = FIND + """record(b'["lines","t","PASSED",[],7,null]')"""
    head += "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    program, suite = project(SOURCE.format(head=head), TESTS, containment=STRICT)
    with LocalRunner(cache=False) as runner:
        with pytest.warns(CoverageWarning, match="3 of 3 tests"):
            baseline = measure(runner, program, suite)
        assert len(baseline.coverage.tests) == 3
        outcome = runner.run(edited(program, "value * 2", "value * 3"), suite)
    assert (outcome.route, names(outcome)) == ("reimport", ["CRASHED"] * 3)


# --- the socket, which the unchanged program finds while it is imported ---------------------------

SOCKET = """
import json, os, socket, stat, struct, time
def is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False
near = socket.socket(fileno=os.dup([n for n in range(3, 400) if is_socket(n)][-1]))
def message(header):
    data = json.dumps(header).encode()
    return struct.pack(">II", len(data), 2) + data + b"xx"
HEADER = {"op": "ready", "tests": [], "errors": [], "may_run": True, "live": [], "threads": 1,
    "cpu": 0.0, "memory": 0}
"""
SENT = {
    "drip": """
near.sendall(struct.pack(">II", 1000, 0))
for _ in range(120):
    near.sendall(b" "); time.sleep(0.25)
""",
    "descriptors": "socket.send_fds(near, [message({**HEADER, 'cpu': None})], [0, 0, 0, 0])",
    "list": "near.sendall(message([]))",
    "nothing": "near.sendall(message({}))",
    "another header": "near.sendall(message({**HEADER, 'tests': [[]]}))",
    "an id that a terminal obeys": "near.sendall(message({**HEADER, 'tests': ['t\\x1b[2J']}))",
}


@pytest.mark.parametrize("what", SENT)
def test_what_a_program_sends_at_import_is_a_verdict(what):
    head = SOCKET + SENT[what] + "\nos._exit(0)"
    program, suite = project(SOURCE.format(head=head), TESTS, containment=STRICT)
    before = set(Path("/proc/self/fd").iterdir())
    with LocalRunner(cache=False, settings=Settings(setup_seconds=3.0)) as runner:
        started = time.monotonic()
        outcome = runner.control(program, suite)
        assert time.monotonic() - started < BOUND
    assert names(outcome) == ["CRASHED"]
    assert outcome.results[0].message.isprintable()
    assert set(Path("/proc/self/fd").iterdir()) == before


CLOCKS = """import itertools
import time

from m import other

count = itertools.count()
for name in ("perf_counter", "process_time", "monotonic", "time"):
    setattr(time, name, lambda: 2e12 * (-1) ** next(count))


def test_first():
    assert other(1) == 2


def test_last():
    assert other(2) == 4
"""


@pytest.mark.parametrize("kind", [STRICT, PACKAGE])
def test_a_suite_that_replaces_clocks_is_no_forgery(kind):
    program, suite = project(SOURCE.format(head=""), CLOCKS, containment=kind)
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, program, suite)
        assert baseline.control.passing() == 2
        outcome = runner.run(edited(program, "value * 2", "value * 3"), suite)
        assert names(outcome) == ["FAILED", "FAILED"]
