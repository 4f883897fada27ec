"""How long a frame takes (`render_mode="rgb_array"`), over real episodes of every registered world.

python benchmarks/frames.py [--only ID ...] [--steps 60] [--episodes 3] [--again]
python benchmarks/frames.py --dry        a few steps, nothing recorded

Each world is recorded as it ends, in results/frames.json, and not run again. Three kinds of frames
are told apart: the first of a process (fonts, pygments, graph: all is loaded), the first of each
episode, and the others. `kept edits` is no registered world: there every edit is kept, so that
each frame shows a program and a graph that no frame before has shown. Raw numbers are wall and
processor time of each frame, in milliseconds. The bar is 15 ms, the stretch 8 ms, on the median
processor time of the others: a frame is one thread that waits for nothing, and other work on the
machine counts in its wall time.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from envs_registry import WORLDS  # noqa: E402
from nerion_gym.edits.registry import resolve  # noqa: E402
from nerion_gym.envs.core import CodeEditEnv  # noqa: E402
from nerion_gym.envs.generators import FixedTasks  # noqa: E402
from nerion_gym.envs.observation import graph_of  # noqa: E402
from nerion_gym.envs.probing import PROBING_OPERATORS  # noqa: E402
from nerion_gym.envs.reward import RepairProgress  # noqa: E402
from nerion_gym.envs.world import World  # noqa: E402
from nerion_gym.logbook.files import write_json  # noqa: E402
from nerion_gym.logbook.versions import versions  # noqa: E402
from nerion_gym.tasks.builder import corpus_task  # noqa: E402
from nerion_gym.types.task import Limits  # noqa: E402
from scripts.make_world_gifs import make  # noqa: E402

if TYPE_CHECKING:
    import gymnasium as gym

RECORD = ROOT / "benchmarks" / "results" / "frames.json"
KEPT = "kept edits"
PROGRAM = "formula"
"""The corpus program of `kept edits`: one of the longest."""
LIMITS = Limits(edits=256, tests=64, nodes=2048, steps=8)
BAR, STRETCH = 15.0, 8.0
KINDS = ("first", "reset", "step")


def kept_edits() -> gym.Env:
    """Return a world in which every edit is kept."""
    task = corpus_task(PROGRAM, operators=PROBING_OPERATORS)
    reward = RepairProgress()
    operators = resolve(PROBING_OPERATORS)
    world = World("Kept", 0, operators, FixedTasks((task,)), reward, "always", LIMITS)
    return CodeEditEnv(world, render_mode="rgb_array")


def measured(world: str, steps: int, episodes: int) -> dict[str, Any]:
    """Return the raw numbers of a world."""
    found: dict[str, list[list[float]]] = {kind: [] for kind in KINDS}
    nodes: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        env = kept_edits() if world == KEPT else make(world, Path(folder))
        rng = np.random.default_rng(0)
        for episode in range(episodes):
            observation, _ = env.reset(seed=episode)
            found["reset" if episode else "first"].append(timed(env))
            for _ in range(steps):
                legal = np.flatnonzero(observation["action_mask"])
                observation, _, terminated, truncated, _ = env.step(int(rng.choice(legal)))
                found["step"].append(timed(env))
                nodes.append(len(graph_of(env.get_wrapper_attr("current")).nodes))
                if terminated or truncated:
                    break
        env.close()
    return {"world": world, "nodes": int(np.median(nodes)), "wall_cpu_ms": found}


def timed(env: gym.Env) -> list[float]:
    """Return wall and processor time of a frame, ms."""
    wall, cpu = perf_counter(), process_time()
    env.render()
    return [round(1e3 * (perf_counter() - wall), 3), round(1e3 * (process_time() - cpu), 3)]


def line(row: dict[str, Any]) -> str:
    """Return a world's figures: medians, and of the most frequent kind the 90th percentile too."""
    of = {kind: np.array(row["wall_cpu_ms"][kind] or [[np.nan] * 2]) for kind in KINDS}
    wall, cpu = of["step"].T
    middle = float(np.median(cpu))
    said = "stretch" if middle <= STRETCH else "bar" if middle <= BAR else "missed"
    return (
        f"{row['world']:<18} {row['nodes']:>5} nodes {len(wall):>4} frames; processor ms: "
        f"median {middle:5.2f}, p90 {np.quantile(cpu, 0.9):5.2f}, after a reset "
        f"{np.median(of['reset'][:, 1]):5.2f}, first {of['first'][0, 1]:6.1f}; "
        f"wall: median {np.median(wall):5.2f}; {said}"
    )


def recorded() -> dict[str, Any]:
    """Return what is on record."""
    if not RECORD.is_file():
        return {"worlds": []}
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def main() -> int:
    """Measure what is not on record; exit 1 where the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", metavar="ID")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--episodes", type=int, default=3)
    parser.add_argument("--again", action="store_true", help="what is on record too")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    options = parser.parse_args()
    steps, episodes = (5, 2) if options.dry else (options.steps, options.episodes)
    report = {"worlds": []} if options.dry else recorded()
    known = {row["world"]: row for row in report["worlds"]}
    for world in options.only or (*sorted(WORLDS), KEPT):
        if world not in known or options.again:
            known[world] = measured(world, steps, episodes)
            if not options.dry:
                rows = [known[name] for name in sorted(known)]
                setting = {"steps": steps, "episodes": episodes}
                write_json(RECORD, {"versions": versions(), "setting": setting, "worlds": rows})
        print(line(known[world]), flush=True)
    return int(any(" missed" in line(row) for row in known.values()))


if __name__ == "__main__":
    sys.exit(main())
