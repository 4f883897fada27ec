"""Hostile programs that read or change what is not theirs: files, secrets, the way out by links."""

from tests.support.hostile import DENIED, LONG_WORK, Case

PASSED, READ = ("passed",), ("escaped",)
"""In package containment what everybody may read can be read, and what its user may."""
CHANGED = ("escaped", "sentinel")
SENTINEL = 'sentinel = TARGET["sentinel"]\n'
CHANGES = {
    "unlink": "os.unlink(sentinel)",
    "overwrite": "change_beneath(sentinel)",
    "rename": 'os.rename(sentinel, sentinel + "-away")',
    "put another in its place": 'change_beneath("new"); os.replace("new", sentinel)',
    "truncate": "os.truncate(sentinel, 0)",
    "chmod": "os.chmod(sentinel, 0o777)",
    "chmod by a call newer than the filter": "call(452, -100, sentinel.encode(), 0o777, 0)",
    "utime": "os.utime(sentinel, (0, 0))",
    "link another name to it": 'os.link(sentinel, sentinel + "-linked")',
    "name a folder beside": 'os.mkdir(sentinel + "-folder")',
    "set an attribute": 'os.setxattr(sentinel, "user.hostile", b"x")',
}
CHANGING = [
    Case(f"a sentinel: {what}", f"{SENTINEL}{code}\nescaped()", CHANGED)
    for what, code in CHANGES.items()
]
READING = [
    Case(
        "read a secret file", 'read(TARGET["secret"])\nescaped()', user=READ,
    ),
    Case("read the hidden tests", 'read(TARGET["hidden"])\nescaped()', user=READ),
    Case(
        "read the hidden tests through /proc",
        """
for pid in names_of_processes():
    with contextlib.suppress(OSError):
        read(f"/proc/{pid}/root" + TARGET["hidden"])
        escaped(pid)
raise PermissionError(errno.EACCES, "")
""",
        user=READ,
    ),
    Case("read the accounts", 'read("/etc/passwd")\nescaped()', package=READ),
    Case("see that an outside path is there", 'os.stat(TARGET["sentinel"])\nescaped()',
         package=READ, bare=READ),
    Case("list an outside folder", 'os.listdir(TARGET["folder"])\nescaped()', package=READ),
    Case(
        "read the environment",
        "find_secret([lambda: repr(dict(os.environ)).encode()])",
    ),
    Case(
        "read environments in /proc",
        """
find_secret([lambda pid=pid: read(f"/proc/{pid}/environ") for pid in names_of_processes()])
""",
    ),
    Case(
        "find an outside process in /proc",
        """
for pid in names_of_processes():
    with contextlib.suppress(OSError):
        if TARGET["victim_name"].encode() in read(f"/proc/{pid}/cmdline"):
            escaped(pid)
raise ProcessLookupError(errno.ESRCH, "")
""",
    ),
    Case(
        "read the zygote's memory in /proc",
        'os.close(os.open(f"/proc/{zygote()}/mem", os.O_RDWR))\nescaped()',
    ),
    Case(
        "read anybody's memory in /proc",
        """
for pid in names_of_processes():
    with contextlib.suppress(OSError):
        if not os.path.samefile(f"/proc/{pid}", "/proc/self"):
            os.close(os.open(f"/proc/{pid}/mem", os.O_RDONLY))
            escaped(pid)
raise PermissionError(errno.EACCES, "")
""",
    ),
    Case(
        "change the machine's settings in /proc",
        'path = "/proc/sys/kernel/core_pattern"\n'
        'os.close(os.open(path, os.O_WRONLY))\nescaped()',
    ),
]  # fmt: skip
LEAVING = [
    Case(
        "a message in an attribute of a folder that stays",
        'os.setxattr(".", "user.hostile", b"to the next")\nescaped()',
    ),
    Case(
        "make others wait for a file",
        'change_beneath("own")\n'
        'fcntl.fcntl(os.open("own", os.O_RDONLY), 1024, fcntl.F_RDLCK)\n'
        "escaped()",
    ),
    Case("the times of a device", 'os.utime("/dev/full")\nescaped()'),
]
WAYS_OUT = [
    Case(
        "a symbolic link out of the scratch",
        f'{SENTINEL}os.symlink(sentinel, "link")\nchange_beneath("link")\nescaped()',
        CHANGED,
    ),
    Case(
        "a hard link out of the scratch",
        f'{SENTINEL}os.link(sentinel, "hard")\nchange_beneath("hard")\nescaped()',
        CHANGED,
    ),
    Case(
        "links left in the places of files",
        """
for name in ("m.py", "test_m.py", "kit.py"):
    with contextlib.suppress(FileNotFoundError): os.unlink(name)
    os.symlink(TARGET["sentinel"], name)
""",
        ("passed", "files"), PASSED, PASSED,
    ),
    Case(
        "a link left in the project's place",
        """
here = os.getcwd()
os.rename(here, here + "-away")
os.symlink(TARGET["folder"], here)
""",
        ("passed", "away"), PASSED, PASSED,
    ),
    Case(
        "no rights left on any folder",
        """
for folder in (".", "..", os.environ["HOME"], os.environ["TMPDIR"], *places()):
    with contextlib.suppress(OSError): os.chmod(folder, 0)
""",
        ("passed", "closed"),
        PASSED,
        PASSED,
    ),
    Case(
        "a file in every folder that it may write to",
        'for folder in every_folder():\n'
        '    with contextlib.suppress(OSError): change_beneath(folder + "/left")',
        ("passed", "files"),
        PASSED,
        PASSED,
    ),
    Case(
        "every folder that it may rename renamed",
        'for folder in every_folder():\n'
        '    with contextlib.suppress(OSError): os.rename(folder, folder + "-away")',
        ("passed", "away"),
        PASSED,
        PASSED,
    ),
    Case(
        "2,000 folders in folders that nobody may read",
        "deep_tree(2000)",
        ("passed", "files"),
        LONG_WORK,
        LONG_WORK,
        bare=(*DENIED, *LONG_WORK),
    ),
    Case(
        "300 folders in folders that nobody may read",
        "deep_tree(300)",
        ("passed", "files"), PASSED, PASSED,
        bare=(*DENIED, *LONG_WORK),
    ),
]  # fmt: skip
CASES = (*CHANGING, *READING, *LEAVING, *WAYS_OUT)
