"""How well a pointer agent repairs one-bug programs that it never saw, by training steps.

python benchmarks/ppo_repair.py [--algo ppo|maskable_ppo|dqn] [--steps N] [--seed N]

Trains in the fixture world of tests/support/worlds.py (five functions, one of them broken; their
names say what they should do) and measures greedy success on 200 episodes whose broken programs
are not among the training ones, beside a uniform agent's. Records every measurement in
benchmarks/results/ALGO_repair.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from nerion_gym.types.protocols import Budget  # noqa: E402
from policies.configured import options_for  # noqa: E402
from policies.policy import make_policy  # noqa: E402
from tests.support.learning import (  # noqa: E402
    REPAIR_CHUNK,
    REPAIR_LEARNERS,
    Silent,
    falling,
    successes,
)
from tests.support.worlds import repair_world  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results"
EPISODES = 200


def success(policy: Any) -> float:
    """Return the share of unseen programs that a policy repairs in at most four edits."""
    return successes(repair_world("test"), policy, EPISODES, lambda _, info: info["is_success"])


def main() -> None:
    """Train in chunks, measure after each, record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--algo", choices=sorted(REPAIR_LEARNERS), default="ppo", help="agent")
    parser.add_argument("--steps", type=int, default=20_000, help="training steps")
    parser.add_argument("--seed", type=int, default=0, help="of weights and sampling")
    arguments = parser.parse_args()
    env = repair_world("train")
    observed: Any = env.observation_space
    acted: Any = env.action_space
    options = options_for(arguments.algo, given=REPAIR_LEARNERS[arguments.algo])
    chosen = dict(options)
    if arguments.algo == "dqn":  # over half of all chunks, not over half of each
        chosen["epsilon"] = falling(arguments.steps // 2)
    learner: Any = make_policy(arguments.algo, observed, acted, arguments.seed, **chosen)
    uniform = success(make_policy("uniform", observed, acted, arguments.seed))
    curve = []
    for steps in range(REPAIR_CHUNK, arguments.steps + 1, REPAIR_CHUNK):
        learner.fit(env, Budget(steps=REPAIR_CHUNK), Silent())
        curve.append({"steps": steps, "greedy": success(learner.greedy())})
        print(json.dumps(curve[-1]), flush=True)
    given = f"--algo {arguments.algo} --steps {arguments.steps} --seed {arguments.seed}"
    command = f"python benchmarks/ppo_repair.py {given}"
    record: dict[str, Any] = {"command": command, "versions": versions(), "options": options}
    record = {**record, "uniform": uniform, "unseen": curve}
    write_json(RESULTS / f"{arguments.algo}_repair.json", record)


if __name__ == "__main__":
    main()
