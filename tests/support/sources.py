"""Source distributions of real packages, fetched once by name and pinned version.

The ordinary pip client does the fetching, so the user's own index settings hold.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PINNED = {"inflection": "0.5.1", "toolz": "1.2.0"}
"""The packages that tests and benchmarks use: name -> version."""
FETCH_SECONDS = 300


class SourceError(RuntimeError):
    """A source distribution could not be fetched or unpacked."""


def cache_folder() -> Path:
    """Return the folder that keeps unpacked sources (not created by asking)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "nerion-gym" / "sources"


def fetch(name: str, version: str) -> Path:
    """Return the unpacked source distribution of a package; download it the first time.

    Two processes may fetch the same package at once: each unpacks into a folder of its own,
    and the first to rename wins.

    Raises:
        SourceError: pip could not download it, or the archive is not a source distribution.
    """
    final = cache_folder() / f"{name}-{version}"
    if final.is_dir():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=final.parent) as scratch:
        archive = download(name, version, Path(scratch, "archive"))
        root = unpack(archive, Path(scratch, "tree"))
        try:
            root.rename(final)
        except OSError:
            if not final.is_dir():
                raise
    return final


def download(name: str, version: str, folder: Path) -> Path:
    """Let pip download one source distribution into a folder; return the archive.

    Raises:
        SourceError: with pip's own words.
    """
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    command += ["--no-deps", "--no-binary", ":all:", "--dest", str(folder), f"{name}=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS)
    found = sorted(folder.glob("*.tar.gz")) if folder.is_dir() else []
    if done.returncode or len(found) != 1:
        message = (
            f"cannot fetch the source distribution of {name} {version}: pip ended with "
            f"{done.returncode} and left {[path.name for path in found]}. These tests need a "
            f"package index that pip can reach, once; pip said:\n{done.stderr.strip()[-2000:]}"
        )
        raise SourceError(message)
    return found[0]


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a source distribution; return its one top folder.

    Raises:
        SourceError: the archive does not have exactly one top folder.
    """
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    tops = list(folder.iterdir())
    if len(tops) != 1 or not tops[0].is_dir():
        message = f"{archive.name}: expected one top folder, found {[top.name for top in tops]}"
        raise SourceError(message)
    return tops[0]


def fetch_pinned(name: str) -> Path:
    """Return the unpacked source distribution of one of the `PINNED` packages."""
    return fetch(name, PINNED[name])


def copy_of(name: str, folder: Path) -> Path:
    """Copy a pinned package's sources below a folder, so that a test may write there."""
    target = folder / name
    shutil.copytree(fetch_pinned(name), target)
    return target
