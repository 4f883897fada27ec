"""Hostile programs that take too much: time, memory, threads, files, descriptors; or that break."""

from tests.support.hostile import LONG_WORK, Case

TIMEOUT, PASSED, CRASHED = ("timeout",), ("passed",), ("crashed",)
TIME = [
    Case("an endless loop", "while True: pass", TIMEOUT, TIMEOUT, TIMEOUT),
    Case(
        "a loop that ignores every signal",
        """
for number in range(1, 65):
    with contextlib.suppress(OSError, ValueError):
        signal.signal(number, signal.SIG_IGN)
while True: pass
""",
        TIMEOUT, TIMEOUT, TIMEOUT,
        waits=True,
    ),
    Case(
        "a loop that stops its own clock",
        "signal.setitimer(signal.ITIMER_PROF, 0)\nwhile True: pass",
        TIMEOUT, TIMEOUT, TIMEOUT,
        waits=True,
    ),
    Case("one huge operation in C", "pow(7, 10 ** 9)", TIMEOUT, TIMEOUT, TIMEOUT),
    Case(
        "it stops itself",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        TIMEOUT, TIMEOUT, TIMEOUT,
        waits=True,
    ),
    Case(
        "a thread that never ends, and a slow end",
        "threading.Thread(target=time.sleep, args=(LONG,)).start()\n"
        "atexit.register(time.sleep, LONG)",
        TIMEOUT, PASSED, PASSED,
    ),
]  # fmt: skip
MEMORY = [
    Case(
        "2 GiB asked for",
        "held = bytes(2 << 30)\nescaped()",
        strict=("memory",),
        package=("memory",),
    ),
    Case("2 GiB mapped", "held = mmap.mmap(-1, 2 << 30)\nescaped()"),
    Case("500 threads", "threads(500)"),
    Case(
        "1,000 threads that take little",
        "threading.stack_size(1 << 16)\nthreads(1000)",
        strict=("denied", "timeout"),
        package=("denied", "timeout"),
        bare=("escaped", "timeout"),  # there the machine's user would be counted
    ),
]
FILES = [
    Case(
        "100 MB written thrice",
        """
for name in "abc":
    with open(name, "wb") as file:
        for _ in range(100): file.write(bytes(1 << 20))
""",
        ("passed", "files"), LONG_WORK, LONG_WORK,
    ),
    Case(
        "5,000 files",
        """
for number in range(5000):
    os.close(os.open(f"file{number}", os.O_CREAT | os.O_WRONLY))
""",
        ("passed", "files"), LONG_WORK, LONG_WORK,
    ),
    Case(
        "50 MB to stdout",
        'for _ in range(50): os.write(1, b"x" * 1000000)',
        ("passed", "output"), LONG_WORK, LONG_WORK,
    ),
    Case(
        "50 MB printed",
        'print("x" * 50_000_000)',
        ("passed", "output"), LONG_WORK, LONG_WORK,
    ),
    Case(
        "2,000 descriptors",
        'held = [os.open("/dev/null", os.O_RDONLY) for _ in range(2000)]\nescaped()',
    ),
    Case(
        "rubbish to descriptors, then all closed",
        "rubbish(63)\nos.closerange(0, 64)",
        ("passed", "rubbish"), ("error",), ("error",),
        after=("error",),  # pytest keeps what it captures in two of them
    ),
    Case(
        "rubbish to every descriptor, then all closed",
        "rubbish(5000)\nos.closerange(0, 5000)",
        ("rubbish",), CRASHED, CRASHED,
    ),
]  # fmt: skip
BREAKING = [
    Case("a segmentation fault", "ctypes.string_at(0)", CRASHED, CRASHED, CRASHED),
    Case("it aborts", "os.abort()", CRASHED, CRASHED, CRASHED),
    Case(
        "an overflow of the C stack",
        """
sys.setrecursionlimit(1 << 30)
def deeper(_): return sorted([1], key=deeper)
deeper(0)
""",
        CRASHED, CRASHED, CRASHED,
    ),
]  # fmt: skip
CASES = (*TIME, *MEMORY, *FILES, *BREAKING)
