"""What a program may do to its surroundings.

What `tests/unit/execution/test_faults.py` shows is not repeated here. In each case the step has
its status or ends in a clear error, nothing is left behind (processes, files, descriptors), and
the next steps, on either route, are right.
"""

import contextlib
from itertools import product

import pytest

from nerion_gym.errors import SandboxError
from nerion_gym.execution.control import measure
from nerion_gym.execution.runner import LocalRunner
from nerion_gym.types.outcome import Status
from tests.support.faults import (
    FIXTURES,
    SOURCE,
    TESTS,
    at_rest,
    closed_if_wrong,
    faulty,
    go_on,
    names_of,
    settled,
)
from tests.support.projects import edited, project

pytestmark = pytest.mark.sandbox
place, shared, known, fresh = FIXTURES

S = Status
CASES = {
    "a busy thread goes on": ("__import__('threading').Thread(target=spin).start()", S.PASSED),
    "a thread ends the process": (
        "__import__('threading').Thread(target=os._exit, args=(0,)).start(); time.sleep(5)",
        S.CRASHED,
    ),
    "50 MB from a subprocess": (
        "import subprocess\n    code = 'print(\"x\" * 50_000_000)'\n"
        "    subprocess.run([sys.executable, '-c', code], check=True)",
        S.PASSED,
    ),
    "prints for ever": ("while True: print('x' * 1000000)", S.TIMEOUT, S.FAILED),
    "closes the standard descriptors": ("[os.close(n) for n in (0, 1, 2)]", S.PASSED),
    "stands in a folder that is gone": (
        "os.mkdir('q'); os.chdir('q'); os.rmdir('../q'); os.chdir('/proc/self/root' + HERE)",
        S.PASSED,
    ),
    "removes the temporary folder": (
        "__import__('shutil').rmtree(os.environ['TMPDIR'])", S.PASSED,
    ),
    "rewrites its source, stamp kept": (
        "s = os.stat('m.py'); t = open('m.py').read().replace('value * 2', 'value * 3')\n"
        "    open('m.py', 'w').write(t); os.utime('m.py', ns=(s.st_atime_ns, s.st_mtime_ns))",
        S.PASSED,
    ),
    "deletes its source": ("os.remove('m.py')", S.PASSED),
    "rewrites its test": ("open('test_m.py', 'w').write('def test_x(): 1 / 0')", S.PASSED),
    "plants bytecode of another source": (
        "import py_compile as p; open('e.py', 'w').write('work = other = pause = None')\n"
        "    p.compile('e.py', f'__pycache__/m.{sys.implementation.cache_tag}.pyc',\n"
        "              invalidation_mode=p.PycInvalidationMode.UNCHECKED_HASH)",
        S.PASSED,
    ),
    "plants a conftest": ("open('conftest.py', 'w').write('1 / 0')", S.PASSED),
    "plants a configuration": ("open('pytest.ini', 'w').write('[pytest]\\naddopts=-X')", S.PASSED),
    "a pipe in its source's place": ("os.remove('m.py'); os.mkfifo('m.py')", S.PASSED),
    "a folder in its source's place": ("os.remove('m.py'); os.mkdir('m.py')", S.PASSED),
    "takes all rights away": ("os.chmod('m.py', 0); os.chmod('.', 0)", S.PASSED),
    "renames the project away": ("os.rename(HERE, HERE + '-away')", S.PASSED),
    "removes the slot": ("__import__('shutil').rmtree('..', ignore_errors=True)", S.PASSED),
    "blocks every signal": (
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); spin()", S.TIMEOUT,
    ),
    "sleeps for ever": ("time.sleep(10**6)", S.TIMEOUT),
    "leaves thirty spinning daemons": (
        "[os.fork() or (os.setsid(), spin()) for _ in range(30)]", S.PASSED,
    ),
    "a forked child goes on in the session": (
        "if os.fork() == 0: time.sleep(.1); raise RuntimeError", S.PASSED,
    ),
    "an endless loop in a child that it waits for": (
        "pid = os.fork()\n    pid or spin()\n    os.waitpid(pid, 0)", S.TIMEOUT,
    ),
}  # fmt: skip
MORE = {
    "a busy thread goes on",
    "removes the temporary folder",
    "deletes its source",
    "rewrites its test",
    "plants a conftest",
    "a pipe in its source's place",
    "a folder in its source's place",
}
"""More of the same: slow on both routes."""
WALL = {
    "blocks every signal",
    "sleeps for ever",
    "leaves thirty spinning daemons",
    "an endless loop in a child that it waits for",
}
OPEN = {
    "the state of `random`": "not in the fingerprint",
    "an attribute of the standard library": "not in the fingerprint",
}
"""Known faults of the engine: each passes when it is mended, and then leaves this table."""
FAST = {"the locale", "a file in the project"}
LEAVINGS = {
    "the locale": (
        "import locale; locale.setlocale(locale.LC_ALL, 'C')",
        "import locale; assert locale.setlocale(locale.LC_CTYPE) != 'C'",
    ),
    "the mask of new files": ("os.umask(0o077)", "assert os.umask(0o022) == 0o022"),
    "a signal's handler": (
        "import signal; signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "import signal; assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL",
    ),
    "a file in the project": ("open('left', 'w').close()", "assert not os.path.exists('left')"),
    "the folder": ("os.chdir('/')", "assert os.getcwd() != '/'"),
    "the state of `random`": (
        "import random; random.seed(5)",
        "import random; one = random.random(); random.seed(5); assert one != random.random()",
    ),
    "a file in the temporary folder": (
        "open(os.environ['TMPDIR'] + '/left', 'w').close()",
        "assert not os.path.exists(os.environ['TMPDIR'] + '/left')",
    ),
    "an attribute of the standard library": (
        "import json; json.left = 1",
        "import json; assert not hasattr(json, 'left')",
    ),
    "the limit of recursion": (
        "sys.setrecursionlimit(400)",
        "import sys; assert sys.getrecursionlimit() == 1000",
    ),
}


def marked(case):
    return [pytest.mark.xfail(reason=OPEN[case])] if case in OPEN else []


def cases():
    """Return each program on both routes; the second is slow, being more of the same.

    What the wall clock ends takes 8 s, and 20 s where collecting counts: one route will do.
    """
    found = []
    for case, route in product(CASES, ("swap", "reimport")):
        if case in WALL and route == "reimport":
            continue
        slow = case in WALL | MORE or route == "reimport"
        marks = marked(case) + ([pytest.mark.slow] if slow else [])
        found.append(pytest.param(case, route, marks=marks))
    return found


@pytest.mark.parametrize(("case", "route"), cases())
def test_what_a_program_does_stays_with_it(known, place, case, route):
    runner, baseline = known
    code, *statuses = CASES[case]
    before = at_rest(place)
    program = faulty(baseline.program, code, anew=route == "reimport")
    if "fork" in code:  # the session goes on for a while, and so does the child
        program = edited(program, "    return True", "    time.sleep(0.3)\n    return True")
    with closed_if_wrong(runner):
        outcome = runner.run(program, baseline.suite)
        assert outcome.route == route
        assert outcome.results[1].status in statuses
        assert names_of(outcome)[0] == "PASSED"
        go_on(runner, baseline)
        assert settled(place, before) == before


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=marked(case) + ([] if case in FAST else [pytest.mark.slow]))
        for case in LEAVINGS
    ],
)
def test_what_a_test_leaves_behind_is_seen_by_tests_that_do_not_reach_the_edit(place, case):
    leave, look = LEAVINGS[case]
    tests = TESTS.replace("    assert pause()", f"    {look}").replace(
        "from m", "import os\nfrom m"
    )
    with LocalRunner(cache=False) as runner:
        baseline = measure(runner, *project(SOURCE, tests))
        assert set(names_of(baseline.control)) == {"PASSED"}
        outcome = runner.run(faulty(baseline.program, leave), baseline.suite)
        # As in one cold session: the last test finds what `work` has left.
        assert names_of(outcome) == ["PASSED", "PASSED", "FAILED"]


def test_files_beside_the_project_do_not_stay(fresh, place):
    runner, baseline = fresh
    before = at_rest(place)
    code = "open('../pytest.ini', 'w').write('[pytest]\\naddopts = --no-such-option')"
    assert names_of(runner.run(faulty(baseline.program, code), baseline.suite))[1] == "PASSED"
    go_on(runner, baseline)
    assert settled(place, before) == before


def linked(baseline, target):
    """Return the program that puts a link to a folder of somebody else in the project's place."""
    code = f"import shutil; os.chdir('/'); shutil.rmtree(HERE); os.symlink({str(target)!r}, HERE)"
    return faulty(baseline.program, code)


def test_a_link_in_the_projects_place_is_not_followed(fresh, tmp_path):
    runner, baseline = fresh
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder").chmod(0o755)
    (tmp_path / "precious").write_text("keep me")
    before = [(path, path.stat().st_mode) for path in sorted(tmp_path.rglob("*"))]
    with contextlib.suppress(SandboxError):
        runner.run(linked(baseline, tmp_path), baseline.suite)
    fine = edited(baseline.program, "return value * 2", "return 2 * value")
    assert names_of(runner.run(fine, baseline.suite)) == ["PASSED"] * 3
    runner.close()
    assert [(path, path.stat().st_mode) for path in sorted(tmp_path.rglob("*"))] == before


def test_steps_after_a_link_in_the_projects_place_are_right(fresh, tmp_path):
    runner, baseline = fresh
    with contextlib.suppress(SandboxError):
        runner.run(linked(baseline, tmp_path), baseline.suite)
    go_on(runner, baseline)


def test_a_scratch_folder_that_somebody_cleaned_away(fresh, place):
    runner, baseline = fresh
    inside = f"assert folder.startswith({str(place)!r} + '/')"
    code = (
        f"import shutil; folder = os.path.dirname(os.path.dirname(HERE)); {inside}\n"
        "    os.chdir('/'); shutil.rmtree(folder)"
    )
    with contextlib.suppress(SandboxError):
        runner.run(faulty(baseline.program, code), baseline.suite)
    go_on(runner, baseline)
