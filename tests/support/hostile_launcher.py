"""Runs a hostile program without containment, as a script, in a process namespace of its own.

This process is the namespace's first: when it ends, the kernel ends everything in it. Below it are
a grandparent, a parent and the hostile process, and a victim beside them; whatever the program
strikes, it strikes one of these. Reads one JSON object, writes one: the words for what happened.
"""

# Paths are strings here: the process is to be small.
# ruff: noqa: PTH112, PTH123, PTH202, PTH208, S102, T201

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time

LARGEST_FILE = 200 << 20
OUTPUT = 50_000_000
GONE = "ZX"
STRUCK = {"grandparent", "parent", "victim"}
ENDING = 2.0
ROOM = 100
ROOMY = {resource.RLIMIT_NOFILE: 1 << 16, resource.RLIMIT_AS: 1 << 44, resource.RLIMIT_CPU: 3600}
"""Limits that are lower than they may become."""
RESULT_AT = 3000
"""Where the hostile process keeps its result: past what programs write rubbish to."""


def pause():
    while True:
        time.sleep(60)


def state(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def looks(pid):
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    return limits, os.getpriority(os.PRIO_PROCESS, pid)


def start_victim(order):
    name = order["target"]["victim_name"]
    command = [sys.executable, "-S", "-c", "import time; time.sleep(600)", name]
    process = subprocess.Popen(command, start_new_session=True, env=order["environment"])
    return process.pid


def bound():
    """See to it that nothing large comes of it, and that limits are where they can be."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for which, most in ROOMY.items():
        hard = resource.getrlimit(which)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard - ROOM)
        resource.setrlimit(which, (most, hard))


def be_hostile(order, names, result):
    """Run the program's function; tell its word."""
    os.dup2(result, RESULT_AT)
    os.close(result)
    os.dup2(os.open(order["output"], os.O_CREAT | os.O_WRONLY), 1)
    os.chdir(order["cwd"])
    exec(compile(order["program"], "m.py", "exec"), names)
    found, said = "passed", ""
    try:
        names["work"](1)
    except MemoryError:
        found = "memory"
    except Exception as error:  # noqa: BLE001 - a stranger's program
        found = {"DeniedError": "denied", "EscapedError": "escaped"}.get(
            type(error).__name__, "failed"
        )
        said = f"{type(error).__name__}: {error}"
    os.write(RESULT_AT, json.dumps([found, said]).encode())


def start_all(order, names, result):
    """Fork grandparent, parent and hostile process; return their ids. The last one returns 0s."""
    reading, writing = os.pipe()
    grandparent = os.fork()
    if grandparent == 0:
        os.setsid()
        parent = os.fork()
        if parent:
            pause()
        os.setsid()
        mine = os.fork()
        if mine:
            os.write(writing, f"{os.getpid()} {mine}\n".encode())
            pause()
        for number in (reading, writing):
            os.close(number)
        be_hostile(order, names, result)
        return ()
    parent, mine = map(int, os.read(reading, 100).split())
    return grandparent, parent, mine


def watch(mine, reading, seconds):
    """Wait for the hostile process; return its words and what it said."""
    deadline = time.monotonic() + seconds
    while state(mine) not in GONE and time.monotonic() < deadline:
        time.sleep(0.01)
    words = set() if state(mine) in GONE else {"timeout"}
    os.set_blocking(reading, False)
    try:
        found, said = json.loads(os.read(reading, 1 << 16))
    except (BlockingIOError, ValueError):
        return words or {"crashed"}, ""
    return words | {found}, said


def left(order, mine):
    """Return words for what is left behind."""
    mark, found = order["target"]["mark"], set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/comm") as file:
                carries = file.read().strip() == mark
            with open(f"/proc/{name}/cmdline", "rb") as file:
                told = file.read()
        except OSError:
            continue
        carries = carries or (b"victim" not in told and mark.encode() in told)
        if carries and int(name) != mine and state(name) not in GONE:
            found.add("processes")
    if os.path.isdir(order["cwd"]) and os.listdir(order["cwd"]):
        found.add("files")
    if not os.path.isdir(order["cwd"]) or not os.lstat(order["cwd"]).st_mode & 0o777:
        found.add("closed")
    if os.path.isdir(order["cwd"] + "-away"):
        found.add("away")
    if os.path.getsize(order["output"]) >= OUTPUT:
        found.add("output")
    return found


def struck(pids, victim, before):
    """Return words for the processes that came to harm; one that is killed may take a moment."""
    three = zip(("grandparent", "parent", "victim"), (*pids[:2], victim), strict=True)
    words = {name for name, pid in three if state(pid) in GONE}
    if "victim" not in words and looks(victim) != before:
        words.add("victim")
    return words


def main():
    """Run it, look, tell."""
    if os.getpid() != 1:
        sys.exit("not the first process of a namespace: signals to everyone would reach others")
    order = json.load(sys.stdin)
    os.environ.update(order["environment"])
    bound()
    sys.path.insert(0, order["modules"])
    import kit  # before any fork: its buffer is at the same place in all of them

    listening, _talking = os.pipe()
    _careless = socket.socketpair()
    reading, writing = os.pipe()
    victim = start_victim(order)
    kit.TARGET["victim"] = victim
    before = looks(victim)
    pids = start_all(order, {"__name__": "m"}, writing)
    if not pids:
        return
    words, said = watch(pids[2], reading, order["seconds"])
    deadline = time.monotonic() + ENDING
    while True:
        words |= struck(pids, victim, before)
        if words >= set(order["control"]) & STRUCK or time.monotonic() > deadline:
            break
        time.sleep(0.01)
    os.set_blocking(listening, False)
    with contextlib.suppress(BlockingIOError):
        words |= {"rubbish"} if os.read(listening, 100) else set()
    words |= left(order, pids[2])
    print(json.dumps([sorted(words), said]), flush=True)
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main()
