"""What every agent shares: its name, legal edits, keys of what was tried, checkpoints.

Loads neither torch nor an agent: agents are entry-point strings until one is made.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nerion_gym.errors import ConfigError, StorageError
from nerion_gym.graphs.schema import FLAG_EDITED, FLAGS, KIND

if TYPE_CHECKING:
    from collections.abc import Callable

    from gymnasium import spaces

    from nerion_gym.types.transition import Observation

    Preview = Callable[[int], Observation]
    Chooser = Callable[[Observation, np.random.Generator, Preview | None], int]

AGENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "curiosity": ("policies.curiosity:CuriosityPolicy", {}),
    "curiosity_uniform": ("policies.curiosity:CuriosityPolicy", {"choice": "uniform"}),
    "dqn": ("policies.sb3:Sb3Learner", {"algo": "dqn"}),
    "maskable_ppo": ("policies.sb3:Sb3Learner", {"algo": "maskable_ppo"}),
    "ppo": ("policies.sb3:Sb3Learner", {"algo": "ppo"}),
    "success_rate": ("policies.success_rate:SuccessRatePolicy", {}),
    "uniform": ("policies.uniform:UniformPolicy", {}),
}
"""Name -> (entry point, fixed options). `curiosity_uniform` is the decisive control: the same
world model, learning from edits chosen uniformly."""
NAMES = tuple(AGENTS)

SUBMIT_ACTION = 0
LAST_OUTCOME = 5
"""Column of an edit row: outcome in this episode, 0 = not tried."""
IDENTITY = 4
"""The first columns of an edit row (operator, site, argument, token) say which edit it is."""
SURVIVED = 0
"""Learning class of a suite in which every test passes."""
CLASSES = 5
FORMAT = "nerion-policy-1"


def make_policy(
    name: str,
    observation_space: spaces.Dict,
    action_space: spaces.Discrete,
    seed: int,
    **options: Any,
) -> Any:
    """Make an agent by name: a `Policy`, or a `Learner` where it trains itself (has `fit`).

    Args:
        name: one of `NAMES`.
        observation_space: as in the design, "graph" or "padded".
        action_space: `Discrete(K + 1)`.
        seed: of weights and of everything that the agent draws by itself.
        options: of the agent; see its class.

    Raises:
        ConfigError: no such agent, or an option out of range.
        TypeError: an option that the agent does not have.
    """
    if name not in AGENTS:
        msg = f"no agent is called {name!r}; there are: {', '.join(NAMES)}"
        raise ConfigError(msg)
    entry, fixed = AGENTS[name]
    module, _, attribute = entry.partition(":")
    kind = getattr(importlib.import_module(module), attribute)
    return kind(observation_space, action_space, seed, **{**fixed, **options})


# --- what the observation says ------------------------------------------------------------------


def legal_edits(observation: Observation) -> np.ndarray:
    """Return the legal actions, int64, ascending; submit only where nothing else is legal."""
    legal = np.flatnonzero(observation["action_mask"])
    edits = legal[legal != SUBMIT_ACTION]
    return edits if edits.size else legal


def graph_arrays(observation: Observation) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return nodes [n, 4], edge types [e] and edge links [e, 2] of either form, unpadded."""
    if "graph" in observation:
        graph = observation["graph"]
        return graph.nodes, graph.edges, graph.edge_links
    nodes, types = observation["nodes"], observation["edge_types"]
    real = types > 0
    return nodes[nodes[:, KIND] > 0], types[real], observation["edge_links"][real]


def program_key(observation: Observation) -> bytes:
    """Return 16 bytes that name the program shown, whatever was tried on it before."""
    nodes, types, links = graph_arrays(observation)
    shown = np.array(nodes, np.int16)
    shown[:, FLAGS] &= ~FLAG_EDITED
    hasher = hashlib.blake2b(shown.tobytes(), digest_size=16)
    hasher.update(np.asarray(types, np.int16).tobytes())
    hasher.update(np.asarray(links, np.int32).tobytes())
    return hasher.digest()


def edit_key(program: bytes, row: np.ndarray) -> bytes:
    """Return what names an edit of a program: its outcome is known once it was run."""
    return program + np.asarray(row[:IDENTITY], np.int16).tobytes()


def suite_class(classes: np.ndarray) -> int | None:
    """Return the worst learning class over unmasked tests, or None where none counts."""
    worst = int(np.max(classes, initial=-1))
    return worst if worst >= 0 else None


class Greedy:
    """A view of an agent that neither explores nor learns, for evaluation.

    Args:
        choose: (observation, rng, preview) -> action.
        wants_preview: whether `choose` needs its third argument.
    """

    def __init__(self, choose: Chooser, *, wants_preview: bool = False) -> None:
        self._choose = choose
        self.wants_preview = wants_preview

    def act(
        self,
        observation: Observation,
        rng: np.random.Generator,
        *,
        preview: Callable[[int], Observation] | None = None,
    ) -> int:
        """Choose a legal action."""
        return self._choose(observation, rng, preview)


# --- checkpoints ----------------------------------------------------------------------------------


def write_checkpoint(path: Path, policy: str, payload: bytes) -> None:
    """Write a checkpoint so that a crash leaves the old file or the new one, never a part.

    Args:
        path: where; its folder is made.
        policy: name of the agent, checked when it is read.
        payload: the agent's state.
    """
    head = {"format": FORMAT, "policy": policy, "bytes": len(payload)}
    head["sha256"] = hashlib.sha256(payload).hexdigest()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps(head).encode() + b"\n" + payload)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_checkpoint(path: Path, policy: str) -> bytes:
    """Return the payload of a checkpoint, or of the newest valid one in a folder.

    Raises:
        StorageError: missing, cut short, damaged, or another agent's.
    """
    if not path.is_dir():
        return _read_file(path, policy)
    names = [item for item in path.iterdir() if item.is_file() and not item.name.startswith(".")]
    complaints = []
    for item in sorted(names, key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True):
        try:
            return _read_file(item, policy)
        except StorageError as error:
            complaints.append(str(error))
    found = "; ".join(complaints) or "it is empty"
    msg = f"{path}: no valid checkpoint of {policy!r} in this folder: {found}"
    raise StorageError(msg)


def _read_file(path: Path, policy: str) -> bytes:
    try:
        line, _, payload = path.read_bytes().partition(b"\n")
    except OSError as error:
        msg = f"{path}: cannot read the checkpoint ({error.strerror}); give the file `save` wrote"
        raise StorageError(msg) from error
    head = _parse_head(path, line)
    if head["policy"] != policy:
        msg = f"{path}: a checkpoint of {head['policy']!r}, expected one of {policy!r}"
        raise StorageError(msg)
    if len(payload) != head["bytes"] or hashlib.sha256(payload).hexdigest() != head["sha256"]:
        msg = (
            f"{path}: the checkpoint is torn: {len(payload)} of {head['bytes']} bytes, or its "
            "checksum differs; use an older one"
        )
        raise StorageError(msg)
    return payload


def _parse_head(path: Path, line: bytes) -> dict[str, Any]:
    try:
        head = json.loads(line)
    except ValueError:
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        msg = f"{path}: not a checkpoint of ours (expected a first line of format {FORMAT!r})"
        raise StorageError(msg)
    return head
