"""Agent x metric tables: interquartile mean with a bootstrap interval over seeds.

A table refuses fewer than three seeds, never shows a best one, and says in its heading that
fewer than ten are no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.errors import ConfigError
from nerion_gym.metrics.aggregate import CONFIDENCE, Interval, stratified_bootstrap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table as RichTable

MIN_SEEDS, EVIDENCE_SEEDS = 3, 10
SMOKE = "smoke run, not evidence"
ABSENT = "-"


@dataclass(frozen=True)
class Metric:
    """A column.

    Attributes:
        key: name in a run's result.
        title: heading, with the unit.
        digits: after the decimal point.
    """

    key: str
    title: str
    digits: int = 1


@dataclass(frozen=True)
class Row:
    """One agent: its number of seeds, and per metric an interval or None (not measured)."""

    agent: str
    seeds: int
    cells: tuple[Interval | None, ...]


@dataclass(frozen=True)
class Table:
    """A comparison, ready to be shown.

    Attributes:
        title: what was compared.
        heading: `SMOKE` when an agent has fewer than ten seeds, else "".
        metrics: columns.
        rows: agents.
    """

    title: str
    heading: str
    metrics: tuple[Metric, ...]
    rows: tuple[Row, ...]

    @property
    def caption(self) -> str:
        """What the numbers are."""
        return f"interquartile mean over seeds [{CONFIDENCE:.0%} bootstrap interval]"

    def texts(self) -> list[list[str]]:
        """Return the table's texts, header first."""
        header = ["agent", "seeds", *(metric.title for metric in self.metrics)]
        body = [
            [row.agent, str(row.seeds), *map(cell_text, self.metrics, row.cells)]
            for row in self.rows
        ]
        return [header, *body]

    def plain(self) -> str:
        """Return aligned text."""
        lines = self.texts()
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        shown = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        rule = "  ".join("-" * width for width in widths)
        return "\n".join([*self._above(), shown[0], rule, *shown[1:], f"({self.caption})"])

    def markdown(self) -> str:
        """Return a Markdown table."""
        lines = ["| " + " | ".join(line) + " |" for line in self.texts()]
        rule = "|" + "---|" * (len(self.metrics) + 2)
        above = "\n".join(f"**{line}**  " for line in self._above())
        return "\n".join([above, "", lines[0], rule, *lines[1:], "", f"({self.caption})"])

    def rich(self) -> RichTable:
        """Return a table for a terminal."""
        from rich.box import SIMPLE_HEAD
        from rich.table import Table as RichTable

        above = "\n".join(self._above())
        shown = RichTable(title=above, caption=self.caption, box=SIMPLE_HEAD)
        shown.padding, shown.pad_edge = (0, 0), False  # seven columns fit 80 characters
        header, *body = self.texts()
        for number, title in enumerate(header):
            heading = title.replace(" ", "\n")
            shown.add_column(heading, justify="right" if number else "left", no_wrap=True)
        for line in body:
            shown.add_row(*(text.replace(" [", "\n[") for text in line))
        return shown

    def as_json(self) -> dict[str, Any]:
        """Return the numbers, unrounded."""
        return {
            "title": self.title,
            "heading": self.heading,
            "statistic": "iqm",
            "confidence": CONFIDENCE,
            "rows": [self._row_json(row) for row in self.rows],
        }

    def _above(self) -> list[str]:
        return [line for line in (self.title, self.heading) if line]

    def _row_json(self, row: Row) -> dict[str, Any]:
        cells = {
            metric.key: cell and {"iqm": cell.point, "low": cell.low, "high": cell.high}
            for metric, cell in zip(self.metrics, row.cells, strict=True)
        }
        return {"agent": row.agent, "seeds": row.seeds, "metrics": cells}


def compare(
    title: str,
    results: Sequence[Mapping[str, Any]],
    metrics: Sequence[Metric],
    rng: np.random.Generator,
) -> Table:
    """Aggregate runs by agent, in the order in which agents appear.

    Args:
        title: what is compared.
        results: one mapping a run with `algo`, `seed` and the metrics' keys (None = not measured).
        metrics: columns.
        rng: draws the bootstrap samples.

    Raises:
        ConfigError: no run, fewer than three seeds of an agent, or a seed twice.
    """
    if not results:
        msg = "no runs to compare"
        raise ConfigError(msg)
    agents: dict[str, dict[int, Mapping[str, Any]]] = {}
    for result in results:
        seeds = agents.setdefault(str(result["algo"]), {})
        if result["seed"] in seeds:
            msg = f"{result['algo']} has two runs with seed {result['seed']}: count one of them"
            raise ConfigError(msg)
        seeds[int(result["seed"])] = result
    rows = tuple(
        build_row(name, list(seeds.values()), metrics, rng) for name, seeds in agents.items()
    )
    smoke = min(row.seeds for row in rows) < EVIDENCE_SEEDS
    return Table(title, SMOKE if smoke else "", tuple(metrics), rows)


def build_row(
    agent: str,
    runs: Sequence[Mapping[str, Any]],
    metrics: Sequence[Metric],
    rng: np.random.Generator,
) -> Row:
    """Aggregate one agent's runs.

    Raises:
        ConfigError: fewer than three.
    """
    if len(runs) < MIN_SEEDS:
        msg = (
            f"{agent} has {len(runs)} seed(s): a table needs at least {MIN_SEEDS} "
            f"(and {EVIDENCE_SEEDS} before it is evidence)"
        )
        raise ConfigError(msg)
    return Row(agent, len(runs), tuple(aggregate(runs, metric, rng) for metric in metrics))


def aggregate(
    runs: Sequence[Mapping[str, Any]], metric: Metric, rng: np.random.Generator
) -> Interval | None:
    """Return a metric's interval; None unless every run measured it."""
    values = [run.get(metric.key) for run in runs]
    if any(value is None for value in values):
        return None
    return stratified_bootstrap(np.array(values, np.float64), rng)


def cell_text(metric: Metric, cell: Interval | None) -> str:
    """Return `12.3 [10.0..14.0]`, the number alone where the interval has no width, or `-`."""
    if cell is None:
        return ABSENT
    point, low, high = (
        f"{number:.{metric.digits}f}" for number in (cell.point, cell.low, cell.high)
    )
    return point if low == high else f"{point} [{low}..{high}]"
