"""Every world id -> entry points and JSON keyword arguments; strings only, imported by nerion_gym.

A world is one file in `nerion_gym/envs/worlds/` and one entry here.
"""

from typing import Any

WORLDS: dict[str, dict[str, Any]] = {
    "Nerion-ToyMath-v0": {
        "entry_point": "nerion_gym.envs.worlds.toy_math:make",
        "vector_entry_point": "nerion_gym.envs.worlds.toy_math:make_vec",
        "summary": "a few functions on numbers: to see a loop work",
        "reward_threshold": 4.75,
        "kwargs": {},
    },
    "Nerion-LogicV2-v0": {
        "entry_point": "nerion_gym.envs.worlds.logic_v2:make",
        "vector_entry_point": "nerion_gym.envs.worlds.logic_v2:make_vec",
        "summary": "names that shadow, closures, globals: which mutations survive its tests?",
        "reward_threshold": 12.35,
        "kwargs": {},
    },
    "Nerion-Repo-v0": {
        "entry_point": "nerion_gym.envs.worlds.repo:make",
        "vector_entry_point": "nerion_gym.envs.worlds.repo:make_vec",
        "summary": "your own package and its pytest suite (path=..., tests=...)",
        "reward_threshold": None,
        "kwargs": {},
    },
    "Nerion-Repair-v0": {
        "entry_point": "nerion_gym.envs.worlds.repair:make",
        "vector_entry_point": "nerion_gym.envs.worlds.repair:make_vec",
        "summary": "take a bug out again, in a corpus program or your own package",
        "reward_threshold": 0.95,
        "kwargs": {},
    },
    "Nerion-MultiFile-v0": {
        "entry_point": "nerion_gym.envs.worlds.multi_file:make",
        "vector_entry_point": "nerion_gym.envs.worlds.multi_file:make_vec",
        "summary": "a bug in one file of a small package, the failing test at another",
        "reward_threshold": 0.95,
        "kwargs": {},
    },
    "Nerion-Simplify-v0": {
        "entry_point": "nerion_gym.envs.worlds.simplify:make",
        "vector_entry_point": "nerion_gym.envs.worlds.simplify:make_vec",
        "summary": "bring size, nesting or complexity (cost=...) down, with all tests green",
        "reward_threshold": None,
        "kwargs": {},
    },
    "Nerion-Explore-v0": {
        "entry_point": "nerion_gym.envs.worlds.explore:make",
        "vector_entry_point": "nerion_gym.envs.worlds.explore:make_vec",
        "summary": "every kind of mutation, no reward: what does curiosity find out?",
        "reward_threshold": None,
        "kwargs": {},
    },
    "Nerion-Self-v0": {
        "entry_point": "nerion_gym.envs.worlds.self_study:make",
        "vector_entry_point": "nerion_gym.envs.worlds.self_study:make_vec",
        "summary": "this project's own source and its own tests (needs a checkout)",
        "reward_threshold": None,
        "kwargs": {},
    },
}
