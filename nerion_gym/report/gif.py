"""Frames as a moving picture: a GIF, the same bytes for the same frames."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.errors import ConfigError

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

COLOURS = 255
"""Of a palette at most: its last place stands for a pixel that stays as it was."""
STAYS = 255
CHANNELS = 3


def save_gif(
    frames: Sequence[np.ndarray],
    path: str | os.PathLike[str],
    fps: float = 2.0,
    *,
    colours: int = COLOURS,
    last: float = 2.0,
) -> Path:
    """Write frames as a GIF that begins again after its end.

    All frames share one palette, and only what changes from one to the next is stored.

    Args:
        frames: uint8 [height, width, 3] each, of equal size, as `env.render()` gives them.
        path: of the file; it is overwritten.
        fps: frames a second; a GIF counts hundredths of a second, so at most 50.
        colours: of the palette, 2 to 255: fewer make a smaller file.
        last: seconds for which the last frame stays.

    Returns:
        The file's path.

    Raises:
        ConfigError: no frame, or one of another shape or type; `fps` or `colours` out of range.
    """
    require(frames, fps, colours)
    from PIL import Image

    indices, palette = in_one_palette(frames, colours)
    images = [Image.fromarray(change) for change in what_changes(indices)]
    for image in images:
        image.putpalette(palette.tobytes())
    each = round(1000 / fps)
    times = [each] * (len(images) - 1) + [max(each, round(1000 * last))]
    images[0].save(
        path,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=times,
        loop=0,
        transparency=STAYS,
        disposal=1,  # what is drawn stays
        optimize=False,
    )
    return Path(path)


def require(frames: Sequence[np.ndarray], fps: float, colours: int) -> None:
    """Refuse what makes no GIF.

    Raises:
        ConfigError: see `save_gif`.
    """
    if not len(frames):
        msg = "no frames: call env.render() after reset and after each step"
        raise ConfigError(msg)
    first = np.asarray(frames[0]).shape
    for frame in frames:
        kind = getattr(frame, "dtype", type(frame).__name__)
        shape = np.shape(frame)
        if kind != np.uint8 or len(shape) != CHANNELS or shape[2] != CHANNELS or shape != first:
            msg = (
                f"a frame of {kind} {list(shape)}: expected uint8 [height, width, 3], all alike; "
                "make the world with render_mode='rgb_array'"
            )
            raise ConfigError(msg)
    if not 0 < fps <= 50:
        msg = f"fps={fps!r}: expected more than 0 and at most 50"
        raise ConfigError(msg)
    if not 2 <= colours <= COLOURS:
        msg = f"colours={colours!r}: expected 2 to {COLOURS}"
        raise ConfigError(msg)


def what_changes(indices: np.ndarray) -> np.ndarray:
    """Return places in the palette where only the first picture is whole.

    Of each other one there are only the pixels that are not as in the one before.
    """
    found = indices.copy()
    found[1:][indices[1:] == indices[:-1]] = STAYS
    return found


def in_one_palette(frames: Sequence[np.ndarray], colours: int) -> tuple[np.ndarray, np.ndarray]:
    """Return frames in one palette, made from all of them.

    Returns:
        uint8 [frames, height, width], places in the palette, each that of the nearest colour; and
        the palette, uint8 [at most colours, 3].
    """
    wide = np.stack(frames).astype(np.int32)
    numbers = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    found, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    palette = palette_of(found, counts, colours)
    return nearest(channels(found), palette)[places.reshape(numbers.shape)], palette


def palette_of(found: np.ndarray, counts: np.ndarray, colours: int) -> np.ndarray:
    """Return uint8 [at most colours, 3]: the commonest as they are, then a choice of the others.

    Without the first half grounds would run together, without the second rare bright letters fade.

    Args:
        found: int32 [n], colours, each as one number.
        counts: int64 [n], pixels of each.
        colours: how many at most.
    """
    from PIL import Image

    if len(found) <= colours:
        return channels(found)
    order = np.argsort(-counts, kind="stable")
    half = colours // 2 + 1
    common, rare = channels(found[order[:half]]), channels(found[order[half:]])
    picture = Image.fromarray(rare[None])
    picked = picture.quantize(colours - half, method=Image.Quantize.MEDIANCUT).getpalette() or []
    others = np.array(picked, np.uint8).reshape(-1, CHANNELS)[: colours - half]
    return np.concatenate((common, others))


def channels(numbers: np.ndarray) -> np.ndarray:
    """Return uint8 [n, 3] of colours that are one number each."""
    split = np.stack((numbers >> 16, numbers >> 8 & 255, numbers & 255), axis=1)
    return split.astype(np.uint8)


def nearest(colours: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Return uint8 [n]: the place in a palette of the nearest colour to each."""
    best = np.full(len(colours), np.iinfo(np.int32).max, np.int32)
    place = np.zeros(len(colours), np.uint8)
    for number, entry in enumerate(palette.astype(np.int32)):
        apart = ((colours.astype(np.int32) - entry) ** 2).sum(axis=1)
        closer = apart < best
        best[closer], place[closer] = apart[closer], number
    return place
