import re

UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")
ALIASES = {"sec": "s", "min": "m", "hr": "h", "hour": "h", "day": "d", "week": "w"}


def unit_seconds(name: str) -> int:
    short = ALIASES.get(name) or ALIASES.get(name.removesuffix("s")) or name
    if short not in UNITS:
        raise ValueError(f"unknown unit {name!r}")
    return UNITS[short]


def parse_duration(text: str) -> float:
    """Seconds in '1h30m', '2 days 4 hours', '-1.5h' or a bare number of seconds."""
    rest = text.strip().lower()
    sign = -1 if rest.startswith("-") else 1
    rest = rest.removeprefix("-" if sign < 0 else "+")
    if rest.isdecimal():
        return sign * int(rest)
    total, position, last = 0.0, 0, None
    for match in PART.finditer(rest):
        size = unit_seconds(match[2])
        if last is not None and size >= last:
            raise ValueError(f"units out of order in {text!r}")
        if rest[position : match.start()].strip(" ,"):
            break
        total += float(match[1]) * size
        position, last = match.end(), size
    if last is None or rest[position:].strip():
        raise ValueError(f"not a duration: {text!r}")
    return sign * total


def format_duration(seconds: float, parts: int = 2) -> str:
    """The largest units first, no more than `parts` of them, the rest cut off."""
    left = int(abs(seconds))
    shown = []
    for unit, size in UNITS.items():
        count, left = divmod(left, size)
        if count:
            shown.append(f"{count}{unit}")
    if not shown:
        return "0s"
    return ("-" if seconds < 0 else "") + "".join(shown[:parts])
