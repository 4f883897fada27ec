"""Check: observations lie in their space, and every number in them refers to something."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from nerion_gym.edits.operator_ids import OPERATOR_ID_LIMIT, SUBMIT, operator_id
from nerion_gym.envs.checking.subject import FORMS, Subject, require, walk
from nerion_gym.envs.observation import graph_of
from nerion_gym.graphs import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np

STEPS = 20
PADDING = (0, -1, -1, 0, 0, 0)
"""A row of `edits` that is no edit."""
FIX = "leave observations to CodeEditEnv, or make them as docs/observation.md says"
Named = tuple[str, Any]
"""What would be wrong, and whether it is not."""


def check_numbers(subject: Subject) -> str:
    """Check that observations lie in the space, and what their numbers refer to.

    Raises:
        BrokenWorldError: names what is outside, or refers to nothing.
    """
    for form in FORMS:
        env = subject.code(observation=form)
        for observation, *_ in walk(env, STEPS, seed=6):
            wrong = outside(env.observation_space, observation)
            require(not wrong, f"observation={form!r}: {wrong} lies outside of the space", FIX)
            nodes, types, links = _graph(observation, form)
            for what, holds in chain(
                _of_graph(nodes, types, links),
                _of_edits(observation, nodes, len(env.edits)),
                _of_tests(observation["tests"], nodes),
            ):
                require(holds, f"observation={form!r} has {what}", FIX)
        _require_sites(env)
    return f"{STEPS} steps of each form"


def outside(space: Any, observation: Mapping[str, Any]) -> str:
    """Name the parts of an observation that are not in its space."""
    if space.contains(observation):
        return ""
    parts = {key for key in space.spaces.keys() | observation.keys()}
    wrong = (
        key
        for key in sorted(parts)
        if key not in space.spaces
        or key not in observation
        or not space.spaces[key].contains(observation[key])
    )
    return ", ".join(wrong) or "it"


def _graph(observation: Any, form: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return nodes, edge types and links without padding; what is cut off must be zeros."""
    if "graph" in observation:
        graph = observation["graph"]
        return graph.nodes, graph.edges, graph.edge_links
    nodes = int((observation["nodes"][:, schema.KIND] > 0).sum())
    edges = int((observation["edge_types"] > 0).sum())
    cut = {"nodes": nodes, "edge_types": edges, "edge_links": edges}
    for key, count in cut.items():
        require(
            not observation[key][count:].any(),
            f"observation={form!r}: {key} after its padding begins",
            FIX,
        )
    return tuple(observation[key][:count] for key, count in cut.items())


def _of_graph(nodes: np.ndarray, types: np.ndarray, links: np.ndarray) -> Iterator[Named]:
    kinds = nodes[:, schema.KIND]
    yield (
        "kinds of nodes that are 0 or beyond schema.KINDS",
        kinds.min() > 0 and kinds.max() < len(schema.KINDS),
    )
    yield "tokens of nodes beyond schema.TOKENS", nodes[:, schema.TOKEN].max() < schema.TOKENS
    yield (
        "types of edges that are 0 or beyond schema.RELATIONS",
        ((types > 0) & (types < len(schema.RELATIONS))).all(),
    )
    yield "ends of edges that are no nodes", ((links >= 0) & (links < len(nodes))).all()


def _of_edits(observation: Any, nodes: np.ndarray, count: int) -> Iterator[Named]:
    listed = observation["action_mask"][1:] == 1
    rows, rest = observation["edits"][1:][listed], observation["edits"][1:][~listed]
    yield f"{len(rows)} legal edits of {count} in the catalog", len(rows) == count
    yield f"masked rows of edits that are not {PADDING}", (rest == PADDING).all()
    if not count:
        return
    yield (
        "operators of edits that are submit's or beyond OPERATOR_ID_LIMIT",
        ((rows[:, 0] > SUBMIT) & (rows[:, 0] < OPERATOR_ID_LIMIT)).all(),
    )
    inside = ((rows[:, 1] >= 0) & (rows[:, 1] < len(nodes))).all()
    yield "sites of edits that are no nodes", inside
    yield (
        "arguments of edits that are no nodes",
        ((rows[:, 2] >= -1) & (rows[:, 2] < len(nodes))).all(),
    )
    yield (
        "sites of edits that are not in focus",
        inside and (nodes[rows[:, 1], schema.FLAGS] & schema.FLAG_IN_FOCUS).all(),
    )
    yield "tokens of edits beyond schema.TOKENS", rows[:, 3].max() < schema.TOKENS
    yield "infections beyond schema.INFECTIONS", rows[:, 4].max() < schema.INFECTIONS
    yield "last outcomes beyond schema.LAST_OUTCOMES", rows[:, 5].max() < schema.LAST_OUTCOMES


def _of_tests(tests: np.ndarray, nodes: np.ndarray) -> Iterator[Named]:
    shown = tests[tests[:, 0] >= 0]
    inside = (shown[:, 0] < len(nodes)).all()
    yield (
        "tests that are no nodes of a test",
        inside and (nodes[shown[:, 0], schema.KIND] == schema.KIND_ID["test"]).all(),
    )
    yield (
        "statuses of tests beyond schema.STATUSES",
        ((tests[:, 1] >= 0) & (tests[:, 1] < schema.STATUSES)).all(),
    )


def _require_sites(env: Any) -> None:
    """Check, in a new episode, that a row's site is the node that its edit names."""
    observation, _ = env.reset(seed=7)
    graph = graph_of(env.current)
    for row, edit in zip(observation["edits"][1:], env.edits, strict=False):
        require(
            graph.span_of(int(row[1])) == edit.site,
            f"a row has another site than its edit, {edit.operator}",
            FIX,
        )
        require(
            row[0] == operator_id(edit.operator),
            f"a row has another operator than its edit, {edit.operator}",
            FIX,
        )
    meanings = env.get_action_meanings()
    require(
        len(meanings) == 1 + len(env.edits) and meanings[0] == "submit",
        f"{len(meanings)} action meanings, of {len(env.edits)} edits",
        "leave get_action_meanings() to CodeEditEnv",
    )
