"""Every registered id, and which of them tests that are not slow leave out where all are alike."""

import pytest

from envs_registry import WORLDS

IDS = sorted(WORLDS)
DEAR = {"Nerion-Explore-v0", "Nerion-MultiFile-v0", "Nerion-Self-v0", "Nerion-Simplify-v0"}
"""Worlds whose episodes take long to begin; each differs from another only in its tasks."""
DEAR_ARE_SLOW = [
    pytest.param(name, marks=pytest.mark.slow) if name in DEAR else name for name in IDS
]
