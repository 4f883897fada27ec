"""Episodes as arrays and as Parquet: what goes in comes out, dtypes included."""

import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nerion_gym.envs.episodes.rebuild import transitions
from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.memory.export import episode_arrays
from nerion_gym.memory.parquet import read_parquet, write_parquet
from nerion_gym.types.transition import Episode
from tests.support.recorded import make, recorded

pytestmark = pytest.mark.pure
FORMS = ("graph", "padded")


def episodes(tmp_path, form, **kwargs):
    records = recorded(tmp_path / "e.jsonl", episodes=3, **kwargs)
    env = make(observation=form, **kwargs)
    return [transitions(env.unwrapped, record) for record in records]


def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple):
        return type(a) is type(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b)
    return type(a) is type(b) and a == b


@pytest.mark.parametrize("commit", ["never", "always"])
@pytest.mark.parametrize("form", FORMS)
def test_parquet_gives_back_what_it_was_given(tmp_path, form, commit):
    given = episodes(tmp_path, form, commit=commit)
    given[1] = replace(given[1], seed=None)
    first = replace(given[2].transitions[0], surprise=0.25)
    given[2] = replace(given[2], transitions=(first, *given[2].transitions[1:]))
    path = tmp_path / "t.parquet"
    assert write_parquet(path, iter(given)) == sum(1 + len(e.transitions) for e in given)
    found = read_parquet(path)
    assert [(e.task_id, e.seed) for e in found] == [(e.task_id, e.seed) for e in given]
    for mine, theirs in zip(given, found, strict=True):
        for one, two in zip(mine.transitions, theirs.transitions, strict=True):
            assert all(same(value, vars(two)[name]) for name, value in vars(one).items())
    observation = found[0].transitions[0].observation
    assert make(observation=form).observation_space.contains(observation)
    observation["edits"][...] = 0  # an array of its own


def test_any_reader_of_parquet_understands_the_columns(tmp_path):
    path = tmp_path / "t.parquet"
    (given, *_) = episodes(tmp_path, "padded")
    write_parquet(path, [given])
    table = pq.read_table(path)
    assert table.schema.field("observation.nodes").type == pa.list_(pa.int16())
    assert table.schema.field("observation.steps_left").type == pa.list_(pa.float32())
    assert table["reward"].to_pylist() == [*(s.reward for s in given.transitions), None]
    assert table["step"].to_pylist() == list(range(len(given.transitions) + 1))
    assert table["action"].null_count == 1


def test_arrays_are_stacked_with_their_dtypes(tmp_path):
    (given, *_) = episodes(tmp_path, "padded")
    arrays, n = episode_arrays(given), len(given.transitions)
    space = make(observation="padded").observation_space
    for name, part in space.spaces.items():
        assert arrays.observations[name].dtype == part.dtype
        assert arrays.observations[name].shape == (n + 1, *part.shape)
    last = given.transitions[-1].next_observation
    assert all(np.array_equal(last[name], rows[-1]) for name, rows in arrays.observations.items())
    assert arrays.actions.dtype == np.int64
    assert arrays.rewards.dtype == np.float64
    assert arrays.terminations.tolist() == [False] * (n - 1) + [True]
    assert not arrays.truncations.any()
    assert arrays.classes.shape == (n, 4)


def test_what_cannot_be_exported_is_said(tmp_path):
    path = tmp_path / "t.parquet"
    graphs, padded = episodes(tmp_path, "graph"), episodes(tmp_path, "padded")
    with pytest.raises(ConfigError, match="observation='padded'"):
        episode_arrays(graphs[0])
    empty = Episode("0", 0, ())
    for use in (episode_arrays, lambda episode: write_parquet(path, [episode])):
        with pytest.raises(ConfigError, match="has no step"):
            use(empty)
    with pytest.raises(ConfigError, match="no episode to write"):
        write_parquet(path, [])
    with pytest.raises(ConfigError, match="other arrays than the first"):
        write_parquet(path, [padded[0], graphs[0]])
    odd = replace(padded[0].transitions[0], info={"thing": object()})
    with pytest.raises(ConfigError, match="an info of episode 0"):
        write_parquet(path, [replace(padded[0], transitions=(odd,))])
    assert [file.name for file in tmp_path.iterdir() if "parquet" in file.name] == []


def test_files_that_are_none_of_ours_are_refused(tmp_path):
    path = tmp_path / "t.parquet"
    with pytest.raises(StorageError, match="cannot be read"):
        read_parquet(path)
    path.write_text("hello")
    with pytest.raises(StorageError, match="cannot be read"):
        read_parquet(path)
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(StorageError, match="expected a file of write_parquet"):
        read_parquet(path)
    with pytest.raises(StorageError, match="cannot be written"):
        write_parquet(tmp_path / "missing" / "t.parquet", episodes(tmp_path, "padded"))


def test_a_value_that_goes_into_no_column_is_said(tmp_path):
    (given, *_) = episodes(tmp_path, "padded")
    first = given.transitions[0]
    for odd in (
        replace(given, seed=2**70),
        replace(given, task_id="\ud800"),
        replace(given, transitions=(replace(first, action=2**70),)),
        replace(given, transitions=(replace(first, reward="much"),)),
    ):
        with pytest.raises(ConfigError, match="episode 0 has a value that does not go into"):
            write_parquet(tmp_path / "t.parquet", [odd])


def test_a_damaged_file_is_refused_and_never_read_as_something_else(tmp_path):
    path = tmp_path / "t.parquet"
    given = episodes(tmp_path, "padded")
    write_parquet(path, given)
    good = path.read_bytes()
    seen = read_parquet(path)
    refused = 0
    for place in range(4, len(good), max(len(good) // 60, 1)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :])
        try:
            found = read_parquet(path)
        except StorageError:
            refused += 1
            continue
        for mine, theirs in zip(seen, found, strict=True):  # what was hit is of no value
            for one, two in zip(mine.transitions, theirs.transitions, strict=True):
                assert all(same(value, vars(two)[name]) for name, value in vars(one).items())
    assert refused > 20


LIES = [b"hello", b"[]", b'{"version": 1}', b'{"version": 1, "layout": 5}']


@pytest.mark.parametrize("layout", [*LIES, b'{"version": 1, "layout": {}}'])
def test_a_layout_that_is_none_is_refused(tmp_path, layout):
    path = tmp_path / "t.parquet"
    write_parquet(path, episodes(tmp_path, "padded"))
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({b"nerion-transitions": layout}), path)
    with pytest.raises(StorageError, match="holds something else than write_parquet"):
        read_parquet(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.drop_columns(["seed"]),
        lambda t: t.slice(1, 2),
        lambda t: t.take(pa.array([0, 2, 1])),
        lambda t: t.take(pa.array([0])),
        lambda t: t.slice(0, 0),
        lambda t: t.set_column(0, "episode", pa.array(range(len(t)), pa.int32())),
        lambda t: t.set_column(
            t.schema.get_field_index("info"), "info", pa.array(["{"] * len(t), pa.string())
        ),
        lambda t: t.set_column(
            t.schema.get_field_index("info"), "info", pa.array([None] * len(t), pa.string())
        ),
    ],
)
def test_rows_that_are_no_episode_are_refused(tmp_path, change):
    path = tmp_path / "t.parquet"
    write_parquet(path, episodes(tmp_path, "padded")[:1])
    table = pq.read_table(path)
    pq.write_table(change(table).replace_schema_metadata(table.schema.metadata), path)
    with pytest.raises(StorageError, match="holds something else than write_parquet"):
        read_parquet(path)


def test_without_pyarrow_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'nerion-gym\[data\]'"):
        read_parquet("t.parquet")
