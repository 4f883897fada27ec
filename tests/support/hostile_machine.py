"""Hostile programs that reach for the network, for the kernel's powers, or for more."""

import platform

from tests.support.hostile import Case

OPEN, CRASHED = ("escaped",), ("crashed",)
"""In package containment a program may do so: it has a network of its own, and memory."""
REACHED = ("escaped", "reached")
SOCKETS = [
    Case(
        "TCP",
        'connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", TARGET["tcp"]))',
        REACHED,
    ),
    Case(
        "UDP",
        'connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", TARGET["udp"]))',
        REACHED,
    ),
    Case(
        "IPv6",
        'connect(socket.AF_INET6, socket.SOCK_STREAM, ("::1", TARGET["ipv6"]))',
        REACHED,
    ),
    Case(
        "a unix socket with an abstract name",
        'connect(socket.AF_UNIX, socket.SOCK_STREAM, chr(0) + TARGET["abstract"])',
        REACHED,
    ),
    Case(
        "a unix socket in a folder",
        'connect(socket.AF_UNIX, socket.SOCK_STREAM, TARGET["unix"])',
        REACHED,
    ),
    Case(
        "a unix socket in a folder, through a link",
        'os.symlink(TARGET["unix"], "link")\nconnect(socket.AF_UNIX, socket.SOCK_STREAM, "link")',
        REACHED,
    ),
    Case(
        "a pipe in a folder",
        'os.write(os.open(TARGET["pipe"], os.O_WRONLY | os.O_NONBLOCK), b"hostile")\nescaped()',
        REACHED,
    ),
    Case(
        "find where services listen",
        'os.listdir("/run") and escaped()\nraise FileNotFoundError(errno.ENOENT, "")',
    ),
    Case(
        "netlink",
        "with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as ours: ours.bind((0, 0))\n"
        "escaped()",
        package=OPEN,
    ),
    Case("packets", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()\nescaped()"),
]
POWERS = [
    Case("new namespaces", 'call("unshare", 0x20000)\nescaped()'),
    Case("a user namespace", 'call("unshare", 0x10000000)\nescaped()'),
    Case(
        "a process in new namespaces",
        'call("clone", 0x10020011, 0, 0, 0, 0) or os._exit(0)\nescaped()',
    ),
    Case(
        "mount",
        'call("mount", b"tmpfs", os.getcwdb(), b"tmpfs", 0, None)\nescaped()',
    ),
    Case("mount in the new way", 'call("fsopen", b"tmpfs", 0)\nescaped()'),
    Case("chroot", 'os.chroot(".")\nescaped()'),
    Case(
        "setns",
        'call("setns", os.open("/proc/self/ns/mnt", os.O_RDONLY), 0)\nescaped()',
    ),
    Case("setuid", "os.setuid(65534)\nescaped()"),
    Case("raise the limit of descriptors", "raise_limit(resource.RLIMIT_NOFILE)"),
    Case("raise the limit of memory", "raise_limit(resource.RLIMIT_AS)"),
    Case("raise the limit of processor time", "raise_limit(resource.RLIMIT_CPU)"),
]
CALLS = [
    Case("io_uring", 'call("io_uring_setup", 1, ctypes.create_string_buffer(120))\nescaped()'),
    Case("bpf", 'call("bpf", 0, bpf_attributes(), 72)\nescaped()'),
    Case("userfaultfd", 'call("userfaultfd", 1)\nescaped()'),
    Case("perf", 'call("perf_event_open", perf_attributes(), 0, -1, -1, 0)\nescaped()'),
    Case("keyctl", 'call("keyctl", 1, None)\nescaped()'),
    Case("memfd", 'os.memfd_create("hostile")\nescaped()', package=OPEN),
    Case(
        "call numbers that nobody knows",
        """
for number in (480, 511, 512, 600, 1000, 0x3FFFFFFF):
    try:
        call(number, 0, 0, 0, 0, 0, 0)
    except OSError as error:
        error.errno == errno.ENOSYS or escaped(f"{number}: {error}")
    else:
        escaped(number)
raise OSError(errno.ENOSYS, "")
""",
    ),
]
X86 = [
    Case("an x32 call", "call(0x40000000 | 39)\nescaped()", strict=CRASHED, package=CRASHED),
]
CASES = (*SOCKETS, *POWERS, *CALLS, *(X86 if platform.machine() == "x86_64" else ()))
