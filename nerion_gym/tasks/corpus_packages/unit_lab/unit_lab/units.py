"""Names of units, with prefixes, products and powers: "km", "m/s", "kg*m/s^2"."""

from __future__ import annotations

from unit_lab.dimensions import LENGTH, MASS, NONE, TIME, Dimension

UNITS: dict[str, tuple[float, Dimension]] = {
    "m": (1.0, LENGTH),
    "in": (0.0254, LENGTH),
    "g": (0.001, MASS),
    "s": (1.0, TIME),
    "min": (60.0, TIME),
    "h": (3600.0, TIME),
    "N": (1.0, Dimension(1, 1, -2)),
}
PREFIXES = {"k": 1000.0, "c": 0.01, "m": 0.001}


class UnknownUnit(Exception):
    pass


def single(name: str) -> tuple[float, Dimension]:
    """A name that is a unit is one, even if it begins like a prefix."""
    if name in UNITS:
        return UNITS[name]
    prefix, rest = name[:1], name[1:]
    if prefix in PREFIXES and rest in UNITS:
        factor, dimension = UNITS[rest]
        return PREFIXES[prefix] * factor, dimension
    raise UnknownUnit(name)


def parse_unit(text: str) -> tuple[float, Dimension]:
    """Return the factor to basic units, and the dimension."""
    factor, dimension = 1.0, NONE
    if not text:
        return factor, dimension
    for number, part in enumerate(text.split("/")):
        for name in part.split("*"):
            name, _, power = name.strip().partition("^")
            count = int(power or 1)
            own, kind = single(name)
            if number == 0:
                factor *= own**count
                dimension = dimension.times(kind.power(count))
            else:
                factor /= own**count
                dimension = dimension.over(kind.power(count))
    return factor, dimension
