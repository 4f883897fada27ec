"""Fixture worlds for learning tests: small, fast, with the observation of the design."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import resolve
from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.envs.reward import RepairProgress
from nerion_gym.envs.stats import ExecutionStats
from nerion_gym.envs.world import World
from nerion_gym.graphs import schema
from nerion_gym.types.coverage import Baseline, Coverage
from nerion_gym.types.outcome import Outcome, Status, TestResult
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Limits, Task
from nerion_gym.types.transition import Transition

ROOT = Path(__file__).resolve().parents[2]
NODES = 20
"""Padded size of `random_observation`."""

TOKENS = (40, 41, 42, 43, 44)
"""Tokens that sites of the identity world carry."""
ROOT_KIND, SITE_KIND = 1, 2
CHILD = schema.RELATION["child"]


def dict_space(edits, tests, nodes, form="padded"):
    """Return the observation space of the design for these limits."""
    edges, top, relations = 6 * nodes, schema.MAX_ID, len(schema.RELATIONS)
    common: dict[str, spaces.Space] = {
        "edits": spaces.Box(-1, top, (edits + 1, schema.EDIT_WIDTH), np.int16),
        "tests": spaces.Box(-1, top, (tests, schema.TEST_WIDTH), np.int16),
        "action_mask": spaces.Box(0, 1, (edits + 1,), np.int8),
        "steps_left": spaces.Box(0.0, 1.0, (1,), np.float32),
    }
    if form == "graph":
        node_space = spaces.Box(0, top, (schema.NODE_WIDTH,), np.int16)
        return spaces.Dict(
            {"graph": spaces.Graph(node_space, spaces.Discrete(relations)), **common}
        )
    return spaces.Dict(
        {
            "nodes": spaces.Box(0, top, (nodes, schema.NODE_WIDTH), np.int16),
            "edge_types": spaces.Box(0, relations - 1, (edges,), np.int16),
            "edge_links": spaces.Box(0, nodes - 1, (edges, 2), np.int16),
            **common,
        }
    )


def padded(graph, nodes):
    """Return the padded form's three arrays of a GraphInstance."""
    edges = 6 * nodes
    arrays = {
        "nodes": np.zeros((nodes, schema.NODE_WIDTH), np.int16),
        "edge_types": np.zeros(edges, np.int16),
        "edge_links": np.zeros((edges, 2), np.int16),
    }
    arrays["nodes"][: len(graph.nodes)] = graph.nodes
    arrays["edge_types"][: len(graph.edges)] = graph.edges
    arrays["edge_links"][: len(graph.edge_links)] = graph.edge_links
    return arrays


def to_padded(observation, nodes):
    """Return a graph observation in padded form."""
    rest = {key: value for key, value in observation.items() if key != "graph"}
    return {**padded(observation["graph"], nodes), **rest}


def random_observation(rng, *, edits=12, tests=4, nodes=NODES):
    """Return a graph observation with random contents: a tree, some legal edits, some tests."""
    size = int(rng.integers(5, nodes + 1))
    rows = np.zeros((size, schema.NODE_WIDTH), np.int16)
    rows[:, schema.KIND] = rng.integers(1, 30, size)
    rows[:, schema.TOKEN] = rng.integers(0, schema.TOKENS, size)
    rows[:, schema.FLAGS] = rng.integers(0, 4, size)
    links = [(int(rng.integers(child)), child) for child in range(1, size)]
    links += [tuple(rng.integers(size, size=2)) for _ in range(size)]
    types = rng.integers(1, len(schema.RELATIONS), len(links))
    count = int(rng.integers(1, edits + 1))
    listed = np.zeros((edits + 1, schema.EDIT_WIDTH), np.int16)
    listed[:, 1:3] = -1
    listed[0, 0] = 1
    listed[1 : count + 1, 0] = rng.integers(2, 10, count)
    listed[1 : count + 1, 1] = rng.integers(0, size, count)
    listed[1 : count + 1, 2] = rng.integers(-1, size, count)
    listed[1 : count + 1, 3] = rng.integers(0, schema.TOKENS, count)
    shown = np.zeros((tests, schema.TEST_WIDTH), np.int16)
    shown[:, 0] = rng.integers(-1, size, tests)
    shown[:, 1] = rng.integers(0, schema.STATUSES, tests)
    mask = np.zeros(edits + 1, np.int8)
    mask[1 : count + 1] = rng.random(count) < 0.8
    mask[0] = not mask.any()
    graph = spaces.GraphInstance(rows, types.astype(np.int64), np.array(links, np.int32))
    return {
        "graph": graph,
        "edits": listed,
        "tests": shown,
        "action_mask": mask,
        "steps_left": np.array([rng.random()], np.float32),
    }


def stacked(observations, nodes=NODES):
    """Return graph observations padded and stacked, as tensors [B, ...]."""
    import torch

    forms = [to_padded(observation, nodes) for observation in observations]
    return {key: torch.as_tensor(np.stack([form[key] for form in forms])) for key in forms[0]}


def bandit_observation(operators, tests=1):
    """Return an observation with one legal edit per operator id, each at a node of its own."""
    count = len(operators)
    nodes = np.ones((count + 1, schema.NODE_WIDTH), np.int16)
    nodes[:, schema.TOKEN] = np.arange(count + 1)
    links = np.array([(0, child) for child in range(1, count + 1)], np.int32)
    edits = np.zeros((count + 1, schema.EDIT_WIDTH), np.int16)
    edits[0, 0], edits[:, 1:3] = 1, -1
    edits[1:, 0], edits[1:, 1] = operators, np.arange(1, count + 1)
    mask = np.ones(count + 1, np.int8)
    mask[0] = 0
    return {
        "graph": spaces.GraphInstance(nodes, np.full(count, CHILD, np.int64), links),
        "edits": edits,
        "tests": np.tile(np.array([[0, 1]], np.int16), (tests, 1)),
        "action_mask": mask,
        "steps_left": np.ones(1, np.float32),
    }


def transition(observation, action, classes):
    """Return a step that measured `action` with these learning classes."""
    array = np.array(classes, np.int8)
    return Transition(observation, action, 0.0, False, False, observation, {}, array)


def run_python(code):
    """Run code in a new interpreter at the repository's root; return what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


class IdentityWorld(gym.Env):
    """One step: the right edit is the one whose site carries the token that the root shows.

    Args:
        sites: listed edits; their tokens are drawn without replacement.
        nodes: padded size.
    """

    def __init__(self, sites=4, nodes=8):
        self.sites, self.nodes = sites, nodes
        self.observation_space = dict_space(sites, 1, nodes)
        self.action_space = spaces.Discrete(sites + 1)
        self.stats = ExecutionStats()
        self._right = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        tokens = self.np_random.permutation(TOKENS)[: self.sites]
        self._right = int(self.np_random.integers(self.sites)) + 1
        return self._observe(tokens), {}

    def step(self, action):
        self.stats.executions += 1
        reward = float(action == self._right)
        return self._observe(np.array(TOKENS[: self.sites])), reward, True, False, {}

    def _observe(self, tokens):
        nodes = np.zeros((self.sites + 1, schema.NODE_WIDTH), np.int16)
        nodes[0, :2] = ROOT_KIND, tokens[self._right - 1]
        nodes[1:, 0], nodes[1:, 1] = SITE_KIND, tokens
        links = np.array([(0, site) for site in range(1, self.sites + 1)], np.int32)
        graph = spaces.GraphInstance(nodes, np.full(self.sites, CHILD, np.int64), links)
        edits = np.full((self.sites + 1, schema.EDIT_WIDTH), 0, np.int16)
        edits[:, 1:3] = -1
        edits[0, 0] = 1
        edits[1:, 0], edits[1:, 1] = 2, np.arange(1, self.sites + 1)
        mask = np.ones(self.sites + 1, np.int8)
        mask[0] = 0
        return {
            **padded(graph, self.nodes),
            "edits": edits,
            "tests": np.full((1, 2), -1, np.int16),
            "action_mask": mask,
            "steps_left": np.ones(1, np.float32),
        }


# --- one-bug repair -------------------------------------------------------------------------------

SIGNS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "below": "<",
    "above": ">",
    "at_most": "<=",
    "at_least": ">=",
}
TEST_SHARE = 0.25
"""Share of the broken programs that only test tasks have."""
REPAIR_OPERATORS = ("change_operator_multiply_to_add", "swap_arithmetic", "swap_comparison")
REPAIR_LIMITS = Limits(edits=40, tests=6, nodes=160, steps=4)
ARGUMENTS = ((7, 2), (2, 7), (3, 3), (12, 5))


class InlineRunner:
    """Runs examples in this process: programs of the repair world neither loop nor import."""

    def run(self, program, tests, *, stop_at_first_failure=False):
        namespace: dict[str, Any] = {}
        exec(program.source("m.py"), namespace)  # noqa: S102 - written by this module
        examples = json.loads(tests.files[0][1])
        return Outcome(
            tuple(self._check(namespace, *example) for example in examples), selected=len(examples)
        )

    def _check(self, namespace, name, function, expected):
        try:
            found = [namespace[function](*numbers) for numbers in ARGUMENTS]
        except (ArithmeticError, TypeError) as error:
            return TestResult(name, Status.FAILED, type(error).__name__)
        good = found == expected
        return TestResult(
            name,
            Status.PASSED if good else Status.FAILED,
            None if good else "AssertionError",
        )

    def run_many(self, programs, tests, *, stop_at_first_failure=False):
        return [self.run(program, tests) for program in programs]

    def adopt(self, baseline):
        pass

    def coverage(self, program, tests):
        raise AssertionError("its tasks carry theirs")


@dataclass(frozen=True)
class OneBug:
    """Draws a program of a few named functions and breaks one of them by one listed edit.

    What a function should do can be read from its name (`add` adds), never from its original;
    which one is broken, from the failing test. Training and test tasks have no broken program in
    common: its digest says to which of the two it belongs.

    Attributes:
        split: "train" or "test".
        functions: of a program.
    """

    split: str = "train"
    functions: int = 5

    def sample(self, rng, options):
        while True:
            task = one_bug_task(rng, self.functions)
            if task.split == self.split:
                return task


def one_bug_task(rng, functions):
    """Return a drawn task: a broken program, and the baseline of the right one."""
    kinds = [str(kind) for kind in rng.permutation(list(SIGNS))[:functions]]
    body = "\n\n\n".join(f"def {kind}(a, b):\n    return a {SIGNS[kind]} b" for kind in kinds)
    right = Program.from_files({"m.py": f"{body}\n".encode()})
    runner, suite = InlineRunner(), suite_for(right, kinds)
    control = runner.run(right, suite)
    lines = {kind: frozenset({4 * n + 1, 4 * n + 2}) for n, kind in enumerate(kinds)}
    covered = {f"t.py::test_{kind}": {"m.py": found} for kind, found in lines.items()}
    baseline = Baseline(right, suite, control, Coverage(covered, {"m.py": frozenset()}))
    edits = enumerate_edits(right, resolve(REPAIR_OPERATORS), None)
    for choice in rng.permutation(len(edits)):
        broken = apply(right, edits[int(choice)])
        if runner.run(broken, suite).passing() < functions:
            split = "test" if int(broken.digest[:2], 16) < TEST_SHARE * 256 else "train"
            return Task("bug", broken, suite, "repair", REPAIR_OPERATORS, split, baseline=baseline)
    raise AssertionError(kinds)


def suite_for(program, names):
    """Return a suite that expects of each function what it gives now."""
    namespace: dict[str, Any] = {}
    exec(program.source("m.py"), namespace)  # noqa: S102 - written by this module
    examples = [
        (f"t.py::test_{name}", name, [namespace[name](*numbers) for numbers in ARGUMENTS])
        for name in names
    ]
    return Suite((("t.py", json.dumps(examples).encode()),), targets=("t.py",))


def repair_world(split="train", observation="padded"):
    """Return the environment: repair one bug in at most four edits."""
    world = World(
        "OneBug",
        0,
        resolve(REPAIR_OPERATORS),
        OneBug(split),
        RepairProgress(),
        "always",
        REPAIR_LIMITS,
    )
    return CodeEditEnv(world, observation=observation, runner=InlineRunner())
