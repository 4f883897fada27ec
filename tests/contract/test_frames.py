"""Every registered world can be watched: each render mode, and whatever collects frames."""

from __future__ import annotations

import os
import subprocess
import sys
import types
import warnings
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import load_env_creator
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import SyncVectorEnv
from gymnasium.wrappers import RecordVideo, RenderCollection
from gymnasium.wrappers.vector import RecordVideo as RecordVideoOfVector

import nerion_gym  # noqa: F401 - registers the ids
from envs_registry import WORLDS
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.rendering import MODES
from nerion_gym.errors import ConfigError
from scripts.make_world_gifs import wrong

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).resolve().parents[2]
SHAPE = (480, 1120, 3)
HASHED = """
import hashlib, sys
import gymnasium as gym
import nerion_gym
env = gym.make("Nerion-ToyMath-v0", render_mode="rgb_array")
env.reset(seed=0)
for action in (3, 10):
    env.step(action)
print(hashlib.sha256(env.render().tobytes()).hexdigest())
"""
NOT_LOADED = """
import sys
import gymnasium as gym
import nerion_gym
env = gym.make("Nerion-ToyMath-v0", render_mode="ansi")
env.reset(seed=0)
env.render()
print([name for name in ("PIL", "rich", "nerion_gym.envs.frames") if name in sys.modules])
"""


def make(world, **kwargs):
    world_id, extra = world
    return gym.make(world_id, **extra, **kwargs)


def run_python(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout.strip()


@pytest.fixture
def films(monkeypatch):
    """A stand-in for moviepy, which writes mp4 files: it keeps the frames that it is given."""
    kept = []

    class Clip:
        def __init__(self, frames, fps):
            kept.append((frames, fps))

        def write_videofile(self, path, **_options):
            Path(path).write_bytes(b"film")

    moviepy = types.ModuleType("moviepy")
    editor = types.ModuleType("moviepy.video.io.ImageSequenceClip")
    editor.ImageSequenceClip = Clip
    for name in ("moviepy", "moviepy.video", "moviepy.video.io"):
        monkeypatch.setitem(sys.modules, name, moviepy)
    monkeypatch.setitem(sys.modules, "moviepy.video.io.ImageSequenceClip", editor)
    return kept


@pytest.mark.parametrize("mode", MODES)
def test_check_env_has_nothing_to_say_in_any_mode(world, mode, capfd):
    env = make(world, render_mode=mode)
    assert env.render_mode == mode
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env.unwrapped, skip_render_check=False)
    shown = capfd.readouterr().out
    assert shown.count(world[0]) >= 2, "it tries the live terminal too"
    assert "\x1b" not in shown, "no colours where no terminal is"


def test_frames_are_pictures_and_texts(world):
    picture, text = make(world, render_mode="rgb_array"), make(world, render_mode="ansi")
    for env in (picture, text):
        env.reset(seed=0)
        env.step(1)
    frame = picture.render()
    assert (frame.shape, frame.dtype) == (SHAPE, np.uint8)
    assert len(np.unique(frame.reshape(-1, 3), axis=0)) > 100
    assert text.render().startswith(world[0])


def test_an_unknown_mode_is_refused(world):
    with (
        pytest.warns(UserWarning, match="not in the possible render_modes"),
        pytest.raises(ConfigError, match=r"'ansi', 'rgb_array', 'human'$"),
    ):
        make(world, render_mode="picture")
    with pytest.raises(ConfigError, match=r"RenderCollection.*registering\.entry_point"):
        CodeEditEnv(make(world).unwrapped.world, render_mode="rgb_array_list")


def test_rendering_before_reset_says_what_to_do(world):
    with pytest.raises(gym.error.ResetNeeded, match="reset"):
        make(world, render_mode="rgb_array").unwrapped.render()


@pytest.mark.parametrize("asked", [True, False], ids=["by mode", "by wrapper"])
def test_frames_are_collected(world, asked):
    if asked:
        env = make(world, render_mode="rgb_array_list")
        assert isinstance(env, RenderCollection)
    else:
        env = RenderCollection(make(world, render_mode="rgb_array"))
    assert env.render_mode == "rgb_array_list"
    env.reset(seed=0)
    env.step(1)
    env.step(2)
    frames = env.render()
    assert [frame.shape for frame in frames] == [SHAPE] * 3
    assert not np.array_equal(frames[1], frames[2])
    assert env.render() == []


def test_texts_are_collected_too():
    env = make(("Nerion-ToyMath-v0", {}), render_mode="ansi_list")
    env.reset(seed=0)
    env.step(1)
    assert [text.splitlines()[0][:17] for text in env.render()] == ["Nerion-ToyMath-v0"] * 2


def test_every_entry_point_says_its_modes():
    for name, world in WORLDS.items():
        for entry in (world["entry_point"], world["vector_entry_point"]):
            assert load_env_creator(entry).metadata["render_modes"] == [*MODES], name


def test_an_episode_becomes_a_film(films, tmp_path):
    env = gym.make("Nerion-ToyMath-v0", render_mode="rgb_array")
    env = RecordVideo(env, str(tmp_path / "films"), episode_trigger=lambda _episode: True)
    env.reset(seed=0)
    ended = False
    while not ended:
        ended = env.step(1)[2]
    env.close()
    ((frames, fps),) = films
    assert len(frames) == 1 + 16
    assert frames[0].shape == SHAPE
    assert fps == env.metadata["render_fps"]
    assert [path.name for path in (tmp_path / "films").iterdir()] == ["rl-video-episode-0.mp4"]


def test_a_vector_has_a_frame_of_each_world(world):
    native = gym.make_vec(world[0], num_envs=2, render_mode="rgb_array", **world[1])
    single = SyncVectorEnv([lambda: make(world, render_mode="rgb_array")] * 2)
    frames = []
    for vector in (native, single):
        vector.reset(seed=[0, 1])
        vector.step(np.array([1, 2]))
        frames.append(vector.render())
        vector.close()
    assert isinstance(frames[0], tuple)
    assert [frame.shape for frame in frames[0]] == [SHAPE] * 2
    for mine, theirs in zip(*frames, strict=True):
        assert np.array_equal(mine, theirs)


def test_a_vector_becomes_a_film(films, tmp_path):
    vector = gym.make_vec("Nerion-ToyMath-v0", num_envs=2, render_mode="rgb_array")
    vector = RecordVideoOfVector(
        vector, str(tmp_path / "films"), episode_trigger=lambda _episode: True
    )
    vector.reset(seed=0)
    for _ in range(16):
        vector.step(np.array([1, 2]))
    vector.close()
    assert films
    assert films[0][0][0].ndim == 3


def test_another_process_draws_the_same():
    assert run_python(HASHED, PYTHONHASHSEED="1") == run_python(HASHED, PYTHONHASHSEED="2")


def test_text_needs_no_library_for_pictures():
    assert run_python(NOT_LOADED) == "[]"


def test_each_world_has_its_picture():
    assert wrong(sorted(WORLDS)) == []
