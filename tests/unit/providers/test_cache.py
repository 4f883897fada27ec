"""The cache: what is known is not asked again, and no file can hurt."""

import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from nerion_gym.errors import ProviderError, StorageError
from nerion_gym.providers.cache import (
    KIND,
    CachedEmbedder,
    ProviderCacheWarning,
    cache_path,
    key_of,
    packed,
    unpacked,
)
from nerion_gym.storage import Store
from tests.support.models import Counting, vector

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "vectors.sqlite"


def expected(texts, dimension=8):
    return np.array([vector(text, dimension) for text in texts], np.float32)


def ask(path, texts, model=None):
    """Ask a new cache; return the vectors and the model that it asked."""
    inner = model or Counting()
    cached = CachedEmbedder(inner, path)
    found = cached.embed(texts)
    cached.close()
    return found, inner


def test_only_new_texts_are_asked_for_each_once(path):
    found, inner = ask(path, ["a", "b", "a"])
    assert np.array_equal(found, expected(["a", "b", "a"]))
    assert found.dtype == np.float32
    assert inner.asked == [["a", "b"]]
    found, inner = ask(path, ["c", "a", "b", "c"])
    assert np.array_equal(found, expected(["c", "a", "b", "c"]))
    assert inner.asked == [["c"]]
    assert ask(path, [])[0].shape == (0, 0)


def test_models_do_not_share(path):
    ask(path, ["a"])
    other = Counting("other", dimension=4)
    assert np.array_equal(ask(path, ["a"], other)[0], expected(["a"], 4))
    assert other.asked == [["a"]]


def test_batches_are_kept_as_they_come(path):
    class Failing(Counting):
        def embed(self, texts):
            if self.asked:
                raise ProviderError("no more")
            return super().embed(texts)

    texts = [str(number) for number in range(100)]
    with pytest.raises(ProviderError, match="no more"):
        ask(path, texts, Failing())
    assert len(ask(path, texts)[1].asked[0]) == 36


def change(path, query, *values):
    with sqlite3.connect(path) as connection:
        connection.execute(query, values)
    connection.close()


def test_a_damaged_row_is_asked_for_again_and_mended(path):
    ask(path, ["a", "b"])
    for damage in (b"", b"rubbish", packed(np.full(8, 3.0, np.float32))):
        change(
            path, "UPDATE entries SET payload = ? WHERE key = ?", damage, key_of("counting", "a")
        )
        found, inner = ask(path, ["a", "b"])
        assert np.array_equal(found, expected(["a", "b"]))
        assert inner.asked == [["a"]]
    assert ask(path, ["a", "b"])[1].asked == []


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x08\0\0",
        b"\x08\0\0\0",
        packed(np.zeros(8, np.float32))[:-1],
        packed(np.zeros(8, np.float32)) + b"\0",
        packed(np.array([np.nan] * 8, np.float32)),
        b"\0\0\0\0",
    ],
)
def test_a_row_that_is_no_vector_is_asked_for_again(path, payload):
    store = Store(path)
    store.put(KIND, key_of("counting", "a"), payload)
    store.close()
    assert unpacked(payload) is None
    found, inner = ask(path, ["a"])
    assert np.array_equal(found, expected(["a"]))
    assert inner.asked == [["a"]]


def test_a_model_that_changed_under_its_name_is_asked_for_all(path):
    ask(path, ["a", "b"])
    inner = Counting(dimension=4)
    assert np.array_equal(ask(path, ["a", "c", "b"], inner)[0], expected(["a", "c", "b"], 4))
    assert inner.asked == [["c"], ["a", "c", "b"]]
    assert ask(path, ["b", "a"], inner)[0].shape == (2, 4)
    assert len(inner.asked) == 2


def test_a_dimension_that_changes_within_an_answer_is_an_error(path):
    class Growing(Counting):
        def embed(self, texts):
            self.dimension += 1
            return super().embed(texts)

    with pytest.raises(ProviderError, match=r"of 9 numbers, then of 10"):
        ask(path, [str(number) for number in range(70)], Growing())


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (np.zeros((1, 8), np.float32), "1 vectors for 2 texts"),
        (np.zeros((2, 0), np.float32), r"vectors of \[0\] numbers"),
        (np.full((2, 8), np.nan, np.float32), "not finite"),
        (np.zeros((2, 8, 1), np.float32), "not finite|numbers"),
        ([[1.0], [1.0, 2.0]], r"vectors of \[1, 2\] numbers"),
        ([1.0, 2.0], "no numbers"),
    ],
)
def test_no_model_is_believed_without_a_look(path, answer, why):
    class Wrong(Counting):
        def embed(self, texts):
            return answer

    with pytest.raises(ProviderError, match=why):
        ask(path, ["a", "b"], Wrong())
    assert Store(path).count(KIND) == 0


def quiet_after_first(cached):
    """Ask twice; return the warnings that came."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for texts in (["a"], ["b", "a"]):
            assert np.array_equal(cached.embed(texts), expected(texts))
    return [str(warning.message) for warning in said]


@pytest.mark.parametrize("how", ["folder", "foreign", "below a file", "no home"])
def test_where_nothing_can_be_kept_it_works_and_says_so_once(tmp_path, how):
    place = {
        "folder": tmp_path,
        "foreign": tmp_path / "notes.txt",
        "below a file": tmp_path / "notes.txt" / "vectors.sqlite",
        "no home": None,
    }[how]
    (tmp_path / "notes.txt").write_text("not SQLite\n" * 500)
    with pytest.warns(ProviderCacheWarning, match="vectors of counting are not kept on disk"):
        cached = CachedEmbedder(Counting(), place)
    assert quiet_after_first(cached) == []
    assert (tmp_path / "notes.txt").read_text() == "not SQLite\n" * 500


def test_a_full_disk_is_said_once_and_what_is_there_is_read(path, monkeypatch):
    ask(path, ["a"])
    inner = Counting()
    cached = CachedEmbedder(inner, path)

    def full(*_):
        raise StorageError("database or disk is full")

    monkeypatch.setattr(Store, "put_many", full)
    assert len(quiet_after_first(cached)) == 1
    assert inner.asked == [["b"]]
    cached.embed(["b"])
    assert inner.asked == [["b"], ["b"]]


def test_a_file_that_is_damaged_later_is_said_once(path, monkeypatch):
    ask(path, ["a"])
    cached = CachedEmbedder(Counting(), path)

    def broken(*_):
        raise StorageError("database disk image is malformed")

    monkeypatch.setattr(Store, "get_many", broken)
    (said,) = quiet_after_first(cached)
    assert "malformed" in said


@pytest.mark.pure
def test_keys_stay_what_they_are():
    # Written down: other keys would make every cache there is worthless.
    assert key_of("hash-1", "total").startswith("6d6063d38e7315eb")
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("", "abc"), key_of("abc", "")}) == 4
    assert key_of("m", "\ud800") != key_of("m", "?")


@pytest.mark.pure
def test_where_the_cache_is(monkeypatch):
    assert cache_path({"NERION_CACHE": "/x/y", "XDG_CACHE_HOME": "/z"}) == Path("/x/y")
    assert cache_path({"XDG_CACHE_HOME": "/z"}) == Path("/z/nerion-gym/vectors.sqlite")
    monkeypatch.setenv("HOME", "/somebody")
    assert cache_path({}) == Path("/somebody/.cache/nerion-gym/vectors.sqlite")


FILL = """
import sys
from nerion_gym.providers.cache import CachedEmbedder
from tests.support.models import Counting
cached = CachedEmbedder(Counting(), sys.argv[1])
for start in range(0, 600, 50):
    cached.embed([f"name_{number}" for number in range(start, start + 100)])
"""


@pytest.mark.sandbox
def test_processes_share_a_file(path):
    command = [sys.executable, "-W", "error", "-c", FILL, str(path)]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    texts = [f"name_{number}" for number in range(650)]
    found, inner = ask(path, texts)
    assert np.array_equal(found, expected(texts))
    assert inner.asked == []
