"""The factory, what identifies an edit, and checkpoints that survive a crash."""

import importlib
import os

import numpy as np
import pytest

from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.graphs import schema
from policies.policy import (
    NAMES,
    edit_key,
    legal_edits,
    make_policy,
    program_key,
    read_checkpoint,
    suite_class,
    write_checkpoint,
)
from policies.uniform import UniformPolicy
from tests.support.worlds import IdentityWorld, random_observation, run_python, to_padded

WORLD = IdentityWorld()


@pytest.mark.parametrize("name", NAMES)
def test_every_name_makes_an_agent(name):
    agent = make_policy(name, WORLD.observation_space, WORLD.action_space, 0)
    assert hasattr(agent, "fit") or hasattr(agent, "update")
    assert callable(agent.act)


def test_unknown_names_and_options_are_refused():
    with pytest.raises(ConfigError, match="curios"):
        make_policy("curios", WORLD.observation_space, WORLD.action_space, 0)
    for name in NAMES:
        with pytest.raises(TypeError, match="argument"):
            make_policy(name, WORLD.observation_space, WORLD.action_space, 0, colour="red")


@pytest.mark.sandbox
def test_uniform_and_success_rate_load_no_torch():
    code = (
        "import sys; from policies.policy import make_policy\n"
        "for name in ('uniform', 'success_rate'): make_policy(name, None, None, 0)\n"
        "print('torch' in sys.modules)"
    )
    assert run_python(code) == "False"


def test_submit_is_legal_only_where_nothing_else_is():
    observation = {"action_mask": np.array([1, 0, 1], np.int8)}
    assert legal_edits(observation).tolist() == [2]
    observation = {"action_mask": np.array([1, 0, 0], np.int8)}
    assert legal_edits(observation).tolist() == [0]


def test_program_key_is_the_same_in_both_forms_and_blind_to_what_was_tried():
    observation = random_observation(np.random.default_rng(0))
    key = program_key(observation)
    assert program_key(to_padded(observation, 32)) == key
    observation["graph"].nodes[2, schema.FLAGS] |= schema.FLAG_EDITED
    observation["edits"][:, 5] = 3
    assert program_key(observation) == key
    observation["graph"].nodes[2, schema.TOKEN] ^= 1
    assert program_key(observation) != key


def test_edit_key_forgets_the_outcome_but_not_the_token():
    row = np.array([4, 7, -1, 90, 0, 0], np.int16)
    after = np.array([4, 7, -1, 90, 2, 3], np.int16)
    other = np.array([4, 7, -1, 91, 0, 0], np.int16)
    assert edit_key(b"p", row) == edit_key(b"p", after)
    assert len({edit_key(b"p", row), edit_key(b"p", other), edit_key(b"q", row)}) == 3


def test_suite_class_is_the_worst_that_counts():
    assert suite_class(np.array([0, 2, -1], np.int8)) == 2
    assert suite_class(np.array([-1, 0], np.int8)) == 0
    assert suite_class(np.array([-1, -1], np.int8)) is None


def test_uniform_draws_every_legal_action_alike():
    observation = {"action_mask": np.array([1, 1, 0, 1, 1], np.int8)}
    policy, rng = UniformPolicy(None, None, 0), np.random.default_rng(0)
    drawn = np.bincount([policy.act(observation, rng) for _ in range(3000)], minlength=5)
    assert drawn[0] == drawn[2] == 0
    assert np.abs(drawn[[1, 3, 4]] - 1000).max() < 100


# --- checkpoints ----------------------------------------------------------------------------------


def test_checkpoint_round_trip_leaves_no_other_file(tmp_path):
    path = tmp_path / "new" / "checkpoint"
    write_checkpoint(path, "uniform", b"one\ntwo")
    assert read_checkpoint(path, "uniform") == b"one\ntwo"
    assert [item.name for item in path.parent.iterdir()] == ["checkpoint"]


@pytest.mark.parametrize("cut", [0, 10, 150, -1])
def test_a_torn_checkpoint_is_named(tmp_path, cut):
    path = tmp_path / "checkpoint"
    write_checkpoint(path, "uniform", b"x" * 1000)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(StorageError, match=r"torn|not a checkpoint") as caught:
        read_checkpoint(path, "uniform")
    assert str(path) in str(caught.value)


def test_a_flipped_byte_is_noticed(tmp_path):
    path = tmp_path / "checkpoint"
    write_checkpoint(path, "uniform", b"x" * 1000)
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(StorageError, match="torn"):
        read_checkpoint(path, "uniform")


def test_another_agents_checkpoint_is_refused(tmp_path):
    write_checkpoint(tmp_path / "c", "uniform", b"")
    with pytest.raises(StorageError, match="'uniform', expected one of 'curiosity'"):
        read_checkpoint(tmp_path / "c", "curiosity")


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(StorageError, match="nothing"):
        read_checkpoint(tmp_path / "nothing", "uniform")


def test_a_folder_gives_its_newest_valid_checkpoint(tmp_path):
    for number, name in enumerate(("a", "b", "c")):
        write_checkpoint(tmp_path / name, "uniform", name.encode())
        os.utime(tmp_path / name, ns=(number, number))
    assert read_checkpoint(tmp_path, "uniform") == b"c"
    (tmp_path / "c").write_bytes(b"{}")
    os.utime(tmp_path / "c", ns=(9, 9))
    assert read_checkpoint(tmp_path, "uniform") == b"b"
    with pytest.raises(StorageError, match="no valid checkpoint"):
        read_checkpoint(tmp_path, "ppo")


def test_a_failed_write_keeps_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint"
    write_checkpoint(path, "uniform", b"old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_checkpoint(path, "uniform", b"new")
    monkeypatch.undo()
    assert read_checkpoint(path, "uniform") == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["checkpoint"]


def test_nothing_of_torch_is_seeded_for_good():
    torch = importlib.import_module("torch")
    before = torch.random.get_rng_state()
    for name in NAMES:
        make_policy(name, WORLD.observation_space, WORLD.action_space, 3)
    assert torch.equal(before, torch.random.get_rng_state())
