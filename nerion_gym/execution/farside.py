"""The processes of one runner: which slot runs which job, and what happens when one is lost."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nerion_gym.errors import SandboxError
from nerion_gym.execution.cache import Key
from nerion_gym.execution.confinement.machine import plan_for
from nerion_gym.execution.pool import Base, LostError, Slot, wait_for_any
from nerion_gym.execution.wire import ENDED
from nerion_gym.types.outcome import Status, TestResult
from nerion_gym.types.program import require_inside

if TYPE_CHECKING:
    from nerion_gym.execution.answers import Answer
    from nerion_gym.execution.confinement.plan import Plan
    from nerion_gym.execution.jobs import Job
    from nerion_gym.execution.settings import RunnerStats, Settings
    from nerion_gym.execution.warmth import Warmth
    from nerion_gym.types.outcome import Outcome
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite


KNOWN_PATTERNS = 64
"""Suites whose regular expressions are remembered."""


@dataclass
class Pending:
    """A job on its way, with what it belongs to."""

    job: Job
    home: Program
    suite: Suite
    control: Outcome | None
    started: float
    planned: float = 0.0
    losses: int = 0


class FarSide:
    """The processes of one runner, started when first needed, anew after a fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bases: dict[Plan, Base] = {}
        self._slots: OrderedDict[Key, list[Slot]] = OrderedDict()
        self._patterns: OrderedDict[Key, list[list[Any]]] = OrderedDict()
        self._pid = os.getpid()

    def close(self) -> None:
        """End every process and remove every file."""
        self._mind_forks()
        for slots in self._slots.values():
            for slot in slots:
                slot.forget()
        self._slots.clear()
        for base in self._bases.values():
            base.close()
        self._bases.clear()

    def warmth(self, program: Program, suite: Suite) -> Warmth | None:
        """Return what the live process of a program said, None when there is none."""
        slots = self._slots.get(Key.of(program, suite), [])
        return slots[0].warmth if slots else None

    def know_patterns(self, program: Program, suite: Suite, patterns: list[list[Any]]) -> None:
        """Remember which regular expressions a suite compiles: its slots do so ahead now."""
        self._patterns[Key.of(program, suite)] = patterns
        while len(self._patterns) > KNOWN_PATTERNS:
            self._patterns.popitem(last=False)

    def open_all(self, program: Program, suite: Suite) -> None:
        """Start as many slots of a program as there are workers; wait for none."""
        self._slot(program, suite, self._settings.workers - 1)

    def ask(self, program: Program, suite: Suite, request: dict[str, Any]) -> Answer:
        """Send one order to a slot of a program and return the answer.

        Raises:
            SandboxError: the processes were lost twice.
        """
        self._mind_forks()
        for _ in range(2):
            slot = self._slot(program, suite, 0)
            try:
                slot.wait_until_warm(self._settings.setup_seconds)
                slot.submit(request)
                answer = slot.answer()
                slot.held = answer.held(slot.held)
                self._trim()
                return answer
            except LostError as error:
                reason = str(error)
                self._drop(program, suite, slot)
            except BaseException:
                self._drop(program, suite, slot)  # its answer would be taken for the next one's
                raise
        msg = f"the processes that run tests were lost twice: {reason}"
        raise SandboxError(msg)

    def drive(self, queue: list[Pending], stats: RunnerStats) -> None:
        """Carry jobs through.

        Raises:
            SandboxError: a job's processes were lost twice.
        """
        self._mind_forks()
        active: dict[Slot, Pending] = {}
        try:
            self._drive(list(reversed(queue)), active, stats)
            self._trim()
        except BaseException:
            # Ctrl-C, say: a slot under way would give its answer to the next order.
            for slot, entry in active.items():
                self._drop(entry.home, entry.suite, slot)
            raise

    def _drive(
        self, waiting: list[Pending], active: dict[Slot, Pending], stats: RunnerStats
    ) -> None:
        while waiting or active:
            while waiting and len(active) < self._settings.workers:
                entry = waiting.pop()
                slot = self._free_slot(entry, active)
                active[slot] = entry
                if slot.warmth is None:
                    # It collects: others are not to wait for it.
                    slot.give_time(self._settings.setup_seconds)
                    continue
                self._put_back(slot, self._begin(slot, entry, stats), active, waiting)
            for slot in wait_for_any(list(active)) if active else []:
                step = self._advance if slot.warmth else self._begin
                self._put_back(slot, step(slot, active[slot], stats), active, waiting)
            if not waiting and len(active) < self._settings.workers:
                waiting.extend(not_begun(active))

    @staticmethod
    def _put_back(
        slot: Slot, under_way: bool, active: dict[Slot, Pending], waiting: list[Pending]
    ) -> None:
        """Free a slot whose job is done or lost; a lost job waits for another."""
        if not under_way:
            entry = active.pop(slot)
            if not entry.job.done:
                waiting.append(entry)

    def _begin(self, slot: Slot, entry: Pending, stats: RunnerStats) -> bool:
        """Send a job's first order; False when it needs none, or its slot was lost."""
        try:
            warmth = slot.wait_until_warm(slot.time_left)
            slot.compile_ahead(self._patterns.get(Key.of(entry.home, entry.suite), []))
        except LostError as error:
            self._drop(entry.home, entry.suite, slot)
            gone = str(error).startswith(ENDED) and not entry.losses
            if entry.control is not None or gone:
                self._count_loss(entry, stats, error)
            else:  # twice, or it takes too long: no accident of the machine's
                entry.losses += 1
                entry.job.died_of(collection_death(entry.suite, error))
            return False
        entry.job.begin(warmth)
        return self._next(slot, entry, stats)

    def _advance(self, slot: Slot, entry: Pending, stats: RunnerStats) -> bool:
        """Take an answer in and send the next order; False when the job is done or lost."""
        try:
            answer = slot.answer()
        except LostError as error:
            self._drop(entry.home, entry.suite, slot)
            self._count_loss(entry, stats, error)
            return False
        entry.job.absorb(answer)
        return self._next(slot, entry, stats)

    def _next(self, slot: Slot, entry: Pending, stats: RunnerStats) -> bool:
        request = entry.job.request()
        if request is None:
            return False
        request["memory"] = self._settings.memory
        try:
            slot.submit(request)
        except LostError as error:
            self._drop(entry.home, entry.suite, slot)
            self._count_loss(entry, stats, error)
            return False
        return True

    def _count_loss(self, entry: Pending, stats: RunnerStats, error: LostError) -> None:
        entry.losses += 1
        stats.retried += 1
        if entry.losses > 1:
            msg = (
                f"the processes that run tests were lost twice ({error}); is the machine out of "
                "memory or the temporary folder out of space?"
            )
            raise SandboxError(msg) from error

    def _free_slot(self, entry: Pending, active: dict[Slot, Pending]) -> Slot:
        index = 0
        while True:
            slot = self._slot(entry.home, entry.suite, index)
            if slot not in active:
                return slot
            index += 1

    def _slot(self, program: Program, suite: Suite, index: int) -> Slot:
        key = Key.of(program, suite)
        while len(self._slots.setdefault(key, [])) <= index:
            # Starting one may lose the base, and with it every slot: ask for the list again.
            slot = self._new_slot(program, suite)
            self._slots.setdefault(key, []).append(slot)
        self._slots.move_to_end(key)
        while len(self._slots) > max(self._settings.kept_tasks, self._settings.workers):
            for old in self._slots.popitem(last=False)[1]:
                old.close()
        return self._slots[key][index]

    def _trim(self) -> None:
        """End the least recently used tasks until the others fit the bound on memory."""
        taken = {
            key: sum(slot.warmth.memory + slot.held for slot in slots if slot.warmth)
            for key, slots in self._slots.items()
        }
        while len(self._slots) > 1 and sum(taken.values()) > self._settings.kept_bytes:
            oldest, slots = self._slots.popitem(last=False)
            del taken[oldest]
            for slot in slots:
                slot.close()

    def _new_slot(self, program: Program, suite: Suite) -> Slot:
        require_inside(program.paths)  # the far side writes below a folder of its own, only there
        plan = plan_for(suite.containment)
        for _ in range(2):
            if plan not in self._bases:
                self._bases[plan] = Base(plan, self._settings.memory)
            try:
                return Slot(self._bases[plan], program, suite)
            except LostError as error:
                reason = str(error)
                self.close()
        msg = f"the base process was lost twice: {reason}"
        raise SandboxError(msg)

    def _drop(self, program: Program, suite: Suite, slot: Slot) -> None:
        slots = self._slots.get(Key.of(program, suite), [])
        if slot in slots:
            slots.remove(slot)
        slot.close()

    def _mind_forks(self) -> None:
        """After a fork the processes belong to the parent: leave them alone, start our own."""
        if self._pid == os.getpid():
            return
        for slots in self._slots.values():
            for slot in slots:
                slot.forget()
        for base in self._bases.values():
            base.forget()
        self._slots = OrderedDict()
        self._bases = {}
        self._pid = os.getpid()


def not_begun(active: dict[Slot, Pending]) -> list[Pending]:
    """Take the jobs of slots that are still collecting: a slot that is free is quicker."""
    return [active.pop(slot) for slot in list(active) if slot.warmth is None]


def collection_death(suite: Suite, error: LostError) -> TestResult:
    """Return the one result of a program whose unchanged suite ended the collecting process."""
    name = suite.targets[0] if suite.targets else "collection"
    message = f"collecting ended the process ({error})"
    return TestResult(name, Status.CRASHED, None, "collect", message)
