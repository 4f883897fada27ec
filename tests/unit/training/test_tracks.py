"""What a submission to the leaderboard must keep to."""

import json
from dataclasses import replace

import pytest

from envs_registry import WORLDS
from nerion_gym.envs.episodes.record import RecordedEpisode, RecordedStep
from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.training.tracks import TRACKS, acting_alike, broken_rules, read_submission, score

pytestmark = pytest.mark.pure
TRACK = TRACKS["repair"]


def episode(seed, reward=1.0):
    step = RecordedStep(1, None, None, reward, True, False, "goal", reward == 1.0, {})
    return RecordedEpisode(
        TRACK.world, dict(TRACK.kwargs), seed, (), "t", "0", None, (), "", {}, (step,)
    )


def agent(reward=1.0):
    return [episode(seed, reward) for seed in range(TRACK.episodes)]


def test_every_track_is_of_a_world_and_on_what_nobody_trains_on():
    for name, track in TRACKS.items():
        assert (name, track.world in WORLDS) == (track.name, True)
        assert track.kwargs["split"] == "test"


def test_one_agent_that_keeps_the_rules():
    assert broken_rules(TRACK, agent()) == []
    seen_otherwise = [
        replace(one, kwargs={**one.kwargs, "observation": "padded", "trace": True})
        for one in agent()
    ]
    assert broken_rules(TRACK, seen_otherwise) == []


BROKEN = [
    (lambda e: e[1:], "seeds 0 are missing: expected 0 to 99, each once"),
    (lambda e: e[:90], "seeds 90, 91, 92, 93, 94 and 5 more are missing"),
    (lambda e: [*e, e[3]], "seeds 3 are there twice"),
    (lambda e: [*e, replace(e[0], seed=100)], "seeds 100 are not of the track"),
    (lambda e: [replace(e[0], options=("task",)), *e[1:]], "was not drawn by a seed alone"),
    (lambda e: [replace(e[0], seed=None), *e[1:]], "was not drawn by a seed alone"),
    (lambda e: [replace(e[0], steps=()), *e[1:]], "the episode of seed 0 was broken off"),
    (lambda e: [replace(e[0], kwargs={}), *e[1:]], "an episode of Nerion-Repair-v0 {}: expected"),
    (lambda e: [replace(e[0], world="Nerion-Repo-v0"), *e[1:]], "an episode of Nerion-Repo-v0"),
]


@pytest.mark.parametrize(("change", "rule"), BROKEN)
def test_a_broken_rule_is_named(change, rule):
    assert any(rule in found for found in broken_rules(TRACK, change(agent())))


def test_one_agent_under_two_names_is_found_however_it_is_ordered():
    mine, other = agent(), agent()
    step = replace(other[0].steps[0], action=2)
    other[0] = replace(other[0], steps=(step,))
    assert acting_alike({"a": mine, "b": other}) == []
    copied = [replace(one, versions={"python": "9"}) for one in reversed(mine)]
    found = acting_alike({"a": mine, "b": other, "c": copied})
    assert found == ["c acts as a does in every episode: expected another agent"]


def test_the_score_is_of_agents():
    found = score([agent(reward) for reward in (0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0)])
    assert found["score"] == 0.5
    assert found["low"] <= 0.5 <= found["high"]
    assert (found["success"], found["agents"]) == (0.125, 8.0)


MANIFEST = {
    "format": "nerion-submission",
    "version": 1,
    "track": "repair",
    "agent": "a",
    "code": "here",
    "train_splits": ["train", "val"],
    "train_executions": 10,
    "files": [f"{number}.jsonl" for number in range(10)],
}


def written(tmp_path, **changes):
    path = tmp_path / "submission.json"
    path.write_text(json.dumps({**MANIFEST, **changes}))
    return path


def test_a_manifest_is_read(tmp_path):
    found = read_submission(written(tmp_path))
    assert (found.track, found.agent, found.broken) == (TRACK, "a", [])
    assert found.files[3] == tmp_path / "3.jsonl"


def test_rules_that_a_manifest_breaks_are_named(tmp_path):
    changes = {"files": ["a", "a"], "train_splits": ["test"], "train_executions": 10**9}
    broken = " ".join(read_submission(written(tmp_path, **changes)).broken)
    for rule in ("2 agents: expected at least 10", "named twice", "trained on test", "to 100000"):
        assert rule in broken
    (broken,) = read_submission(written(tmp_path, train_executions=-1)).broken
    assert broken == "-1 executions of training: expected 0 to 100000"


def test_a_link_to_a_file_is_that_file(tmp_path):
    names = MANIFEST["files"]
    (tmp_path / names[1]).symlink_to(tmp_path / names[0])
    assert read_submission(written(tmp_path)).broken == ["a file is named twice"]


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../a.jsonl",
        "x/../a.jsonl",
        "./a.jsonl",
        "",
        ".",
        "a\0b",
        "\x1b]0;a",
        "\ud800",
    ],
)
def test_a_manifest_names_files_of_its_folder_in_the_plain_way(tmp_path, name):
    files = [name, *MANIFEST["files"][1:]]
    with pytest.raises(StorageError, match=r'submission\.json: "files": ') as found:
        read_submission(written(tmp_path, files=files))
    assert str(found.value).isprintable()


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path):
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "0.jsonl").symlink_to("/dev/zero")
    with pytest.raises(StorageError, match=r"'0\.jsonl' is not in the folder of the manifest"):
        read_submission(written(folder))
    (folder / "0.jsonl").unlink()
    (folder / "0.jsonl").symlink_to(folder / "0.jsonl")
    with pytest.raises(StorageError, match='"files": '):
        read_submission(written(folder))


def test_a_manifest_has_one_meaning(tmp_path):
    path = written(tmp_path)
    path.write_text(path.read_text()[:-1] + ', "track": "probe"}')
    with pytest.raises(StorageError, match="the key 'track' stands twice"):
        read_submission(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "x"}, 'expected an object with "format": "nerion-submission"'),
        ({"version": 2}, 'and "version": 1'),
        ({"agent": 3}, '"agent" is 3: expected str'),
        ({"train_executions": True}, '"train_executions" is True: expected int'),
        ({"files": [1]}, '"files": expected a list of texts'),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path, changes, message):
    with pytest.raises(StorageError, match=message):
        read_submission(written(tmp_path, **changes))


def test_a_manifest_that_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "submission.json"
    with pytest.raises(StorageError, match="cannot be read"):
        read_submission(path)
    path.write_text("hello")
    with pytest.raises(StorageError, match="not JSON"):
        read_submission(path)
    with pytest.raises(ConfigError, match="track 'x': expected one of repair"):
        read_submission(written(tmp_path, track="x"))
