"""Records that somebody made up: each is refused with a reason, and none ends in a traceback."""

import json
from dataclasses import replace

import pytest

from nerion_gym.envs.episodes.confirm import Verdict, confirm
from nerion_gym.envs.episodes.lines import LineError, from_line, read_episodes, to_line
from nerion_gym.envs.state import EpisodeState
from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.types.program import Focus, FunctionRef
from tests.support.recorded import make, recorded

pytestmark = pytest.mark.pure


@pytest.fixture
def episode(tmp_path):
    (found,) = recorded(tmp_path / "e.jsonl")
    return found


def with_reward(episode, text):
    """Return an episode's line whose second reward is written in a way of its own."""
    row = json.loads(to_line(episode))
    row["steps"][1]["reward"] = "here"
    return json.dumps(row).replace('"here"', text).encode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NaN", r"not JSON \(NaN is no JSON number"),
        ("-Infinity", r"not JSON \(-Infinity is no JSON number"),
        ("1e999", "the number 1e999 is larger than any float"),
        ("1" + "0" * 400, '"reward" is 10000000000000000000...: larger than any float'),
        ("1" + "0" * 5000, "not JSON"),
    ],
)
def test_a_reward_that_no_float_holds_is_refused(episode, text, message):
    with pytest.raises(LineError, match=message):
        from_line(with_reward(episode, text))


def test_a_key_that_stands_twice_is_refused(episode):
    line = to_line(episode).strip()
    with pytest.raises(LineError, match="the key 'seed' stands twice"):
        from_line(f'{line[:-1]},"seed":1}}'.encode())
    inner = line.replace('"reward":', '"reward":9.0,"reward":', 1)
    with pytest.raises(LineError, match="the key 'reward' stands twice"):
        from_line(inner.encode())


def test_rewards_whose_sum_no_float_holds_are_refused(episode):
    steps = [replace(step, reward=1e308) for step in episode.steps]
    with pytest.raises(LineError, match="the sum of its rewards"):
        from_line(to_line(replace(episode, steps=tuple(steps))).encode())


@pytest.mark.parametrize("version", [True, 1.0, "1"])
def test_a_version_that_only_equals_is_another(episode, version):
    line = json.dumps({**json.loads(to_line(episode)), "version": version})
    with pytest.raises(LineError, match=f"version {version!r}: this nerion-gym reads version 1"):
        from_line(line.encode())


# --- files --------------------------------------------------------------------------------------


def test_a_cut_line_is_named_wherever_it_stands(episode, tmp_path):
    path, line = tmp_path / "it's here.jsonl", to_line(episode)
    path.write_text(f"{line}{line[:200]}\n{line}")
    with pytest.raises(StorageError, match="line 2: not JSON") as found:
        read_episodes(path)
    # The name is quoted: somebody may paste the command.
    assert f"sed -i '2d' '{tmp_path}/it'\"'\"'s here.jsonl'" in str(found.value)


def test_what_has_no_line_ends_is_read_no_further_than_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr("nerion_gym.envs.episodes.lines.LONGEST", 1000)
    path = tmp_path / "zeros"
    path.write_bytes(b"0" * 5000)
    with pytest.raises(StorageError, match="line 1: longer than 1000 bytes"):
        read_episodes(path)


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(StorageError, match=r"cannot be read \(Is a directory"):
        read_episodes(tmp_path)


# --- a focus that somebody chose ----------------------------------------------------------------


FOCUSES = [
    Focus((FunctionRef("nowhere.py", "f"),)),
    Focus((FunctionRef("../../etc/passwd", "f"),)),
    Focus((FunctionRef("m.py", "f"),), (FunctionRef("\ud800", "\0"),)),
    Focus((), ()),
    Focus((), (), (0, 10**18)),
]


@pytest.mark.parametrize("focus", FOCUSES)
def test_a_focus_on_what_is_not_there_is_refused(episode, focus):
    claim = replace(episode, seed=None, focus=focus)
    found = confirm(make().unwrapped, claim)
    assert found.verdict in (Verdict.LOST, Verdict.DIFFERS)
    assert found.step == 0


def test_a_state_whose_focus_is_of_another_program_is_refused():
    env = make().unwrapped
    env.reset(seed=0)
    state = replace(env.state, focus=FOCUSES[0])
    with pytest.raises(ConfigError, match=r"focus names nowhere.py.*the program has m.py"):
        env.restore(state)


def test_a_state_with_a_window_that_no_number_holds_is_none():
    text = '{"task_id": "", "focus": {"functions": [], "context": [], "window": [1e999, 0]}'
    with pytest.raises(ConfigError, match="not an episode state"):
        EpisodeState.from_json(text + ', "edits": [], "steps": 0}')


# --- whatever is changed ------------------------------------------------------------------------


def leaves(value, path=()):
    """Yield the path and the value of everything in a document that holds nothing itself."""
    if not isinstance(value, (dict, list)) or not value:
        yield path, value
        return
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield from leaves(item, (*path, key))


def another(value):
    """Return a value of the same kind that is not the same."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value}x" if isinstance(value, str) else {**dict(value), "x": "y"}


def changed(row, path, value):
    """Return a copy of a document with another value at a path."""
    copied = json.loads(json.dumps(row))
    inner = copied
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return copied


def verdict_on(core, row):
    try:
        return confirm(core, from_line(json.dumps(row).encode())).verdict
    except LineError:
        return "refused"


def test_there_is_nothing_in_a_record_that_can_be_changed_unnoticed(tmp_path):
    for episode in recorded(tmp_path / "e.jsonl", commit="if_green"):
        row, core = json.loads(to_line(episode)), make(commit="if_green").unwrapped
        assert verdict_on(core, row) is Verdict.SAME
        accepted = [
            path
            for path, value in leaves(row)
            if path[0] not in ("versions", "kwargs")  # the first are not compared, others are made
            and path != ("options",)
            and verdict_on(core, changed(row, path, another(value))) is Verdict.SAME
        ]
        # Another seed may draw the same task, and this world has only one.
        assert accepted in ([], [("seed",)])


def test_steps_that_are_left_out_or_in_another_order_are_noticed(episode):
    core, steps = make().unwrapped, episode.steps
    last = len(steps) - 1
    for lie in (
        *(steps[:n] + steps[n + 1 :] for n in range(last)),
        *(steps[: n + 1] + steps[n:] for n in range(last + 1)),
        *((*steps[:n], steps[n + 1], steps[n], *steps[n + 2 :]) for n in range(last)),
    ):
        if lie != steps:
            assert confirm(core, replace(episode, steps=lie)).verdict is Verdict.DIFFERS
    short = replace(episode, steps=steps[:last])
    assert (confirm(core, short).verdict, short.ended) == (Verdict.SAME, False)
    claimed = replace(steps[last - 1], terminated=True, end=steps[last].end)
    early = replace(episode, steps=(*steps[: last - 1], claimed))
    assert confirm(core, early).verdict is Verdict.DIFFERS
