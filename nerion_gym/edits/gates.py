"""Gates: cheap questions to a changed program. Each returns complaints, none when it passes."""

from __future__ import annotations

import builtins
import re
import warnings
from collections import Counter
from typing import TYPE_CHECKING

from pyflakes.checker import Checker

from nerion_gym.errors import ProgramSyntaxError
from nerion_gym.syntax.module import parse_module

if TYPE_CHECKING:
    from nerion_gym.types.program import Program

LINE_NUMBER = re.compile(r" from line \d+\Z")
"""What pyflakes says of a second definition: "... from line 12"."""
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
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
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
    edit may move them.
    """
    complaints = []
    for path, source in after.files:
        old = before.source(path) if path in before.paths else b""
        if source == old:
            continue
        fresh = Counter(_findings(path, source)) - Counter(_findings(path, old))
        complaints += [f"{path}: {text}" for text in fresh.elements()]
    return complaints


def _findings(path: str, source: bytes) -> list[str]:
    try:
        tree = parse_module(path, source).tree
    except ProgramSyntaxError as error:
        return [str(error)]
    messages = Checker(tree, path).messages
    ordered = sorted(messages, key=lambda message: (message.lineno, message.col))
    texts = [message.message % message.message_args for message in ordered]
    return [LINE_NUMBER.sub("", text) for text in texts]
