"""How an edited program is run: which code is swapped, which tests, or everything from the start.

Pure functions over sources and coverage. Wherever a static rule cannot be sure the answer is the
slow way: import and collect again, run every test.
"""

from __future__ import annotations

import inspect
import marshal
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING

from nerion_gym.execution.excerpt import both_versions
from nerion_gym.execution.selection import Hull, changed_lines, whole_function
from nerion_gym.syntax.parsing import noting_warnings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nerion_gym.types.coverage import Baseline
    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite

Key = tuple[str, str, int]
"""A function: relative path, qualified name, first line (of its first decorator)."""
SHAPE = (
    "co_name",
    "co_qualname",
    "co_flags",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_freevars",
)
"""What decorators and callers may have looked at; free variables are bound already."""


@dataclass(frozen=True)
class Plan:
    """What to run for an edited program.

    Attributes:
        route: "unreached", "swap" or "reimport".
        tests: ids to run, None for all.
        codes: functions to swap, with their new code, marshalled.
        files: edited files.
        why: one line for people.
    """

    route: str
    tests: tuple[str, ...] | None = None
    codes: dict[Key, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    why: str = ""


class NotConfinedError(Exception):
    """The change is not confined to function bodies; the message says why."""


@dataclass(frozen=True)
class FileChange:
    """A changed file whose change is confined to bodies of outermost functions.

    Attributes:
        changed: pairs of old and new code with another meaning.
        moved: pairs that differ in positions only.
    """

    changed: tuple[tuple[CodeType, CodeType], ...]
    moved: tuple[tuple[CodeType, CodeType], ...]


def nearest(baselines: Iterable[Baseline], program: Program, tests: Suite) -> Baseline | None:
    """Return the last baseline of a suite that differs from a program in fewest files."""
    best: tuple[int, Baseline] | None = None
    for baseline in baselines:
        if baseline.suite != tests or baseline.program.paths != program.paths:
            continue
        pairs = zip(baseline.program.files, program.files, strict=True)
        differing = sum(one != other for one, other in pairs)
        if best is None or differing <= best[0]:
            best = differing, baseline
    return best[1] if best else None


def plan(baseline: Baseline, program: Program) -> Plan:
    """Decide how to run a program, given what was measured of the unchanged one."""
    before = dict(baseline.program.files)
    files = {path: data for path, data in program.files if before[path] != data}
    codes: dict[Key, bytes] = {}
    reaching: set[str] = set()
    for path, data in files.items():
        try:
            change = compare_file(path, before[path], data)
            lines = lines_to_reach(baseline, path, change, Hull(before[path], data))
        except NotConfinedError as reason:
            return Plan("reimport", None, {}, files, f"{path}: {reason}")
        for old, new in (*change.changed, *change.moved):
            codes[path, old.co_qualname, old.co_firstlineno] = marshal.dumps(new)
        reaching.update(baseline.coverage.reaching(path, lines))
    tests = tuple(test for test in baseline.coverage.tests if test in reaching)
    if not tests:
        return Plan("unreached", (), {}, files, "no test executes what changed")
    return Plan("swap", tests, codes, files, f"confined to {len(codes)} function(s)")


def lines_to_reach(baseline: Baseline, path: str, change: FileChange, hull: Hull) -> set[int]:
    """Return the lines of the unchanged file whose execution a test's verdict may hang on.

    Raises:
        NotConfinedError: some of them ran at import or collection.
    """
    at_import = baseline.coverage.at_import.get(path, frozenset())
    lines: set[int] = set()
    whole: set[int] = set()
    alone = len(change.changed) == 1
    for old, new in change.changed:
        body = whole_function(path, hull.old, old.co_firstlineno)
        if body is None:
            raise NotConfinedError(f"cannot find the function at line {old.co_firstlineno}")
        fine = changed_lines(path, hull, old.co_firstlineno) if alone else None
        lines |= fine if fine and layout(old) == layout(new) else body
        whole |= body
    if not change.changed:
        # Comments, spacing: only whoever reads the text can tell.
        lines = whole = set(hull.old_lines)
    if whole & at_import:
        raise NotConfinedError("what changed runs, or is read, at import or collection")
    return lines


@lru_cache(maxsize=1024)
def compiled(path: str, source: bytes) -> tuple[CodeType | None, int]:
    """Return a file's code (None when it does not compile) and the number of its warnings."""
    with noting_warnings() as caught:
        try:
            code = compile(source, path, "exec", dont_inherit=True, optimize=0)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None, len(caught)
    return code, len(caught)


def compare_file(path: str, before: bytes, after: bytes) -> FileChange:
    """Find the functions that differ.

    Raises:
        NotConfinedError: something else differs too.
    """
    quickly = both_versions(path, Hull(before, after))
    return change_of([quickly]) if quickly is not None else compare_whole(path, before, after)


def compare_whole(path: str, before: bytes, after: bytes) -> FileChange:
    """Find the functions that differ by compiling both files.

    Raises:
        NotConfinedError: something else differs too.
    """
    (old, old_warnings), (new, new_warnings) = compiled(path, before), compiled(path, after)
    if old is None or new is None:
        raise NotConfinedError("does not compile")
    if old_warnings != new_warnings:
        raise NotConfinedError("compiling warns")
    return change_of(list(function_pairs(old, new)))


def change_of(pairs: list[tuple[CodeType, CodeType]]) -> FileChange:
    """Sort pairs of old and new functions.

    Raises:
        NotConfinedError: what is visible without calling a function differs.
    """
    changed = tuple(pair for pair in pairs if not same_meaning(*pair))
    for one, other in changed:
        require_same_shape(one, other)
    moved = tuple(
        (one, other)
        for one, other in pairs
        if same_meaning(one, other) and not in_place(one, other)
    )
    return FileChange(changed, moved)


def function_pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Yield the outermost functions of two modules or class bodies that are equal otherwise.

    Raises:
        NotConfinedError: they are not.
    """
    if not same_frame(old, new):
        raise NotConfinedError(f"{old.co_name}: code outside functions differs")
    for one, other in zip(old.co_consts, new.co_consts, strict=True):
        if not isinstance(one, CodeType) or not isinstance(other, CodeType):
            if not same_constant(one, other):
                raise NotConfinedError(f"{old.co_name}: a constant outside functions differs")
        elif not one.co_flags & inspect.CO_OPTIMIZED:
            yield from function_pairs(one, other)
        elif one.co_name.startswith("<"):
            # A lambda or comprehension outside functions: made, and maybe run, at import.
            if not same_meaning(one, other):
                raise NotConfinedError(f"{one.co_name} outside functions differs")
        else:
            yield one, other


def same_frame(old: CodeType, new: CodeType) -> bool:
    """Whether two codes agree in all but constants and positions."""
    return (
        all(getattr(old, name) == getattr(new, name) for name in SHAPE)
        and old.co_code == new.co_code
        and old.co_names == new.co_names
        and old.co_varnames == new.co_varnames
        and old.co_cellvars == new.co_cellvars
        and old.co_exceptiontable == new.co_exceptiontable
        and len(old.co_consts) == len(new.co_consts)
    )


def same_constant(one: object, other: object) -> bool:
    """Whether two constants are the same to a program: 1, 1.0, True and -0.0 all differ."""
    return type(one) is type(other) and repr(one) == repr(other)


def same_meaning(old: CodeType, new: CodeType) -> bool:
    """Whether two codes are equal but for positions, nested code included."""
    if not same_frame(old, new):
        return False
    return all(
        same_meaning(one, other)
        if isinstance(one, CodeType) and isinstance(other, CodeType)
        else same_constant(one, other)
        for one, other in zip(old.co_consts, new.co_consts, strict=True)
    )


def in_place(old: CodeType, new: CodeType) -> bool:
    """Whether two codes of the same meaning have the same positions too."""
    if old.co_firstlineno != new.co_firstlineno or old.co_linetable != new.co_linetable:
        return False
    return all(
        in_place(one, other)
        for one, other in zip(old.co_consts, new.co_consts, strict=True)
        if isinstance(one, CodeType) and isinstance(other, CodeType)
    )


def require_same_shape(old: CodeType, new: CodeType) -> None:
    """Refuse a change of what is visible without calling the function.

    Raises:
        NotConfinedError: its signature, kind, free variables or docstring differ.
    """
    arguments = old.co_argcount + old.co_kwonlyargcount + 2
    variadic = bool(old.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS))
    count = arguments if variadic else arguments - 2
    if any(getattr(old, name) != getattr(new, name) for name in SHAPE):
        raise NotConfinedError(f"{old.co_qualname}: its kind or free variables differ")
    if old.co_varnames[:count] != new.co_varnames[:count]:
        raise NotConfinedError(f"{old.co_qualname}: its signature differs")
    first, second = old.co_consts[:1], new.co_consts[:1]
    if first != second and any(isinstance(value, str) for value in (*first, *second)):
        raise NotConfinedError(f"{old.co_qualname}: its docstring differs")


def layout(code: CodeType) -> tuple[object, ...]:
    """Return which names a code has, nested code included: they decide what a statement means."""
    nested = tuple(layout(value) for value in code.co_consts if isinstance(value, CodeType))
    return code.co_flags, code.co_varnames, code.co_cellvars, code.co_freevars, nested
