"""Which system calls confined processes may make, and with which arguments.

Allow-lists: what is not named is refused with EPERM, so a call that a newer kernel brings is
refused too. The tables in docs/security.md are made of this file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

OWN_PID = 0xFFFFFFFE
"""Stands for the process's own id until a child puts it in."""
NEW_THREAD = 0x00010000
NAMESPACES = 0x7E020000
BESIDE = 0x8000
"""CLONE_PARENT: a child of one's parent, for which the end of a namespace would wait for ever."""
NEVER_CLONED = NAMESPACES | BESIDE
NEW_PROCESSES = 0x20000000


class Test(NamedTuple):
    """A look at one half of an argument.

    Attributes:
        argument: its index.
        kind: "is", "any" of these bits, or "none" of them.
        value: 32 bits.
        high: whether the upper half is looked at.
    """

    argument: int
    kind: str
    value: int
    high: bool = False


Rules = tuple[tuple[Test, ...], ...]
"""One rule must hold, each of its tests."""


@dataclass(frozen=True, eq=False)
class Policy:
    """What a filter lets through.

    Attributes:
        allowed: calls with any arguments.
        looked_at: calls whose arguments decide.
    """

    allowed: tuple[str, ...]
    looked_at: dict[str, Rules] = field(default_factory=dict)


def one_of(argument: int, *values: int) -> Rules:
    """Return the rules of an argument that is one of some values (of 32 bits)."""
    return tuple((Test(argument, "is", value),) for value in values)


def zero(argument: int) -> tuple[Test, ...]:
    """Return the tests of an argument that is null, all 64 bits of it."""
    return Test(argument, "is", 0), Test(argument, "is", 0, high=True)


FILES = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range dup
dup2 dup3 pipe pipe2 open openat creat stat fstat lstat newfstatat statx access faccessat faccessat2
readlink readlinkat getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat
rename renameat renameat2 link linkat symlink symlinkat truncate ftruncate fallocate fsync fdatasync
sync_file_range fadvise64 flock statfs fstatfs umask copy_file_range sendfile splice tee vmsplice
getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr inotify_init inotify_init1
inotify_add_watch inotify_rm_watch
"""
"""Which files: Landlock decides, and what there is to be seen."""
CUTTING = "truncate open openat"
"""Landlock looks at cutting a file short since version 3 only."""
METADATA = """
chmod fchmod fchmodat chown fchown lchown fchownat utime utimes futimesat utimensat mknod
mknodat
"""
"""Landlock does not look at these: only where nobody else's files can be reached."""
MEMORY = """
mmap munmap mremap mprotect madvise mincore msync mlock mlock2 munlock brk membarrier
"""
WAITING = """
poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
eventfd eventfd2 timerfd_create timerfd_settime timerfd_gettime signalfd signalfd4 futex futex_waitv
set_robust_list get_robust_list nanosleep clock_nanosleep pause wait4 waitid
"""
SIGNALS_AND_TIME = """
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
restart_syscall clock_gettime clock_getres gettimeofday time times getitimer setitimer alarm
timer_create timer_settime timer_gettime timer_getoverrun timer_delete
"""
ONESELF = """
set_tid_address rseq arch_prctl getpid gettid getppid getpgid getpgrp getsid getuid geteuid getgid
getegid getresuid getresgid getgroups capget getrlimit getrusage getpriority sysinfo uname getrandom
getcpu sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
sched_get_priority_min sched_rr_get_interval sched_getattr exit exit_group
"""
CONNECTED_SOCKETS = """
shutdown getsockname getpeername getsockopt setsockopt recvfrom recvmsg recvmmsg sendmsg sendmmsg
"""
PROCESSES = """
fork vfork execve execveat kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open
pidfd_send_signal setsid setpgid setpriority ioprio_get ioprio_set setrlimit prlimit64 capset setuid
setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid sched_setaffinity
sched_setparam sched_setscheduler sched_setattr seccomp landlock_create_ruleset landlock_add_rule
landlock_restrict_self
"""
SOCKETS = "socketpair bind connect listen accept accept4 sendto"
SHARED = "memfd_create mlockall munlockall get_mempolicy set_mempolicy"
"""Not among them: System V's shared memory and message queues, and files' extended attributes,
which would outlive the run; `sync`, which makes the whole machine's disks wait."""
SERVING = """
setsid kill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal
landlock_restrict_self
"""
"""What servers need beside forks to start runs, bind them, and end them."""

SELF: tuple[Test, ...] = (Test(0, "is", OWN_PID),)
NOBODY: tuple[Test, ...] = (Test(0, "is", 0),)
UNIX, STREAM_ONLY = Test(0, "is", 1), Test(1, "none", 0xE)
GETS = (2, 3, 7, 15, 16, 21, 23, 27, 30, 39, 0x53564D41)
"""`prctl` options that ask, name a thread, or name memory."""
TERMINALS = (
    *(0x5402, 0x5403, 0x5404, 0x5405, 0x5406, 0x5407, 0x5408, 0x540B, 0x540E, 0x540F, 0x5410),
    *(0x5414, 0x5420, 0x5422, 0x5429, 0x5441, 0x80045430, 0x40045431),
)
INTERFACES = (0x8905, 0x8910, 0x8912, 0x8913, 0x8915, 0x8919, 0x891B, 0x8927, 0x8933)
"""`ioctl` requests that ask about network interfaces."""
PLAIN_REQUESTS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""Is it a terminal, how large, how much to read; blocking; close on exec."""

# F_DUPFD to F_SETLKW, and those of files. Never F_SETOWN and F_SETSIG, which signal others, nor
# F_SETLEASE, for which others have to wait.
FILE_CONTROLS = (0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 36, 37, 38, 1030, 1031, 1032, 1033, 1034)

STRICT_LOOKED_AT: dict[str, Rules] = {
    "clone": ((Test(0, "any", NEW_THREAD), Test(0, "none", NEVER_CLONED)),),
    "kill": (SELF,),
    "tgkill": (SELF,),
    "rt_sigqueueinfo": (SELF,),
    "rt_tgsigqueueinfo": (SELF,),
    "fcntl": one_of(1, *FILE_CONTROLS),
    "ioctl": one_of(1, *PLAIN_REQUESTS),
    # Raising is the kernel's to refuse: soft and hard limits are the same.
    "prlimit64": (NOBODY, SELF),
    "prctl": one_of(0, *GETS),
    "personality": ((Test(0, "is", 0xFFFFFFFF),),),
    # Streams only: a datagram's address hides in memory, where a filter cannot look.
    "socketpair": ((UNIX, STREAM_ONLY),),
    "sendto": (zero(4),),
    "sched_setaffinity": (NOBODY, SELF),
}
CUT, TO_WRITE = 0x200, 0x3  # O_TRUNC; O_WRONLY and O_RDWR
BARE_LOOKED_AT: dict[str, Rules] = STRICT_LOOKED_AT | {
    "open": ((Test(1, "none", CUT),), (Test(1, "any", TO_WRITE),)),
    "openat": ((Test(2, "none", CUT),), (Test(2, "any", TO_WRITE),)),
}
SERVER_CONTROLS = (1, 22, 36, 38)
"""`prctl`: end with the parent, take on a filter, adopt orphans, gain nothing."""
BARE_SERVER_LOOKED_AT: dict[str, Rules] = {
    name: rules for name, rules in BARE_LOOKED_AT.items() if name not in SERVING.split()
} | {
    "clone": ((Test(0, "none", NEVER_CLONED),),),
    "prctl": one_of(0, *GETS, *SERVER_CONTROLS),
}
PACKAGE_LOOKED_AT: dict[str, Rules] = {
    "clone": ((Test(0, "none", NEVER_CLONED),),),
    "fcntl": one_of(1, *FILE_CONTROLS, 8, 10, 15, 16),
    # For the server, which gives each run a process namespace of its own.
    "unshare": ((Test(0, "is", NEW_PROCESSES),),),
    "setns": ((Test(1, "is", NEW_PROCESSES),),),
    "ioctl": one_of(1, *PLAIN_REQUESTS, *TERMINALS, *INTERFACES),
    "prctl": one_of(0, *GETS, 1, 4, 8, 22, 24, 29, 36, 38),
    "personality": ((Test(0, "is", 0xFFFFFFFF),),),
    # Unix, IPv4, IPv6, and asking for routes; the network is empty but for the loopback.
    "socket": one_of(0, 1, 2, 10, 16),
}


def names(*texts: str) -> tuple[str, ...]:
    """Return the names in texts, each once, in their order."""
    return tuple(dict.fromkeys(word for text in texts for word in text.split()))


_COMMON = (FILES, MEMORY, WAITING, SIGNALS_AND_TIME, ONESELF, CONNECTED_SOCKETS)
STRICT = Policy(names(*_COMMON, METADATA), STRICT_LOOKED_AT)
"""One process, where nobody else's files are to be seen."""
BARE = Policy(
    tuple(name for name in names(*_COMMON) if name not in CUTTING.split()), BARE_LOOKED_AT
)
"""One process, where a file's mode, times or length might be somebody else's."""
BARE_SERVER = Policy(names(*BARE.allowed, "fork", SERVING), BARE_SERVER_LOOKED_AT)
"""For the processes that strict children come from, where there are no namespaces."""
PACKAGE = Policy(names(*_COMMON, METADATA, PROCESSES, SOCKETS, SHARED), PACKAGE_LOOKED_AT)
"""Processes and a network of its own; also for the processes that strict children come from."""
ALL = (STRICT, BARE, BARE_SERVER, PACKAGE)
"""Every filter that there is."""
