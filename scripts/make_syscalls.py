#!/usr/bin/env python3
"""Write nerion_gym/execution/confinement/syscalls.py from the kernel's headers.

    python scripts/make_syscalls.py           rewrite the table
    python scripts/make_syscalls.py --check   exit 1 where it is not what the headers say

Needs the kernel's user headers (Debian: linux-libc-dev). A table made from older headers lacks the
newest calls, which a filter then refuses: never less safe.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

X86_64 = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
GENERIC = Path("/usr/include/asm-generic/unistd.h")
TABLE = (
    Path(__file__).resolve().parent.parent
    / "nerion_gym"
    / "execution"
    / "confinement"
    / "syscalls.py"
)
HEAD = '''"""Numbers of Linux's system calls. Made by scripts/make_syscalls.py; do not edit."""

from __future__ import annotations

_TABLE = """
'''
TAIL = '''"""
"""name:number on x86-64:number on aarch64; "-" where there is none."""

NUMBERS: dict[str, tuple[int | None, int | None]] = {
    name: (None if x86 == "-" else int(x86), None if arm == "-" else int(arm))
    for name, x86, arm in (entry.split(":") for entry in _TABLE.split())
}
"""name -> (number on x86-64, number on aarch64)."""
'''
WIDTH = 100


def x86_64_numbers(text: str) -> dict[str, int]:
    """Return the numbers that the header of x86-64 defines."""
    return {name: int(number) for name, number in re.findall(r"__NR_(\w+)\s+(\d+)\s*$", text, re.M)}


def generic_numbers(text: str) -> dict[str, int]:
    """Return the numbers of a 64-bit machine that takes the generic ones, as aarch64 does."""
    found = {}
    aliases = dict(re.findall(r"#define __NR_(\w+)\s+__NR3264_(\w+)", text))
    for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$", text, re.M):
        found[name] = int(number)
    for name, alias in aliases.items():
        if alias in found:
            found[name] = found[alias]
    # Names for 32-bit machines share numbers with the 64-bit ones.
    for name in (
        "fadvise64_64",
        "sync_file_range2",
        "fstatat64",
        "fcntl64",
        "statfs64",
        "fstatfs64",
        "truncate64",
        "ftruncate64",
        "sendfile64",
        "fstat64",
        "mmap2",
        "llseek",
        "arch_specific_syscall",
        "syscalls",  # how many there are
    ):
        found.pop(name, None)
    return {name: number for name, number in found.items() if not name.endswith("_time64")}


def render(x86: dict[str, int], arm: dict[str, int]) -> str:
    """Return the module."""
    entries = [f"{name}:{x86.get(name, '-')}:{arm.get(name, '-')}" for name in sorted({*x86, *arm})]
    lines, line = [], ""
    for entry in entries:
        if line and len(line) + 1 + len(entry) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {entry}".strip()
    return HEAD + "\n".join([*lines, line]) + "\n" + TAIL


def main() -> int:
    """Write the table, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    for path in (X86_64, GENERIC):
        if not path.exists():
            print(f"{path} is not here: install the kernel's user headers (linux-libc-dev)")
            return 2
    made = render(x86_64_numbers(X86_64.read_text()), generic_numbers(GENERIC.read_text()))
    if arguments.check:
        return int(TABLE.read_text() != made)
    TABLE.write_text(made)
    print(f"{TABLE}: {made.count(':') // 2} calls")
    return 0


if __name__ == "__main__":
    sys.exit(main())
