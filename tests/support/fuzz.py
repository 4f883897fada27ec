"""What any program must let the edit engine do, asked of programs that nobody wrote."""

from __future__ import annotations

import ast
import dis
import re
import sys
import traceback
import types
import warnings
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.compose import compose, conflict
from nerion_gym.edits.equivalence import HAS_DOCSTRING, ORIGINAL, equivalents
from nerion_gym.edits.gates import pyflakes_clean
from nerion_gym.edits.preview import apply, diff, undo
from nerion_gym.edits.registry import OPERATORS, operator
from nerion_gym.errors import EditError, ProgramSyntaxError
from nerion_gym.graphs.builder import build
from nerion_gym.graphs.parts import file_part
from nerion_gym.syntax.module import parse_module
from nerion_gym.types.edit import Kind
from nerion_gym.types.program import Focus, FunctionRef, Program
from tests.support.edits import complaints, is_repairable, place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nerion_gym.types.edit import Edit

QUOTED = re.compile(r"'[^']*'|`[^`]*`")
RENAMES = (row.name for row in OPERATORS if row.name.startswith("rename"))
READ_OTHERWISE = frozenset({*RENAMES, "invert_if", "if_to_ternary"})
EMPTY = Program(())
PAIRS, REPAIRS, SECOND_STEPS = 6, 2, 2
"""How many are drawn for the dearer checks."""


class Fault(NamedTuple):
    """Something that is wrong with a program's edits or graph.

    Attributes:
        check: which question was asked.
        operator: of the edit; "" where it is about the whole catalog.
        detail: what was found.
    """

    check: str
    operator: str
    detail: str


def faults(source: bytes, rng: np.random.Generator) -> tuple[list[Fault], tuple[Edit, ...]]:
    """Ask everything of one program; return what is wrong and its edits."""
    program = Program.from_files({"m.py": source})
    try:
        edits = enumerate_edits(program, OPERATORS, None)
    except ProgramSyntaxError:
        return [], ()
    except Exception:  # noqa: BLE001 - whatever is raised is the finding
        return [Fault("enumerate", "", traceback.format_exc(limit=-6))], ()
    found: list[Fault] = []
    for check in CHECKS:
        try:
            found += check(program, edits, rng)
        except Exception:  # noqa: BLE001 - as above
            found.append(Fault(check.__name__, "", traceback.format_exc(limit=-6)))
    return found, edits


def _drawn(rows: Sequence[Any], count: int, rng: np.random.Generator) -> list[Any]:
    return [rows[int(at)] for at in rng.permutation(len(rows))[:count]]


def each_edit(program: Program, edits: Sequence[Edit], _: np.random.Generator) -> Iterator[Fault]:
    """Each parses, compiles, is undone, and keeps to what its kind promises."""
    for edit in edits:
        for why in grave(program, edit):
            yield Fault("edit", edit.operator, f"{why}\n{diff(program, edit)}")


def grave(program: Program, edit: Edit) -> list[str]:
    """What is wrong with an edit, less what only shows how pyflakes reads a program of no sense.

    It takes a name read before it is bound for the module's of that name, and goes through the
    branches in the order of the text: then the same mistake reads otherwise after a renaming, or
    is found once more. A kind of finding that the program did not give before still counts.
    """
    found = complaints(program, edit)
    after = apply(program, edit)
    if operator(edit.operator).kind is Kind.REFACTOR and not found:
        fresh = warned(after) - warned(program)
        return [f"Python warns: {text}" for text in fresh]
    elif not found and ast.dump(_tree(after)) == ast.dump(_tree(program)):
        return ["it changes no tree"]
    if not found:
        return []
    style = pyflakes_clean(before=program, after=after)
    known = {QUOTED.sub("", text) for text in pyflakes_clean(EMPTY, program)}
    if edit.operator in READ_OTHERWISE:
        return [text for text in found if text not in style]
    return [text for text in found if text not in style or QUOTED.sub("", text) not in known]


def _tree(program: Program) -> ast.Module:
    return parse_module("m.py", program.source("m.py")).tree


def warned(program: Program) -> Counter[str]:
    """What Python says of a program when it compiles it."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        compile(program.source("m.py"), "m.py", "exec", dont_inherit=True)
    # The other way round it is the same mistake: `a is 1`, `a is not 1`.
    texts = [str(one.message).replace("is not", "is").replace("!=", "==") for one in said]
    return Counter(texts)


def the_catalog(program: Program, edits: Sequence[Edit], _: Any) -> Iterator[Fault]:
    """In canonical order, each result once, the same when worked out again."""
    places = [place(edit) for edit in edits]
    if places != sorted(places):
        yield Fault("order", "", "not in canonical order")
    results: dict[str, Edit] = {}
    for edit in edits:
        other = results.setdefault(apply(program, edit).digest, edit)
        if other is not edit:
            yield Fault("unique", edit.operator, f"as {other.operator}\n{diff(program, edit)}")
    forget()
    again = enumerate_edits(program, OPERATORS, None)
    if again != tuple(edits):
        yield Fault("determinism", "", "another catalog the second time")


def forget() -> None:
    """Empty every cache of the package: what comes next is worked out anew."""
    names = [name for name in sys.modules if name.partition(".")[0] == "nerion_gym"]
    for name in names:
        for value in list(vars(sys.modules[name]).values()):
            clear = getattr(value, "cache_clear", None)
            if callable(clear):
                clear()


def in_focus(program: Program, edits: Sequence[Edit], _: Any) -> Iterator[Fault]:
    """A focus lists what the whole catalog lists inside it."""
    names = [one.qualname for one in parse_module("m.py", program.source("m.py")).functions]
    for name in names[:2]:
        focus = Focus((FunctionRef("m.py", name),))
        listed = enumerate_edits(program, OPERATORS, focus)
        if not set(listed) <= set(edits):
            yield Fault("focus", "", f"{name}: lists what the whole catalog does not")


def pairs(program: Program, edits: Sequence[Edit], rng: np.random.Generator) -> Iterator[Fault]:
    """Two edits without a conflict go together in any order, and apart again."""
    chosen = _drawn(edits, PAIRS, rng)
    for one, two in combinations(chosen, 2):
        if conflict(one, two) != "" or conflict(two, one) != "":
            continue
        try:
            both = compose(program, (one, two))
        except EditError:
            continue
        after = apply(program, both)
        if compose(program, (two, one)) != both or undo(after, both).files != program.files:
            yield Fault("compose", one.operator, f"with {two.operator}")


def marks(program: Program, edits: Sequence[Edit], _: Any) -> Iterator[Fault]:
    """What is marked as the same code is the same code, and nothing else is."""
    codes: dict[Any, int] = {stripped(program): ORIGINAL}
    for number, mark in enumerate(equivalents(program, edits)):
        code = stripped(apply(program, edits[number]))
        expected = codes.setdefault(code, number)
        if mark != (None if expected == number else expected):
            edit = edits[number]
            yield Fault("mark", edit.operator, f"{mark}, not {expected}\n{diff(program, edit)}")


def stripped(program: Program) -> Any:
    """A program's code without positions, as something to compare."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = compile(program.source("m.py"), "m.py", "exec", dont_inherit=True)
    return _shown(code)


def _shown(code: types.CodeType) -> Any:
    """What `dis` shows of a code object and of those inside it."""
    steps = [
        (step.opname, _value(code.co_consts[step.arg or 0]) if _loads(step) else step.arg)
        for step in dis.get_instructions(code)
    ]
    shape = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    documented = sys.version_info < (3, 14) or code.co_flags & HAS_DOCSTRING
    document = _value(code.co_consts[0]) if documented and code.co_consts else None
    return tuple(steps), shape, names, code.co_qualname, code.co_exceptiontable, document


def _loads(step: dis.Instruction) -> bool:
    return step.arg is not None and step.opcode in dis.hasconst


def _value(value: Any) -> Any:
    if isinstance(value, types.CodeType):
        return _shown(value)
    return type(value).__name__, repr(value)


def graphs(program: Program, edits: Sequence[Edit], _: Any) -> Iterator[Fault]:
    """The graph builds, twice the same, its links lead to nodes, every site has one."""
    graph = build(program, None, None, ())
    file_part.cache_clear()
    again = build.__wrapped__(program, None, None, ()) if hasattr(build, "__wrapped__") else graph
    if not np.array_equal(graph.edge_links, again.edge_links):
        yield Fault("graph", "", "another graph the second time")
    if graph.edge_links.size and graph.edge_links.max() >= len(graph.nodes):
        yield Fault("graph", "", "a link leads nowhere")
    for edit in edits:
        if graph.node_of(edit.site) is None:
            yield Fault("graph", edit.operator, "its site has no node")


def repairs(program: Program, edits: Sequence[Edit], rng: np.random.Generator) -> Iterator[Fault]:
    """What is said to be repairable is."""
    promised = [
        edit
        for edit in edits
        if operator(edit.operator).kind is Kind.MUTATION and operator(edit.operator).repairable
    ]
    for edit in _drawn(promised, REPAIRS, rng):
        if not is_repairable(program, edit):
            yield Fault("repair", edit.operator, diff(program, edit))


def second_steps(
    program: Program, edits: Sequence[Edit], rng: np.random.Generator
) -> Iterator[Fault]:
    """An edited program has edits of its own that keep to the same, whatever was known before."""
    for edit in _drawn(edits, SECOND_STEPS, rng):
        after = apply(program, edit)
        listed = enumerate_edits(after, OPERATORS, None)
        forget()
        if enumerate_edits(after, OPERATORS, None) != listed:
            yield Fault("memory", edit.operator, f"not as from cold\n{diff(program, edit)}")
        for other in _drawn(listed, 10 * SECOND_STEPS, rng):
            for why in grave(after, other):
                yield Fault("second", other.operator, f"{why}\n{diff(after, other)}")


CHECKS = (each_edit, the_catalog, in_focus, pairs, marks, graphs, repairs, second_steps)
