"""What this machine can confine, whether that holds, and what a run gets therefore."""

from __future__ import annotations

import os
import platform
import sys
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nerion_gym.errors import SandboxError
from nerion_gym.execution.confinement import cgroups, policy, seccomp
from nerion_gym.execution.confinement.plan import NONE, PACKAGE, STRICT, Plan
from nerion_gym.execution.confinement.selftest import SelfTest, run_self_test

UNSAFE = "NERION_UNSAFE"
BARE_STAMP = "strict-without-namespaces"
SAFE_WAYS = (
    "Two safe ways: run nerion-gym in a Linux virtual machine, or in a Linux container that may "
    "make namespaces (on Windows: in WSL2)"
)
UNSAFE_WAY = f"{UNSAFE}=1 runs with limits of time and memory only, for code that you trust"
NO_UNSAFE_WAY = f"{UNSAFE}=1 does not help here: what runs tests is made for Linux"


@dataclass(frozen=True)
class Machine:
    """What this machine has.

    Attributes:
        platform: `sys.platform`.
        machine: "x86_64", "aarch64", ...
        kernel: its release, "" where it is not Linux.
        landlock: version of its Landlock, 0 where there is none.
        seccomp: whether it takes filters, and there is one for it.
        namespaces: whether a room with a file system, processes and a network of its own works.
        cgroup: "v2", "v1" or "none".
        user: "root" or "unprivileged".
        filter_digest: of the filters, 16 hex digits; "" where there are none for it.
    """

    platform: str
    machine: str
    kernel: str
    landlock: int
    seccomp: bool
    namespaces: bool
    cgroup: str
    user: str
    filter_digest: str


def machine() -> Machine:
    """Return what this machine has. The self-test tells whether namespaces work."""
    linux = on_linux()
    return Machine(
        platform=sys.platform,
        machine=platform.machine(),
        kernel=platform.release() if linux else "",
        landlock=landlock_version(),
        seccomp=linux and not seccomp.absence() and bool(filter_digest()),
        namespaces=has_rooms(),
        cgroup=cgroups.version(),
        user="root" if linux and os.geteuid() == 0 else "unprivileged",
        filter_digest=filter_digest(),
    )


def on_linux() -> bool:
    """Whether this is Linux."""
    return sys.platform.startswith("linux")


def has_rooms() -> bool:
    """Whether a file system, processes and a network of one's own are to be had."""
    try:
        return self_test().room
    except SandboxError:
        return False


def landlock_version() -> int:
    """Return the version of this kernel's Landlock; 0 where there is none."""
    if not on_linux():
        return 0
    from nerion_gym.execution.confinement import landlock  # calls Linux

    return landlock.version()


@lru_cache(maxsize=1)
def filter_digest() -> str:
    """Return the digest of the filters for this machine, "" where there are none."""
    if platform.machine() not in seccomp.MACHINES:
        return ""
    return seccomp.digest(*(seccomp.build(one) for one in policy.ALL))


def unsafe() -> bool:
    """Whether the user asked to go without containment."""
    return os.environ.get(UNSAFE) == "1"


def reason_against() -> str:
    """Return why this machine cannot confine anything, "" where it might."""
    if not on_linux():
        return f"tests cannot be confined on {sys.platform!r}"
    if not filter_digest():
        known = ", ".join(seccomp.MACHINES)
        return f"there is no system call filter for {platform.machine()!r} (only for {known})"
    kernel = f"this kernel ({platform.release()})"
    if seccomp.absence():
        return f"{kernel} takes no system call filters (seccomp): {seccomp.absence()}"
    if not landlock_version():
        return f"{kernel} has no Landlock (Linux 5.13 and later have): {landlock_absence()}"
    return ""


def landlock_absence() -> str:
    """Return why there is no Landlock, on Linux."""
    from nerion_gym.execution.confinement import landlock

    return landlock.absence()


def can_run() -> bool:
    """Whether tests can be run here at all, unconfined: it takes Linux's calls and its /proc."""
    return hasattr(os, "pidfd_open") and Path("/proc/self/statm").exists()


def refusal(reason: str) -> SandboxError:
    """Return the error that says why nothing runs, and what to do."""
    return SandboxError(f"{reason}. {SAFE_WAYS}. {UNSAFE_WAY if can_run() else NO_UNSAFE_WAY}")


ABSENT = "none"
CONFINING = ("user", "no_new_privs", "Landlock", "seccomp", "file system", "network", "processes")
"""The layers of a report beside limits."""
_tested: list[SelfTest] = []


def self_test(*, fresh: bool = False) -> SelfTest:
    """Return the self-test: made once per boot and version of the layers, then remembered.

    Args:
        fresh: whether to make it now.

    Raises:
        SandboxError: it cannot be made here.
    """
    if fresh or not _tested:
        reason = reason_against()
        if reason:
            raise refusal(reason)
        _tested[:] = [run_self_test(filter_digest(), fresh=fresh)]
    return _tested[0]


def plan_for(containment: str) -> Plan:
    """Return how a suite of this containment is confined here.

    Raises:
        SandboxError: it cannot be; says why, and names the safe ways.
    """
    if unsafe():
        if not can_run():
            raise refusal(f"tests cannot be run on {sys.platform!r}")
        warn_once()
        return Plan(NONE, room=False)
    test = self_test()
    if not test.ok:
        raise refusal(f"the sandbox does not hold here: {test.complaint}")
    if containment == PACKAGE and not test.room:
        hint = "or confine the suite strictly: containment='strict' (no processes, no sockets)"
        raise refusal(f"no namespaces can be made here ({test.why}), {hint}")
    return Plan(containment, test.room)


def stamp(containment: str) -> str:
    """Return what results are stamped with: "strict", "package", "none", or the lesser strict.

    Raises:
        SandboxError: as `plan_for`.
    """
    plan = plan_for(containment)
    return BARE_STAMP if plan.kind == STRICT and not plan.room else plan.kind


@lru_cache(maxsize=1)
def warn_once() -> None:
    """Say aloud that nothing is confined."""
    message = f"{UNSAFE}=1: programs run unconfined, with limits of time and memory only"
    warnings.warn(message, RuntimeWarning, stacklevel=2)


def layers(containment: str) -> dict[str, str]:
    """Return what confines a run of this containment here, layer by layer; for manifests.

    A layer that is not to be had is named as such: nothing is left out in silence.

    Raises:
        SandboxError: as `plan_for`.
    """
    plan = plan_for(containment)
    found = {"containment": stamp(containment), "limits": "processor time, memory, files, wall"}
    if plan.kind == NONE:
        return found | dict.fromkeys(CONFINING, ABSENT)
    strict = plan.kind == STRICT
    user = "one that owns nothing" if becomes_another(plan) else f"{os.geteuid()}, as before"
    found |= {
        "kernel": platform.release(),
        "user": f"{user}; no capabilities" if strict else user,
        "no_new_privs": "set",
        "Landlock": f"version {landlock_version()}",
        "seccomp": f"{plan.kind} filter, {filter_digest()}",
        "self-test": "every layer denied its probe",
    }
    if not plan.room:
        return found | {
            "file system": "the machine's; Landlock lets Python be read and scratch be written",
            "network": "the machine's; seccomp lets no socket be opened",
            "processes": "the machine's; seccomp lets runs start or signal none",
        }
    return found | {
        "file system": f"{'what Python needs' if strict else 'all'}, read-only; scratch in memory",
        "network": "none" if strict else "loopback of its own",
        "processes": "one" if strict else "a namespace for each run",
    }


def becomes_another(plan: Plan) -> bool:
    """Whether runs belong to a user that owns nothing, instead of to this one."""
    if not plan.room:
        return False
    from nerion_gym.execution.confinement import identity, room  # call Linux

    return identity.may_become_others() and room.others_may_read()
