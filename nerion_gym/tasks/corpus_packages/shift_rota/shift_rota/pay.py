"""Wages: nights and Sundays are worth more."""

from __future__ import annotations

from shift_rota.rota import Worker
from shift_rota.shifts import DAY, Shift

NIGHT = (22 * 60, 30 * 60)
NIGHT_PERCENT = 25
SUNDAY_PERCENT = 50


def night_minutes(shift: Shift) -> int:
    """Minutes between ten in the evening and six in the morning."""
    found = 0
    for day in range(shift.start // DAY - 1, shift.end // DAY + 1):
        start, end = (day * DAY + edge for edge in NIGHT)
        found += max(0, min(end, shift.end) - max(start, shift.start))
    return found


def wage(shift: Shift, hourly: int) -> int:
    """In cents, rounded down."""
    percent = shift.minutes * 100 + night_minutes(shift) * NIGHT_PERCENT
    if shift.day == "sun":
        percent += shift.minutes * SUNDAY_PERCENT
    return percent * hourly // 6000


def payroll(workers: list[Worker], hourly: int) -> dict[str, int]:
    return {
        worker.name: sum(wage(shift, hourly) for shift in worker.shifts)
        for worker in workers
        if worker.shifts
    }
