"""What this machine gives to each containment, what it lacks, and what to do about that."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.errors import SandboxError
from nerion_gym.execution.confinement import machine as machines
from nerion_gym.execution.confinement.cgroups import Allowance, allowance
from nerion_gym.execution.confinement.plan import PACKAGE, STRICT, Plan
from nerion_gym.execution.confinement.selftest import SWITCHES, SelfTest, switch

if TYPE_CHECKING:
    from nerion_gym.execution.confinement.machine import Machine

WHOLE, WITHOUT_ROOM, NO = "yes, whole", "without a room", "no"
ALL_HOLD, SOME_HOLD, NONE_HOLDS = 0, 1, 2
LANDLOCK_SINCE = (5, 13)
LITTLE_MEMORY, FEW_PROCESSES = 1 << 30, 600
CONTAINER_FILES = (Path("/.dockerenv"), Path("/run/.containerenv"))
SWITCHED_OFF = {
    "user/max_user_namespaces": ("0", "sudo sysctl user.max_user_namespaces=15000"),
    "kernel/unprivileged_userns_clone": ("0", "sudo sysctl kernel.unprivileged_userns_clone=1"),
    "kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    ),
}
"""Setting -> (its value where namespaces are refused, what lets them be made)."""
CONTAINER_OPTIONS = (
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined"
)

LANDLOCK_AT_START = (
    "let the machine start with Landlock: the kernel's parameter `lsm=landlock,` before those that "
    "/sys/kernel/security/lsm lists"
)
TELL_US = "tell the maintainers, with what `nerion doctor --json` prints"


class Verdict(NamedTuple):
    """What a containment is worth here.

    Attributes:
        kind: `WHOLE`, `WITHOUT_ROOM` or `NO`.
        why: what is lacking, "" where nothing is.
    """

    kind: str
    why: str = ""


@dataclass(frozen=True)
class Facts:
    """What was found out about this machine.

    Attributes:
        machine: what it has.
        reason: why it can confine nothing, "" where it might.
        test: the self-test; one without probes where none was made.
        allowed: by the control group.
        unsafe: whether the user asked to go without containment.
        can_run: whether tests run here at all.
        in_container: whether this looks like one.
        other_user: whether runs belong to a user that owns nothing.
        switches: settings of the kernel that decide about namespaces; "" where there is none.
    """

    machine: Machine
    reason: str
    test: SelfTest
    allowed: Allowance
    unsafe: bool = False
    can_run: bool = True
    in_container: bool = False
    other_user: bool = False
    switches: dict[str, str] = field(default_factory=dict)


def gather(*, fresh: bool = False) -> Facts:
    """Look at this machine.

    Args:
        fresh: whether to make the self-test anew.
    """
    reason = machines.reason_against()
    test = SelfTest((), good=False, bad=False)
    if not reason:
        try:
            test = machines.self_test(fresh=fresh)
            reason = test.complaint
        except SandboxError as error:
            reason = str(error)
    return Facts(
        machine=machines.machine(),
        reason=reason,
        test=test,
        allowed=allowance(),
        unsafe=machines.unsafe(),
        can_run=machines.can_run(),
        in_container=any(path.exists() for path in CONTAINER_FILES),
        other_user=not reason and machines.becomes_another(Plan(STRICT, test.room)),
        switches={name: switch(name) for name in SWITCHES} if sys.platform != "win32" else {},
    )


def verdicts(facts: Facts) -> dict[str, Verdict]:
    """Return what each containment is worth here, to runs as they would be started now."""
    if facts.unsafe:
        return dict.fromkeys((STRICT, PACKAGE), Verdict(NO, f"{machines.UNSAFE}=1 is set"))
    if facts.reason:
        return dict.fromkeys((STRICT, PACKAGE), Verdict(NO, facts.reason))
    if facts.test.room:
        return dict.fromkeys((STRICT, PACKAGE), Verdict(WHOLE))
    lacking = f"no namespaces can be made: {facts.test.why}"
    return {
        STRICT: Verdict(WITHOUT_ROOM, f"{lacking}; results are stamped {machines.BARE_STAMP!r}"),
        PACKAGE: Verdict(NO, lacking),
    }


def exit_code(facts: Facts) -> int:
    """Return 0 where all holds, 1 where strict holds in part, 2 where nothing is confined."""
    if facts.unsafe or facts.reason:
        return NONE_HOLDS
    return ALL_HOLD if facts.test.room else SOME_HOLD


# --- advice -------------------------------------------------------------------------------------


def advice(facts: Facts) -> list[str]:
    """Return what to do, most pressing first; nothing where all is well."""
    found = []
    if facts.unsafe:
        found.append(
            f"{machines.UNSAFE}=1 is set: nothing is confined, whatever holds here. Unset it"
        )
    lack = against_all(facts) if facts.reason else [] if facts.test.room else for_rooms(facts)
    found += lack
    if lack and not facts.can_run:
        found.append(machines.NO_UNSAFE_WAY)
    if facts.test.room and facts.machine.user == "root" and not facts.other_user:
        found.append(
            "runs keep root's user id, without its powers over others: let Python's files be "
            "readable by everybody, or do not start as root"
        )
    return found + tight(facts.allowed)


def against_all(facts: Facts) -> list[str]:
    """Return what to do where nothing can be confined."""
    machine = facts.machine
    if machine.platform == "win32":
        return ["run nerion-gym in WSL2 (`wsl --install`), or in a Linux virtual machine"]
    if not machine.kernel:
        return ["run nerion-gym in a Linux container or a Linux virtual machine"]
    if not machine.filter_digest:
        return ["use a machine that there are filters for (x86_64, aarch64)"]
    if not machine.seccomp:
        return ["use a kernel that was built with CONFIG_SECCOMP_FILTER, as distributions' are"]
    return [for_landlock(facts) if not machine.landlock else TELL_US]


def for_landlock(facts: Facts) -> str:
    """Return what to do where there is no Landlock."""
    kernel = facts.machine.kernel
    if release(kernel) < LANDLOCK_SINCE:
        return f"use a newer kernel: Landlock came with Linux 5.13, this is {kernel}"
    if "refuses" in facts.reason:
        return f"a container's filter refuses Landlock: {options()}"
    return LANDLOCK_AT_START


def for_rooms(facts: Facts) -> list[str]:
    """Return what to do where no namespaces can be made."""
    found = [
        f"let users make namespaces: {command}"
        for name, (off, command) in SWITCHED_OFF.items()
        if facts.switches.get(name) == off
    ]
    if facts.in_container:
        found.append(f"let the container make namespaces: {options()}")
    if not found:
        found.append(
            "something refuses namespaces (a container, a security module): a Linux virtual "
            "machine gives them"
        )
    return [*found, "then look again: nerion doctor --fresh"]


def options() -> str:
    """Return what a container has to be started with."""
    return f"start it with {CONTAINER_OPTIONS} (it is then less of a wall itself)"


def tight(allowed: Allowance) -> list[str]:
    """Return what a control group may make too little."""
    found = []
    if allowed.memory is not None and allowed.memory < LITTLE_MEMORY:
        found.append(
            f"the control group allows {allowed.memory >> 20} MiB of memory, one run may take 512: "
            "allow more, or tests end for want of memory"
        )
    if allowed.processes is not None and allowed.processes < FEW_PROCESSES:
        found.append(
            f"the control group allows {allowed.processes} processes and threads, one run may "
            "start 512: allow more, or tests fail to start theirs"
        )
    return found


def release(kernel: str) -> tuple[int, ...]:
    """Return the first two numbers of a kernel's release."""
    words = kernel.replace("-", ".").split(".")[:2]
    return tuple(int(word) if word.isdigit() else 0 for word in words)
