"""Programs: immutable file texts with a digest. Offsets everywhere are UTF-8 bytes, half-open."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Files = tuple[tuple[str, bytes], ...]
"""Sorted (relative POSIX path, raw bytes) pairs."""


def digest_files(files: Files, *salt: str) -> str:
    """Return the SHA-256 (hex) of length-prefixed paths and contents, so no two layouts collide."""
    hasher = hashlib.sha256()
    for text in salt:
        hasher.update(f"{len(text)}:{text}".encode())
    for path, content in files:
        hasher.update(f"{len(path)}:{path}:{len(content)}:".encode())
        hasher.update(content)
    return hasher.hexdigest()


def require_inside(paths: Iterable[str]) -> None:
    """Refuse paths that do not lie in a project.

    Raises:
        ConfigError: one is absolute, climbs out by "..", or is not written in the plain way.
    """
    for path in paths:
        plain = PurePosixPath(path)
        out = plain.is_absolute() or ".." in plain.parts or "\0" in path
        if out or not plain.parts or str(plain) != path:
            msg = f"path {path!r}: expected one inside the project, as 'pkg/core.py' (POSIX)"
            raise ConfigError(msg)


@dataclass(frozen=True, order=True, slots=True, init=False)
class Span:
    """A half-open byte range of one file."""

    path: str
    start: int
    end: int

    def __init__(self, path: str, start: int, end: int) -> None:
        set_path, set_start, set_end = SPAN
        set_path(self, path)
        set_start(self, start)
        set_end(self, end)

    def contains(self, other: Span) -> bool:
        """Whether `other` lies inside this span (equal spans count)."""
        return self.path == other.path and self.start <= other.start and other.end <= self.end


def setters(cls: type) -> tuple[Callable[[object, object], None], ...]:
    """Return what sets each field of a new object of a frozen class with slots.

    For those that catalogs hold by the thousand: twice as fast as the `__init__` that dataclasses
    make, which looks each name up.
    """
    return tuple(getattr(cls, name).__set__ for name in cls.__slots__)  # type: ignore[attr-defined]


SPAN = setters(Span)


@dataclass(frozen=True)
class FunctionRef:
    """A function by file and qualified name; an empty `qualname` means the whole file.

    Code outside of functions is `<module>`, or a part of it: see `nerion_gym.syntax.loose`.
    """

    path: str
    qualname: str


@dataclass(frozen=True)
class Focus:
    """The part of a program that an episode looks at.

    Edits are proposed inside `functions` only; `context` (callers and bodies)
    is shown in the graph but not edited. Where the functions have more edits than a world has
    slots, `window` is (first, last): only those of their edits, in canonical order, last excluded.
    """

    functions: tuple[FunctionRef, ...]
    context: tuple[FunctionRef, ...] = ()
    window: tuple[int, int] | None = None


@dataclass(frozen=True)
class Program:
    """The editable source files of a project; equal when their digests are equal.

    Attributes:
        files: sorted (relative POSIX path, UTF-8 bytes) pairs.
        digest: SHA-256 of `files`, hex.
    """

    files: Files = field(compare=False, repr=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.files))
        object.__setattr__(self, "files", ordered)
        object.__setattr__(self, "digest", digest_files(ordered))

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Program:
        """Build a program from a mapping of relative path to bytes."""
        return cls(tuple(files.items()))

    @property
    def paths(self) -> tuple[str, ...]:
        """Relative POSIX paths, sorted."""
        return tuple(path for path, _ in self.files)

    def source(self, path: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            KeyError: the program has no such file.
        """
        for name, content in self.files:
            if name == path:
                return content
        raise KeyError(path)

    def replaced(self, changes: Mapping[str, bytes]) -> Program:
        """Return a program in which the given existing files have other contents."""
        return Program(tuple((path, changes.get(path, content)) for path, content in self.files))

    def __hash__(self) -> int:
        return hash(self.digest)
