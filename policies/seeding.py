"""The only place that seeds torch, and it gives the global generator back as it was.

Network initialisation takes no generator, so it runs inside `seeded`; everything else that an
agent draws comes from a generator of its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed torch's CPU generator inside the block; restore it after."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # noqa: TID251 - inside fork_rng, as the ban's message asks
        yield


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch on one thread inside the block.

    Two threads cost ten times the time on a loaded machine, and sums over several threads do
    not repeat to the last digit; the other core belongs to the test workers.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
