"""How long `import nerion_gym` takes in a new interpreter, and how much of it is Gymnasium's.

python benchmarks/import_time.py [--repeats 11] [--record]
Prints medians in milliseconds (import alone: the interpreter's own start is not counted); with
--record writes them to results/import_time.json. The bar is 400 ms.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).with_name("results") / "import_time.json"
MODULES = ("numpy", "gymnasium", "nerion_gym")

CLOCK = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def milliseconds(module: str) -> float:
    """Return the wall time of one import in a new interpreter, ms."""
    command = [sys.executable, "-c", CLOCK.format(module)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return 1000 * float(done.stdout)


def main() -> None:
    """Interleave the modules, so that a slow moment of the machine hits all alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    times: dict[str, list[float]] = {module: [] for module in MODULES}
    for _ in range(options.repeats):
        for module in MODULES:
            times[module].append(milliseconds(module))
    report = {
        name: {"median": round(statistics.median(t), 1), "min": round(min(t), 1)}
        for name, t in times.items()
    }
    for name, row in report.items():
        print(f"{name:12} median {row['median']:6.0f} ms  min {row['min']:6.0f} ms")
    if options.record:
        write(report, options.repeats)


def write(report: dict[str, dict[str, float]], repeats: int) -> None:
    """Record the figures with the command and the versions that gave them."""
    text = json.dumps(
        {
            "command": f"python benchmarks/import_time.py --repeats {repeats} --record",
            "unit": "ms",
            "python": platform.python_version(),
            "versions": {name: metadata.version(name) for name in ("numpy", "gymnasium")},
            "imports": report,
        },
        indent=2,
    )
    RESULTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
