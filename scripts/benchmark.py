"""Compare agents with equal budgets: the same code as `nerion benchmark`.

python scripts/benchmark.py --preset demo
"""

from __future__ import annotations

import sys

from nerion_gym.cli import main

if __name__ == "__main__":
    main(["benchmark", *sys.argv[1:]])
