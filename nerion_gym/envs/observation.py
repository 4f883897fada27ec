"""What an agent sees: the table in the design, as a graph or padded to fixed shapes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from gymnasium import spaces

from nerion_gym.edits.operator_ids import SUBMIT, operator_id
from nerion_gym.envs.dynamics import submit_is_legal
from nerion_gym.envs.traces import asserted
from nerion_gym.errors import ConfigError
from nerion_gym.graphs import schema
from nerion_gym.graphs.builder import build, token_id
from nerion_gym.graphs.export import to_graph_instance
from nerion_gym.graphs.traced import Sight, with_trace
from nerion_gym.types.outcome import learning_class

if TYPE_CHECKING:
    from nerion_gym.envs.state import State
    from nerion_gym.graphs.builder import ProgramGraph
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.outcome import Outcome, TestResult
    from nerion_gym.types.program import Program
    from nerion_gym.types.task import Limits
    from nerion_gym.types.trace import EditTrace
    from nerion_gym.types.transition import Observation

Form = Literal["graph", "padded"]
FORMS: tuple[Form, ...] = ("graph", "padded")
OPERATOR, SITE, ARGUMENT, TOKEN, INFECTION, LAST = range(schema.EDIT_WIDTH)
MAX_ID = schema.MAX_ID


def observation_space(limits: Limits, form: Form) -> spaces.Dict:
    """Return the space of a world's observations; shapes depend on its limits only.

    Raises:
        ConfigError: no such form.
    """
    if form not in FORMS:
        msg = f"observation={form!r}: expected one of {', '.join(FORMS)}"
        raise ConfigError(msg)
    k, t = limits.edits, limits.tests
    common: dict[str, spaces.Space] = {
        "edits": spaces.Box(-1, MAX_ID, (k + 1, schema.EDIT_WIDTH), np.int16),
        "tests": spaces.Box(-1, MAX_ID, (t, schema.TEST_WIDTH), np.int16),
        "action_mask": spaces.Box(0, 1, (k + 1,), np.int8),
        "steps_left": spaces.Box(0.0, 1.0, (1,), np.float32),
    }
    return spaces.Dict({**_graph_spaces(limits, form), **common})


def _graph_spaces(limits: Limits, form: Form) -> dict[str, spaces.Space]:
    relations = len(schema.RELATIONS)
    if form == "graph":
        nodes = spaces.Box(0, MAX_ID, (schema.NODE_WIDTH,), np.int16)
        return {"graph": spaces.Graph(nodes, spaces.Discrete(relations))}
    return {
        "nodes": spaces.Box(0, MAX_ID, (limits.nodes, schema.NODE_WIDTH), np.int16),
        "edge_types": spaces.Box(0, relations - 1, (limits.edges,), np.int16),
        "edge_links": spaces.Box(0, limits.nodes - 1, (limits.edges, 2), np.int16),
    }


@dataclass(frozen=True)
class Scene:
    """The part of an observation that only an edit can change: computed once per program.

    Attributes:
        graph: the program graph of the focus.
        rows: int16 [K+1, 6], edit rows without last outcomes.
        catalog: the edits that the rows are of.
        slots: test slot (0..T-1) of each test of the suite.
        test_nodes: int16 [T], graph node of each test slot, -1 where there is none.
    """

    graph: ProgramGraph
    rows: np.ndarray
    catalog: tuple[Edit, ...]
    slots: np.ndarray
    test_nodes: np.ndarray

    @cached_property
    def places(self) -> dict[Edit, int]:
        """The row of each edit of the catalog."""
        return {edit: place for place, edit in enumerate(self.catalog, start=1)}


def build_scene(state: State, limits: Limits) -> Scene:
    """Build graph, edit rows and test slots of a state that fits the limits."""
    graph = graph_of(state)
    trace = state.trace
    seen: list[tuple[int, EditTrace]] = []
    rows = np.zeros((limits.edits + 1, schema.EDIT_WIDTH), np.int16)
    rows[:, ARGUMENT] = -1
    rows[0, OPERATOR], rows[:, SITE] = SUBMIT, -1
    for number, edit in enumerate(state.catalog, start=1):
        argument = -1 if edit.argument is None else node_or_none(graph.node_of(edit.argument))
        token = token_id(edit.text) if edit.text else 0
        site = node_or_none(graph.node_of(edit.site))
        known = None if trace is None else trace.of(edit)
        infection = schema.INFECTION_UNKNOWN
        if known is not None:
            infection = int(known.infection)
            seen.append((site, known))
        rows[number] = (operator_id(edit.operator), site, argument, token, infection, 0)
    tests = tuple(result.id for result in state.initial.results)
    if trace is not None:
        checks = asserted(state.task.suite, state.task.program, tests)
        graph = with_trace(graph, Sight(trace, seen, checks), limits.nodes, limits.edges)
    slots = test_slots(state, tests, limits)
    test_nodes = np.full(limits.tests, -1, np.int16)
    for slot, test in zip(slots, tests, strict=True):
        if slot == limits.tests - 1 and len(tests) > limits.tests:
            continue  # the shared slot stands for no single node
        test_nodes[slot] = node_or_none(graph.test_node(test))
    return Scene(graph, rows, state.catalog, slots, test_nodes)


def test_slots(state: State, tests: tuple[str, ...], limits: Limits) -> np.ndarray:
    """Return the slot of each test: in suite order, those that reach the focus first.

    Of a large suite only tests that reach the focus can change, so they get the slots of their
    own. The task's program decides, not the edited one: a slot means the same test all episode.
    """
    if len(tests) <= limits.tests:
        return np.arange(len(tests))
    shown = graph_of(state, state.task.program)
    order = sorted(range(len(tests)), key=lambda place: shown.test_node(tests[place]) is None)
    slots = np.empty(len(tests), np.int64)
    slots[order] = np.minimum(np.arange(len(tests)), limits.tests - 1)
    return slots


def graph_of(state: State, program: Program | None = None) -> ProgramGraph:
    """Return the graph of a state's focus on its program or on another (cached by digest)."""
    coverage = None if state.task.baseline is None else state.task.baseline.coverage
    tests = tuple(result.id for result in state.initial.results)
    focus = state.focus and replace(state.focus, window=None)  # the same graph for all windows
    return build(program or state.program, focus, coverage, tests)


def node_or_none(node: int | None) -> int:
    """Return a node's number, or -1."""
    return -1 if node is None else node


def observe(state: State, scene: Scene, limits: Limits, form: Form) -> Observation:
    """Return a new observation; none of its arrays is a view on anything kept."""
    nodes = scene.graph.nodes.copy()
    # One write into an array costs as much as finding what to write: so one for all.
    found = map(scene.graph.node_of, state.touched)
    touched = [node for node in found if node is not None]
    nodes[touched, schema.FLAGS] |= schema.FLAG_EDITED
    rows = scene.rows.copy()
    # Of the few edits tried, not of the whole catalog: hashing one is the dear part.
    shown = {scene.places[edit]: last for edit, last in state.last_outcomes()}
    rows[list(shown), LAST] = list(shown.values())
    mask = np.zeros(limits.edits + 1, np.int8)
    mask[1 : len(state.catalog) + 1] = 1
    mask[0] = submit_is_legal(state)
    left = max(limits.steps - state.steps, 0) / limits.steps
    return {
        **_graph_arrays(scene.graph, nodes, limits, form),
        "edits": rows,
        "tests": test_rows(state.outcome, scene),
        "action_mask": mask,
        "steps_left": np.array([left], np.float32),
    }


def _graph_arrays(
    graph: ProgramGraph, nodes: np.ndarray, limits: Limits, form: Form
) -> Observation:
    if form == "graph":
        return {"graph": to_graph_instance(graph, nodes)}
    padded_nodes = np.zeros((limits.nodes, schema.NODE_WIDTH), np.int16)
    padded_nodes[: len(nodes)] = nodes
    edge_types = np.zeros(limits.edges, np.int16)
    edge_types[: len(graph.edge_types)] = graph.edge_types
    edge_links = np.zeros((limits.edges, 2), np.int16)
    edge_links[: len(graph.edge_links)] = graph.edge_links
    return {"nodes": padded_nodes, "edge_types": edge_types, "edge_links": edge_links}


def test_rows(outcome: Outcome, scene: Scene) -> np.ndarray:
    """Return int16 [T, 2]: test node and status id; the shared last slot holds the worst."""
    rows = np.zeros((len(scene.test_nodes), schema.TEST_WIDTH), np.int16)
    rows[:, 0] = scene.test_nodes
    shown = slot_results(outcome, scene.slots)
    rows[list(shown), 1] = [result.status for result in shown.values()]
    return rows


def slot_results(outcome: Outcome, slots: np.ndarray) -> dict[int, TestResult]:
    """Return the result that each slot shows: of several, the worst by learning class."""
    shown: dict[int, TestResult] = {}
    for slot, result in zip(slots.tolist(), outcome.results, strict=True):
        if slot not in shown or learning_class(result) > learning_class(shown[slot]):
            shown[slot] = result
    return shown


def slot_classes(outcome: Outcome, slots: np.ndarray, limits: Limits) -> np.ndarray:
    """Return int8 [T]: the learning class that each test slot shows, -1 masked or absent."""
    classes = np.full(limits.tests, -1, np.int8)
    shown = slot_results(outcome, slots)
    classes[list(shown)] = [learning_class(result) for result in shown.values()]
    return classes
