"""Hostile programs as data: what each tries, how it must end, and that it bites unconfined.

The unchanged program is harmless; a case's code is put into the one function that the second of
three tests calls. How an attempt ended is told by that test's result. A *word* names it:

- "denied", "escaped": the code says so (see `hostile_kit.py`);
- "passed", "failed", "timeout", "memory", "crashed": the test's status.

A control runs the same code unconfined, and its words also say what was harmed: see
`hostile_control.py`.
"""

from __future__ import annotations

import platform
import textwrap
from dataclasses import dataclass
from pathlib import Path

from nerion_gym.execution.cage import TEMPORARY
from nerion_gym.execution.confinement.seccomp import MACHINES
from nerion_gym.execution.confinement.syscalls import NUMBERS
from nerion_gym.types.outcome import Status
from nerion_gym.types.suite import PACKAGE, STRICT
from tests.support.projects import edited, project

KIT = Path(__file__).with_name("hostile_kit.py")
SOURCE = """\
import atexit
import errno
import fcntl
import mmap
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

import kit
from kit import *


def work(value):
    with telling():
        pass
    return value + 1


def other(value):
    return value * 2
"""
TESTS = """\
from m import other, work


def test_first():
    assert other(1) == 2


def test_work():
    assert work(1) == 2


def test_last():
    assert other(2) == 4
"""
BARE = "bare"
"""Strict containment on a machine without namespaces."""
KINDS = (STRICT, PACKAGE)
DENIED, ESCAPED = ("denied",), ("escaped",)
LONG_WORK = ("passed", "timeout")
"""It is allowed, and may take longer than the processor time that it gets."""
SPOKEN = {"DeniedError": "denied", "EscapedError": "escaped"}


@dataclass(frozen=True)
class Case:
    """One thing that a hostile program does.

    Attributes:
        name: what it does, for people.
        code: statements, put into the function `work`; names come from `hostile_kit.py`.
        control: words that must be among what a control gives: the attempt is one.
        strict: words that are right in strict containment.
        package: words that are right in package containment.
        user: as `package`, where a program runs as the user that owns the targets.
        bare: as `strict`, on a machine without namespaces.
        after: words that are right for the test that comes after it, in the same process.
        waits: whether the wall clock ends it: it takes seconds.
    """

    name: str
    code: str
    control: tuple[str, ...] = ESCAPED
    strict: tuple[str, ...] = DENIED
    package: tuple[str, ...] = DENIED
    user: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    after: tuple[str, ...] = ("passed",)
    waits: bool = False

    def expected(self, kind, *, owner):
        """Return the words that are right.

        Args:
            kind: "strict", "package" or "bare".
            owner: whether programs run as the user that owns the targets.
        """
        if kind == PACKAGE:
            return (self.user or self.package) if owner else self.package
        return (self.bare or self.strict) if kind == BARE else self.strict


def calls():
    """Return the numbers of system calls on this machine."""
    column = MACHINES[platform.machine()][0]
    return {name: pair[column] for name, pair in NUMBERS.items() if pair[column] is not None}


def kit_text(target):
    """Return the text of `kit.py` for what there is outside."""
    there = {place: Path(place).stat() for place in TEMPORARY if Path(place).is_dir()}
    outer = {place: (status.st_dev, status.st_ino) for place, status in there.items()}
    full = {**target, "calls": calls(), "places": outer}
    return f"{KIT.read_text(encoding='utf-8')}\n\nTARGET.update({full!r})\n"


def harmless(kind, target):
    """Return the unchanged program and its suite."""
    containment = PACKAGE if kind == PACKAGE else STRICT
    return project(SOURCE, TESTS, containment, kit=kit_text(target))


def hostile(program, case):
    """Return the program of a case."""
    return saying(program, case.code)


def saying(program, code):
    """Return the program whose `work` runs some statements."""
    return edited(program, "        pass\n", textwrap.indent(code.strip("\n"), " " * 8) + "\n")


def word(result):
    """Return the word for a test's result."""
    if result.status is Status.FAILED:
        return SPOKEN.get(result.exception, "failed")
    return result.status.name.lower()
