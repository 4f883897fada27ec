"""Train one agent in one world: `nerion train` for those who type rl-zoo3's command.

python scripts/train.py --env Nerion-LogicV2-v0 --algo curiosity --executions 60
"""

from __future__ import annotations

import sys

from nerion_gym.cli import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
