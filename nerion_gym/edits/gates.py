"""Gates: cheap questions to a changed program. Each returns complaints, none when it passes."""

from __future__ import annotations

import builtins
import re
from collections import Counter
from typing import TYPE_CHECKING

from pyflakes.checker import Checker

from nerion_gym.errors import ProgramSyntaxError
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.parsing import quietly

if TYPE_CHECKING:
    from nerion_gym.types.program import Program

LINE_NUMBER = re.compile(r" (?:from|on) line \d+")
"""What pyflakes says of another place: "... from line 12", "... on line 12 referenced before"."""
WORD = re.compile(r"[^\W\d]\w*")
KNOWN = frozenset({*dir(builtins), "__file__", "__path__", "__builtins__", "__annotations__"})
"""Names that every module finds."""


def parses(program: Program) -> list[str]:
    """Return a complaint for each file that is not valid Python."""
    complaints = []
    for path, source in program.files:
        try:
            parse_module(path, source)
        except ProgramSyntaxError as error:
            complaints.append(str(error))
    return complaints


def compiles(program: Program) -> list[str]:
    """Return a complaint for each file that parses, perhaps, but does not compile.

    `return` outside a function, a name both parameter and global, and their like.
    """
    complaints = []
    for path, source in program.files:
        try:
            with quietly():
                compile(source, path, "exec", dont_inherit=True)
        except SyntaxError as error:
            complaints.append(f"{path}:{error.lineno or 1}:{error.offset or 1}: {error.msg}")
        except (ValueError, RecursionError, MemoryError) as error:
            complaints.append(f"{path}:1:1: {error or 'nested too deeply to compile'}")
    return complaints


def names_resolve(before: Program, after: Program) -> list[str]:
    """Return each name that the changed program reads, binds nowhere, and did not miss before."""
    complaints = []
    for path, source in after.files:
        old = before.source(path) if path in before.paths else b""
        if source != old:
            fresh = _unresolved(path, source) - _unresolved(path, old)
            complaints += [f"{path}: {name!r} is bound nowhere" for name in sorted(fresh)]
    return complaints


def _unresolved(path: str, source: bytes) -> set[str]:
    try:
        scopes = parse_module(path, source).scopes
    except ProgramSyntaxError:
        return set()
    if scopes.star:
        return set()
    return {
        binding.name
        for binding in scopes.bindings
        if binding.scope is scopes.root and not binding.writes and binding.name not in KNOWN
    }


def pyflakes_clean(before: Program, after: Program) -> list[str]:
    """Return what pyflakes finds in the changed program and did not find before.

    Undefined names, variables never used, and their like; line numbers do not count, since an
    edit may move them. What was found of a name and is found of the name that it got is not new.
    """
    complaints = []
    for path, source in after.files:
        old = before.source(path) if path in before.paths else b""
        if source == old:
            continue
        now, then = Counter(_findings(path, source)), Counter(_findings(path, old))
        fresh = _not_renamed(now - then, then - now, (old, source))
        complaints += [f"{path}: {text}" for text in fresh]
    return complaints


def _not_renamed(
    fresh: Counter[str], gone: Counter[str], sources: tuple[bytes, bytes]
) -> list[str]:
    """Return the fresh findings that are not a vanished one under another name.

    Of the two names one is in one of the files alone.
    """
    if not fresh or not gone:
        return list(fresh.elements())
    before, after = (set(WORD.findall(text.decode("utf-8", "replace"))) for text in sources)
    found = []
    for text in fresh.elements():
        same = [other for other in gone.elements() if _is_renaming(other, text, before ^ after)]
        if same:
            gone[same[0]] -= 1
        else:
            found.append(text)
    return found


def _is_renaming(one: str, two: str, names: set[str]) -> bool:
    """Whether two findings differ in one name only, and one of its forms is among these."""
    left, right = WORD.findall(one), WORD.findall(two)
    differing = {pair for pair in zip(left, right, strict=False) if pair[0] != pair[1]}
    return (
        len(left) == len(right)
        and WORD.split(one) == WORD.split(two)
        and len(differing) == 1
        and bool(names & set(differing.pop()))
    )


def _findings(path: str, source: bytes) -> list[str]:
    try:
        tree = parse_module(path, source).tree
    except ProgramSyntaxError as error:
        return [str(error)]
    messages = Checker(tree, path).messages
    ordered = sorted(messages, key=lambda message: (message.lineno, message.col))
    texts = [message.message % message.message_args for message in ordered]
    return [LINE_NUMBER.sub("", text) for text in texts]
