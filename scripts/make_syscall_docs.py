#!/usr/bin/env python3
"""Write the tables of system calls in docs/security.md from the filters' policies.

python scripts/make_syscall_docs.py           rewrite what stands between the markers
python scripts/make_syscall_docs.py --check   exit 1 where it is not what the policies say
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from nerion_gym.execution.confinement import policy
from nerion_gym.execution.confinement.policy import (
    BARE,
    BARE_SERVER,
    OWN_PID,
    PACKAGE,
    STRICT,
    Policy,
)

PAGE = Path(__file__).resolve().parent.parent / "docs" / "security.md"
BEGIN, END = "<!-- syscalls -->", "<!-- /syscalls -->"
FILTERS = {"strict": STRICT, "strict without namespaces": BARE, "package": PACKAGE}
GROUPS = {
    "files": policy.FILES,
    "owner, mode and times of files": policy.METADATA,
    "memory": policy.MEMORY,
    "waiting": policy.WAITING,
    "signals' handlers, time": policy.SIGNALS_AND_TIME,
    "oneself": policy.ONESELF,
    "sockets that are connected": policy.CONNECTED_SOCKETS,
    "processes": policy.PROCESSES,
    "sockets": policy.SOCKETS,
    "files in memory, where memory lies": policy.SHARED,
}
LOOKED_AT = {
    "clone": "threads, and in package containment processes; no new namespaces, no siblings",
    "fcntl": "duplicates, flags, locks, pipes, seals; no leases, no signals but in package",
    "ioctl": "what isatty, file sizes and blocking need; in package also terminals, interfaces",
    "kill": "signals",
    "tgkill": "signals to threads",
    "rt_sigqueueinfo": "signals with a value",
    "rt_tgsigqueueinfo": "the same to threads",
    "open": "not cutting a file short without opening it to write, which Landlock 2 would not see",
    "openat": "the same",
    "personality": "asking only",
    "prctl": "asking, names of threads and memory; in package what processes set for themselves",
    "prlimit64": "one's own limits; the kernel does not let them be raised",
    "sched_setaffinity": "one's own processors",
    "sendto": "on what is connected, to no address",
    "setns": "for the server, which takes each run's process namespace back",
    "socket": "unix, IPv4, IPv6, and asking for routes",
    "socketpair": "unix streams",
    "unshare": "for the server, which gives each run a process namespace",
}
"""Calls whose arguments decide -> why."""
ANY, NEVER, WIDTH = "yes", "refused", 118


def answer(chosen: Policy, name: str) -> str:
    """Return what a filter says to a call."""
    if name in chosen.allowed:
        return ANY
    if name not in chosen.looked_at:
        return NEVER
    return "; or ".join(" and ".join(map(told, rule)) for rule in merged(chosen.looked_at[name]))


def merged(rules: policy.Rules) -> list[tuple[policy.Test | str, ...]]:
    """Return rules with those that compare one argument with one value each made one."""
    values: dict[int, list[str]] = {}
    others: list[tuple[policy.Test | str, ...]] = []
    for rule in rules:
        if len(rule) == 1 and rule[0].kind == "is":
            values.setdefault(rule[0].argument, []).append(number(rule[0].value))
        else:
            others.append(tuple(test for test in rule if not test.high))
    whole: list[tuple[policy.Test | str, ...]] = [
        (f"argument {argument} is {one_of(found)}",) for argument, found in values.items()
    ]
    return whole + others


def one_of(values: list[str]) -> str:
    """Return values as one choice."""
    return values[0] if len(values) == 1 else f"one of {', '.join(values)}"


def told(test: policy.Test | str) -> str:
    """Return a test in words."""
    if isinstance(test, str):
        return test
    verb = {"is": "is", "any": "has any bit of", "none": "has no bit of"}[test.kind]
    return f"argument {test.argument} {verb} {number(test.value)}"


def number(value: int) -> str:
    """Return a value as people know it."""
    if value == OWN_PID:
        return "one's own process id"
    return str(value) if value < 64 else f"{value:#x}"


def groups() -> list[str]:
    """Return the list of calls that are allowed whatever their arguments."""
    lines = []
    for what, text in GROUPS.items():
        names = policy.names(text)
        said = {kind: common(chosen, names) for kind, chosen in FILTERS.items()}
        if said["strict without namespaces"] == said["strict"]:
            del said["strict without namespaces"]
        entry = f"- **{what}** ({'; '.join(f'{kind} {let}' for kind, let in said.items())}): "
        entry += listed(names)
        lines += wrapped(entry)
    return lines


def servers() -> list[str]:
    """Return what servers may call beyond their runs, where there are no namespaces."""
    more = listed(tuple(name for name in BARE_SERVER.allowed if name not in BARE.allowed))
    options = ", ".join(map(number, policy.SERVER_CONTROLS))
    entry = f"- **servers without namespaces**: as strict there, and {more}; "
    entry += f"`clone` as package; `prctl` also {options}"
    return wrapped(entry)


def wrapped(entry: str) -> list[str]:
    """Return an entry of a list in lines."""
    return textwrap.wrap(
        entry, WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False
    )


def common(chosen: Policy, names: tuple[str, ...]) -> str:
    """Return what a filter says to a group of calls."""
    let = [name for name in names if name in chosen.allowed]
    if len(let) == len(names):
        return "all"
    if let:
        return f"all but {listed(tuple(name for name in names if name not in let))}"
    some = listed(tuple(name for name in names if name in chosen.looked_at))
    return f"none but, as below, {some}" if some else "none"


def looked_at() -> list[str]:
    """Return the table of calls whose arguments decide somewhere."""
    columns = ["call", "what for", *FILTERS]
    rows = [columns, ["---"] * len(columns)]
    for name, why in LOOKED_AT.items():
        answers = [answer(chosen, name) for chosen in FILTERS.values()]
        answers[1] = "as strict" if answers[1] == answers[0] else answers[1]
        rows.append([f"`{name}`", why, *answers])
    return [f"| {' | '.join(row)} |" for row in rows]


def listed(names: tuple[str, ...]) -> str:
    """Return names as code."""
    return " ".join(f"`{name}`" for name in names)


def section() -> str:
    """Return what stands between the markers."""
    return "\n".join([BEGIN, "", *groups(), *servers(), "", *looked_at(), "", END])


def replaced(text: str) -> str:
    """Return a page with the section as it should be.

    Raises:
        ValueError: the page has no markers.
    """
    start, end = text.index(BEGIN), text.index(END) + len(END)
    return text[:start] + section() + text[end:]


def main() -> int:
    """Write the tables, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    text = PAGE.read_text(encoding="utf-8")
    made = replaced(text)
    if arguments.check:
        return int(text != made)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
