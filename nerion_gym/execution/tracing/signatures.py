"""Whether a test may look at functions from outside: at their signature, at their variables.

Signatures are read by `inspect`, by mocks, by libraries that call what they are given; and who
calls a function wrongly is told what it requires. None of that runs the function.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nerion_gym.types.program import Program
    from nerion_gym.types.suite import Suite

READS = re.compile(
    rb"__defaults__|__kwdefaults__|[mM]ock|autospec|getcallargs|argspec|pydoc|\bhelp\(|"
    rb"get_type_hints|singledispatch|importorskip|import_module|__import__|"
    rb"positional argument|keyword-only argument|required (?:positional|keyword)|"
    rb"_getframe|currentframe|f_locals|tb_frame|settrace|setprofile"
)
"""Words of who reads defaults or frames, or what a call is told that lacks an argument."""
INSPECTS = re.compile(
    rb"\bsignature\b|\bSignature\b|\binspect import \*|\binspect\.(?:stack|trace)\b"
)
IMPORTS = re.compile(
    rb"^[ \t>]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([\w., \t]+))", re.M
)
TESTING = frozenset({"pytest", "_pytest"})


def may_look(program: Program, suite: Suite) -> bool:
    """Whether anything there may look at the signature of a function, or into its frame.

    A library of others may look at whatever it is given.
    """
    own = _own(program, suite)
    return any(_may_read(text, own) for _, text in program.files) or any(
        _may_read(text, own | TESTING) for _, text in suite.files
    )


def _may_read(text: bytes, own: frozenset[str]) -> bool:
    if READS.search(text) or (b"inspect" in text and INSPECTS.search(text)):
        return True
    return not all(name in own or name in sys.stdlib_module_names for name in _imported(text))


def _own(program: Program, suite: Suite) -> frozenset[str]:
    """Return the names of modules that are neither of the standard library nor of others."""
    paths = [path for path, _ in (*program.files, *suite.files)]
    found = {_stem(path.rpartition("/")[2]) for path, _ in suite.files}
    for root in suite.pythonpath:
        start = "" if root == "." else f"{root}/"
        inside = (path.removeprefix(start) for path in paths if path.startswith(start))
        found |= {_stem(path.partition("/")[0]) for path in inside}
    return frozenset(found)


def _stem(name: str) -> str:
    return name.removesuffix(".py")


def _imported(text: bytes) -> Iterable[str]:
    for module, modules in IMPORTS.findall(text):
        if module:
            yield from _top(module)
        else:
            for one in modules.split(b","):
                yield from _top(one.split()[0] if one.split() else b"")


def _top(name: bytes) -> Iterator[str]:
    top = name.partition(b".")[0].decode("ascii", "replace")
    if top:
        yield top
