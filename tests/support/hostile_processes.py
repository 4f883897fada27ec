"""Hostile programs that start processes, or reach for those of others."""

from tests.support.hostile import Case

PASSED, ENDS_ITSELF = ("passed",), ("crashed",)
LEFT = ("passed", "processes")
OPEN = ("escaped",)
"""In package containment a program may do so, to what is its own."""
STARTING = [
    Case("40 forks", "start(40)", LEFT, package=PASSED),
    Case("a daemon, forked twice", "start_daemon()", LEFT, package=PASSED),
    Case(
        "a shell by the C library",
        'os.system("exit 7") >> 8 == 7 and escaped()\nraise PermissionError(errno.EPERM, "")',
        package=OPEN,
    ),
    Case(
        "a shell in a forked process",
        'subprocess.run(["/bin/sh", "-c", "exit 0"], check=True)\nescaped()',
        package=OPEN,
    ),
    Case(
        "a shell by posix_spawn",
        'wait_for(os.posix_spawn("/bin/sh", ["sh", "-c", "exit 0"], {}))',
        package=OPEN,
    ),
    Case(
        "a shell in its own place",
        'os.execv("/bin/sh", ["sh", "-c", "echo > shell-was-here; exit 3"])',
        ("files", "crashed"), package=ENDS_ITSELF,
    ),
    Case(
        "a shell by descriptor",
        'os.execve(os.open("/bin/sh", os.O_RDONLY), ["sh", "-c", "echo > here; exit 3"], {})',
        ("files", "crashed"), package=ENDS_ITSELF,
    ),
    Case(
        "a process in the place of a sibling",
        """
if call("clone", 0x8000 | signal.SIGCHLD, 0, 0, 0, 0) == 0:
    time.sleep(LONG)
escaped()
""",
        ("escaped", "processes"),
    ),
    Case(
        "a shell left behind",
        'subprocess.Popen(["/bin/sh", "-c", "sleep 600; : " + TARGET["mark"]])',
        LEFT, package=PASSED,
    ),
]  # fmt: skip
STRIKING = [
    Case("signal its parent", "strike(zygote())", ("escaped", "parent")),
    Case("signal its grandparent", "strike(above(zygote()))", ("escaped", "grandparent")),
    Case("signal its group", "os.kill(0, signal.SIGKILL)", ("parent",), package=ENDS_ITSELF),
    Case(
        "signal everyone",
        "pid = zygote()\nos.kill(-1, signal.SIGKILL)\nmust_be_gone(pid)",
        ("escaped", "parent", "grandparent"),
    ),
    Case("signal an outside process", 'strike(TARGET["victim"])', ("escaped", "victim")),
    Case(
        "signal through a descriptor of a process",
        """
pid = zygote()
signal.pidfd_send_signal(os.open(f"/proc/{pid}", os.O_RDONLY), signal.SIGKILL)
must_be_gone(pid)
""",
        ("escaped", "parent"),
    ),
    Case(
        "let a descriptor signal the zygote",
        """
reading, writing = os.pipe()
fcntl.fcntl(reading, fcntl.F_SETOWN, zygote())
fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)
os.write(writing, b".")
must_be_gone(zygote())
""",
        ("parent",),
    ),
    Case(
        "let a descriptor kill the zygote",
        """
reading, writing = os.pipe()
fcntl.fcntl(reading, fcntl.F_SETOWN, zygote())
fcntl.fcntl(reading, 10, signal.SIGKILL)
fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)
os.write(writing, b".")
must_be_gone(zygote())
""",
        ("parent",),
    ),
    Case(
        # The first process of a namespace shares nothing but memory with the zygote.
        "lower the zygote's limits",
        "resource.prlimit(zygote(), resource.RLIMIT_NOFILE, (3, 3))\nescaped()",
        package=OPEN,
    ),
    Case(
        "lower an outside process's limits",
        'resource.prlimit(TARGET["victim"], resource.RLIMIT_NOFILE, (3, 3))\nescaped()',
        ("escaped", "victim"),
    ),
    Case(
        "slow an outside process down",
        'os.setpriority(os.PRIO_PROCESS, TARGET["victim"], 19)\nescaped()',
        ("escaped", "victim"),
    ),
    Case(
        "move an outside process to one processor",
        'os.sched_setaffinity(TARGET["victim"], {0})\nescaped()',
    ),
]  # fmt: skip
LOOKING = [
    Case("trace the zygote", 'call("ptrace", 0x4206, zygote(), 0, 0)\nescaped()'),
    Case(
        "read the zygote's memory",
        """
here = struct.pack("=QQ", ctypes.addressof(HELD), 8)
call("process_vm_readv", zygote(), here, 1, here, 1, 0)
escaped()
""",
    ),
    Case(
        "write the zygote's memory",
        """
here = struct.pack("=QQ", ctypes.addressof(HELD), 8)
call("process_vm_writev", zygote(), here, 1, here, 1, 0)
escaped()
""",
    ),
    Case(
        "compare itself with the zygote",
        'call("kcmp", os.getpid(), zygote(), 1, 0, 0)\nescaped()',
    ),
    Case(
        "take a descriptor of the zygote's",
        'call("pidfd_getfd", os.pidfd_open(zygote()), 0, 0)\nescaped()',
    ),
    Case(
        "use descriptors that it was left",
        'found = foreign_descriptors()\n'
        'found and escaped(found)\nraise PermissionError(errno.EBADF, "")',
    ),
]  # fmt: skip
CASES = (*STARTING, *STRIKING, *LOOKING)
