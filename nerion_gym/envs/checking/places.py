"""Where what a stranger's code raised is to be mended: in his file, not in a library's."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

import nerion_gym

LIBRARIES = tuple(
    {
        str(Path(nerion_gym.__file__).parent),
        *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
    }
)
"""Folders whose files a world's author did not write."""


def raised(error: BaseException) -> str:
    """Say what was raised, and where, or that the program was ended."""
    if isinstance(error, SystemExit):
        return f"ends the program by sys.exit({error.code!r}) ({place_of(error)})"
    where = "" if isinstance(error, SyntaxError) else f" ({place_of(error)})"
    return f"raises {type(error).__name__}: {error}{where}"


def blamed(error: BaseException) -> str:
    """Return where an exception was raised; of a library, that it was given what it cannot take."""
    place = place_of(error)
    given = " was given what it cannot take" if of_library(place) else ""
    return f"{place}{given}"


def place_of(error: BaseException) -> str:
    """Return FILE:LINE where an exception was raised: the innermost line of no library."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "no place is known"
    theirs = [frame for frame in frames if not of_library(frame.filename)]
    frame = (theirs or frames)[-1]
    return f"{frame.filename}:{frame.lineno}"


def of_library(file: str) -> bool:
    """Whether a file is one of Python, of an installed package or of this one."""
    return file.startswith("<frozen") or any(file.startswith(f"{at}/") for at in LIBRARIES)
