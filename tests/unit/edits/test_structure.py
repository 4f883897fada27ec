"""Edits of statements, blocks and definitions in code that is hard to cut: all must still run."""

import ast

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.gates import compiles, parses
from nerion_gym.edits.operators import (
    blocks,
    defaults,
    definitions,
    guards,
    placement,
    returns,
    statements,
)
from nerion_gym.edits.preview import apply, undo
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.trees import same_tree
from nerion_gym.types.program import Focus, FunctionRef, Program

pytestmark = pytest.mark.pure

FAMILIES = (statements, blocks, guards, placement, returns, defaults, definitions)
ROWS = tuple(row for family in FAMILIES for row in family.OPERATORS)
INVERSE = {
    "augment_assignment": "assign_augmented",
    "indent_statement": "dedent_statement",
    "dedent_statement": "indent_statement",
}
HARD = '''\
#!/usr/bin/env python
"""A docstring."""
from __future__ import annotations
import os, sys; import re
__all__ = ["f"]
é = 1; ß = é; print(é)
@deco  # one
@ (deco
   .two)
# between

@deco(lambda x=1, *, y=(2): f"{x!r:{y}} {(lambda z='q': z)()}")
async def f(a, /, b: int = (1), *args, c=-2.5, d: "str" = "x", e=b"", **kw) -> None:
    """Doc."""
    global g1; g1 = 2
    async with a as x, b: await x
    async for i in a: print(i)
    else: print(b)
    async with (
        a() as (p, q),  # (
        b as kw["r"],
    ):
        print(p); print(q);
    if (n := len(args)) > 1: return
    elif n: pass; n += 1; n -= 2
    else: raise ValueError(n) from \\
        None
    x = """many
    lines"""
    while n:
        n -= 1  # less
        if n == 3:
\t        continue
        elif n == 4:
            # say
            print("""
  odd""")
            break
        else:
                n = n \\
                    + 1
                del n
    try:
        try: print(1)
        finally: print(2)
        return_ = 1
    except (KeyError, ValueError) as error:
        raise
    except Exception:
        os.remove(a)
        raise RuntimeError("x")
    else:

        @deco
        def inner(): nonlocal x; x = 2
    finally:
        match a:
            case [1, *rest] if rest: print(rest)
            case _:
                assert n, "n"
                n **= 2; n //= 3
    x = yield_ = 3
    for x[0], (y) in zip(a, b): x += y,
    for y in ():
        print(y)
    (x) = [1][(0)]
    (x) += 1
    return(
        x,  # x
        y)  if x else \\
        None
class A(os.PathLike, (B), *C, metaclass=M, **kw): x: int; y: int = 1; z = 2
class B(  # base
    dict,
): pass
class C[T: (int, str) = int](Generic[T], list[T]):
    """Doc."""
    a: int
    b: str = "x"
    def g(self): return super().__init__()
    @property
    def h(self) -> int:
        \'\'\'Doc.\'\'\'

    @h.setter
    def h(self, value): self.value = value; return
    def i(self, x=None, y=[], *, z): yield x; return (yield)


    def j(self, x=0, y=None): return [lambda: None, lambda: (yield), lambda: (k := 1)]
    k = lambda self, *, m=True: m if m else None
try:
    import a
except* ValueError:
    a = None
if TYPE_CHECKING:
    x = 1
    y = 2
else:
    z = 3
with open(x) as h, (yield_): h.read()
with open(x): pass
if __name__ == "__main__":
    f()
    raise SystemExit(f(1))'''
if not hasattr(ast, "TypeVarTuple"):
    HARD = HARD.replace("[T: (int, str) = int]", "")
elif not hasattr(ast.TypeVar(name="T"), "default_value"):
    HARD = HARD.replace(" = int]", "]")
VARIANTS = {
    "ended": HARD + "\n",
    "crlf": HARD.replace("\n", "\r\n"),
    "cr": HARD.replace("\n", "\r"),
    "bom": "\ufeff" + HARD,
}
TABS = HARD.replace("\t        ", "            ").replace("    ", "\t")


def program_of(text):
    return Program.from_files({"m.py": text.encode()})


def _edits(program, rows):
    return enumerate_edits(program, rows, None)


@pytest.mark.parametrize("text", [HARD, TABS], ids=["blanks", "tabs"])
def test_every_edit_of_hard_code_compiles_and_can_be_undone(text):
    program = program_of(text)
    assert compiles(program) == []
    edits = _edits(program, ROWS)
    assert {edit.operator for edit in edits} == {row.name for row in ROWS}
    for edit in edits:
        after = apply(program, edit)
        assert parses(after) == compiles(after) == [], edit
        assert undo(after, edit).files == program.files


@pytest.mark.parametrize("name", VARIANTS)
def test_line_ends_and_a_byte_order_mark_change_nothing(name):
    def found(text):
        program = program_of(text)
        return [
            (edit.operator, apply(program, edit).source("m.py").decode().removeprefix("\ufeff"))
            for edit in _edits(program, ROWS)
        ]

    ended = "\r\n" if name == "crlf" else "\r" if name == "cr" else "\n"
    again = [(row, text.replace(ended, "\n")) for row, text in found(VARIANTS[name])]
    assert [(row, text.removesuffix("\n")) for row, text in again] == found(HARD)


def test_repairable_edits_of_hard_code_can_be_repaired():
    program = program_of(HARD)
    tree = parse_module("m.py", program.source("m.py")).tree
    for edit in _edits(program, tuple(row for row in ROWS if row.repairable)):
        inverse = INVERSE.get(edit.operator, edit.operator)
        after = apply(program, edit)
        others = _edits(after, tuple(row for row in ROWS if row.name == inverse))
        texts = [apply(after, other).source("m.py") for other in others]
        same = program.source("m.py") in texts
        assert same or any(same_tree(tree, ast.parse(text)) for text in texts), edit


def test_the_last_lines_of_a_function_can_go_within_it():
    program = program_of("def f(x):\n    if x: g(x)\n    x.h()\n\ndef g(x): return 1\n")
    focus = Focus((FunctionRef("m.py", "f"),))
    texts = [
        apply(program, edit).source("m.py").decode()
        for edit in enumerate_edits(program, ROWS, focus)
        if edit.operator == "remove_statement"
    ]
    assert texts == [
        "def f(x):\n    if x: pass\n    x.h()\n\ndef g(x): return 1\n",
        "def f(x):\n    if x: g(x)\n\ndef g(x): return 1\n",
    ]
