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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nerion_gym.tasks.package import load_package

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.types.task import Task

FETCH_SECONDS = 300


@dataclass(frozen=True)
class Subject:
    """A package of the index with its own suite.

    Attributes:
        name: of the source distribution.
        version: pinned.
        path: the package or module inside the distribution.
        kind: what is in it, in a few words.
        tests: its suite inside the distribution; empty where it is found by itself.
        arguments: handed to pytest: tests to leave out, and the like.
        said: why; "" where nothing had to be said.
    """

    name: str
    version: str
    path: str
    kind: str
    tests: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    said: str = ""

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name}-{self.version}"


THREADS = "--deselect=tests/test_more.py::TestConcurrentTee::test_concurrent_consumers"
SUBJECTS = (
    Subject("inflection", "0.5.1", "inflection", "one module, parametrised tests"),
    Subject("toolz", "1.2.0", "toolz", "functions, generators; tests inside the package"),
    Subject("h11", "0.16.0", "h11", "a state machine; loopback servers in the tests"),
    Subject("xmltodict", "1.0.4", "xmltodict.py", "one module over a compiled parser"),
    Subject("voluptuous", "0.16.0", "voluptuous", "closures, classes; tests inside the package"),
    Subject("tinydb", "4.9.0", "tinydb", "files, tmp_path, metaclass, fixtures with parameters"),
    Subject("pathspec", "1.1.1", "pathspec", "files, links, generators, unittest classes"),
    Subject("cachetools", "8.0.1", "src/cachetools", "src layout, mixins, decorators, threads"),
    Subject("jsonpointer", "3.12", "jsonpointer.py", "one module; doctests from unittest",
            tests=("tests.py",)),
    Subject("boltons", "26.2.0", "boltons", "30 modules of every habit; threads, sockets"),
    Subject("bottle", "0.13.4", "bottle.py", "one module of 4,500 lines; unittest classes",
            tests=("test",)),
    Subject("simpleeval", "1.0.8", "simpleeval.py", "one module; evaluates code"),
    Subject("tabulate", "0.10.0", "tabulate", "long functions; numpy where a test asks for it",
            tests=("test",)),
    Subject("uncertainties", "3.2.3", "uncertainties", "numpy: a compiled dependency"),
    Subject("sqlparse", "0.6.1", "sqlparse", "a parser; xfail; a suite of seconds"),
    Subject("pyrsistent", "0.20.0", "pyrsistent", "hypothesis; an extension that is not built",
            said="hypothesis draws other examples each time: under one edit a test failed with "
            "another exception, under another the cold run did not end in its time"),
    Subject("mistune", "3.4.0", "src/mistune", "tests made by metaprogramming; src layout"),
    Subject("intervaltree", "3.2.1", "intervaltree", "a balanced tree; a suite of 20 s",
            tests=("test",)),
    Subject("tenacity", "9.2.1", "tenacity", "async functions, decorators, class hierarchies",
            arguments=("--ignore=tests/test_tornado.py",),
            said="a file left out: tornado is not installed"),
    Subject("humanize", "4.17.0", "src/humanize", "numbers and dates in words; src layout",
            arguments=tuple(f"--ignore=tests/test_{n}.py" for n in ("benchmarks", "time", "i18n")),
            said="three files left out: freezegun and pytest-codspeed are not installed"),
    Subject("itsdangerous", "2.2.0", "src/itsdangerous", "signing; class hierarchies; src layout",
            tests=tuple(f"tests/test_itsdangerous/test_{n}.py"
                        for n in ("encoding", "serializer", "signer")),
            said="three files of five: the others need freezegun"),
    Subject("parse", "1.22.4", "parse", "one long module of regular expressions",
            arguments=("-o", "addopts="), said="its addopts ask for pytest-cov"),
    Subject("anytree", "2.13.0", "src/anytree", "mixins, properties, iterators; src layout",
            arguments=("-o", "addopts=", *(f"--ignore=tests/test_{n}.py" for n in (
                "dotexport", "dotexporter", "mermaidexporter", "uniquedotexporter"))),
            said="its addopts ask for pytest-cov; four files left out: test2ref is not installed"),
    Subject("semver", "3.1.1", "src/semver", "comparisons, class methods; src layout, doctests",
            arguments=("-o", "addopts="), said="its addopts ask for pytest-cov"),
    Subject("waitress", "3.0.2", "src/waitress", "servers in processes and on loopback; 25 s",
            arguments=("-o", "addopts="), said="its addopts ask for pytest-cov"),
    Subject("zope.event", "6.2", "src/zope/event", "a namespace package; module-level state",
            tests=("src/zope/event/tests.py",)),
    Subject("more-itertools", "11.2.1", "more_itertools", "iterators, threads; a suite of 25 s",
            arguments=(THREADS,),
            said="left out: a test of 100 threads, whose stacks alone can pass the memory cap"),
)  # fmt: skip
"""The packages that tests and benchmarks use, and all that has to be said of their suites."""
LEFT_OUT = {
    "iniconfig 2.3.1": "pytest imports it: an edit breaks a cold pytest itself, not the tests",
    "isodate 0.7.2": "refused: ids of its tests differ from process to process",
    "wsproto, jsonpatch, glom, marshmallow": "need packages that are not installed",
    "portion 2.6.3": "asks for its own installed metadata, which its source does not hold",
    "natsort 8.4.0": "53 tests ask for a locale that a small machine does not have",
    "textdistance 4.6.3": "30 tests compare with libraries that are not installed",
    "wcwidth 0.9.4": "its tests want its C extension, which is not built here",
    "packaging 26.3, opt_einsum 3.4.0": "8,000 tests: a cold run of a minute for each edit",
}
"""What was tried and is not compared, and why."""
PINNED = {subject.name: subject.version for subject in SUBJECTS}


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
    sys.audit("nerion.fetch", name, version)  # not in pure tests, fetched before or not
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


def due(
    packages: list[dict[str, Any]], only: Sequence[str] | None, *, again: bool
) -> Iterator[Subject]:
    """Yield the subjects that are named, or all, but for those on record.

    Args:
        packages: the rows on record; looked at anew for each subject.
        only: names, None for all.
        again: what is on record too.
    """
    for subject in SUBJECTS:
        known = any(row["package"] == subject.title for row in packages)
        if (only is None or subject.name in only) and (again or not known):
            yield subject


def put(packages: list[dict[str, Any]], row: dict[str, Any]) -> None:
    """Put a package's row into its place, instead of the one that was there."""
    kept = [old for old in packages if old["package"] != row["package"]]
    packages[:] = sorted([*kept, row], key=lambda old: old["package"])


def load(subject: Subject) -> Task:
    """Return the task of a package: its source distribution, unchanged."""
    root = fetch(subject.name, subject.version)
    tests = [str(root / path) for path in subject.tests] or None
    return load_package(root / subject.path, tests, arguments=subject.arguments)


def copy_of(name: str, folder: Path) -> Path:
    """Copy a pinned package's sources below a folder, so that a test may write there."""
    target = folder / name
    shutil.copytree(fetch_pinned(name), target)
    return target
