"""Reading run folders back: manifests, results and telemetry, of finished and of broken runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import StorageError
from nerion_gym.logbook.run import EVENTS, MANIFEST, RESULT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a run's manifest.

    Raises:
        StorageError: missing or not JSON.
    """
    return _read(folder / MANIFEST)


def read_result(folder: Path) -> dict[str, Any]:
    """Return the numbers of a run that ended by itself.

    Raises:
        StorageError: missing (the run did not end by itself) or not JSON.
    """
    return _read(folder / RESULT)


def read_events(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the whole lines of a run's telemetry; a last line cut short is left out."""
    path = folder / EVENTS
    if not path.exists():
        return
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            if line.endswith("\n"):
                yield json.loads(line)


def find_runs(root: Path) -> list[Path]:
    """Return every run folder below a root, oldest first by name."""
    return sorted(path.parent for path in root.rglob(MANIFEST))


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{path}: cannot be read as a run's file: {error}"
        raise StorageError(msg) from error
