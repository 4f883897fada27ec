"""A replay buffer of padded observations that keeps them without their padding, and once.

A transition of a world with 2,048 nodes takes 187 kB as Stable-Baselines3 keeps it, two padded
observations; most of that is padding, and one step's next observation is the next step's first.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from weakref import WeakValueDictionary

import numpy as np
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.type_aliases import DictReplayBufferSamples

from nerion_gym.errors import ConfigError
from nerion_gym.graphs.schema import KIND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import torch
    from gymnasium import spaces
    from stable_baselines3.common.vec_env import VecNormalize
    from torch import Tensor

FIXED = ("edits", "tests", "action_mask", "steps_left")
"""Parts of an observation that a batch holds in the shape of their space."""
ACTION = "action_mask"


class Shown(NamedTuple):
    """An observation without its padding; n nodes, e edges, k rows up to the last legal action.

    Attributes:
        nodes: int16 [n, 4].
        edge_types: int16 [e].
        edge_links: int16 [e, 2].
        edits: int16 [k, 6].
        tests: int16 [T, 2].
        action_mask: int8 [k].
        steps_left: float32 [1].
    """

    nodes: np.ndarray
    edge_types: np.ndarray
    edge_links: np.ndarray
    edits: np.ndarray
    tests: np.ndarray
    action_mask: np.ndarray
    steps_left: np.ndarray


class Kept(NamedTuple):
    """A transition; `done` is 1 where the episode ended by itself, 0 where it was cut short."""

    shown: Shown
    action: int
    reward: float
    following: Shown
    done: float


class Shelf:
    """Keeps equal arrays once, as long as somebody holds them."""

    def __init__(self) -> None:
        self._held: WeakValueDictionary[bytes, np.ndarray] = WeakValueDictionary()

    def keep(self, array: np.ndarray) -> np.ndarray:
        """Return an equal array that is held already, or a copy of this one."""
        own = np.array(array, order="C")
        shape = repr((own.dtype.str, own.shape)).encode()
        key = hashlib.blake2b(own.tobytes() + shape, digest_size=16).digest()
        return self._held.setdefault(key, own)

    def __reduce__(self) -> tuple[type[Shelf], tuple[()]]:
        return Shelf, ()  # weak references are not pickled; a new shelf fills by itself


class RaggedReplayBuffer(ReplayBuffer):
    """Takes and gives what `DictReplayBuffer` does, in a fraction of its memory.

    A batch is padded to its own largest program, not to the world's limit. Draws come from a
    generator of its own.

    Args:
        buffer_size: transitions at most.
        observation_space: padded, as in the design.
        action_space: `Discrete(K + 1)`.
        device: of the sampled tensors.
        n_envs: environments that step at once.
        seed: of the draws.
        optimize: "optimize_memory_usage" as the library hands it; there is nothing left to save.

    Raises:
        ConfigError: the observation is not padded, or `optimize_memory_usage`.
    """

    def __init__(
        self,
        buffer_size: int,
        observation_space: spaces.Dict,
        action_space: spaces.Discrete,
        device: torch.device | str = "auto",
        n_envs: int = 1,
        seed: int | None = None,
        **optimize: bool,
    ) -> None:
        if "nodes" not in observation_space.spaces or any(optimize.values()):
            msg = f"{optimize}: a RaggedReplayBuffer takes padded observations and no such option"
            raise ConfigError(msg)
        # Not ReplayBuffer's own: it would take the memory that this class is there to save.
        super(ReplayBuffer, self).__init__(
            buffer_size, observation_space, action_space, device, n_envs=n_envs
        )
        self.buffer_size = max(buffer_size // n_envs, 1)
        self.optimize_memory_usage = False
        self.rng = np.random.default_rng(seed)
        self._shelf = Shelf()
        self._rows: list[list[Kept]] = []

    def add(  # type: ignore[override]
        self,
        obs: Mapping[str, np.ndarray],
        next_obs: Mapping[str, np.ndarray],
        action: np.ndarray,
        reward: np.ndarray,
        done: np.ndarray,
        infos: list[dict[str, Any]],
    ) -> None:
        """Keep a step of all environments; the oldest makes room.

        Args:
            obs: parts of the padded observation, each [n_envs, ...].
            next_obs: likewise; at an episode's end what the step led to, not the new episode.
            action: [n_envs] or [n_envs, 1].
            reward: float32 [n_envs].
            done: bool [n_envs].
            infos: of the step; "TimeLimit.truncated" says that an episode was cut short.
        """
        row = [
            Kept(
                self._shown(obs, place),
                int(chosen),
                float(reward[place]),
                self._shown(next_obs, place),
                float(done[place] and not infos[place].get("TimeLimit.truncated", False)),
            )
            for place, chosen in enumerate(np.ravel(action))
        ]
        if self.full:
            self._rows[self.pos] = row
        else:
            self._rows.append(row)
        self.pos = (self.pos + 1) % self.buffer_size
        self.full = self.full or self.pos == 0

    def _shown(self, observation: Mapping[str, np.ndarray], place: int) -> Shown:
        nodes, types = observation["nodes"][place], observation["edge_types"][place]
        legal = observation[ACTION][place]
        rows = int(np.max(np.flatnonzero(legal), initial=-1)) + 1
        joined = types > 0
        parts = (
            nodes[nodes[:, KIND] > 0],
            types[joined],
            observation["edge_links"][place][joined],
            observation["edits"][place][:rows],
            observation["tests"][place],
            legal[:rows],
            observation["steps_left"][place],
        )
        return Shown(*(self._shelf.keep(part) for part in parts))

    def reset(self) -> None:
        """Forget everything."""
        super().reset()
        self._rows = []

    def sample(self, batch_size: int, env: VecNormalize | None = None) -> DictReplayBufferSamples:  # type: ignore[override]
        """Draw transitions, each with the same chance, with replacement."""
        drawn = self.rng.integers(self.size() * self.n_envs, size=batch_size)
        return self._get_samples(drawn, env)

    def _get_samples(  # type: ignore[override]
        self, batch_inds: np.ndarray, env: VecNormalize | None = None
    ) -> DictReplayBufferSamples:
        drawn = [self._rows[place // self.n_envs][place % self.n_envs] for place in batch_inds]
        rewards = np.array([[kept.reward] for kept in drawn], np.float32)
        return DictReplayBufferSamples(
            observations=self._stacked([kept.shown for kept in drawn]),
            actions=self.to_torch(np.array([[kept.action] for kept in drawn], np.int64)),
            next_observations=self._stacked([kept.following for kept in drawn]),
            dones=self.to_torch(np.array([[kept.done] for kept in drawn], np.float32)),
            rewards=self.to_torch(self._normalize_reward(rewards, env)),
        )

    def _stacked(self, shown: Sequence[Shown]) -> dict[str, Tensor]:
        space = cast("spaces.Dict", self.observation_space)
        nodes = max(len(item.nodes) for item in shown)
        edges = max(len(item.edge_types) for item in shown)
        shapes = {"nodes": (nodes, 4), "edge_types": (edges,), "edge_links": (edges, 2)}
        shapes |= {name: cast("tuple[int, ...]", space[name].shape) for name in FIXED}
        batch = {
            name: np.zeros((len(shown), *shape), space[name].dtype)
            for name, shape in shapes.items()
        }
        for place, item in enumerate(shown):
            for name, part in zip(Shown._fields, item, strict=True):
                batch[name][place, : len(part)] = part
        return {name: self.to_torch(part, copy=False) for name, part in batch.items()}

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that are held, each counted once."""
        rows = [kept for row in self._rows for kept in row]
        parts = {id(part): part for kept in rows for part in (*kept.shown, *kept.following)}
        return sum(part.nbytes for part in parts.values())
