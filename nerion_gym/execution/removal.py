"""Removing what tests left: folders however deep, and whoever may read them."""

# Paths are strings here: they go to system calls, once a step, and pathlib costs more than those.
# ruff: noqa: PTH101, PTH106, PTH108, PTH112, PTH114, PTH208

from __future__ import annotations

import contextlib
import errno
import os

MINE = 0o700
REMOVALS = 3
"""So often it is tried: a process that is about to end may still write."""


def remove(path: str) -> None:
    """Remove a file, a link or a folder with all it holds; nothing where there is nothing.

    Raises:
        OSError: the kernel refuses.
    """
    if os.path.isdir(path) and not os.path.islink(path):
        _remove_folder(path)
        return
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def remove_tree(folder: str) -> None:
    """Remove a folder of ours, or what a test put in its place, as far as that can be done."""
    for _ in range(REMOVALS):
        with contextlib.suppress(OSError):
            remove(folder)
            return


def _remove_folder(path: str) -> None:
    """Go down and up by descriptors: a tree may be deeper than paths are long, or stacks high.

    Nothing is moved: Landlock's first version refuses to move anything to another folder.
    """
    here = _opened(path)
    above: list[tuple[str, list[str]]] = []
    names = os.listdir(here)
    try:
        while names or above:
            if not names:
                here = _instead(here, os.open("..", os.O_RDONLY | os.O_DIRECTORY, dir_fd=here))
                name, names = above.pop()
                os.rmdir(name, dir_fd=here)
                continue
            name = names.pop()
            if not _gone(name, here):
                here = _instead(here, _opened(name, here))
                above.append((name, names))
                names = os.listdir(here)
    finally:
        os.close(here)
    os.rmdir(path)


def _opened(path: str, folder: int | None = None) -> int:
    """Open a folder that may be closed to its owner; never what a link leads to.

    Args:
        path: relative to `folder`, if there is one.
        folder: a descriptor.
    """
    # Asked for here, because other systems have neither. First held, then looked at: who puts a
    # link in its place meanwhile gains nothing.
    held = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    try:
        if os.fstat(held).st_mode & MINE != MINE:
            os.chmod(f"/proc/self/fd/{held}", MINE)
        return os.open(".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=held)
    finally:
        os.close(held)


def _gone(name: str, folder: int) -> bool:
    """Remove an entry of a folder unless it is a folder that holds something; say whether."""
    try:
        os.unlink(name, dir_fd=folder)
    except IsADirectoryError:
        pass
    else:
        return True
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    return True


def _instead(old: int, new: int) -> int:
    """Close a descriptor, having another."""
    os.close(old)
    return new
