"""A GIF holds the frames that it was given, in the same bytes each time."""

import numpy as np
import pytest
from PIL import Image

from nerion_gym.errors import ConfigError
from nerion_gym.report.gif import in_one_palette, save_gif


def frames(count=3, height=40, width=60):
    """A dark picture on which a bright square wanders."""
    found = []
    for place in range(count):
        frame = np.full((height, width, 3), (10, 20, 30), np.uint8)
        frame[5:15, 5 + 10 * place : 15 + 10 * place] = (250, 120, 60)
        frame[30:32] = np.linspace(0, 255, width, dtype=np.uint8)[:, None]
        found.append(frame)
    return found


def read(path):
    with Image.open(path) as image:
        shown = []
        for place in range(image.n_frames):
            image.seek(place)
            shown.append((np.asarray(image.convert("RGB")), image.info["duration"]))
        return shown, image.info["loop"]


def test_frames_come_back_as_they_were(tmp_path):
    given = frames()
    shown, loop = read(save_gif(given, tmp_path / "a.gif", fps=4, last=1.5))
    assert loop == 0
    assert [duration for _, duration in shown] == [250, 250, 1500]
    for frame, (picture, _) in zip(given, shown, strict=True):
        assert np.array_equal(frame, picture)


def test_the_same_frames_give_the_same_bytes(tmp_path):
    one, two = (save_gif(frames(), tmp_path / name).read_bytes() for name in ("a.gif", "b.gif"))
    assert one == two


def test_what_stays_is_not_stored_again(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (100, 100, 3), np.uint8)
    moved = noise.copy()
    moved[:3, :3] = 0
    one = save_gif([noise], tmp_path / "a.gif").stat().st_size
    two = save_gif([noise, moved], tmp_path / "b.gif").stat().st_size
    assert two - one < 1000


def test_a_few_common_colours_stay_exact_among_many_rare_ones(tmp_path):
    frame = np.full((64, 64, 3), (14, 18, 25), np.uint8)
    frame[:8] = (20, 26, 35)
    frame[50:] = np.random.default_rng(1).integers(0, 255, (14, 64, 3), np.uint8)
    indices, palette = in_one_palette([frame], 32)
    assert palette.shape == (32, 3)
    assert {(14, 18, 25), (20, 26, 35)} <= set(map(tuple, palette.tolist()))
    assert np.array_equal(palette[indices[0]][:50], frame[:50])
    far = np.abs(palette[indices[0]][50:].astype(int) - frame[50:]).max()
    assert 0 < far < 160


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ([], {}, "no frames: call env.render"),
        (["text"], {}, r"a frame of str \[\]: expected uint8"),
        ([np.zeros((4, 4, 3))], {}, "a frame of float64"),
        ([np.zeros((4, 4), np.uint8)], {}, r"uint8 \[4, 4\]"),
        ([np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5, 3), np.uint8)], {}, "all alike"),
        (frames(1), {"fps": 0}, "fps=0"),
        (frames(1), {"colours": 256}, "2 to 255"),
    ],
)
def test_what_makes_no_gif_is_refused(tmp_path, given, options, message):
    with pytest.raises(ConfigError, match=message):
        save_gif(given, tmp_path / "a.gif", **options)
    assert not list(tmp_path.iterdir())
