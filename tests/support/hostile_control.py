"""Controls: the same hostile programs, unconfined, on a disposable piece of the outside.

Each runs in a process and mount namespace of its own, under a time limit: nobody else's processes
are in its reach, and all that it starts ends with it. `HARMLESS_HERE` names the attempts that do
nothing on some machines even so, and how that is known.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.hostile import SOURCE, hostile, kit_text
from tests.support.hostile_outside import VARIABLE
from tests.support.projects import project

LAUNCHER = Path(__file__).with_name("hostile_launcher.py")
SECONDS = 30.0
"""For everything; one that goes on for ever is given `MOMENT`."""
MOMENT = 0.6


def ordinary_user():
    return "an ordinary user may not do it" if os.geteuid() else ""


def setting(path, harmless, why):
    """Return why a kernel's setting makes an attempt harmless, "" where it does not."""
    try:
        value = Path(path).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    return f"{why} ({path} is {value})" if value in harmless else ""


def since(major, minor):
    """Return why an attempt is harmless on kernels before some version, "" on later ones."""
    here = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
    return "" if here >= (major, minor) else f"kernels before {major}.{minor} have no such call"


HARMLESS_HERE = {
    "call numbers that nobody knows": lambda: "no kernel has them",
    "an x32 call": lambda: "" if has_x32() else "this kernel has no x32",
    "IPv6": lambda: "" if Path("/proc/net/if_inet6").exists() else "this machine has no IPv6",
    "a sentinel: chmod by a call newer than the filter": lambda: since(6, 6),
    "io_uring": lambda: setting("/proc/sys/kernel/io_uring_disabled", "12", "it is switched off"),
    "perf": lambda: (
        setting("/proc/sys/kernel/perf_event_paranoid", "34", "only root may") and ordinary_user()
    ),
    "bpf": lambda: (
        setting("/proc/sys/kernel/unprivileged_bpf_disabled", "12", "only root may")
        and ordinary_user()
    ),
    **dict.fromkeys(
        (
            "setuid",
            "packets",
            "change the machine's settings in /proc",
        ),
        ordinary_user,
    ),
}
"""Case -> why it is harmless on this machine even without containment, "" where it is not."""


def has_x32():
    """Whether this kernel takes calls of the x32 interface: asked of it in a process of its own."""
    ask = "import ctypes; raise SystemExit(ctypes.CDLL(None).syscall(0x40000027) <= 0)"
    return subprocess.run([sys.executable, "-S", "-c", ask]).returncode == 0


def run_unconfined(case, outside):
    """Run a case's program on a piece of the outside of its own; return (words, what it said)."""
    modules = outside.root / "modules"
    modules.mkdir()
    (modules / "kit.py").write_text(kit_text(outside.target), encoding="utf-8")
    cwd = outside.root / "project"
    cwd.mkdir()
    program, _ = project(SOURCE, "")
    order = {
        "program": hostile(program, case).source("m.py").decode(),
        "modules": str(modules),
        "cwd": str(cwd),
        "output": str(outside.root / "output"),
        "target": outside.target,
        "environment": {VARIABLE: outside.word, "HOME": str(cwd), "TMPDIR": str(cwd)},
        "control": case.control,
        "seconds": MOMENT if "timeout" in case.control else SECONDS / 2,
    }
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *as_root, "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    done = subprocess.run(
        [*command, sys.executable, "-S", str(LAUNCHER)],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        start_new_session=True,
    )
    for folder in (outside.root, cwd):
        if folder.exists():
            folder.chmod(0o700)
    assert done.returncode == 0, done.stderr
    words, said = json.loads(done.stdout)
    return set(words) | outside.harm(), said
