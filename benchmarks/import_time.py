"""How long `import nerion_gym` takes in a new interpreter, and how much of it is Gymnasium's.

python benchmarks/import_time.py [--repeats 11]
Prints medians in milliseconds (import alone: the interpreter's own start is not counted).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

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
    repeats = parser.parse_args().repeats
    modules = ("numpy", "gymnasium", "nerion_gym")
    times: dict[str, list[float]] = {module: [] for module in modules}
    for _ in range(repeats):
        for module in modules:
            times[module].append(milliseconds(module))
    for module, values in times.items():
        print(f"{module:12} median {statistics.median(values):6.0f} ms  min {min(values):6.0f} ms")


if __name__ == "__main__":
    main()
