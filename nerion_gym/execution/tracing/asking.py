"""`micro`: have edited functions run alone, on arguments that the traced run recorded.

Orders go to the traced process that stayed. Edits are run one after the other in one child of it;
where the child ends early, the edit that it was at is what ended it, and another child goes on.
"""

from __future__ import annotations

import os
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from nerion_gym.execution.tracing.ahead import ahead
from nerion_gym.execution.tracing.edited import edited_codes
from nerion_gym.types.trace import MicroTrace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from nerion_gym.execution.answers import Answer
    from nerion_gym.execution.routing import Key
    from nerion_gym.execution.tracing.edited import Edited
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.program import Program

AHEAD = 256
"""Edits of one order; those of the next are compiled meanwhile."""
CPU_SECONDS, EACH = 10.0, 0.6
"""Limits of an order: they end what the limit of each call could not."""
ELSEWHERE = "it changes more than the body of one function"
UNSEEN = "nothing that its function returns, raises or is given shows what it does"
AWAY = "no recorded call comes to the place"
NO_CALL = "no call of its function was recorded"
ENDS = "running its function alone, unedited, ended the process"


class Recording(NamedTuple):
    """What is known of a traced process that stayed.

    Attributes:
        calls: function -> test of each recorded call, "" before any.
        paths: files whose functions had taps.
        why: reason why it did not stay; "" where it did.
    """

    calls: Mapping[Key, Sequence[str]]
    paths: frozenset[str]
    why: str = ""

    def covers(self, edits: Iterable[Edit]) -> bool:
        """Whether the functions that some edits are in had taps."""
        paths = [{splice.path for splice in edit.splices} for edit in edits]
        return all(found <= self.paths for found in paths if len(found) == 1)


class GoneError(Exception):
    """There is no traced process to ask."""


def micro(
    ask: Callable[[dict[str, Any]], Answer],
    recording: Recording,
    program: Program,
    edits: Sequence[Edit],
    memory: int,
) -> list[MicroTrace]:
    """Return what running each edit's function alone tells.

    Args:
        ask: sends an order to the traced process.
        recording: what is known of it.
        program: that was traced.
        edits: of it.
        memory: bytes that a child may take.

    Raises:
        GoneError: the traced process is gone.
        SandboxError: the machinery failed.
    """
    found = [MicroTrace(why=ELSEWHERE)] * len(edits)
    if recording.why:
        return [MicroTrace(why=recording.why)] * len(edits)
    every = range(len(edits))
    chunks = [every[start : start + AHEAD] for start in every[::AHEAD]]
    called = {
        (key[0], key[1].rpartition(".")[2]) for key, tests in recording.calls.items() if tests
    }
    for codes, uncalled in ahead(partial(edited_codes, program, edits, called), chunks):
        for number in (*uncalled, *(one.number for one in codes)):
            found[number] = MicroTrace(why=NO_CALL)
        queue = [one for one in codes if recording.calls.get(one.key)]
        for number, result in results_in_turn(ask, recording, queue, memory):
            found[number] = result
    return found


def results_in_turn(
    ask: Callable[[dict[str, Any]], Answer],
    recording: Recording,
    queue: list[Edited],
    memory: int,
) -> Iterator[tuple[int, MicroTrace]]:
    """Yield what became of some edits, by number.

    Raises:
        GoneError: the traced process is gone.
    """
    while queue:
        done, results = results_of(queue, recording, ask(order_of(queue, memory)))
        yield from results
        if not done:
            # No child of ours ends so: it was told by the program.
            yield queue[0].number, MicroTrace(why=ENDS)
        queue = queue[max(done, 1) :]


def order_of(batch: Iterable[Edited], memory: int) -> dict[str, Any]:
    """Return the order to run some edits."""
    functions: dict[Key, list[list[Any]]] = defaultdict(list)
    count = 0
    for one in batch:
        functions[one.key].append([one.number, one.code, *one.lines])
        count += 1
    return {
        "op": "micro",
        "nonce": os.urandom(16),
        "files": {},
        "functions": [[list(key), edits] for key, edits in functions.items()],
        "cpu": CPU_SECONDS + EACH * count,
        "wall": 3 * (CPU_SECONDS + EACH * count),
        "memory": memory,
    }


def results_of(
    batch: Sequence[Edited], recording: Recording, answer: Answer
) -> tuple[int, list[tuple[int, MicroTrace]]]:
    """Return how many edits of an order are done with, and what became of them.

    Raises:
        GoneError: there was nobody to carry it out.
    """
    heard = Heard.of(answer, list(dict.fromkeys(one.key for one in batch)))
    found: list[tuple[int, MicroTrace]] = []
    for place, one in enumerate(batch):
        places, why = heard.references.get(one.key, ([], ""))
        masks = heard.masks.get(one.number)
        if masks is not None:
            found.append((one.number, result_of(one, places, masks, recording)))
        elif heard.stale and (places or not why):
            return place, found
        elif one.key not in heard.references:
            # It did not get to its edits: those of other functions have a process to come.
            lost = [edit.number for edit in batch[place:] if edit.key == one.key]
            found += [(number, MicroTrace(why=ENDS)) for number in lost]
            return place + len(lost), found
        elif not places:
            found.append((one.number, MicroTrace(why=why or NO_CALL)))
        else:
            # Nothing was told of it: the process ended in it.
            ended = [0, 0, 0, 1 << places[0], 0, 0, 1 << places[0]]
            found.append((one.number, result_of(one, places, ended, recording)))
            return place + 1, found
    return len(batch), found


class Heard(NamedTuple):
    """What a child told.

    Attributes:
        references: function -> numbers of the calls that it does again, and why it does not others.
        masks: edit -> calls in which result, exception, arguments were others, it came to no end,
            or only more would tell (of the result, of the arguments); and those that were run.
        stale: whether the child ended because an edit had left something behind.
    """

    references: dict[Key, tuple[list[int], str]]
    masks: dict[int, list[int]]
    stale: bool

    @classmethod
    def of(cls, answer: Answer, keys: Sequence[Key]) -> Heard:
        """Read the records.

        Raises:
            GoneError: there was nobody to carry the order out.
        """
        references: dict[Key, tuple[list[int], str]] = {}
        masks: dict[int, list[int]] = {}
        stale = False
        for kind, *rest in answer.records:
            stale |= kind == "stale"
            if kind == "reference" and rest[0] < len(keys):
                dropped = sorted(rest[2], key=lambda row: -row[1])
                references[keys[rest[0]]] = rest[1], dropped[0][0] if dropped else NO_CALL
            elif kind == "micro":
                masks[rest[0]] = rest[1:]
        if answer.records and answer.records[0][0] == "gone":
            raise GoneError  # no child begins so: one that was told this later was told a lie
        return cls(references, masks, stale)


def result_of(
    one: Edited, places: Sequence[int], masks: Sequence[int], recording: Recording
) -> MicroTrace:
    """Return what an edit did, by the sets of calls in which something was another."""
    results, exceptions, arguments, late, blind, hidden, tried = masks
    differs = results | exceptions | arguments | late
    untold = blind | hidden if one.inner else blind
    telling = tried & (differs | ~untold)
    ran = [place for place in places if telling >> place & 1]
    if not ran:
        return MicroTrace(why=UNSEEN if tried else AWAY)
    tests = recording.calls[one.key]
    named = dict.fromkeys(
        tests[place] for place in ran if differs >> place & 1 and place < len(tests)
    )
    return MicroTrace(
        ran=len(ran),
        differs=differs.bit_count(),
        results=results.bit_count(),
        exceptions=exceptions.bit_count(),
        arguments=arguments.bit_count(),
        late=late.bit_count(),
        tests=tuple(test for test in named if test),
    )
