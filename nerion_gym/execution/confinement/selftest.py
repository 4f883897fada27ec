"""Run the self-test in a process of its own, judge it, remember it until the next boot."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nerion_gym.errors import SandboxError
from nerion_gym.execution.environment import environment

SCRIPT = Path(__file__).resolve().parents[1] / "probes.py"
BOOT = Path("/proc/sys/kernel/random/boot_id")
SWITCHES = (
    "user/max_user_namespaces",
    "kernel/unprivileged_userns_clone",
    "kernel/apparmor_restrict_unprivileged_userns",
)
"""Settings beneath /proc/sys that decide about namespaces; not every system has them all."""
SURROUNDINGS = ("user", "mnt", "pid")
"""Namespaces that tell one container from another."""
GIVEN_UP = ("NoNewPrivs:", "CapEff:")
"""Lines of a process's status that say what it has given up already: that is not probed."""
SECONDS = 60.0
WHOLE = {"good": True, "bad": False}
STRICT_ONLY = 1
"""So many of the attempts on a room are refused in strict containment only."""


@dataclass(frozen=True)
class Probe:
    """One row of the self-test.

    Attributes:
        layer: "Landlock", "seccomp", ...
        probe: what was attempted.
        denied: whether it was refused with the layer.
        control: whether it was done without.
    """

    layer: str
    probe: str
    denied: bool
    control: bool


@dataclass(frozen=True)
class SelfTest:
    """What came of the self-test.

    Attributes:
        probes: a row for each attempt.
        good: whether a known good program passed, in every containment that is to be had.
        bad: whether a known bad one failed.
        room: whether namespaces are to be had; `why` says why not.
        seconds: how long it took when it was made.
        cached: whether it was remembered.
    """

    probes: tuple[Probe, ...]
    good: bool
    bad: bool
    room: bool = False
    why: str = ""
    seconds: float = field(default=0.0, compare=False)
    cached: bool = field(default=False, compare=False)

    @property
    def ok(self) -> bool:
        """Whether every layer that is to be had holds."""
        return not self.complaint

    @property
    def complaint(self) -> str:
        """What does not hold, "" where all does."""
        if not self.probes:
            return self.why or "nothing could be probed"
        for probe in self.probes:
            if not probe.denied:
                return f"{probe.layer} let a process {probe.probe}"
            if not probe.control:
                return f"no process could {probe.probe} even without {probe.layer}"
        if not self.good:
            return "a program that is right did not pass"
        return "" if self.bad else "a program that is wrong passed"


def run_self_test(filters: str, *, fresh: bool) -> SelfTest:
    """Return the self-test of this boot: remembered if it held, else made.

    Args:
        filters: digest of the filters.
        fresh: whether to make it in any case.

    Raises:
        SandboxError: it cannot be made.
    """
    place = remembered_at(filters)
    if not fresh and place is not None and place.is_file():
        known = recall(place)
        if known is not None:
            return known
    started = time.perf_counter()
    report = probe()
    seconds = round(time.perf_counter() - started, 4)
    if place is not None:
        remember(place, report, seconds)
    return judged(report, seconds, cached=False)


def probe() -> dict[str, Any]:
    """Run the probes; return what they report.

    Raises:
        SandboxError: they cannot be run.
    """
    with tempfile.TemporaryDirectory(prefix="nerion-probe-") as folder:
        command = [sys.executable, "-P", str(SCRIPT), folder]
        try:
            done = subprocess.run(
                command,
                env=environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SandboxError(f"the sandbox's self-test cannot be run: {error}") from error
    try:
        return dict(json.loads(done.stdout))
    except ValueError as error:
        said = done.stderr.decode(errors="replace")[-1000:]
        raise SandboxError(f"the sandbox's self-test did not end well; it said:\n{said}") from error


def judged(report: dict[str, Any], seconds: float, *, cached: bool) -> SelfTest:
    """Return what a report means."""
    rows = [Probe(*row) for row in report["rows"]]
    rooms: dict[str, dict[str, Any]] = report["rooms"]
    why = next((room["why"] for room in rooms.values() if room.get("why")), "")
    programs = [report["programs"]]
    if not why:
        outside = report["outside"]
        for kind, first in (("strict", 0), ("package", STRICT_ONLY)):
            name = "" if kind == "strict" else " (package)"
            pairs = list(zip(outside, rooms[kind]["refused"], strict=True))[first:]
            rows += [Probe(layer + name, what, no, yes) for (layer, what, yes), no in pairs]
            rows += [Probe(*row) for row in rooms[kind]["rows"]]
            programs.append(rooms[kind]["programs"])
    ends = [dict(pairs) for pairs in programs]
    return SelfTest(
        probes=() if report["why"] else tuple(rows),
        good=all(end.get("good") is True for end in ends),
        bad=all(end.get("bad") is False for end in ends),
        room=not why,
        why=report["why"] or why,
        seconds=seconds,
        cached=cached,
    )


# --- remembering ------------------------------------------------------------------------------


def remembered_at(filters: str) -> Path | None:
    """Return the file that the result is kept in, None where no boot can be told from another.

    Its name is made of the boot, the filters, the code of the layers, the user, the Python, and of
    what decides beside the kernel: switches, the namespaces that this process is in, its powers.
    """
    try:
        boot = BOOT.read_text(encoding="ascii").strip()
        sources = sorted([*SCRIPT.parent.glob("*.py"), *Path(__file__).parent.glob("*.py")])
        code = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
        around = [str(Path("/proc/self/ns", name).readlink()) for name in SURROUNDINGS]
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        return None
    parts = [boot, filters, code, str(os.geteuid()), sys.executable, str(os.environ.get("TMPDIR"))]
    parts += [*around, *(switch(name) for name in SWITCHES)]
    parts += [line for line in status.splitlines() if line.startswith(GIVEN_UP)]
    name = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return home / "nerion-gym" / f"self-test-{name}.json"


def switch(name: str) -> str:
    """Return one of the kernel's settings, "" where it has none of this name."""
    try:
        return Path("/proc/sys", name).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def recall(place: Path) -> SelfTest | None:
    """Return a result that was kept, if it held."""
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        test = judged(kept["report"], float(kept["seconds"]), cached=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # torn, or of another version: it is made anew
    return test if test.ok else None


def remember(place: Path, report: dict[str, Any], seconds: float) -> None:
    """Keep a result; where nothing can be written it is made again next time."""
    text = json.dumps({"report": report, "seconds": seconds})
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        for old in place.parent.glob("self-test-*.json"):
            old.unlink(missing_ok=True)
        handle, draft = tempfile.mkstemp(dir=place.parent, prefix="self-test-")
        with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
            file.write(text)
        Path(draft).replace(place)
    except OSError:
        return
