"""Whether measured ratios still hold: against the bars, and against what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_SHARE = 0.5
"""A ratio below this share of the recorded one is a complaint: less is the machine's noise."""


def compare(
    report: Mapping[str, Any], recorded: Mapping[str, Any] | None, bars: Mapping[str, float]
) -> list[str]:
    """Return one line for each ratio below its bar, or below half the recorded one."""
    complaints = []
    for name, bar in bars.items():
        ratio = report["programs"][name]["ratio_of_medians"]
        if ratio < bar:
            complaints.append(f"{name}: x {ratio} is below the bar of x {bar}")
        old = recorded["programs"].get(name, {}) if recorded else {}
        before = old.get("ratio_of_medians")
        if before and ratio < LEAST_SHARE * before:
            complaints.append(f"{name}: x {ratio} is less than half of the recorded x {before}")
    return complaints
