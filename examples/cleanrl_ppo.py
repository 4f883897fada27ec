"""PPO in one file, CleanRL style: native vector, masks, and the action after an end is dropped.

python examples/cleanrl_ppo.py [--total-steps 8192] [--seed 1] [--runs runs/cleanrl]

A network of its own reads each listed edit, with no graph network and nothing of Stable-Baselines3:
its operator, token, what a traced run tells, its last outcome and the node that it changes.
Scalars go to TensorBoard: tensorboard --logdir runs/cleanrl
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import gymnasium as gym
import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Categorical

import nerion_gym  # noqa: F401  registers the worlds
from nerion_gym.edits.operator_ids import OPERATOR_ID_LIMIT
from nerion_gym.graphs import schema
from nerion_gym.logbook.tensorboard import TensorBoardFile
from policies.seeding import one_thread, seeded

Observation = dict[str, np.ndarray]
OPERATOR, SITE, ARGUMENT, TOKEN, INFECTION, LAST_OUTCOME = range(6)
"""Columns of `observation["edits"]`."""
SEEN = ("edits", "action_mask", "steps_left", "nodes")
"""Parts of the padded observation that the network reads."""
ILLEGAL = -1e8


@dataclass(frozen=True)
class Args:
    """Hyperparameters, as a CleanRL script has them at its top."""

    world: str = "Nerion-ToyMath-v0"
    seed: int = 1
    total_steps: int = 8192
    num_envs: int = 8
    num_steps: int = 32
    epochs: int = 4
    minibatches: int = 4
    learning_rate: float = 3e-3
    gamma: float = 0.9
    gae_lambda: float = 0.95
    clip: float = 0.2
    entropy: float = 0.01
    value: float = 0.5
    max_grad_norm: float = 0.5
    runs: Path = Path("runs/cleanrl")


class Agent(nn.Module):
    """Scores each listed edit; the value is read from the mean of the legal ones."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.operator = nn.Embedding(OPERATOR_ID_LIMIT, width)
        self.token = nn.Embedding(schema.TOKENS, width)
        self.infection = nn.Embedding(schema.INFECTIONS, width)
        self.last = nn.Embedding(schema.LAST_OUTCOMES, width)
        self.kind = nn.Embedding(len(schema.KINDS), width)
        self.place = nn.Embedding(1024, width)
        self.mix = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.Tanh())
        self.actor = nn.Linear(width, 1)
        self.critic = nn.Sequential(nn.Linear(width + 1, width), nn.Tanh(), nn.Linear(width, 1))

    def forward(self, seen: dict[str, Tensor]) -> tuple[Categorical, Tensor]:
        """Return the policy and the values [B] of observations, tensors [B, ...]."""
        edits, mask = seen["edits"].long(), seen["action_mask"] > 0
        site = edits[..., SITE].clamp(min=0)
        node = torch.gather(seen["nodes"].long(), 1, site.unsqueeze(-1).expand(-1, -1, 4))
        vectors = self.mix(
            self.operator(edits[..., OPERATOR])
            + self.token(edits[..., TOKEN])
            + self.infection(edits[..., INFECTION])
            + self.last(edits[..., LAST_OUTCOME])
            + self.kind(node[..., schema.KIND])
            + self.token(node[..., schema.TOKEN])
            + self.place(site % 1024)
        )
        share = mask.unsqueeze(-1) / mask.sum(1).clamp(min=1)[:, None, None]
        context = torch.cat([(vectors * share).sum(1), seen["steps_left"]], dim=1)
        scores = self.actor(vectors).squeeze(-1).masked_fill(~mask, ILLEGAL)
        return Categorical(logits=scores), self.critic(context).squeeze(-1)


@dataclass
class Rollout:
    """What one round of steps gave; each tensor is [num_steps, num_envs, ...].

    Attributes:
        seen: parts of the observation before each step.
        actions: int64.
        log_probs: of the actions.
        values: of the observations before the steps, and one row more for the last.
        rewards: float32.
        terminated: whether the episode ended by itself: nothing follows.
        ended: whether it ended at all, by itself or cut short.
        real: False where the episode had ended before: the vector ignored the action and reset.
    """

    seen: dict[str, Tensor]
    actions: Tensor
    log_probs: Tensor
    values: Tensor
    rewards: Tensor
    terminated: Tensor
    ended: Tensor
    real: Tensor


def tensors(observation: Observation) -> dict[str, Tensor]:
    """Return the parts that the network reads."""
    return {key: torch.as_tensor(observation[key]) for key in SEEN}


class Collector:
    """Steps the vector and keeps where it stands between rounds."""

    def __init__(self, envs: gym.vector.VectorEnv, seed: int) -> None:
        self.envs = envs
        self.observation, _ = envs.reset(seed=seed)
        self.ended = np.zeros(envs.num_envs, np.bool_)
        self.running = np.zeros(envs.num_envs)
        self.returns: list[float] = []

    @torch.no_grad()
    def collect(self, agent: Agent, steps: int, generator: torch.Generator) -> Rollout:
        """Take so many steps of all environments."""
        rows: list[dict[str, Tensor]] = []
        for _ in range(steps):
            seen = tensors(self.observation)
            policy, value = agent(seen)
            action = torch.multinomial(policy.probs, 1, generator=generator).squeeze(1)
            real = ~self.ended
            self.observation, reward, terminated, truncated, _ = self.envs.step(action.numpy())
            self.ended = terminated | truncated
            self._count(reward)
            row = {"action": action, "log_prob": policy.log_prob(action), "value": value}
            row |= {"reward": torch.as_tensor(reward, dtype=torch.float32)}
            row |= {"terminated": torch.as_tensor(terminated)}
            row |= {"ended": torch.as_tensor(self.ended), "real": torch.as_tensor(real)}
            rows.append({**row, **seen})
        _, value = agent(tensors(self.observation))
        stacked = {key: torch.stack([row[key] for row in rows]) for key in rows[0]}
        return Rollout(
            {key: stacked[key] for key in SEEN},
            stacked["action"],
            stacked["log_prob"],
            torch.cat([stacked["value"], value.unsqueeze(0)]),
            stacked["reward"],
            stacked["terminated"],
            stacked["ended"],
            stacked["real"],
        )

    def _count(self, reward: np.ndarray) -> None:
        self.running += reward
        self.returns += self.running[self.ended].tolist()
        self.running[self.ended] = 0.0


def advantages(rollout: Rollout, gamma: float, gae_lambda: float) -> Tensor:
    """Return generalised advantages [num_steps, num_envs] (Schulman et al. 2016, arXiv 1506.02438).

    With next-step autoreset the row after an end still shows the episode's last observation: an
    episode that was cut short is worth its value, one that terminated nothing.
    """
    found = torch.zeros_like(rollout.rewards)
    following = torch.zeros_like(rollout.rewards[0])
    for step in reversed(range(len(found))):
        ahead = rollout.values[step + 1] * ~rollout.terminated[step]
        delta = rollout.rewards[step] + gamma * ahead - rollout.values[step]
        following = delta + gamma * gae_lambda * following * ~rollout.ended[step]
        found[step] = following
    return found


def update(
    agent: Agent, optimizer: torch.optim.Optimizer, rollout: Rollout, args: Args
) -> dict[str, float]:
    """Take PPO's gradient steps on the real rows of a rollout; return tag -> value."""
    real = rollout.real
    advantage = advantages(rollout, args.gamma, args.gae_lambda)
    target = (advantage + rollout.values[:-1])[real]
    advantage, action, log_prob = advantage[real], rollout.actions[real], rollout.log_probs[real]
    seen = {key: part[real] for key, part in rollout.seen.items()}
    losses: dict[str, float] = {}
    for _ in range(args.epochs):
        for chosen in torch.randperm(len(action)).tensor_split(args.minibatches):
            policy, value = agent({key: part[chosen] for key, part in seen.items()})
            ratio = (policy.log_prob(action[chosen]) - log_prob[chosen]).exp()
            gain = advantage[chosen]
            gain = (gain - gain.mean()) / (gain.std() + 1e-8)
            clipped = ratio.clamp(1 - args.clip, 1 + args.clip)
            policy_loss = -torch.min(gain * ratio, gain * clipped).mean()
            value_loss = 0.5 * (value - target[chosen]).square().mean()
            entropy = policy.entropy().mean()
            loss = policy_loss + args.value * value_loss - args.entropy * entropy
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), args.max_grad_norm)
            optimizer.step()
            losses = {
                "losses/policy_loss": policy_loss.item(),
                "losses/value_loss": value_loss.item(),
                "losses/entropy": entropy.item(),
            }
    return losses


def train(args: Args) -> list[float]:
    """Train; return the reward of each episode, in the order in which they ended."""
    envs = gym.make_vec(args.world, args.num_envs, observation="padded")
    generator = torch.Generator().manual_seed(args.seed)
    with seeded(args.seed), one_thread():
        agent = Agent()
        optimizer = torch.optim.Adam(agent.parameters(), lr=args.learning_rate, eps=1e-5)
        collector = Collector(envs, args.seed)
        writer = TensorBoardFile(args.runs / f"{args.world}__ppo__{args.seed}__{time.time():.0f}")
        start, rounds = time.perf_counter(), args.total_steps // (args.num_envs * args.num_steps)
        for number in range(1, rounds + 1):
            rollout = collector.collect(agent, args.num_steps, generator)
            step = number * args.num_envs * args.num_steps
            scalars = update(agent, optimizer, rollout, args)
            scalars["charts/SPS"] = step / (time.perf_counter() - start)
            if collector.returns:
                scalars["charts/episodic_return"] = float(np.mean(collector.returns[-20:]))
            writer.scalars(scalars, step)
            if number == 1 or number % max(rounds // 8, 1) == 0:
                recent = float(np.mean(collector.returns[-20:] or [0.0]))
                print(f"step {step:6}   reward {recent:.2f} over the last 20 episodes")
        writer.close()
    envs.close()
    return collector.returns


def main(arguments: list[str] | None = None) -> None:
    """Train and say what was learned."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--world", default=Args.world)
    parser.add_argument("--seed", type=int, default=Args.seed)
    parser.add_argument("--total-steps", type=int, default=Args.total_steps)
    parser.add_argument("--learning-rate", type=float, default=Args.learning_rate)
    parser.add_argument("--runs", type=Path, default=Args.runs)
    args = Args(**vars(parser.parse_args(arguments)))
    returns = train(args)
    first, last = float(np.mean(returns[:20])), float(np.mean(returns[-20:]))
    print(f"{len(returns)} episodes: reward {first:.2f} in the first 20, {last:.2f} in the last 20")


if __name__ == "__main__":
    main()
