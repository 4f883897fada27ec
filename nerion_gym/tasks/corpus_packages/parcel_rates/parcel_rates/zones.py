"""How far a parcel goes: zone 0 is the same region, 3 is overseas."""

REGIONS = {"AT": "centre", "DE": "centre", "CZ": "centre", "FR": "west", "ES": "west", "PL": "east"}
NEIGHBOURS = {frozenset({"centre", "west"}), frozenset({"centre", "east"})}


def zone(start: str, end: str) -> int:
    try:
        here, there = REGIONS[start], REGIONS[end]
    except KeyError:
        return 3
    if here == there:
        return 0
    return 1 if frozenset({here, there}) in NEIGHBOURS else 2
