"""How well are outcomes of edits of packages never seen told beforehand, and by which columns?

    python benchmarks/predict.py                  read results/outcomes and columns, and record
    python benchmarks/predict.py --dry --columns runs/outcomes/columns.parquet

Rows are edits that tests reach (`benchmarks/outcomes.py`), columns what is known before one is run
(`benchmarks/columns.py`). Five folds, no package in two of them; scikit-learn's gradient-boosted
trees with fixed parameters. Columns come in groups: first each with all groups before it (the
first three need no traced run), then all but one group. Asked is who survives. Records
`results/predict.json` and `results/predict.md`; exit code 1 where a bar is missed.

Columns were thought of by looking at mistakes in every second package by name (anytree, blinker,
bottle, ...). Which of them to keep was judged on all packages. Without `micro` the AUC of these
packages' edits rose from 0.824 to 0.837, that of the others, none of whose mistakes anybody looked
at, from 0.804 to 0.828: by the columns and by `max_features` together, on the same traces.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: E402
from sklearn.model_selection import GroupKFold  # noqa: E402

from benchmarks.dataset import numbers, read  # noqa: E402
from benchmarks.scoring import (  # noqa: E402
    auc,
    brier_skill,
    interval,
    mean_of_parts,
    parts,
    within,
)
from nerion_gym.commands.provenance import git_state  # noqa: E402
from nerion_gym.logbook.files import jsonable, write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.dataset import Data

RESULTS = ROOT / "benchmarks" / "results"
FOLDS = 5
MODEL = {
    "max_iter": 300,
    "learning_rate": 0.05,
    "max_leaf_nodes": 31,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
    "max_features": 0.15,
    "early_stopping": False,
}
"""Half of scikit-learn's rate and three times its trees, chosen beforehand.

`max_features`, the share of columns that a split looks at, was chosen by the AUC on these same
packages: of 1, 0.3, 0.15 and 0.1. It was worth 0.003 with 168 columns, 0.007 with 310.
"""
BARS = {"traced": 0.85, "micro": 0.89, "killed_if_changed": 0.93}


class Said(NamedTuple):
    """What was said of each edit by models that had not seen its package.

    Attributes:
        chances: of surviving.
        base: share of survivors among the edits that the model had seen.
        fold: number of the model.
    """

    chances: NDArray[np.float64]
    base: NDArray[np.float64]
    fold: NDArray[np.int64]


def cross_validated(data: Data, chosen: NDArray[np.bool_], seed: int) -> Said:
    """Return what models say of the packages that they have not seen."""
    matrix = data.matrix[:, chosen]
    chances = np.empty(len(matrix))
    base = np.empty(len(matrix))
    fold = np.empty(len(matrix), dtype=np.int64)
    folds = GroupKFold(n_splits=FOLDS).split(matrix, data.survived, data.packages)
    for number, (known, unseen) in enumerate(folds):
        model = HistGradientBoostingClassifier(
            **MODEL, categorical_features=data.words[chosen], random_state=seed
        )
        model.fit(matrix[known], data.survived[known])
        chances[unseen] = model.predict_proba(matrix[unseen])[:, 1]
        base[unseen] = data.survived[known].mean()
        fold[unseen] = number
    return Said(chances, base, fold)


def scores(data: Data, groups: Sequence[str], seed: int) -> dict[str, Any]:
    """Return the figures of a model with some groups of columns."""
    started = time.monotonic()
    chosen = data.of(groups)
    said = cross_validated(data, chosen, seed)
    by_operator = parts(data.survived, said.chances, data.operators)
    # One model's chances alone: where folds have other base rates, a model that knows nothing else
    # says less of those edits of which more survive.
    in_fold = [f"{name} {fold}" for name, fold in zip(data.operators, said.fold, strict=True)]
    by_package = parts(data.survived, said.chances, data.packages)
    low, high = interval(data.survived, said.chances, data.packages, 200, seed)
    return {
        "groups": list(groups),
        "columns": int(chosen.sum()),
        "auc": round(auc(data.survived, said.chances), 4),
        "auc_interval": [round(low, 4), round(high, 4)],
        "auc_by_package": round(mean_of_parts(by_package), 4),
        "auc_within_operator": round(within(by_operator), 4),
        "auc_within_operator_and_fold": round(
            within(parts(data.survived, said.chances, in_fold)), 4
        ),
        "brier_skill": round(brier_skill(data.survived, said.chances, said.base), 4),
        "seconds": round(time.monotonic() - started, 1),
        "operators": [part._asdict() for part in by_operator],
        "packages": [part._asdict() for part in by_package],
    }


def classes(data: Data) -> dict[str, Any]:
    """Return how many edits of each class of infection survive, with what micro-execution says."""
    infection = np.array(data.rows["infection.class"], dtype=object)
    infected = np.isin(infection, ["SOMETIMES", "ALWAYS"])
    found = {kind: survival(data, infection == kind) for kind in sorted(set(infection))}
    if "micro.differs" in data.rows:
        ran, differs = numbers(data.rows["micro.ran"]), numbers(data.rows["micro.differs"])
        results = numbers(data.rows["micro.results"]) + numbers(data.rows["micro.exceptions"])
        found["infected, result changed"] = survival(data, infected & (results > 0))
        found["infected, same in all calls"] = survival(data, infected & (ran > 0) & (differs == 0))
        found["result changed"] = survival(data, results > 0)
        found["same in all calls"] = survival(data, (ran > 0) & (differs == 0))
    return found


def survival(data: Data, here: NDArray[np.bool_]) -> dict[str, Any]:
    """Return how many edits there are and which share survives."""
    count = int(here.sum())
    return {
        "edits": count,
        "survived": round(float(data.survived[here].mean()), 4) if count else None,
    }


def ablation(data: Data, seed: int, *, short: bool) -> dict[str, list[dict[str, Any]]]:
    """Return the figures with ever more groups, and with all but one unless it shall be short."""
    present = data.groups
    found: dict[str, list[dict[str, Any]]] = {"cumulative": [], "without": []}
    for last in range(len(present)):
        found["cumulative"].append(scores(data, present[: last + 1], seed))
        print(line(present[last], found["cumulative"][-1]), flush=True)
    for gone in () if short else present:
        kept = [group for group in present if group != gone]
        found["without"].append({"gone": gone} | scores(data, kept, seed))
        print(line(f"without {gone}", found["without"][-1]), flush=True)
    return found


def line(title: str, row: dict[str, Any]) -> str:
    """Return a row of the table."""
    low, high = row["auc_interval"]
    return (
        f"| {title} | {row['columns']} | {row['auc']:.3f} ({low:.3f}-{high:.3f}) "
        f"| {row['auc_by_package']:.3f} | {row['auc_within_operator']:.3f} "
        f"| {row['auc_within_operator_and_fold']:.3f} | {row['brier_skill']:.3f} |"
    )


def bars(data: Data, found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return each bar with what was reached; None where its columns are not there."""
    by_last = {row["groups"][-1]: row["auc"] for row in found["cumulative"]}
    changed = classes(data).get("infected, result changed")
    dead = None if changed is None or not changed["edits"] else 1 - changed["survived"]
    reached = {
        "traced": by_last.get("infection"),
        "micro": by_last.get("micro"),
        "killed_if_changed": dead,
    }
    return {name: met(bar, reached[name]) for name, bar in BARS.items()}


def met(bar: float, found: float | None) -> dict[str, Any]:
    """Return a bar, what was found, and whether that reaches it; None where nothing was."""
    return {"bar": bar, "found": found, "met": None if found is None else found >= bar}


def record_of(data: Data, found: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """Return what is recorded."""
    used = {name: version(name) for name in ("scikit-learn", "scipy", "pyarrow")}
    return {
        "command": f"python benchmarks/predict.py --seed {options.seed}",
        "git": git_state(),
        "seed": options.seed,
        "versions": versions() | used,
        "model": {"class": "HistGradientBoostingClassifier"} | MODEL,
        "folds": FOLDS,
        "packages": len(set(data.packages)),
        "edits": len(data.packages),
        "survived": round(float(data.survived.mean()), 4),
        "bars": bars(data, found),
        "classes": classes(data),
        **found,
    }


def table(record: dict[str, Any]) -> str:
    """Return the record as a page for people."""
    head = (
        "| columns | number | AUC (95 % over packages) | mean of packages | within operator "
        "| and fold | Brier skill |"
    )
    rule = "| --- | --- | --- | --- | --- | --- | --- |"
    cumulative = [
        line(("+ " if number else "") + row["groups"][-1], row)
        for number, row in enumerate(record["cumulative"])
    ]
    without = [line(f"without {row['gone']}", row) for row in record["without"]]
    kinds = [
        f"| {name} | {row['edits']} | {'' if row['survived'] is None else row['survived']} |"
        for name, row in record["classes"].items()
    ]
    return "\n".join([
        f"# Outcomes told beforehand: {record['edits']} edits of {record['packages']} packages\n",
        f"`{record['command']}`: {record['folds']} folds, no package in two; "
        f"{record['survived']:.1%} survive. Edits that no test reaches are left out.\n",
        head, rule, *cumulative, *without, "",
        "| what the traced run says | edits | survive |", "| --- | --- | --- |", *kinds, "",
    ])  # fmt: skip


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--outcomes", type=Path, default=RESULTS / "outcomes.parquet")
    parser.add_argument("--columns", type=Path, default=RESULTS / "columns.parquet")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--short", action="store_true", help="never without a single group")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    return parser.parse_args(argv)


def main() -> int:
    """Fit, print, record."""
    options = parse()
    data = read(options.outcomes, options.columns)
    found = ablation(data, options.seed, short=options.short)
    record = jsonable(record_of(data, found, options))
    print(table(record))
    print(json.dumps(record["bars"]))
    if not options.dry:
        write_json(RESULTS / "predict.json", record)
        (RESULTS / "predict.md").write_text(table(record), encoding="utf-8")
    return int(any(row["met"] is False for row in record["bars"].values()))


if __name__ == "__main__":
    sys.exit(main())
