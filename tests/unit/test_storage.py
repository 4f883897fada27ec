"""The store: rows come back whole or not at all, and files that are not ours are left alone."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nerion_gym import storage
from nerion_gym.errors import StorageError
from nerion_gym.storage import Store, checksum

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "deep" / "er" / "store.sqlite")
    yield made
    made.close()


def test_rows_come_back(store):
    assert store.get("a", "k") is None
    store.put("a", "k", b"one")
    store.put("b", "k", b"two")
    store.put("a", "k", b"three")
    assert (store.get("a", "k"), store.get("b", "k")) == (b"three", b"two")
    assert (store.count("a"), store.count("c")) == (1, 0)
    store.put_many("c", [(str(i), bytes([i])) for i in range(50)])
    store.put_many("c", [])
    assert (store.count("c"), store.get("c", "49")) == (50, bytes([49]))


def test_two_stores_share_a_file(store):
    other = Store(store.path, synchronous="FULL")
    other.put("a", "k", b"x")
    assert store.get("a", "k") == b"x"
    other.close()


def test_it_writes_ahead(store):
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA application_id").fetchone() == (storage.APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(storage.MIGRATIONS),)
    connection.close()


def test_a_changed_row_is_noticed(store):
    store.put("a", "k", b"payload")
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE entries SET payload = ?", (b"forged!",))
    connection.close()
    with pytest.raises(StorageError, match=r"a/k.*checksum"):
        store.get("a", "k")


def test_many_rows_are_read_at_once_without_those_that_were_changed(store):
    rows = [(str(i), bytes([i % 256])) for i in range(1203)]
    store.put_many("a", rows)
    store.put("b", "5", b"other")
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE entries SET payload = ? WHERE key = '7'", (b"forged!",))
    connection.close()
    wanted = [key for key, _ in rows] + ["none"]
    assert store.get_many("a", wanted) == {key: raw for key, raw in rows if key != "7"}
    assert store.get_many("a", []) == {}


def test_checksums_cover_kind_and_key():
    assert (
        len({checksum("a", "bc", b"d"), checksum("ab", "c", b"d"), checksum("a", "b", b"cd")}) == 3
    )


def foreign_sqlite(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()


def newer(path):
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_bytes(b"text, not SQLite" * 99), "not a database"),
        (foreign_sqlite, "not one of nerion-gym's"),
        (newer, "newer nerion-gym"),
        (lambda path: path.mkdir(), "unable to open"),
    ],
)
def test_what_is_not_ours_is_refused_and_left_alone(tmp_path, make, says):
    path = tmp_path / "store.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StorageError, match=says):
        Store(path)
    assert before is None or path.read_bytes() == before


def test_a_file_cut_short_is_an_error_or_reads_right(tmp_path):
    path = tmp_path / "whole.sqlite"
    store = Store(path)
    rows = [(str(i), os.urandom(100)) for i in range(200)]
    store.put_many("a", rows)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = path.read_bytes()
    for size in range(1, len(data), len(data) // 40):
        cut = tmp_path / f"cut{size}.sqlite"
        cut.write_bytes(data[:size])
        try:
            opened = Store(cut)
            found = [opened.get("a", key) for key, _ in rows]
            opened.close()
        except StorageError:
            continue
        assert all(one is None or one == two for one, (_, two) in zip(found, rows, strict=True))


def test_unknown_setting(tmp_path):
    with pytest.raises(StorageError, match="OFF"):
        Store(tmp_path / "s", synchronous="OFF")


@pytest.mark.sandbox
def test_killed_writers_lose_nothing_that_was_acknowledged(tmp_path):
    path = tmp_path / "store.sqlite"
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from nerion_gym.storage import Store\n"
        "store, start = Store(sys.argv[1]), int(sys.argv[2])\n"
        "for number in range(start, start + 100000):\n"
        "    store.put('a', str(number), str(number).encode() * 50)\n"
        "    print(number, flush=True)\n"
    )
    for round_ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", script, str(path), str(round_ * 1_000_000)],
            stdout=subprocess.PIPE,
        )
        writer.stdout.readline()
        time.sleep(0.05)
        writer.send_signal(signal.SIGKILL)
        acknowledged = writer.stdout.read().split()
        writer.wait()
        writer.stdout.close()
        store = Store(path)
        for number in acknowledged:
            assert store.get("a", number.decode()) == number * 50
        store.close()


@pytest.mark.sandbox
def test_a_fork_opens_the_file_anew(store):
    store.put("a", "k", b"x")
    pid = os.fork()
    if pid == 0:
        good = False
        try:
            store.put("a", "child", b"y")
            good = store.get("a", "k") == b"x"
        finally:
            os._exit(0 if good else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert store.get("a", "child") == b"y"
