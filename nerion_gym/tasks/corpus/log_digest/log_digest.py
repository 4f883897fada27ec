"""Read the lines of a service log and say what went on."""

import re
from collections import Counter, defaultdict
from typing import Iterable, Iterator, NamedTuple, Optional

LINE = re.compile(r"(?P<time>\d\d:\d\d:\d\d) (?P<level>[A-Z]+) \[(?P<source>[\w.]+)\] (?P<text>.*)")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
NUMBER = re.compile(r"\d+")


class Entry(NamedTuple):
    seconds: int
    level: str
    source: str
    text: str


def seconds_of(clock: str) -> int:
    hours, minutes, seconds = map(int, clock.split(":"))
    return hours * 3600 + minutes * 60 + seconds


def parse(lines: Iterable[str]) -> Iterator[Entry]:
    """Yield entries; lines of another form belong to the text of the entry before."""
    pending: Optional[Entry] = None
    for line in lines:
        found = LINE.fullmatch(line.rstrip("\n"))
        if found and found["level"] in LEVELS:
            if pending:
                yield pending
            pending = Entry(seconds_of(found["time"]), found["level"], found["source"], found["text"])
        elif pending and line.strip():
            pending = pending._replace(text=f"{pending.text}\n{line.strip()}")
    if pending:
        yield pending


def at_least(entries: Iterable[Entry], level: str) -> list[Entry]:
    floor = LEVELS.index(level)
    return [entry for entry in entries if LEVELS.index(entry.level) >= floor]


def pattern_of(text: str) -> str:
    """The first line with its numbers replaced, so that like messages count together."""
    first, *_ = text.split("\n")
    return NUMBER.sub("#", first)


def bursts(entries: Iterable[Entry], count: int = 3, within: int = 10) -> list[int]:
    """Moments at which `count` errors of one source came within some seconds."""
    recent = defaultdict(list)
    moments = []
    for entry in at_least(entries, "ERROR"):
        times = recent[entry.source]
        times.append(entry.seconds)
        del times[:-count]
        if len(times) == count and times[-1] - times[0] <= within:
            moments.append(entry.seconds)
            times.clear()
    return moments


def digest(lines: Iterable[str], top: int = 3) -> str:
    entries = list(parse(lines))
    if not entries:
        return "nothing logged"
    levels = Counter(entry.level for entry in entries)
    span = entries[-1].seconds - entries[0].seconds
    out = [f"{len(entries)} entries in {span} s"]
    out += [f"{level.lower()}: {levels[level]}" for level in reversed(LEVELS) if levels[level]]
    common = Counter(pattern_of(entry.text) for entry in at_least(entries, "WARNING"))
    out += [f"{count}x {text}" for text, count in common.most_common(top)]
    return "\n".join(out)
