"""What `nerion doctor` makes of each kind of machine, without being on one."""

from dataclasses import replace

import pytest

from nerion_gym.execution import cage
from nerion_gym.execution.confinement import diagnosis, machine
from nerion_gym.execution.confinement.cgroups import Allowance, allowance
from nerion_gym.execution.confinement.diagnosis import Facts, Verdict
from nerion_gym.execution.confinement.machine import Machine
from nerion_gym.execution.confinement.plan import NONE, PACKAGE, STRICT, Plan
from nerion_gym.execution.confinement.selftest import Probe, SelfTest

LINUX = Machine(
    platform="linux",
    machine="x86_64",
    kernel="6.12.0-1-amd64",
    landlock=6,
    seccomp=True,
    namespaces=True,
    cgroup="v2",
    user="unprivileged",
    filter_digest="0123456789abcdef",
)
PROBES = (Probe("Landlock", "write", True, True), Probe("seccomp", "fork", True, True))
HELD = SelfTest(PROBES, good=True, bad=True, room=True)
NO_TEST = SelfTest((), good=False, bad=False)
NO_ROOM = replace(HELD, room=False, why="unshare: Operation not permitted")


def facts(*, reason="", test=HELD, allowed=None, **changes):
    of_facts = {"unsafe", "can_run", "in_container", "other_user", "switches"}
    rest = {name: changes.pop(name) for name in of_facts & changes.keys()}
    return Facts(replace(LINUX, **changes), reason, test, allowed or Allowance("v2"), **rest)


def lacking(reason, **changes):
    return facts(reason=reason, test=NO_TEST, namespaces=False, **changes)


@pytest.mark.pure
def test_a_whole_machine_needs_no_advice():
    whole = facts()
    assert diagnosis.verdicts(whole) == dict.fromkeys((STRICT, PACKAGE), Verdict("yes, whole"))
    assert diagnosis.advice(whole) == []
    assert diagnosis.exit_code(whole) == 0


FOREIGN = {"kernel": "", "landlock": 0, "seccomp": False, "filter_digest": "", "can_run": False}
CASES = {
    "macOS": (
        lacking("tests cannot be confined on 'darwin'", platform="darwin", **FOREIGN),
        "run nerion-gym in a Linux container or a Linux virtual machine",
    ),
    "Windows": (
        lacking("tests cannot be confined on 'win32'", platform="win32", **FOREIGN),
        "WSL2",
    ),
    "an unknown processor": (
        lacking("no filter", machine="riscv64", filter_digest="", seccomp=False),
        "x86_64, aarch64",
    ),
    "a kernel without seccomp": (lacking("no seccomp", seccomp=False), "CONFIG_SECCOMP_FILTER"),
    "an old kernel": (
        lacking("no Landlock", landlock=0, kernel="5.10.0-21-amd64"),
        "use a newer kernel: Landlock came with Linux 5.13, this is 5.10.0-21-amd64",
    ),
    "Landlock switched off": (lacking("switched off", landlock=0), "lsm=landlock,"),
    "Landlock refused": (
        lacking("something around this process refuses its calls", landlock=0),
        "seccomp=unconfined",
    ),
    "a layer that does not hold": (
        facts(reason="Landlock let a process write", test=replace(HELD, bad=False)),
        "nerion doctor --json",
    ),
}


@pytest.mark.pure
@pytest.mark.parametrize("case", CASES)
def test_nothing_can_be_confined(case):
    found, way = CASES[case]
    assert diagnosis.verdicts(found) == dict.fromkeys(
        (STRICT, PACKAGE), Verdict("no", found.reason)
    )
    assert way in diagnosis.advice(found)[0]
    assert diagnosis.exit_code(found) == 2
    assert ("does not help here" in diagnosis.advice(found)[-1]) == (not found.can_run)


ROOMLESS = {
    "a limit of none": ({"switches": {"user/max_user_namespaces": "0"}}, "max_user_namespaces=1"),
    "Debian's switch": (
        {"switches": {"kernel/unprivileged_userns_clone": "0"}},
        "kernel.unprivileged_userns_clone=1",
    ),
    "Ubuntu's switch": (
        {"switches": {"kernel/apparmor_restrict_unprivileged_userns": "1"}},
        "kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    "a container": ({"in_container": True}, "--security-opt systempaths=unconfined"),
    "nobody knows": ({"switches": {"user/max_user_namespaces": "100"}}, "Linux virtual machine"),
}


@pytest.mark.pure
@pytest.mark.parametrize("case", ROOMLESS)
def test_without_namespaces_strict_holds_in_part(case):
    changes, way = ROOMLESS[case]
    found = facts(test=NO_ROOM, namespaces=False, **changes)
    strict, package = diagnosis.verdicts(found).values()
    assert strict.kind == "without a room"
    assert "unshare: Operation not permitted" in strict.why
    assert "'strict-without-namespaces'" in strict.why
    assert package.kind == "no"
    first, *_, last = diagnosis.advice(found)
    assert way in first
    assert last.endswith("nerion doctor --fresh")
    assert diagnosis.exit_code(found) == 1


@pytest.mark.pure
def test_what_is_unsafe_or_tight_is_said():
    assert diagnosis.exit_code(facts(unsafe=True)) == 2
    for verdict in diagnosis.verdicts(facts(unsafe=True)).values():
        assert verdict == (diagnosis.NO, "NERION_UNSAFE=1 is set")
    assert "NERION_UNSAFE=1 is set" in diagnosis.advice(facts(unsafe=True))[0]
    (advice,) = diagnosis.advice(facts(user="root"))
    assert "root's user id" in advice
    assert diagnosis.advice(facts(user="root", other_user=True)) == []
    memory, processes = diagnosis.advice(facts(allowed=Allowance("v2", 256 << 20, 0.5, 100)))
    assert "256 MiB" in memory
    assert "100 processes" in processes


@pytest.mark.pure
@pytest.mark.parametrize(
    ("kernel", "numbers"),
    [("6.12.0-1-amd64", (6, 12)), ("5.4", (5, 4)), ("5.15-rc1", (5, 15)), ("", (0,))],
)
def test_releases_are_compared_by_number(kernel, numbers):
    assert diagnosis.release(kernel) == numbers


# --- control groups -----------------------------------------------------------------------------


def written(root, group, files):
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(group)
    for name, text in files.items():
        place = root / "sys/fs/cgroup" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text + "\n")
    return root


def test_the_least_of_version_2_counts(tmp_path):
    files = {
        "cgroup.controllers": "cpu memory pids",
        "a/memory.max": "2147483648",
        "a/b/memory.max": "max",
        "a/cpu.max": "max 100000",
        "a/b/cpu.max": "150000 100000",
        "a/b/pids.max": "300",
    }
    assert allowance(written(tmp_path, "0::/a/b\n", files)) == Allowance("v2", 2 << 30, 1.5, 300)


def test_version_1_as_a_container_sees_it(tmp_path):
    files = {
        "memory/memory.limit_in_bytes": "536870912",
        "cpu/cpu.cfs_quota_us": "-1",
        "cpu/cpu.cfs_period_us": "100000",
        "pids/pids.max": "max",
    }
    groups = "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n"
    assert allowance(written(tmp_path, groups, files)) == Allowance("v1", 512 << 20)


def test_no_control_groups(tmp_path):
    assert allowance(tmp_path) == Allowance("none")


# --- what a machine has -------------------------------------------------------------------------


@pytest.mark.pure
def test_the_layer_report_leaves_nothing_out(monkeypatch):
    monkeypatch.setattr(machine, "_tested", [NO_ROOM])
    monkeypatch.delenv(machine.UNSAFE, raising=False)
    bare = machine.layers(STRICT)
    assert bare["containment"] == "strict-without-namespaces"
    assert set(machine.CONFINING) < set(bare)
    assert bare["network"].startswith("the machine's")
    monkeypatch.setattr(machine, "_tested", [HELD])
    monkeypatch.setattr(machine, "becomes_another", lambda _plan: False)
    for containment in (STRICT, PACKAGE):
        whole = machine.layers(containment)
        assert set(whole) == set(bare)
        assert "as before" in whole["user"]


@pytest.mark.pure
@pytest.mark.filterwarnings("ignore:NERION_UNSAFE=1")
def test_the_layer_report_of_an_unconfined_run(monkeypatch):
    monkeypatch.setenv(machine.UNSAFE, "1")
    report = machine.layers(STRICT)
    assert report["containment"] == "none"
    assert {report[layer] for layer in machine.CONFINING} == {"none"}


def test_where_no_filter_is_known_an_unconfined_task_still_starts(monkeypatch, tmp_path):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    cage.prepare()
    assert cage.Cage(Plan(NONE, room=False), str(tmp_path)).places == ()
