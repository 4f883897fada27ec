"""A seccomp filter: the kernel's program that looks at each system call of a process.

Made of a policy (`policy.py`). Calls of another architecture end the process (x32 shares x86-64's
numbers). `clone3` hides its arguments behind a pointer and "is not there" (ENOSYS): the C library
then makes threads with `clone`, whose arguments can be looked at.

Built once; a child writes its own process id into it, so that signals to itself pass.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import platform
import struct
import sys
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from .kernel import checked
from .policy import OWN_PID
from .syscalls import NUMBERS

if TYPE_CHECKING:
    from .policy import Policy, Rules

SET_SECCOMP, MODE_FILTER = 22, 2
_libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform != "win32" else None

KILL_PROCESS = 0x80000000
ERRNO = 0x00050000
ALLOW = 0x7FFF0000

LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
RETURN = 0x06  # BPF_RET | BPF_K
NUMBER_AT, MACHINE_AT, ARGUMENTS_AT = 0, 4, 16
INSTRUCTION = struct.Struct("=HBBI")
X32 = 0x40000000

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""`platform.machine()` -> (column of the table of calls, the kernel's AUDIT_ARCH)."""


@dataclass(frozen=True)
class Filter:
    """A filter, ready for the kernel.

    Attributes:
        code: the instructions.
        own: where in it the process's own id goes.
    """

    code: bytes
    own: tuple[int, ...] = field(default=())

    def install(self, pid: int) -> None:
        """Bind this process to it, for good; it must have given up new privileges.

        Raises:
            OSError: the kernel refuses.
        """
        code = bytearray(self.code)
        for offset in self.own:
            struct.pack_into("=I", code, offset, pid)
        buffer = (ctypes.c_char * len(code)).from_buffer(code)
        program = _Program(len(code) // INSTRUCTION.size, ctypes.addressof(buffer))
        result = _libc.prctl(SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0)
        checked(result, "seccomp")


def absence() -> str:
    """Return why this kernel takes no filters, "" where it does."""
    # No program at all: a kernel that would take one says that there is none to be read.
    if _libc.prctl(SET_SECCOMP, MODE_FILTER, None, 0, 0) == 0 or ctypes.get_errno() == errno.EFAULT:
        return ""
    return os.strerror(ctypes.get_errno())


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def digest(*filters: Filter) -> str:
    """Return the first 16 hex digits of the SHA-256 over some filters."""
    return hashlib.sha256(b"".join(one.code for one in filters)).hexdigest()[:16]


@cache
def build(policy: Policy, machine: str | None = None) -> Filter:
    """Build the filter of a machine ("x86_64", "aarch64"; by default this one).

    Raises:
        KeyError: there is no table for it.
    """
    column, audit = MACHINES[machine or platform.machine()]
    code = _Assembler()
    code.load(MACHINE_AT)
    code.unless(EQUAL, audit, KILL_PROCESS)
    code.load(NUMBER_AT)
    if column == 0:
        code.when(AT_LEAST, X32, KILL_PROCESS)
    code.when(EQUAL, _number("clone3", column), ERRNO | errno.ENOSYS)
    # Newer than the table: a C library that tries it falls back on what there was before.
    code.when(AT_LEAST, 1 + max(filter(None, column_of(column))), ERRNO | errno.ENOSYS)
    for name in policy.allowed:
        number = NUMBERS[name][column]
        if number is not None:
            code.when(EQUAL, number, ALLOW)
    for name, rules in policy.looked_at.items():
        number = NUMBERS[name][column]
        if number is not None:
            code.look(number, rules)
    code.add(RETURN, ERRNO | errno.EPERM)
    return code.finish()


def column_of(column: int) -> list[int | None]:
    """Return the numbers of all calls on one kind of machine."""
    return [numbers[column] for numbers in NUMBERS.values()]


def number_of(name: str) -> int:
    """Return a call's number on this machine.

    Raises:
        KeyError: there is no table for this machine, or no such call.
    """
    return _number(name, MACHINES[platform.machine()][0])


def _number(name: str, column: int) -> int:
    number = NUMBERS[name][column]
    if number is None:
        raise KeyError(name)
    return number


class _Assembler:
    """Writes instructions one after the other; jumps lead forwards only, as BPF wants."""

    def __init__(self) -> None:
        self._code: list[tuple[int, int, int, int]] = []

    def add(self, operation: int, value: int, yes: int = 0, no: int = 0) -> None:
        self._code.append((operation, yes, no, value))

    def load(self, offset: int) -> None:
        self.add(LOAD, offset)

    def when(self, operation: int, value: int, answer: int) -> None:
        """Answer if a comparison holds."""
        self.add(operation, value, 0, 1)
        self.add(RETURN, answer)

    def unless(self, operation: int, value: int, answer: int) -> None:
        """Answer if a comparison does not hold."""
        self.add(operation, value, 1, 0)
        self.add(RETURN, answer)

    def look(self, number: int, rules: Rules) -> None:
        """Allow a call if one of its rules holds; refuse it otherwise."""
        body: list[tuple[int, int, int, int]] = []
        for tests in rules:
            block: list[tuple[int, int, int, int]] = []
            for index, test in enumerate(tests):
                left = 2 * (len(tests) - index) - 2
                offset = ARGUMENTS_AT + 8 * test.argument + 4 * test.high
                block.append((LOAD, 0, 0, offset))
                miss = left + 1  # over the rest of this rule and its answer
                if test.kind == "is":
                    block.append((EQUAL, 0, miss, test.value))
                elif test.kind == "any":
                    block.append((ANY_BIT, 0, miss, test.value))
                else:
                    block.append((ANY_BIT, miss, 0, test.value))
            body += [*block, (RETURN, 0, 0, ALLOW)]
        body.append((RETURN, 0, 0, ERRNO | errno.EPERM))
        self.add(EQUAL, number, 0, len(body))
        self._code += body

    def finish(self) -> Filter:
        code = b"".join(INSTRUCTION.pack(op, yes, no, k) for op, yes, no, k in self._code)
        size = INSTRUCTION.size
        own = tuple(
            index * size + 4
            for index, (op, _, _, value) in enumerate(self._code)
            if op == EQUAL and value == OWN_PID
        )
        return Filter(code, own)
