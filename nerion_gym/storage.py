"""SQLite, the one way to disk for caches, manifests and memory.

WAL mode, so that several processes read while one writes; every row carries a checksum; the
schema has a version and is migrated step by step. What is not ours, cut short or newer than this
program is refused by name and never overwritten.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from nerion_gym.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

APPLICATION_ID = 0x4E52_4E31
"""Marks a file as ours ("NRN1") in SQLite's header."""
BUSY_SECONDS = 30.0
KEYS_PER_QUERY = 500
"""SQLite allows 999 variables in a query where it was built long ago."""
SYNCHRONOUS = ("NORMAL", "FULL")
"""NORMAL for what can be computed again, FULL for manifests and results."""

METADATA = sa.MetaData()
ENTRIES = sa.Table(
    "entries",
    METADATA,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("checksum", sa.LargeBinary, nullable=False),
    sa.Column("written", sa.Float, nullable=False),
    sqlite_with_rowid=False,
)


def _create_entries(connection: sa.Connection) -> None:
    METADATA.create_all(connection)


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (_create_entries,)
"""Migration i takes a file from version i to i + 1. Append only; never change one."""


def checksum(kind: str, key: str, payload: bytes) -> bytes:
    """Return what guards a row: 16 bytes over all of it, lengths included."""
    hasher = hashlib.sha256()
    for part in (kind.encode(), key.encode(), payload):
        hasher.update(len(part).to_bytes(8, "big"))
        hasher.update(part)
    return hasher.digest()[:16]


class Store:
    """Bytes by kind and key in one SQLite file, shared between processes.

    Args:
        path: the file; made, with its folder, when it is not there.
        synchronous: "NORMAL" or "FULL", SQLite's setting.

    Raises:
        StorageError: the file is not ours, damaged, from a newer version, or cannot be opened.
    """

    def __init__(self, path: str | Path, *, synchronous: str = "NORMAL") -> None:
        if synchronous not in SYNCHRONOUS:
            msg = f"synchronous={synchronous!r}: expected one of {', '.join(SYNCHRONOUS)}"
            raise StorageError(msg)
        self.path = Path(path).expanduser().resolve()
        self._synchronous = synchronous
        self._pid = os.getpid()
        self._engine = self._open()
        with self._guarded() as connection:
            self._migrate(connection)

    def get(self, kind: str, key: str) -> bytes | None:
        """Return the payload under a key, None when there is none.

        Raises:
            StorageError: the row is damaged, or the file cannot be read.
        """
        query = sa.select(ENTRIES.c.payload, ENTRIES.c.checksum).where(
            ENTRIES.c.kind == kind, ENTRIES.c.key == key
        )
        with self._guarded() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if row.checksum != checksum(kind, key, row.payload):
            msg = (
                f"{self.path}: the row {kind}/{key} does not match its checksum: the file is "
                "damaged. Remove it (a cache fills again), or restore a copy"
            )
            raise StorageError(msg)
        return bytes(row.payload)

    def get_many(self, kind: str, keys: Sequence[str]) -> dict[str, bytes]:
        """Return the payloads that are there and whole, for caches: a damaged row is left out.

        Raises:
            StorageError: the file cannot be read.
        """
        found: dict[str, bytes] = {}
        columns = (ENTRIES.c.key, ENTRIES.c.payload, ENTRIES.c.checksum)
        with self._guarded() as connection:
            for start in range(0, len(keys), KEYS_PER_QUERY):
                some = keys[start : start + KEYS_PER_QUERY]
                query = sa.select(*columns).where(ENTRIES.c.kind == kind, ENTRIES.c.key.in_(some))
                for row in connection.execute(query):
                    if row.checksum == checksum(kind, row.key, row.payload):
                        found[row.key] = bytes(row.payload)
        return found

    def put(self, kind: str, key: str, payload: bytes) -> None:
        """Write a payload, over an older one.

        Raises:
            StorageError: the file cannot be written.
        """
        self.put_many(kind, [(key, payload)])

    def put_many(self, kind: str, rows: list[tuple[str, bytes]]) -> None:
        """Write several payloads in one transaction: all or none.

        Raises:
            StorageError: the file cannot be written.
        """
        values = [
            {
                "kind": kind,
                "key": key,
                "payload": payload,
                "checksum": checksum(kind, key, payload),
                "written": time.time(),
            }
            for key, payload in rows
        ]
        if values:
            with self._guarded() as connection:
                connection.execute(ENTRIES.insert().prefix_with("OR REPLACE"), values)

    def count(self, kind: str) -> int:
        """Return the number of rows of a kind."""
        query = sa.select(sa.func.count()).where(ENTRIES.c.kind == kind)
        with self._guarded() as connection:
            return int(connection.execute(query).scalar_one())

    def close(self) -> None:
        """Close the file; the store opens it again when used again."""
        self._engine.dispose(close=self._pid == os.getpid())

    # --- inside ---------------------------------------------------------------------------------

    def _open(self) -> sa.Engine:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._error(error) from error
        address = sa.URL.create("sqlite", database=str(self.path))
        arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        engine = sa.create_engine(address, connect_args=arguments)
        sa.event.listen(engine, "connect", self._prepare)
        return engine

    def _prepare(self, connection: Any, _record: Any) -> None:
        # Only a file that is ours, or empty, may be switched to WAL: that writes to it.
        found = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if found != APPLICATION_ID and (found != 0 or tables):
            msg = (
                f"{self.path}: an SQLite file, but not one of nerion-gym's "
                f"(application id {found:#x}); choose another path"
            )
            raise StorageError(msg)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={self._synchronous}")

    def _migrate(self, connection: sa.Connection) -> None:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        if version > len(MIGRATIONS):
            msg = (
                f"{self.path}: written by a newer nerion-gym (schema {version}, this one knows "
                f"{len(MIGRATIONS)}); update nerion-gym or choose another path"
            )
            raise StorageError(msg)
        if version == len(MIGRATIONS):
            return
        # One writer migrates; another that waited finds the work done.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        for step in MIGRATIONS[version:]:
            step(connection)
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version={len(MIGRATIONS)}")

    @contextmanager
    def _guarded(self) -> Iterator[sa.Connection]:
        """Give a connection in a transaction; SQLite's errors become ours."""
        if self._pid != os.getpid():
            # SQLite connections must not cross a fork.
            self._engine.dispose(close=False)
            self._pid = os.getpid()
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise self._error(error.orig or error) from error

    def _error(self, error: BaseException) -> StorageError:
        return StorageError(
            f"{self.path}: {error}. If it is damaged or no SQLite file, remove it or choose "
            "another path; if it is locked, end the process that holds it"
        )
