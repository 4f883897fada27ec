"""The self-test: each layer must refuse what, without it, is done.

Executed as a script, in a process that holds nothing of the trainer; prints one JSON object. Every
attempt is made in a child of its own: once with the layer, once without (a control that shows that
the attempt is one). Then known programs run, and known attempts are made, under all layers together
(`probe_whole.py`). Nothing is touched but a temporary folder and the loopback network.
"""

# Paths are strings here: they go to system calls.
# ruff: noqa: PTH118, PTH120, PTH123

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import types
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = "_nerion_far"
DONE, REFUSED, BROKEN = 0, 1, 2


class Row(NamedTuple):
    """One probe: what was attempted, and what came of it."""

    layer: str
    probe: str
    denied: bool
    control: bool


class NoLayerError(Exception):
    """A layer cannot be put in place."""


class Target(NamedTuple):
    """What attempts are made on: all of it outside of the scratch folder.

    Attributes:
        folder: holds everything.
        inside: the scratch folder.
        secret: a file that its owner may read.
        port: of a listener on the loopback network.
        process: an outside process, by id and by when it started.
        service: a unix socket that is listened to, "" where its path would be too long.
        terminal: an outside terminal, "" where there are none.
    """

    folder: str
    inside: str
    secret: str
    port: int
    process: tuple[int, str]
    service: str
    terminal: str


def load(name: str) -> Any:
    """Import one of the siblings, as the base process does."""
    if PACKAGE not in sys.modules:
        package = types.ModuleType(PACKAGE)
        package.__path__ = [os.path.dirname(os.path.realpath(__file__))]
        sys.modules[PACKAGE] = package
    return importlib.import_module(f"{PACKAGE}.{name}")


def ended(pid: int) -> int:
    """Wait for a child and return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def in_child(work: Callable[[], object]) -> tuple[int, str]:
    """Do something in a child; return its exit code and what it could not do.

    The code is DONE, REFUSED where the kernel said no, else BROKEN.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = BROKEN
        try:
            work()
            code = DONE
        except (OSError, MemoryError) as error:
            os.write(writing, str(error).encode())
            code = REFUSED
        except BaseException as error:
            os.write(writing, repr(error).encode())
            raise
        finally:
            os._exit(code)
    os.close(writing)
    with open(reading, encoding="utf-8", errors="replace") as file:
        said = file.read()
    return ended(pid), said


def refused(attempt: Callable[[], object], layer: Callable[[], object]) -> bool:
    """Make an attempt in a child under a layer; say whether the kernel refused it.

    Raises:
        NoLayerError: the layer is not to be had, or the attempt came to another end.
    """
    held = False

    def work() -> None:
        nonlocal held
        try:
            layer()
        except OSError as error:
            raise NoLayerError(str(error)) from error
        attempt()

    code, said = in_child(work)
    if code not in (DONE, REFUSED):
        raise NoLayerError(said or f"exit code {code}")
    return code == REFUSED


def no_to(attempt: Callable[[], object]) -> bool:
    """Make an attempt in this process; say whether the kernel refused it."""
    try:
        attempt()
    except OSError:
        return True
    return False


def answer(
    way: Callable[[Callable[[], object]], int], work: Callable[[Callable[[object], None]], object]
) -> Any:
    """Do something in another process; return what it reports.

    Raises:
        NoLayerError: it came to another end.
    """
    reading, writing = os.pipe()

    def report(found: object) -> None:
        os.write(writing, json.dumps(found).encode())

    try:
        code = way(lambda: work(report))
    finally:
        os.close(writing)
        with open(reading, encoding="ascii") as file:
            said = file.read()
    if code != DONE or not said:
        raise NoLayerError(f"an attempt ended with code {code}")
    return json.loads(said)


def in_a_child(work: Callable[[], object]) -> int:
    """Do something in a child; return DONE.

    Raises:
        NoLayerError: it came to another end.
    """
    code, said = in_child(work)
    if code != DONE:
        raise NoLayerError(said or f"exit code {code}")
    return code


def start_room(kind: str, target: Target) -> tuple[int, int]:
    """Start what is to be done in a room of a containment.

    What of the outside is refused there, how attempts and the known programs ended under all layers
    together; or why it is not to be had.

    Returns:
        The process and the descriptor that its report is to be read from.
    """
    folder = os.path.join(target.folder, f"room-{kind}")
    os.mkdir(folder)  # noqa: PTH102
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            os.chdir(folder)
            load("confinement.room").enter(kind, folder)
            rows = load("probe_rooms")
            refusals = rows.refusals(target)
            found = rows.of_a_package(target) if kind == "package" else []
            together = load("probe_whole").whole(kind, True, target)
            report = {
                "refused": refusals,
                "rows": [*found, *together.rows],
                "programs": together.programs,
            }
        except (OSError, NoLayerError) as error:
            report = {"why": str(error)}
        os.write(writing, json.dumps(report).encode())
        os._exit(0)
    os.close(writing)
    return pid, reading


def report_of(pid: int, reading: int) -> dict[str, Any]:
    """Wait for what was started; return what it found."""
    with open(reading, encoding="utf-8") as file:
        said = file.read()
    ended(pid)
    return dict(json.loads(said)) if said else {"why": "no answer"}


def prepare(folder: str, held: ExitStack) -> Target:
    """Make what attempts are made on, in an empty folder.

    Args:
        folder: passable for all afterwards: a room of another user shows what is in it.
        held: keeps alive what must be.
    """
    inside, secret = os.path.join(folder, "inside"), os.path.join(folder, "secret")
    os.mkdir(inside)  # noqa: PTH102
    os.chmod(folder, 0o755)  # noqa: PTH101, S103 - other users pass
    with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write("secret")
    listener = held.enter_context(socket.create_server(("127.0.0.1", 0)))
    started = load("probe_rows").started(os.getpid())
    port = listener.getsockname()[1]
    service, rooms = os.path.join(folder, "service"), load("probe_rooms")
    if rooms.can_be_bound(service):
        held.enter_context(rooms.listen(service))
    else:
        service = ""
    return Target(folder, inside, secret, port, (os.getpid(), started), service, new_terminal(held))


def new_terminal(held: ExitStack) -> str:
    """Make a terminal; return its path, "" where this machine makes none."""
    try:
        ends = os.openpty()
    except OSError:
        return ""
    for end in ends:
        held.callback(os.close, end)
    return os.ttyname(ends[1])


def load_ahead() -> None:
    """Import and build once what many children need."""
    for name in ("confinement.room", "probe_rooms", "probe_rows", "probe_whole"):
        load(name)
    load("cage").prepare()
    importlib.import_module("encodings.idna")  # what connecting to an address asks for


def main() -> None:
    """Probe everything; print what was found."""
    load_ahead()
    with ExitStack() as held:
        target = prepare(os.path.realpath(sys.argv[1]), held)
        sys.stdout.write(json.dumps(report_on(target)))


def report_on(target: Target) -> dict[str, Any]:
    """Probe everything, in three processes at once; return what was found."""
    report: dict[str, Any] = {"rows": [], "programs": [], "why": ""}
    started = {kind: start_room(kind, target) for kind in ("strict", "package")}
    try:
        rooms = load("probe_rooms")
        report["rows"] = load("probe_rows").of_every_process(target)
        report["outside"] = [
            (layer, what, not refused_outside)
            for (layer, what, _attempt), refused_outside in zip(
                rooms.on_a_room(target), rooms.refusals(target), strict=True
            )
        ]
        together = load("probe_whole").whole("strict", False, target)
        report["rows"] += together.rows
        report["programs"] = together.programs
    except NoLayerError as error:
        report["why"] = str(error)
    report["rooms"] = {kind: report_of(*room) for kind, room in started.items()}
    return report


if __name__ == "__main__":
    # As the siblings import it: else an error that they raise would be of another class.
    load("probes").main()
