"""What hostile programs are written with; it is a file of their project, `kit.py`.

An attempt ends in one of three ways: the kernel refuses it (`DeniedError`, with the error's name),
it succeeds (`EscapedError`), or it returns and does no harm. `TARGET` says what there is outside.
The same text runs in controls, without any containment: see `hostile_control.py`.
"""

# Paths are strings here: they go to system calls.
# ruff: noqa: PTH101, PTH102, PTH109, PTH116, PTH118, PTH120, PTH123, PTH208

import contextlib
import ctypes
import errno
import os
import resource
import signal
import socket
import stat
import struct
import threading
import time

TARGET = {}
"""Filled in by `hostile.py`: paths, process ids, ports, and the numbers of system calls."""
SET_NAME = 15
GONE = ("", "Z", "X")
MOMENT = 0.1
LONG = 600
libc = ctypes.CDLL(None, use_errno=True)
HELD = ctypes.create_string_buffer(8)
"""At the same place in the process that this one is forked from."""


class DeniedError(Exception):
    """An attempt was refused."""


class EscapedError(Exception):
    """An attempt succeeded."""


def escaped(what=""):
    raise EscapedError(str(what)[:100])


@contextlib.contextmanager
def telling():
    """Carry a mark that the host can see, and turn refusals into `DeniedError`."""
    libc.prctl(SET_NAME, TARGET["mark"].encode(), 0, 0, 0)
    try:
        yield
    except OSError as error:
        raise DeniedError(errno.errorcode.get(error.errno, str(error))) from None


def call(name, *arguments):
    """Make a system call by its name, or its number."""
    number = TARGET["calls"].get(name, name)
    words = [
        ctypes.c_long(word) if isinstance(word, int) and not isinstance(word, bool) else word
        for word in arguments
    ]
    result = libc.syscall(ctypes.c_long(number), *words)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def read(path):
    with open(path, "rb") as file:
        return file.read()


# --- processes ----------------------------------------------------------------------------------


def zygote():
    """Return the process that this one was forked from, or the first of this namespace."""
    return os.getppid() or 1


def above(pid):
    """Return a process's parent."""
    parent = int(read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[1])
    if not parent:
        raise ProcessLookupError(errno.ESRCH, "it has no parent here")
    return parent


def state(pid):
    """Return the letter of a process's state, "" when it is gone."""
    try:
        return read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[0].decode()
    except OSError:
        return ""


def must_be_gone(*pids):
    """Say whether processes that were struck are gone."""
    time.sleep(MOMENT)
    for pid in pids:
        if state(pid) in GONE:
            escaped(f"{pid} is gone")
    raise DeniedError("it is still there")


def strike(pid, number=signal.SIGKILL):
    """Signal a process, and look whether it is gone."""
    os.kill(pid, number)
    must_be_gone(pid)


def start(count):
    """Fork processes that stay for long, in sessions of their own."""
    for _ in range(count):
        if os.fork() == 0:
            os.setsid()
            time.sleep(LONG)
            os._exit(0)


def start_daemon():
    """Start a process that nobody is the parent of; return when it is there."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(writing, b".")
            time.sleep(LONG)
        os._exit(0)
    os.waitpid(pid, 0)
    os.read(reading, 1)


def wait_for(pid):
    """Say whether a process that was started did its work."""
    if os.waitpid(pid, 0)[1]:
        raise PermissionError(errno.EPERM, "it could not")
    escaped("a program was executed")


def names_of_processes():
    return [name for name in os.listdir("/proc") if name.isdigit()]


def find_secret(texts):
    """Look for the secret in what texts can be read."""
    for text in texts:
        with contextlib.suppress(OSError):
            if TARGET["secret_word"].encode() in text():
                escaped("the secret")
    raise PermissionError(errno.EACCES, "no text that can be read holds it")


# --- descriptors --------------------------------------------------------------------------------


def rubbish(last):
    """Write to every descriptor up to one."""
    for number in range(last + 1):
        with contextlib.suppress(OSError):
            os.set_blocking(number, False)
            os.write(number, b"rubbish" * 3)


def foreign_descriptors():
    """Return what is open here that leads to others: sockets, and descriptors of processes."""
    found = []
    for number in range(1024):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                found.append(f"socket {number}")
        try:
            os.waitid(os.P_PIDFD, number, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            found.append(f"process {number}")  # somebody else's child
        except OSError:
            continue
    return found


# --- sockets ------------------------------------------------------------------------------------


def connect(family, kind, address):
    """Reach somebody outside; a datagram that nobody takes is refused at the second."""
    with socket.socket(family, kind) as ours:
        ours.settimeout(1)
        ours.connect(address)
        for _ in range(2):
            ours.send(b"hostile")
    escaped(f"reached {address}")


# --- files --------------------------------------------------------------------------------------


def change_beneath(path, data=b"hostile"):
    with open(path, "wb") as file:
        file.write(data)


def deep_tree(depth):
    """Make folders in folders, each of which nobody may read, and come back."""
    here = os.open(".", os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("deep")
        os.chdir("deep")
    for _ in range(depth):
        os.chdir("..")
        os.chmod("deep", 0)
    os.fchdir(here)
    os.close(here)


def everything():
    """Return what there is to be seen of this project and of the folders it may write to."""
    found = []
    for place in (".", "..", os.environ["HOME"], os.environ["TMPDIR"], *places()):
        for folder, folders, files in os.walk(place):
            found += [os.path.join(folder, name) for name in (*folders, *files)]
            found += [f"{folder} {os.lstat(folder).st_mode:o}"]
            folders[:] = [name for name in folders if is_ours(os.path.join(folder, name))]
    return sorted(set(found))


def places():
    """Return the temporary folders of this program's own room; never those of the host."""
    found = []
    for place, outer in TARGET["places"].items():
        with contextlib.suppress(OSError):
            status = os.stat(place)
            if (status.st_dev, status.st_ino) != outer:
                found.append(place)
    return found


def every_folder():
    """Return the folders that there are in the project and in those that it may write to."""
    found = []
    for place in (os.environ["HOME"], os.environ["TMPDIR"], *places(), os.getcwd()):
        for folder, folders, _files in os.walk(place):
            found.append(folder)
            folders[:] = [name for name in folders if is_ours(os.path.join(folder, name))]
    return found


def is_ours(folder):
    """Whether a folder is in memory as its parent is: what is mounted there may be large."""
    return os.lstat(folder).st_dev == os.lstat(os.path.dirname(folder)).st_dev


# --- the machine --------------------------------------------------------------------------------


def perf_attributes():
    """Return what `perf_event_open` takes: count this process's clock, outside of the kernel."""
    only_user = 0b1100000
    head = struct.pack("=IIQQQQQ", 1, 120, 0, 0, 0, 0, only_user)
    return ctypes.create_string_buffer(head, 120)


def bpf_attributes():
    """Return what `bpf` takes to make a map of one number."""
    return ctypes.create_string_buffer(struct.pack("=IIII", 2, 4, 4, 1), 120)


def raise_limit(which):
    """Raise a resource limit, soft and hard alike where both are the same."""
    soft, hard = resource.getrlimit(which)
    more = soft + 10
    try:
        resource.setrlimit(
            which, (more, hard if hard == resource.RLIM_INFINITY else max(hard, more))
        )
    except ValueError:
        raise DeniedError("EPERM") from None
    escaped(f"{soft} -> {more}")


def threads(count):
    """Start threads that stay."""
    go_on = threading.Event()
    try:
        for _ in range(count):
            threading.Thread(target=go_on.wait, daemon=True).start()
    except RuntimeError:
        raise DeniedError("EAGAIN") from None
    escaped(f"{count} threads")
