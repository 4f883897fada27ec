"""Who is first, and who shares a place."""

from __future__ import annotations

from quiz_marks.paper import Paper


def places(points: dict[str, float]) -> dict[str, int]:
    """Equal points share a place; the next one is as far down as it would be."""
    order = sorted(points, key=lambda name: (-points[name], name))
    found: dict[str, int] = {}
    for position, name in enumerate(order, start=1):
        before = order[position - 2] if position > 1 else None
        shared = before is not None and points[before] == points[name]
        found[name] = found[before] if shared else position
    return found


def table(paper: Paper, sheets: dict[str, list[str]]) -> list[str]:
    points = {name: paper.points(answers) for name, answers in sheets.items()}
    rows = []
    for name, place in places(points).items():
        rows.append(f"{place}. {name} {points[name]:g}/{paper.most} {paper.grade(sheets[name])}")
    return rows


def average(paper: Paper, sheets: dict[str, list[str]]) -> float:
    if not sheets:
        return 0.0
    return sum(paper.points(answers) for answers in sheets.values()) / len(sheets)
