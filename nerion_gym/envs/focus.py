"""What a wanted focus names: `options["focus"]` and `nerion graph --focus`."""

from __future__ import annotations

import difflib

from nerion_gym.errors import ConfigError
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.program import Focus, FunctionRef, Program

SEPARATOR = "::"


def parse_focus(program: Program, wanted: object) -> Focus:
    """Read `options["focus"]`: "FILE::FUNCTION", "FUNCTION", or a list of these.

    Raises:
        ConfigError: not text, or no such function (names the nearest ones).
    """
    if isinstance(wanted, Focus):
        return wanted
    names = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(names, (list, tuple)) or not names:
        msg = (
            f"options['focus']={wanted!r}: expected 'FILE::FUNCTION', 'FUNCTION' or a list of them"
        )
        raise ConfigError(msg)
    return Focus(tuple(find_function(program, str(name)) for name in names))


def find_function(program: Program, name: str, asked: str = "focus") -> FunctionRef:
    """Return the one function that a name means.

    Args:
        program: whose functions.
        name: "FILE::FUNCTION" or "FUNCTION".
        asked: what the name was given as, for the message.

    Raises:
        ConfigError: none, or several in different files.
    """
    path, _, qualname = name.rpartition(SEPARATOR)
    refs = [
        FunctionRef(file, function.qualname)
        for file in program.paths
        for function in parse_module(file, program.source(file)).functions
    ]
    matches = [r for r in refs if r.qualname == qualname and path in ("", r.path)]
    if len(matches) == 1:
        return matches[0]
    every = [f"{ref.path}{SEPARATOR}{ref.qualname}" for ref in matches or refs]
    near = difflib.get_close_matches(name, every, n=3, cutoff=0.3) or every[:3]
    reason = "names several functions" if matches else "names no function"
    msg = f"{asked} {name!r} {reason} of the program; write it as FILE::FUNCTION, e.g. {near}"
    raise ConfigError(msg)
