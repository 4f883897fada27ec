"""The copy of a project that tests run in: written, edited for one run, put back."""

# Paths are strings here: they go to system calls, once a step, and pathlib costs more than those.
# ruff: noqa: PTH101, PTH102, PTH103, PTH118, PTH120, PTH123, PTH208

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from .removal import remove

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

Stamp = tuple[int, int, int, int]
Identity = tuple[int, int, int]
CACHE_PARTS = ("__pycache__",)


class Scratch:
    """A project's files in a folder of their own, beside an empty home and a temporary folder.

    Args:
        folder: empty folder that this object owns.
        files: relative POSIX path -> bytes of everything that tests may see.
        places: folders elsewhere that tests may write to; what they leave there is removed.
    """

    def __init__(
        self, folder: str, files: Mapping[str, bytes], places: Collection[str] = ()
    ) -> None:
        self._folder = folder
        self.root = os.path.join(folder, "project")
        self.home = os.path.join(folder, "home")
        self.tmp = os.path.join(folder, "tmp")
        # Bytecode that came with a project could be stale: it is never written, never read.
        self.files = {
            path: data
            for path, data in files.items()
            if not set(path.split("/")) & set(CACHE_PARTS) and not path.endswith(".pyc")
        }
        self._stamps: dict[str, Stamp] = {}
        self._folders = {parent: 0 for path in self.files for parent in _parents(path)}
        self._edited: set[str] = set()
        self._identities: dict[str, Identity | None] = {}
        self._modes: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._places = tuple(places)
        self._mounted: dict[str, frozenset[str]] = {}

    @property
    def folders(self) -> list[str]:
        """Absolute folders whose entries a right suite leaves as they were."""
        below = [os.path.join(self.root, folder) for folder in sorted(self._folders)]
        return [self.root, *below, self.home, self.tmp, *self._places]

    def create(self) -> None:
        """Write everything for the first time."""
        self._know(self._folder)
        for folder in (self.root, self.home, self.tmp):
            self._make(folder)
        for path in self.files:
            self._write(path, self.files[path])
        for folder in self._folders:
            self._folders[folder] = _mode(os.path.join(self.root, folder))
        self._modes |= {place: _mode(place) for place in self._places}
        # What is there now is mounted: the scratch folder itself, or the first folder of the way.
        self._mounted = {place: frozenset(os.listdir(place)) for place in self._places}

    def edit(self, changes: Mapping[str, bytes]) -> None:
        """Write other contents of some files, for one run."""
        for path, data in changes.items():
            self._edited.add(path)
            self._write(path, data)

    def restore(self) -> None:
        """Put the project back: remove what is new, rewrite what differs, empty home and tmp.

        Raises:
            OSError: the folder that holds everything is gone, or is another.
        """
        self._put_folders_back()
        known = dict(self._stamps)
        for relative, entry in list(_walk(self.root, "", self._folders)):
            status = entry.stat(follow_symlinks=False)
            stamp = None if entry.is_dir(follow_symlinks=False) else _stamp(status)
            if stamp is None and relative in self._folders:
                continue
            if known.get(relative) == stamp and stamp is not None:
                del known[relative]
            elif relative not in known:
                remove(entry.path)
        for path in {*known, *self._edited}:
            self._write(path, self.files[path])
        self._edited.clear()
        for folder in (self.home, self.tmp):
            _empty(folder)
        for folder in self._places:
            _empty(folder, self._mounted[folder])

    def _put_folders_back(self) -> None:
        """Make sure that the three folders are ours, not links or others in their places."""
        for folder in self._places:
            self._open_again(folder)  # first: the way to our own may lead through them
        if _identity(self._folder) != self._identities[self._folder]:
            raise OSError(f"{self._folder} is not the folder it was")
        self._open_again(self._folder)
        self._remove_strangers()
        for folder in (self.root, self.home, self.tmp):
            if not self._is_ours(folder):
                remove(folder)
                self._make(folder)
            self._open_again(folder)

    def _open_again(self, folder: str) -> None:
        """Undo what a run did to a folder's mode: the next one must find it open."""
        if _mode(folder) != self._modes[folder]:
            os.chmod(folder, self._modes[folder])

    def _make(self, folder: str) -> None:
        os.mkdir(folder)
        self._know(folder)

    def _know(self, folder: str) -> None:
        """Remember which folder it is, and hold it open, so that its number is not given away."""
        if folder in self._held:
            os.close(self._held[folder])
        self._held[folder] = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW)
        self._identities[folder] = _identity(folder)
        self._modes[folder] = _mode(folder)

    def _is_ours(self, folder: str) -> bool:
        """Whether a folder is the one that was made, and not a link or another in its place."""
        return _identity(folder) == self._identities[folder]

    def _remove_strangers(self) -> None:
        """Remove what lies beside the project: a pytest.ini there would count for every run."""
        with os.scandir(self._folder) as entries:
            for entry in list(entries):
                if entry.path not in self._identities:
                    remove(entry.path)

    def _write(self, path: str, data: bytes) -> None:
        target = os.path.join(self.root, path)
        # Never through a link that a test left in the file's place.
        if os.path.lexists(target):
            remove(target)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(target, flags, 0o644), "wb") as file:
            file.write(data)
            file.flush()
            status = os.fstat(file.fileno())
        self._stamps[path] = _stamp(status)


def _parents(path: str) -> Iterator[str]:
    for parent in Path(path).parents:
        if parent != Path():
            yield parent.as_posix()


def _stamp(status: os.stat_result) -> Stamp:
    """Return what changes with every write: the change time cannot be set by a program."""
    return (status.st_ctime_ns, status.st_size, status.st_mode, status.st_ino)


def _mode(path: str) -> int:
    return stat.S_IMODE(os.lstat(path).st_mode)


def _walk(
    folder: str, prefix: str, known: Mapping[str, int]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield (relative path, entry) of everything, going into known folders only.

    `known` holds their modes; they get them back.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            relative = prefix + entry.name
            yield relative, entry
            if relative in known and entry.is_dir(follow_symlinks=False):
                if stat.S_IMODE(entry.stat(follow_symlinks=False).st_mode) != known[relative]:
                    os.chmod(entry.path, known[relative])
                yield from _walk(entry.path, f"{relative}/", known)


def _identity(path: str) -> Identity | None:
    """Return what tells one file from another in its place, links not followed."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino, stat.S_IFMT(status.st_mode)


def _empty(folder: str, kept: Collection[str] = ()) -> None:
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.name not in kept:
                remove(entry.path)
