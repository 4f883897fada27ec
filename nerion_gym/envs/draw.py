"""Drawing the part of a large program that an episode looks at, so that every part comes round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.envs.listing import edits_outside, listed_edits
from nerion_gym.envs.units import editable_units, is_reached, units_of
from nerion_gym.errors import TaskError
from nerion_gym.syntax.loose import (
    WHOLE,
    is_loose,
    loose_name,
    loose_pieces,
    loose_range,
)
from nerion_gym.types.program import Focus, FunctionRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np

    from nerion_gym.edits.operator import Operator
    from nerion_gym.envs.units import Unit
    from nerion_gym.types.edit import Edit
    from nerion_gym.types.task import Task

    Fits = Callable[[Focus | None], str]
    """Returns "" when a focus fits the world's limits, else the numbers that do not."""

MOST_FUNCTIONS = 4
"""A drawn focus edits at most this many functions: "a function or a few"."""
MOST_CONTEXT = 6
MOST_DRAWS = 20
MOST_REST = 0.25
"""At most this share of the episodes look at code that no test reaches inside a function: what it
holds survives for nothing, and no agent learns from that."""


@dataclass(frozen=True)
class Room:
    """What a focus is drawn from and must fit into.

    Attributes:
        task: whose program is looked at.
        operators: of the world.
        fits: says what does not fit.
        most: edits that a catalog may list at reset.
    """

    task: Task
    operators: tuple[Operator, ...]
    fits: Fits
    most: int

    def edits(self, focus: Focus | None) -> tuple[Edit, ...]:
        """Return the edits that a focus lists."""
        return listed_edits(self.task.program, self.operators, focus)

    def shows(self, ref: FunctionRef) -> str:
        """Return what of the graph of a piece does not fit, whatever the number of its edits."""
        return self.fits(Focus((ref,), window=(0, 1)))

    def halves(self, ref: FunctionRef) -> tuple[FunctionRef, ...]:
        """Return a piece in two: only code outside of functions can be looked at in parts."""
        source = self.task.program.source(ref.path)
        pieces = range(len(loose_pieces(ref.path, source)))
        if is_loose(ref.qualname):
            pieces = loose_range(ref.qualname, len(pieces))
        elif ref.qualname or edits_inside(self, ref.path):
            return ()
        if len(pieces) < 2:
            return ()
        first, middle, last = pieces.start, pieces.start + len(pieces) // 2, pieces.stop
        names = (loose_name(first, middle), loose_name(middle, last))
        return tuple(FunctionRef(ref.path, name) for name in names)


def edits_inside(room: Room, path: str) -> bool:
    """Whether a function of a file lists an edit."""
    outside = edits_outside(room.task.program, room.operators).get(path, ())
    return len(room.edits(Focus((FunctionRef(path, ""),)))) > len(outside)


def choose_focus(room: Room, rng: np.random.Generator) -> Focus | None:
    """Return the task's own focus, the whole program where it fits, or a drawn part of it.

    Raises:
        TaskError: no editable site, or nothing fits the world's limits.
    """
    task = room.task
    if task.focus is not None:
        return demand(task.focus, room, rng)
    catalog = room.edits(None)
    if not catalog:
        names = ", ".join(operator.name for operator in room.operators)
        msg = (
            f"{task.name}: no editable site in {', '.join(task.program.paths[:5])} "
            f"for the operators {names}; give a package with function bodies"
        )
        raise TaskError(msg)
    return draw_focus(room, rng) if task.among or room.fits(None) else None


def demand(focus: Focus, room: Room, rng: np.random.Generator) -> Focus:
    """Return a wanted focus: without context where only that does not fit, else a window of it.

    Raises:
        TaskError: the graph of the functions does not fit.
    """
    alone = Focus(focus.functions)
    for candidate in (focus, alone):
        complaint = room.fits(candidate)
        if not complaint:
            return candidate
    window = draw_window(alone, room, rng)
    if window is not None:
        return window
    complaint = room.fits(replace(alone, window=(0, 1))) or complaint
    wanted = ", ".join(f"{ref.path}::{ref.qualname}" for ref in focus.functions)
    msg = f"focus {wanted} does not fit this world: {complaint}; choose fewer or smaller functions"
    raise TaskError(msg)


def draw_focus(room: Room, rng: np.random.Generator) -> Focus:
    """Draw a start among the functions that tests reach, then grow it while it fits.

    Now and then the start is drawn among the rest: code outside of functions, and functions that
    no test reaches. What has too many edits is offered in parts of its own.

    Raises:
        TaskError: nothing fits the world's limits.
    """
    task = room.task
    units = started_from(task, editable_units(task.program, room.operators))
    pool = [unit for unit in units if is_reached(task, unit)] or list(units)
    # Drawn before all else: what fits is drawn as if there were no rest.
    order = [pool[int(index)] for index in rng.permutation(len(pool))[:MOST_DRAWS]]
    rest, share = rest_of(room, units, pool)
    focus = None
    if rest and rng.random() < min(share, MOST_REST):
        focus = draw_rest(room, rest, rng)
    if focus is None:
        focus = draw_start(room, order, pool, rng)
    if focus is None and rest:
        focus = draw_rest(room, rest, rng)
    if focus is not None:
        return focus
    complaint = room.fits(Focus((order[-1].ref,)))
    msg = (
        f"{task.name}: none of {len(order)} drawn functions fits this world "
        f"(the last: {complaint}); name a smaller one with options={{'focus': 'FILE::FUNCTION'}}"
    )
    raise TaskError(msg)


def started_from(task: Task, units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Return the units that a task's episodes may start from.

    Raises:
        TaskError: it names some, and none of them holds an edit.
    """
    if not task.among:
        return units
    named = set(task.among)
    found = tuple(unit for unit in units if unit.ref in named)
    if not found:
        msg = f"{task.name}: none of the {len(named)} functions of this split holds an edit"
        raise TaskError(msg)
    return found


def draw_start(
    room: Room, order: Sequence[Unit], pool: list[Unit], rng: np.random.Generator
) -> Focus | None:
    """Return the first of these that fits, grown, or a part of the first that fits in parts."""
    for start in order:
        if not room.fits(Focus((start.ref,))):
            return grow(start, units_of(room.task.program), pool, room.fits)
        part = draw_part(start.ref, room, rng)
        if part is not None:
            return show_around(start, units_of(room.task.program), part, room.fits)
    return None


def rest_of(room: Room, units: Iterable[Unit], pool: list[Unit]) -> tuple[list[FunctionRef], float]:
    """Return what the pool does not hold, and the share of all edits that it has."""
    program, catalog = room.task.program, room.edits(None)
    if any(not unit.ref.qualname for unit in pool):
        return [], 0.0  # files as they are: nothing lies outside of them
    known = {unit.ref for unit in pool}
    functions = [unit.ref for unit in units if unit.ref not in known]
    outside = {} if room.task.among else edits_outside(program, room.operators)
    count = sum(len(edits) for edits in outside.values())
    if functions:
        count += len(enumerate_edits(program, room.operators, Focus(tuple(functions))))
    rest = [*(FunctionRef(path, WHOLE) for path in outside), *functions]
    return rest, count / len(catalog)


def draw_rest(room: Room, rest: list[FunctionRef], rng: np.random.Generator) -> Focus | None:
    """Return a few pieces of the rest that fit together, or a part of one."""
    focus: Focus | None = None
    for index in rng.permutation(len(rest))[:MOST_DRAWS]:
        ref = rest[int(index)]
        if focus is None:
            alone = Focus((ref,))
            focus = draw_part(ref, room, rng) if room.fits(alone) else alone
        else:
            wider = Focus((*focus.functions, ref))
            focus = focus if room.fits(wider) else wider
        if focus and (focus.window or len(focus.functions) == MOST_FUNCTIONS):
            return focus
    return focus


def draw_part(ref: FunctionRef, room: Room, rng: np.random.Generator) -> Focus | None:
    """Return a part of a piece that does not fit whole, or None: its graph is too large.

    Each of its edits is in some part.
    """
    window = draw_window(Focus((ref,)), room, rng)
    if window is not None:
        return window
    halves = [half for half in room.halves(ref) if room.edits(Focus((half,)))]
    sizes = [len(room.edits(Focus((half,)))) for half in halves]
    if len(halves) == 2 and rng.random() * sum(sizes) >= sizes[0]:
        halves.reverse()
    for half in halves:
        alone = Focus((half,))
        found = draw_part(half, room, rng) if room.fits(alone) else alone
        if found is not None:
            return found
    return None


def draw_window(focus: Focus, room: Room, rng: np.random.Generator) -> Focus | None:
    """Return one of the windows that hold a focus's edits, or None where its graph is too large."""
    count = len(room.edits(focus))
    windows = -(-count // room.most) if room.most > 0 else 0
    if not windows:
        return None
    number = int(rng.integers(windows))
    window = number * count // windows, (number + 1) * count // windows
    found = replace(focus, window=window)
    return None if room.fits(found) else found


def grow(start: Unit, everything: tuple[Unit, ...], pool: list[Unit], fits: Fits) -> Focus:
    """Add bodies, callers and neighbours to edit, then context to see, while all fits."""
    neighbours = [u for u in pool if u.ref.path == start.ref.path]
    focus = Focus((start.ref,))
    editable = {unit.ref for unit in pool}
    for unit in unique((*around(start, everything), *neighbours), {start.ref}):
        if len(focus.functions) == MOST_FUNCTIONS:
            break
        wider = Focus((*focus.functions, unit.ref))
        if unit.ref in editable and not fits(wider):
            focus = wider
    return show_around(start, everything, focus, fits)


def around(start: Unit, everything: tuple[Unit, ...]) -> list[Unit]:
    """Return the bodies of what a unit calls, then those that call it."""
    bodies = [u for u in everything if u.name in start.called and u != start]
    return [*bodies, *(u for u in everything if start.name in u.called and u != start)]


def show_around(start: Unit, everything: tuple[Unit, ...], focus: Focus, fits: Fits) -> Focus:
    """Add bodies and callers to see to a focus, while all fits."""
    for unit in unique(around(start, everything), set(focus.functions)):
        if len(focus.context) == MOST_CONTEXT:
            break
        wider = replace(focus, context=(*focus.context, unit.ref))
        if not fits(wider):
            focus = wider
    return focus


def unique(units: Iterable[Unit], known: set[FunctionRef]) -> list[Unit]:
    """Return units not yet known, each once, in order."""
    seen = set(known)
    fresh = []
    for unit in units:
        if unit.ref not in seen:
            seen.add(unit.ref)
            fresh.append(unit)
    return fresh
