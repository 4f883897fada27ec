"""`nerion` with the fake world and agents; some cells fail, hang or are slow on purpose."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from nerion_gym import cli
from nerion_gym.commands import agents
from nerion_gym.errors import TaskError
from tests.unit.commands import fakes


class Failing:
    """Cannot be trained."""

    def fit(self, env, budget, logbook):
        msg = "tests/test_x.py::test_y fails before any edit; mend it first"
        raise TaskError(msg)


class Slow(fakes.Saving):
    """Takes a while, so that a test can interrupt it."""

    def act(self, observation, rng, *, preview=None):
        import time

        time.sleep(0.05)
        return super().act(observation, rng, preview=preview)


if __name__ == "__main__":
    fakes.register()
    fakes.AGENTS |= {"failing": Failing, "slow": Slow}
    agents.make_agent = fakes.make_agent
    cli.main()
