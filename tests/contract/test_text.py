"""Every world can be played in words: each observation fits, each reply is taken, a repair wins."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AsyncVectorEnv

import nerion_gym  # noqa: F401 - registers the ids
from nerion_gym.wrappers.text import Text, say

pytestmark = pytest.mark.sandbox


def made(world, **options):
    name, arguments = world
    return Text(gym.make(name, **arguments), **options)


def test_a_world_is_played_in_words_as_it_is_in_numbers(world):
    name, arguments = world
    words, numbers = made(world), gym.make(name, **arguments)
    rng = np.random.default_rng(0)
    text, _ = words.reset(seed=3)
    seen, _ = numbers.reset(seed=3)
    for _ in range(10):
        assert words.observation_space.contains(text)
        legal = np.flatnonzero(seen["action_mask"])
        assert words.replies() == [say(int(action)) for action in legal]
        action = int(rng.choice(legal))
        text, *said = words.step(say(action))
        seen, *counted = numbers.step(action)
        assert said[:3] == counted[:3]
        assert {key: said[3][key] for key in counted[3]} == counted[3]
        if said[1] or said[2]:
            text, _ = words.reset()
            seen, _ = numbers.reset()


def test_every_edit_is_on_a_page_and_every_page_fits(world):
    env = made(world, budget=8_000, free=10_000)
    text, _ = env.reset(seed=1)
    count = len(env.unwrapped.edits)
    seen, page = [], 1
    while len(seen) < count:
        text, _, _, _, info = env.step(f"page {page}")
        assert (info["said"], info["misread"]) == ("page", "")
        assert env.observation_space.contains(text)
        rows = text.partition("\nEdits: ")[2].split("\n")[1:]
        numbers = [int(row.split()[0]) for row in rows if row.startswith("  ")]
        assert numbers
        seen += numbers
        page += 1
    assert seen == list(range(1, count + 1))


def test_the_reference_repair_in_words_sums_to_one_and_saying_nothing_to_zero():
    env = Text(gym.make("Nerion-Repair-v0", lines=40), free=0)
    env.reset(seed=0)
    total, ended = 0.0, False
    for edit in env.get_wrapper_attr("task").reference:
        number = env.unwrapped.edits.index(edit) + 1
        text, reward, ended, _, info = env.step(say(number))
        total += reward
    assert (round(total, 6), ended, info["end"]) == (1.0, True, "goal")
    assert text.endswith("The episode is over: goal.")
    env.reset(seed=0)
    total, ended = 0.0, False
    while not ended:
        _, reward, ended, _, info = env.step("I would rather not.")
        total += reward
    assert (total, info["end"]) == (0.0, "budget")


def test_the_reference_repair_is_nowhere_in_the_text():
    env = Text(gym.make("Nerion-Repair-v0", lines=40))
    text, _ = env.reset(seed=0)
    assert "reference" not in text.replace("def reference", "")
    assert env.unwrapped.task.id not in text


def test_a_goal_of_simplifying_says_cost_and_target():
    env = Text(gym.make("Nerion-Simplify-v0", split="val"))
    text, _ = env.reset(seed=0)
    target = env.unwrapped.task.target
    first = text.split("\n")[0]
    assert f"the goal is {target.most} or less" in first
    assert first.startswith(
        f"Goal: bring the program's cost down with all tests green ({target.cost}"
    )


def in_words():
    return Text(gym.make("Nerion-ToyMath-v0"))


def test_processes_of_a_vector_hand_texts_on_as_they_are():
    alone = in_words()
    text, _ = alone.reset(seed=0)
    after, reward, *_ = alone.step("edit 2")
    # Gymnasium 1.4 reads the shared memory of a Text space once, at the beginning: all are alike.
    vector = AsyncVectorEnv([in_words, in_words], shared_memory=False)
    try:
        texts, _ = vector.reset(seed=[0, 0])
        assert tuple(texts) == (text, text)
        texts, rewards, *_ = vector.step(("edit 2", "look 3"))
        assert texts[0] == after
        assert "this is what edit 3 does" in texts[1]
        assert rewards.tolist() == [reward, 0.0]
    finally:
        vector.close()
