"""Shortest ways through a road map: {town: {neighbour: kilometres}}."""

import heapq
from math import inf


def distances(roads, start, closed=()):
    """Kilometres and predecessors from a town to all that can be reached."""
    if start not in roads:
        raise KeyError(f"no such town: {start}")
    reached = {start: 0}
    came_from = {}
    waiting = [(0, start)]
    while waiting:
        so_far, town = heapq.heappop(waiting)
        if so_far > reached[town]:
            continue
        for neighbour, length in roads.get(town, {}).items():
            if length < 0:
                raise ValueError(f"negative road {town}-{neighbour}")
            if neighbour in closed or (town, neighbour) in closed:
                continue
            if so_far + length < reached.get(neighbour, inf):
                reached[neighbour] = so_far + length
                came_from[neighbour] = town
                heapq.heappush(waiting, (reached[neighbour], neighbour))
    return reached, came_from


def route(roads, start, goal, closed=()):
    """(kilometres, [towns on the way]); infinitely far and no towns when there is none."""
    reached, came_from = distances(roads, start, closed)
    if goal not in reached:
        return inf, []
    way = [goal]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return reached[goal], way[::-1]


def within(roads, start, limit):
    reached, _ = distances(roads, start)
    return sorted(town for town, length in reached.items() if length <= limit and town != start)


def both_ways(pairs):
    """A map from (town, town, kilometres) whose roads go in both directions."""
    roads = {}
    for a, b, length in pairs:
        roads.setdefault(a, {})[b] = length
        roads.setdefault(b, {})[a] = length
    return roads
