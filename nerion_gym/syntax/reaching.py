"""Which accesses reach which: reaching definitions on the blocks of one unit, as bit sets.

The classic forward analysis (Aho, Sethi, Ullman 1986, section 10.5) with two kinds of
definitions, reads and writes: a read ends the reach of earlier reads of its name, a write that of
earlier writes. An exception leaves a block from any of its risky points.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.syntax.control import CALL, ENTRY, FIRST_MARK, MAY_RAISE

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nerion_gym.syntax.control import Block, Flow

Sources = tuple[int, ...]
"""Access numbers."""
MOST_SOURCES = 8
"""An access has at most so many last reads and writes: the latest in the text. It keeps the graph
linear: sixty branches that write a name, then sixty that read it, would give 3,600 edges."""


class Link(NamedTuple):
    """An access with the accesses of the same name that may have come last before it."""

    access: int
    reads: Sources
    writes: Sources


MAKE: Callable[[type[Link], tuple[int, Sources, Sources]], Link] = tuple.__new__
"""Makes a link in a third of the time that its class takes."""


class Transfer(NamedTuple):
    """What a block does to a set: `made | given & ~ended`; the same up to its risky points."""

    made: int
    ended: int
    risked: int
    ended_first: int


EMPTY = Transfer(0, 0, 0, -1)


class Reaching:
    """The solution for one unit.

    Args:
        flow: its blocks.
        bindings: access number -> number of the name's binding.
        entry: binding -> writes that may have come before the unit starts.
        escaping: binding -> writes that any call may run.
        most: an access has at most so many last reads and writes: the latest in the text.
    """

    def __init__(
        self,
        flow: Flow,
        bindings: Sequence[int],
        entry: Mapping[int, Sources],
        escaping: Mapping[int, Sources],
        most: int = MOST_SOURCES,
    ) -> None:
        self._flow = flow
        self._most = most
        self._bindings = bindings
        self._meaning: list[Sources] = []
        self._bits: dict[int, int] = {}
        self._expanded: dict[int, Sources] = {}
        self._reads: dict[int, int] = defaultdict(int)
        self._writes: dict[int, int] = defaultdict(int)
        self._number_events()
        self._at_entry = self._number_outside(entry)
        self._at_calls = self._number_outside(escaping)
        self._order = _reverse_postorder(flow.blocks)
        self._into = self._solve()

    def _number_events(self) -> None:
        found = {event for block in self._flow.blocks for event in block.events if event >= 0}
        bit, bindings, kinds = 1, self._bindings, (self._reads, self._writes)
        for event in sorted(found):
            self._bits[event] = bit
            kinds[event & 1][bindings[event >> 1]] |= bit
            self._meaning.append((event >> 1,))
            bit <<= 1

    def _number_outside(self, outside: Mapping[int, Sources]) -> int:
        together = 0
        for binding, sources in outside.items():
            if sources and (binding in self._writes or binding in self._reads):
                bit = self._new(sources)
                self._writes[binding] |= bit
                together |= bit
        return together

    def _new(self, sources: Sources) -> int:
        self._meaning.append(sources)
        return 1 << (len(self._meaning) - 1)

    @cached_property
    def _steps(self) -> dict[int, tuple[int, int]]:
        """Access event -> what it leaves of a set, and what it adds."""
        bindings, masks = self._bindings, (self._reads, self._writes)
        return {
            event: (~masks[event & 1][bindings[event >> 1]], bit)
            for event, bit in self._bits.items()
        }

    def _after(self, event: int, state: int) -> int:
        """Return the set after an event."""
        if event >= 0:
            kept, bit = self._steps[event]
            return state & kept | bit
        return state | self._at_calls if event == CALL else state

    def _transfer(self, block: Block) -> Transfer:
        steps = self._steps
        made, kept_all, risked = 0, -1, 0
        ended_first = -1
        for event in block.events:
            if event >= 0:
                kept, bit = steps[event]
                kept_all &= kept
                made = made & kept | bit
            elif event == MAY_RAISE:
                risked |= made
                ended_first = ~kept_all if ended_first < 0 else ended_first
            elif event == CALL:
                made |= self._at_calls
        return Transfer(made, ~kept_all, risked, ended_first)

    def _solve(self) -> list[int]:
        blocks = self._flow.blocks
        transfers = [self._transfer(block) if block.events else EMPTY for block in blocks]
        into = [0] * len(blocks)
        into[ENTRY] = self._at_entry
        pending = True
        while pending:
            pending = False
            done = set()
            for number in self._order:
                done.add(number)
                block, transfer, given = blocks[number], transfers[number], into[number]
                out = transfer.made | given & ~transfer.ended if transfer is not EMPTY else given
                for target in block.after:
                    if out & ~into[target]:
                        into[target] |= out
                        pending = pending or target in done
                if block.on_error >= 0 and transfer.ended_first >= 0:
                    out, target = transfer.risked | given & ~transfer.ended_first, block.on_error
                    if out & ~into[target]:
                        into[target] |= out
                        pending = pending or target in done
        return into

    # -- answers

    def links(self) -> list[Link]:
        """Return the links of each access event, reached code only."""
        found: list[Link] = []
        for number in self._order:
            events = self._flow.blocks[number].events
            if events:
                self._link(events, self._into[number], found)
        return found

    def _link(self, events: Sequence[int], state: int, found: list[Link]) -> None:
        """Append the links of a block."""
        steps, bindings, meaning = self._steps, self._bindings, self._meaning
        all_reads, all_writes, expand = self._reads, self._writes, self._expand
        for event in events:
            if event >= 0:
                access = event >> 1
                binding = bindings[access]
                reads, writes = state & all_reads[binding], state & all_writes[binding]
                if event & 1 and reads:
                    # `x += 1` reads, then writes: its own reading is no news to its writing.
                    reads &= ~self._bits.get(event - 1, 0)
                if not reads & (reads - 1):  # at most one, nearly always
                    last_reads = meaning[reads.bit_length() - 1] if reads else ()
                else:
                    last_reads = expand(reads)
                if not writes & (writes - 1):
                    last_writes = meaning[writes.bit_length() - 1] if writes else ()
                else:
                    last_writes = expand(writes)
                found.append(MAKE(Link, (access, last_reads, last_writes)))
                kept, bit = steps[event]
                state = state & kept | bit
            elif event == CALL:
                state |= self._at_calls

    def last_writes(self) -> Iterator[tuple[int, Sources]]:
        """Yield what `links` does without the reads, which take as long again."""
        for number in self._order:
            state = self._into[number]
            for event in self._flow.blocks[number].events:
                if event >= 0:
                    access = event >> 1
                    yield access, self._expand(state & self._writes[self._bindings[access]])
                state = self._after(event, state)

    def seen_by(self, function: ast.AST, binding: int) -> Sources:
        """Return the writes that a function defined here may find: made before or to come."""
        before, ahead = self._marks.get(function, (0, 0))
        return self._expand((before | ahead) & self._writes[binding])

    @cached_property
    def _marks(self) -> dict[ast.AST, tuple[int, int]]:
        """Definition -> (what reaches it, what may be written after it)."""
        found: dict[ast.AST, tuple[int, int]] = {}
        ahead = self._writes_ahead()
        for number in self._order:
            block, state = self._flow.blocks[number], self._into[number]
            before: dict[int, int] = {}
            for event in block.events:
                if event <= FIRST_MARK:
                    before[event] = state
                state = self._after(event, state)
            later = 0
            for target in _successors(block) if before else ():
                later |= ahead[target]
            for event in reversed(block.events) if before else ():
                if event <= FIRST_MARK:
                    node = self._flow.deferred[FIRST_MARK - event]
                    others = found.get(node, (0, 0))
                    found[node] = others[0] | before[event], others[1] | later
                later |= self._written((event,))
        return found

    def _writes_ahead(self) -> list[int]:
        blocks = self._flow.blocks
        ahead = [self._written(block.events) for block in blocks]
        pending = True
        while pending:
            pending = False
            for number in reversed(self._order):
                together = ahead[number]
                for target in _successors(blocks[number]):
                    together |= ahead[target]
                pending = pending or together != ahead[number]
                ahead[number] = together
        return ahead

    def _written(self, events: Sequence[int]) -> int:
        together = 0
        for event in events:
            if event >= 0 and event & 1:
                together |= self._bits[event]
        return together

    def _expand(self, state: int) -> Sources:
        """Return the accesses of a set, of at most so many bits: the latest in the text."""
        known = self._expanded.get(state)
        if known is None:
            known = self._expanded[state] = self._expand_anew(state)
        return known

    def _expand_anew(self, state: int) -> Sources:
        found: set[int] = set()
        for _ in range(self._most):
            if not state:
                break
            place = state.bit_length() - 1
            found.update(self._meaning[place])
            state ^= 1 << place
        return tuple(sorted(found))


def _successors(block: Block) -> list[int]:
    return block.after if block.on_error < 0 else [*block.after, block.on_error]


def _reverse_postorder(blocks: Sequence[Block]) -> list[int]:
    """Return the blocks that can be reached, each after those before it, loops apart."""
    finished: list[int] = []
    seen = {ENTRY}
    stack = [(ENTRY, iter(_successors(blocks[ENTRY])))]
    while stack:
        number, targets = stack[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(_successors(blocks[target]))))
                break
        else:
            finished.append(number)
            stack.pop()
    return finished[::-1]
