"""What a control group allows this process: memory, processors, processes; read, never changed.

In a container the limits that matter are the group's, not the machine's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

UNLIMITED = 1 << 60
"""Version 1 writes a number of this size where there is no limit."""


@dataclass(frozen=True)
class Allowance:
    """The least that any group around this process allows; None where none says anything.

    Attributes:
        version: "v2", "v1" or "none".
        memory: bytes.
        processors: as many at once; may be a fraction.
        processes: threads count too.
    """

    version: str
    memory: int | None = None
    processors: float | None = None
    processes: int | None = None


def version(root: Path = Path("/")) -> str:
    """Return which kind of control groups there is."""
    groups = root / "sys/fs/cgroup"
    if (groups / "cgroup.controllers").exists():
        return "v2"
    return "v1" if (groups / "memory").is_dir() else "none"


def allowance(root: Path = Path("/")) -> Allowance:
    """Return what this process is allowed.

    Args:
        root: where `proc` and `sys` are; another one in tests.
    """
    kind = version(root)
    if kind == "none":
        return Allowance(kind)
    name = "memory.max" if kind == "v2" else "memory.limit_in_bytes"
    return Allowance(
        kind,
        memory=least(number(folder / name) for folder in folders(root, "memory", kind)),
        processors=least(share(folder, kind) for folder in folders(root, "cpu", kind)),
        processes=least(number(folder / "pids.max") for folder in folders(root, "pids", kind)),
    )


def folders(root: Path, controller: str, kind: str) -> Iterator[Path]:
    """Yield this process's group of a controller and those around it, as far as they are seen."""
    base = root / "sys/fs/cgroup"
    base = base if kind == "v2" else base / controller
    yield base
    here = base
    for part in Path(group(root, controller, kind)).parts[1:]:
        here /= part
        if here.is_dir():  # in a container the path is that of the machine outside
            yield here


def group(root: Path, controller: str, kind: str) -> str:
    """Return the path of this process's group, "/" where it is not told."""
    wanted = "" if kind == "v2" else controller
    try:
        rows = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "/"
    for row in rows:
        _, controllers, path = row.split(":", 2)
        if wanted in controllers.split(","):
            return path
    return "/"


def share(folder: Path, kind: str) -> float | None:
    """Return how many processors a group may use at once."""
    if kind == "v2":
        words = words_of(folder / "cpu.max")
    else:
        names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        words = [word for name in names for word in words_of(folder / name)]
    if len(words) != 2 or not all(word.isdigit() for word in words) or not int(words[1]):
        return None
    return int(words[0]) / int(words[1])


def number(path: Path) -> int | None:
    """Return a limit, None where there is none."""
    words = words_of(path)
    found = int(words[0]) if words and words[0].isdigit() else UNLIMITED
    return None if found >= UNLIMITED else found


def words_of(path: Path) -> list[str]:
    """Return the words of a file, none where it cannot be read."""
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []


def least(values: Iterable[Any]) -> Any:
    """Return the least that is known, None where nothing is."""
    return min((value for value in values if value is not None), default=None)
