"""Which lines of which files run, and who reads the source: for one run of the unchanged suite."""

# Paths are strings here: they go to system calls, once a step, and pathlib costs more than those.
# ruff: noqa: PTH100, PTH118, PTH120

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

PROCESS_EVENTS = frozenset(
    {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"}
)
IMPORT_FRAMES = 6
HERE = os.path.dirname(os.path.abspath(__file__))
LinesByPath = dict[str, list[int]]


class Tracer:
    """Traces lines of some files, and what lines cannot show.

    A test also depends on a file whose text it reads (`inspect.getsource`), and on all files
    when it starts a process, whose lines are not seen.

    Args:
        root: absolute folder.
        paths: files below it, relative.
    """

    def __init__(self, root: str, paths: list[str]) -> None:
        self._relative = {f"{root}/{path}": path for path in paths}
        self._lines: dict[str, set[int]] = {path: set() for path in paths}
        self._locals = {full: _local(self._lines[path]) for full, path in self._relative.items()}
        self._read: set[str] = set()
        self._blind = False
        self.listening = True
        self._trace = self._make_trace()

    def start(self) -> None:
        """Trace this thread and those to come; listen to what opens files and starts processes."""
        sys.addaudithook(self._audit)
        threading.settrace(self._trace)
        sys.settrace(self._trace)

    def take(self) -> tuple[LinesByPath, list[str], bool]:
        """Return (lines by path, files read as text, whether lines may be missing); start anew."""
        lines = {path: sorted(found) for path, found in self._lines.items() if found}
        blind = self._blind or sys.gettrace() is not self._trace
        result = lines, sorted(self._read), blind
        for found in self._lines.values():
            found.clear()
        self._read.clear()
        self._blind = False
        sys.settrace(self._trace)
        return result

    def _make_trace(self) -> Callable[[FrameType, str, Any], Any]:
        find = self._locals.get

        def trace(frame: FrameType, _event: str, _argument: Any) -> Any:
            local = find(frame.f_code.co_filename)
            if local is not None:
                # A generator that goes on gets no event for the line where it waited.
                local(frame, "line", None)
            return local

        return trace

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.listening:
            return
        if event in PROCESS_EVENTS:
            self._blind = True
        elif event == "open" and isinstance(arguments[0], (str, bytes)):
            path = self._relative.get(os.path.abspath(os.fsdecode(arguments[0])))
            if path is not None and not _importing():
                self._read.add(path)


class Watch:
    """Notices whether some files are opened, to be imported or read, while it is entered.

    Args:
        root: absolute folder.
        paths: files below it, relative.
    """

    def __init__(self, root: str, paths: list[str]) -> None:
        self._paths = frozenset(f"{root}/{path}" for path in paths)
        self._listening = False
        self.touched = False

    def __enter__(self) -> Watch:
        sys.addaudithook(self._audit)
        self._listening = True
        return self

    def __exit__(self, *_error: object) -> None:
        self._listening = False  # a hook cannot be taken away again

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._listening:
            return
        if event in PROCESS_EVENTS:
            self.touched = True
        elif event == "open" and isinstance(arguments[0], (str, bytes)):
            self.touched |= os.path.abspath(os.fsdecode(arguments[0])) in self._paths


def _local(lines: set[int]) -> Callable[[FrameType, str, Any], Any]:
    add = lines.add

    def local(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            add(frame.f_lineno)
        return local

    return local


def _importing() -> bool:
    """Whether the file is opened to be imported (by the import system, or pytest's rewriting)."""
    frame: FrameType | None = sys._getframe(2)
    for _ in range(IMPORT_FRAMES):
        if frame is None:
            return False
        code = frame.f_code
        file = code.co_filename
        if file == "<frozen importlib._bootstrap_external>" and code.co_name == "get_code":
            return True
        if file.endswith("_pytest/assertion/rewrite.py") or file == os.path.join(HERE, "memo.py"):
            return True
        frame = frame.f_back
    return False
