import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from nerion_gym.envs.core import CodeEditEnv
from nerion_gym.errors import ConfigError
from nerion_gym.wrappers.pad import Pad
from tests.unit.envs.fakes import FakeRunner, make_world

pytestmark = pytest.mark.pure


class Foreign(gym.Env):
    """Somebody else's graph environment: a bare Graph, float nodes and edges."""

    def __init__(self, edges=True):
        edge_space = spaces.Box(0.5, 1.0, (2,), np.float32) if edges else None
        self.observation_space = spaces.Graph(spaces.Box(-1, 1, (3,), np.float32), edge_space)
        self.action_space = spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        return self.observation_space.sample(num_nodes=3, num_edges=2), {}


def test_a_padded_world_equals_the_wrapped_one():
    graph = CodeEditEnv(make_world(), runner=FakeRunner())
    padded = CodeEditEnv(make_world(), observation="padded", runner=FakeRunner())
    wrapped = Pad(graph, 256, 6 * 256)
    assert wrapped.observation_space == padded.observation_space
    mine, theirs = wrapped.reset(seed=0)[0], padded.reset(seed=0)[0]
    for _ in range(3):
        assert mine.keys() == theirs.keys()
        assert all(np.array_equal(mine[key], theirs[key]) for key in mine)
        assert all(mine[key].dtype == theirs[key].dtype for key in mine)
        mine, theirs = wrapped.step(1)[0], padded.step(1)[0]


def test_a_bare_foreign_graph_is_padded_with_counts():
    env = Pad(Foreign(), 5, 4, counts=True)
    observation, _ = env.reset(seed=0)
    raw, _ = Foreign().reset(seed=0)
    assert env.observation_space.contains(observation)
    assert observation["node_count"][0] == 3
    assert observation["edge_count"][0] == 2
    assert np.array_equal(observation["nodes"][:3], raw.nodes)
    assert not observation["nodes"][3:].any()
    assert np.array_equal(observation["edge_features"][:2], raw.edges)


def test_a_graph_without_edge_attributes():
    env = Pad(Foreign(edges=False), 5, 4)
    assert set(env.observation_space.spaces) == {"nodes", "edge_links"}


def test_too_large_a_graph_names_both_sizes():
    env = Pad(Foreign(), 2, 4)
    with pytest.raises(ConfigError, match=r"3 rows of 'nodes'.*2; raise max_nodes"):
        env.reset(seed=0)


def test_an_environment_without_a_graph_is_refused():
    with pytest.raises(ConfigError, match="has 0"):
        Pad(gym.make("CartPole-v1"), 2, 2)
