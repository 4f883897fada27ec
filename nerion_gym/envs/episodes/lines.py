"""Recorded episodes as JSON Lines: each line is whole by itself, so files can be joined."""

from __future__ import annotations

import json
import math
import shlex
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from nerion_gym.envs.episodes import strict
from nerion_gym.envs.episodes.record import CODES, RecordedEpisode, RecordedStep
from nerion_gym.envs.state import edit_from, focus_from, latin
from nerion_gym.errors import ConfigError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Focus

FORMAT = "nerion-episode"
VERSION = 1
"""Raised when a reader of the old lines would misread the new ones."""
LETTERS = frozenset((*CODES.values(), "?"))


LONGEST = 1 << 26
"""Bytes of a line; an episode has some kB."""


class LineError(ValueError):
    """What is wrong with a line; whoever knows its number and file says so."""


class CutError(LineError):
    """It is no JSON, as what a killed writer leaves."""


def to_line(episode: RecordedEpisode) -> str:
    """Return an episode as one line of JSON, with its end of line.

    Raises:
        ConfigError: an argument of its world has no JSON form.
    """
    row = {"format": FORMAT, "version": VERSION, **asdict(episode)}
    try:
        return json.dumps(row, default=_plain, allow_nan=False, separators=(",", ":")) + "\n"
    except ValueError as error:
        msg = f"{episode.world}: a reward or an argument has no JSON form ({error})"
        raise ConfigError(msg) from error


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return latin(value)
    msg = f"{value!r} ({type(value).__name__}) has no JSON form"
    raise ValueError(msg)


def read_episodes(path: Path) -> list[tuple[int, RecordedEpisode]]:
    """Return the episodes of a file with the numbers of their lines; empty lines are passed over.

    Raises:
        StorageError: it cannot be read, holds none, or a line is not an episode: names the line
            and what to do.
    """
    found = []
    try:
        with path.open("rb") as stream:
            # A bound, or a device without line ends would be read for ever.
            for number, line in enumerate(iter(partial(stream.readline, LONGEST), b""), 1):
                if line.strip():
                    found.append((number, _read(path, number, line)))
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}); expected a file of recorded episodes"
        raise StorageError(msg) from error
    if not found:
        msg = f"{path}: holds no episode; record some with nerion_gym.wrappers.record"
        raise StorageError(msg)
    return found


def _read(path: Path, number: int, line: bytes) -> RecordedEpisode:
    if len(line) == LONGEST:
        msg = f"{path}, line {number}: longer than {LONGEST} bytes; no recorded episode is"
        raise StorageError(msg)
    try:
        return from_line(line)
    except CutError as error:
        cut = "" if line.endswith(b"\n") else "the last line is cut off (no end of line): "
        msg = (
            f"{path}, line {number}: {cut}{error}. If whoever wrote it was stopped, remove it and "
            f"keep the rest: {removal(path, number)}"
        )
        raise StorageError(msg) from error
    except LineError as error:
        msg = f"{path}, line {number}: {error}"
        raise StorageError(msg) from error


def removal(path: Path, line: int | None = None) -> str:
    """Return the command that takes a line out of a file, the last one by default."""
    return f"sed -i '{line or '$'}d' {shlex.quote(str(path))}"


def from_line(line: bytes) -> RecordedEpisode:
    """Read one line.

    Raises:
        LineError: not JSON of one meaning, of another format or version, or a field is missing or
            of another kind.
    """
    try:
        row = strict.loads(line)
    except ValueError as error:
        msg = f"{error}; expected one recorded episode a line"
        raise CutError(msg) from error
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        msg = f'not a recorded episode: expected an object with "format": "{FORMAT}"'
        raise LineError(msg)
    if (type(row.get("version")), row.get("version")) != (int, VERSION):
        msg = (
            f"version {row.get('version')!r}: this nerion-gym reads version {VERSION}; read it "
            f"with the one that wrote it ({_writer(row)})"
        )
        raise LineError(msg)
    return _episode(row)


def _writer(row: dict[str, Any]) -> str:
    versions = row.get("versions")
    found = versions.get("nerion-gym") if isinstance(versions, dict) else None
    return f"nerion-gym {found!r}" if found else "nerion-gym of an unknown version"


def _episode(row: dict[str, Any]) -> RecordedEpisode:
    steps = taken(row, "steps", list)
    seed = taken(row, "seed", (int, type(None)))
    if seed is not None and seed < 0:
        msg = f'"seed" is {seed}: expected a number from 0 on, or null'
        raise LineError(msg)
    episode = RecordedEpisode(
        world=taken(row, "world", str),
        kwargs=taken(row, "kwargs", dict),
        seed=seed,
        options=_texts(row, "options"),
        task=taken(row, "task", str),
        task_id=taken(row, "task_id", str),
        focus=_shaped(row, "focus", _checked_focus),
        tests=_texts(row, "tests"),
        outcome=taken(row, "outcome", str),
        observation=_digests(row),
        steps=tuple(_step(step, number) for number, step in enumerate(steps, 1)),
        versions=taken(row, "versions", dict),
    )
    if not math.isfinite(episode.total_reward):
        msg = "the sum of its rewards is larger than any float"
        raise LineError(msg)
    for place, outcome in enumerate((episode.outcome, *(step.outcome for step in episode.steps))):
        if outcome is not None:
            _require_letters(outcome, len(episode.tests), place)
    return episode


def _step(raw: object, number: int) -> RecordedStep:
    if not isinstance(raw, dict):
        msg = f"step {number} is {raw!r}: expected an object"
        raise LineError(msg)
    try:
        return RecordedStep(
            action=taken(raw, "action", int),
            edit=_shaped(raw, "edit", _edit_or_none),
            outcome=taken(raw, "outcome", (str, type(None))),
            reward=_reward(raw),
            terminated=taken(raw, "terminated", bool),
            truncated=taken(raw, "truncated", bool),
            end=taken(raw, "end", str),
            success=taken(raw, "success", bool),
            observation=_digests(raw),
        )
    except LineError as error:
        msg = f"step {number}: {error}"
        raise LineError(msg) from error


def _reward(row: dict[str, Any]) -> float:
    value = taken(row, "reward", (int, float))
    try:
        return float(value)
    except OverflowError as error:
        msg = f'"reward" is {str(value)[:20]}...: larger than any float'
        raise LineError(msg) from error


def taken(row: dict[str, Any], key: str, kind: Any) -> Any:
    """Return a field.

    Raises:
        LineError: it is missing, or of another kind.
    """
    if key not in row:
        msg = f'"{key}" is missing'
        raise LineError(msg)
    value = row[key]
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        names = " or ".join(NAMES.get(one, one.__name__) for one in kinds)
        msg = f'"{key}" is {str(value)[:60]!r}: expected {names}'
        raise LineError(msg)
    return value


NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    type(None): "null",
}


def _texts(row: dict[str, Any], key: str) -> tuple[str, ...]:
    values = taken(row, key, list)
    if not all(isinstance(value, str) for value in values):
        msg = f'"{key}": expected a list of texts'
        raise LineError(msg)
    return tuple(values)


def _digests(row: dict[str, Any]) -> dict[str, str]:
    found = taken(row, "observation", dict)
    if not all(isinstance(value, str) for value in found.values()):
        msg = '"observation": expected the digest of each array, as text'
        raise LineError(msg)
    return dict(found)


def _shaped(row: dict[str, Any], key: str, read: Any) -> Any:
    if key not in row:
        msg = f'"{key}" is missing'
        raise LineError(msg)
    try:
        return read(row[key])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = " ".join(str(error).split())
        msg = f'"{key}" cannot be read ({type(error).__name__}: {reason})'
        raise LineError(msg) from error


def _edit_or_none(raw: Any) -> Edit | None:
    if raw is None:
        return None
    edit = edit_from(raw)
    spans: list[Any] = [edit.site, *edit.splices, *([edit.argument] if edit.argument else [])]
    numbers = [number for span in spans for number in (span.start, span.end)]
    texts = [edit.operator, edit.text, *(span.path for span in spans)]
    _require_kinds(texts, numbers)
    if not edit.splices:
        msg = "an edit without splices"
        raise ValueError(msg)
    return edit


def _checked_focus(raw: Any) -> Focus | None:
    focus = focus_from(raw)
    if focus is not None:
        refs = (*focus.functions, *focus.context)
        _require_kinds([text for ref in refs for text in (ref.path, ref.qualname)], [])
    return focus


def _require_kinds(texts: list[Any], numbers: list[Any]) -> None:
    odd = [value for value in texts if not isinstance(value, str)]
    odd += [value for value in numbers if type(value) is not int or value < 0]
    if odd:
        msg = f"{odd[0]!r} stands where a text or an offset is expected"
        raise ValueError(msg)


def _require_letters(outcome: str, tests: int, place: int) -> None:
    unknown = sorted(set(outcome) - LETTERS)
    if len(outcome) != tests or unknown:
        where = f"the outcome of step {place}" if place else "the first outcome"
        odd = f", of which {unknown} mean nothing" if unknown else ""
        msg = f"{where} has {len(outcome)} letters{odd}: expected one for each of {tests} tests"
        raise LineError(msg)
