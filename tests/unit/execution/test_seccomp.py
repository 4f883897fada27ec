"""What the filters answer, on both kinds of machine, without a kernel."""

import errno
import importlib.util
import itertools
import struct
from pathlib import Path

import pytest

from nerion_gym.execution.confinement import policy, seccomp
from nerion_gym.execution.confinement.syscalls import NUMBERS
from tests.support.bpf import answer

pytestmark = pytest.mark.pure
OWN, OTHER = 4711, 4712
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSED, ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
MACHINES = tuple(seccomp.MACHINES)
THREAD = 0x3D0F00
"""The flags that the C library makes a thread with."""
FORK = 0x01200011


def ask(made, machine, name, *arguments):
    column, audit = seccomp.MACHINES[machine]
    number = NUMBERS[name][column]
    if number is None:
        return None
    code = bytearray(made.code)
    for offset in made.own:
        struct.pack_into("=I", code, offset, OWN)
    return answer(bytes(code), audit, number, *arguments)


BOTH = {
    "threads": ("clone", (THREAD,), ALLOW, ALLOW),
    "a fork": ("clone", (FORK,), REFUSED, ALLOW),
    "a fork of old": ("fork", (), REFUSED, ALLOW),
    "a thread in new namespaces": ("clone", (THREAD | 0x10000000,), REFUSED, REFUSED),
    "a fork in a new network": ("clone", (FORK | 0x40000000,), REFUSED, REFUSED),
    "arguments that hide": ("clone3", (0, 88), ABSENT, ABSENT),
    "execute": ("execve", (), REFUSED, ALLOW),
    "execute by descriptor": ("execveat", (), REFUSED, ALLOW),
    "signal oneself": ("kill", (OWN, 15), ALLOW, ALLOW),
    "signal another": ("kill", (OTHER, 0), REFUSED, ALLOW),
    "signal everyone": ("kill", (0xFFFFFFFF, 9), REFUSED, ALLOW),
    "signal everyone, wide": ("kill", (0xFFFFFFFFFFFFFFFF, 9), REFUSED, ALLOW),
    "signal the group": ("kill", (0, 9), REFUSED, ALLOW),
    "signal a thread of one's own": ("tgkill", (OWN, OTHER, 6), ALLOW, ALLOW),
    "signal another's thread": ("tgkill", (OTHER, OTHER, 6), REFUSED, ALLOW),
    "signal a thread by number": ("tkill", (OTHER, 6), REFUSED, ALLOW),
    "own a descriptor's signals": ("fcntl", (3, 8, OTHER), REFUSED, ALLOW),
    "own them, extended": ("fcntl", (3, 15, OTHER), REFUSED, ALLOW),
    "duplicate a descriptor": ("fcntl", (3, 1030, 10), ALLOW, ALLOW),
    "a lock": ("fcntl", (3, 6), ALLOW, ALLOW),
    "own limits": ("prlimit64", (0, 7, 1, 0), ALLOW, ALLOW),
    "another's limits": ("prlimit64", (OTHER, 7, 1, 0), REFUSED, ALLOW),
    "a TCP socket": ("socket", (2, 1, 0), REFUSED, ALLOW),
    "a packet socket": ("socket", (17, 3, 0), REFUSED, REFUSED),
    "a virtual machine's socket": ("socket", (40, 1, 0), REFUSED, REFUSED),
    "a pair of streams": ("socketpair", (1, 1 | 0o2000000, 0), ALLOW, ALLOW),
    "a pair of datagrams": ("socketpair", (1, 2, 0), REFUSED, ALLOW),
    "send to nobody in particular": ("sendto", (3, 0, 0, 0, 0, 0), ALLOW, ALLOW),
    "send to an address": ("sendto", (3, 0, 0, 0, 0x7F0000000000, 16), REFUSED, ALLOW),
    "put characters into a terminal": ("ioctl", (0, 0x5412), REFUSED, REFUSED),
    "is it a terminal": ("ioctl", (0, 0x5401), ALLOW, ALLOW),
    "a new mount namespace": ("unshare", (0x20000,), REFUSED, REFUSED),
    "a new user": ("unshare", (0x10000000,), REFUSED, REFUSED),
    "a new process namespace": ("unshare", (0x20000000,), REFUSED, ALLOW),
    "another's network": ("setns", (3, 0x40000000), REFUSED, REFUSED),
    "any namespace": ("setns", (3, 0), REFUSED, REFUSED),
    "be dumpable again": ("prctl", (4, 1), REFUSED, ALLOW),
    "no parent-death signal": ("prctl", (1, 0), REFUSED, ALLOW),
    "name a thread": ("prctl", (15, 0x7F00), ALLOW, ALLOW),
    "change personality": ("personality", (0x0040000,), REFUSED, REFUSED),
    "ask for personality": ("personality", (0xFFFFFFFF,), ALLOW, ALLOW),
    "read": ("read", (3, 0, 10), ALLOW, ALLOW),
    "end": ("exit_group", (0,), ALLOW, ALLOW),
}
NEVER = policy.names("""
ptrace process_vm_readv process_vm_writev kcmp mount umount2 pivot_root chroot open_tree move_mount
fsopen fsmount mount_setattr bpf perf_event_open userfaultfd io_uring_setup io_uring_enter
io_uring_register keyctl add_key request_key kexec_load init_module finit_module delete_module
reboot swapon swapoff settimeofday clock_settime sethostname setdomainname acct quotactl syslog
open_by_handle_at name_to_handle_at pidfd_getfd fanotify_init vhangup shmget msgget semget mq_open
process_madvise
""")


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("case", BOTH)
def test_answers(case, machine):
    name, arguments, strict, package = BOTH[case]
    for chosen, wanted in ((policy.STRICT, strict), (policy.PACKAGE, package)):
        found = ask(seccomp.build(chosen, machine), machine, name, *arguments)
        assert found in (wanted, None)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("chosen", policy.ALL)
def test_never(chosen, machine):
    made = seccomp.build(chosen, machine)
    assert {name: ask(made, machine, name) for name in NEVER} == {
        name: REFUSED if NUMBERS[name][seccomp.MACHINES[machine][0]] is not None else None
        for name in NEVER
    }


@pytest.mark.parametrize("machine", MACHINES)
def test_metadata_only_where_nobody_elses_files_can_be_reached(machine):
    strict, bare = (seccomp.build(one, machine) for one in (policy.STRICT, policy.BARE))
    for name in policy.names(policy.METADATA):
        assert ask(strict, machine, name) in (ALLOW, None)
        assert ask(bare, machine, name) in (REFUSED, None)


@pytest.mark.parametrize("machine", MACHINES)
def test_files_are_cut_short_only_where_landlock_sees_them_opened_to_write(machine):
    bare = seccomp.build(policy.BARE, machine)
    assert ask(bare, machine, "truncate", 0x7F00, 0) in (REFUSED, None)
    for name, before in (("open", (0x7F00,)), ("openat", (0xFFFFFF9C, 0x7F00))):
        flags = {0: ALLOW, 0x200: REFUSED, 0x201: ALLOW, 0x242: ALLOW, 0x80000: ALLOW}
        for given, wanted in flags.items():
            assert ask(bare, machine, name, *before, given) in (wanted, None), hex(given)


@pytest.mark.parametrize("machine", MACHINES)
def test_servers_without_namespaces_fork_and_nothing_more(machine):
    made = seccomp.build(policy.BARE_SERVER, machine)
    fork = 0x1200011  # what the C library asks for: SIGCHLD, and where to write the number
    for flags, wanted in ((fork, ALLOW), (fork | 0x8000, REFUSED), (fork | 0x10000000, REFUSED)):
        assert ask(made, machine, "clone", flags) == wanted
    for name in policy.names(
        policy.METADATA, policy.SOCKETS, "execve setxattr truncate memfd_create"
    ):
        if name not in ("socketpair", "sendto"):
            assert ask(made, machine, name) in (REFUSED, None), name
    assert ask(made, machine, "kill", 1234) == ALLOW


def test_another_architecture_ends_the_process():
    for (_, (_, audit)), (other, _) in itertools.permutations(seccomp.MACHINES.items(), 2):
        assert answer(seccomp.build(policy.PACKAGE, other).code, audit, 0) == KILL
    x86 = seccomp.MACHINES["x86_64"][1]
    i386 = 0x40000003
    for chosen in policy.ALL:
        code = seccomp.build(chosen, "x86_64").code
        assert answer(code, i386, 20) == KILL
        assert answer(code, x86, 0x40000000 | 39) == KILL, "x32"


@pytest.mark.parametrize("machine", MACHINES)
def test_a_call_that_nobody_knows_is_not_there(machine):
    audit = seccomp.MACHINES[machine][1]
    for number in (470, 512, 1000, 0x3FFFFFFF):
        assert answer(seccomp.build(policy.STRICT, machine).code, audit, number) == ABSENT


def test_every_name_in_a_policy_is_a_call():
    for chosen in policy.ALL:
        assert set(chosen.allowed) | set(chosen.looked_at) <= set(NUMBERS)
        assert not set(chosen.allowed) & set(chosen.looked_at)


def test_numbers_that_python_needs_are_known_on_both_machines():
    everywhere = policy.names("""
        read write close openat fstat lseek mmap munmap futex clone kill tgkill exit_group ppoll
        getdents64 newfstatat pipe2 rt_sigaction prlimit64 getrandom clock_gettime wait4 execve
        socket mkdirat unlinkat renameat2 readlinkat faccessat fcntl ioctl dup3 epoll_pwait
    """)
    assert [name for name in everywhere if None in NUMBERS[name]] == []
    assert NUMBERS["openat"] == (257, 56)
    assert NUMBERS["kill"] == (62, 129)


def test_filters_are_told_apart_by_their_digest():
    made = [seccomp.build(one, machine) for one in policy.ALL for machine in MACHINES]
    assert len({seccomp.digest(one) for one in made}) == len(made)


def make_syscalls():
    path = Path(__file__).resolve().parents[3] / "scripts" / "make_syscalls.py"
    spec = importlib.util.spec_from_file_location("make_syscalls", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_headers_are_read():
    made = make_syscalls()
    assert made.x86_64_numbers("#define __NR_read 0\n#define __NR_openat 257\n") == {
        "read": 0,
        "openat": 257,
    }
    generic = "#define __NR3264_lseek 62\n#define __NR_read 63\n#define __NR_lseek __NR3264_lseek\n"
    assert made.generic_numbers(generic) == {"lseek": 62, "read": 63}


def test_the_table_is_what_this_machines_headers_say():
    made = make_syscalls()
    headers = ((made.X86_64, made.x86_64_numbers), (made.GENERIC, made.generic_numbers))
    for column, (header, numbers) in enumerate(headers):
        told = numbers(header.read_text()) if header.exists() else {}
        known = {name: pair[column] for name, pair in NUMBERS.items() if name in told}
        assert known == {name: told[name] for name in known}
