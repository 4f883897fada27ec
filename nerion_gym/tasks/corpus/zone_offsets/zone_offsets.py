"""Offsets from UTC as people and protocols write them, in minutes."""

import re

OFFSET = re.compile(r"([+-])(\d{1,2})(?::?([0-5]\d))?")
NAMED = {"Z": 0, "UTC": 0, "GMT": 0, "CET": 60, "CEST": 120, "EST": -300, "EDT": -240, "IST": 330}
FARTHEST = 14 * 60


def parse_offset(text):
    """'+05:30', '-0800', '+2', 'Z', 'CET' or 'UTC+1' -> minutes east of Greenwich."""
    label = text.strip().upper()
    if label in NAMED:
        return NAMED[label]
    for prefix in ("UTC", "GMT"):
        label = label.removeprefix(prefix)
    match = OFFSET.fullmatch(label)
    if match is None:
        raise ValueError(f"not a time zone offset: {text!r}")
    sign, hours, minutes = match.groups(default="0")
    total = int(hours) * 60 + int(minutes)
    if total > FARTHEST:
        raise ValueError(f"offset beyond 14 hours: {text!r}")
    return -total if sign == "-" else total


def format_offset(minutes, zulu=False):
    if zulu and minutes == 0:
        return "Z"
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
