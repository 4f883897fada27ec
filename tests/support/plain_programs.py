"""Random programs over numbers, texts and lists, to be run: what they log and give is compared.

Every construct that a refactor rewrites is among the shapes; most runs get through, some raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

NUMBERS, TEXTS, LISTS = ("a", "b", "n", "total"), ("s", "word"), ("xs", "ys")
NAMES = {"I": NUMBERS, "T": TEXTS, "L": LISTS}
VALUES = {
    "I": (
        "{i}", "{i}", "{i}", "0", "1", "2", "-3", "7", "{I} + {I}", "{I} - {I}", "{I} * {I}",
        "{I} // {I}", "{I} % 5", "-{I}", "len({L})", "len({T})", "sum({L})",
        "({I} if {B} else {I})",
        "helper({I})", "helper({I}, {I})", "{l}[0]", "{l}[-1]", "abs({I})", "max({I}, {I})",
        "box.size", "box.grow({I})", "say({I})", "int({B})", "(({i}))",
        "sum(v * {I} for v in {L})",
    ),
    "T": (
        "{t}", "{t}", "'x'", "''", "'a b'", "{T} + {T}", "str({I})", "f'{{{I}}}:{{{t}}}'",
        "'{{}}-{{}}'.format({I}, {T})", "'%s/%d' % ({t}, {i})", "{T}.upper()", "{t}[::-1]",
        "f'{{{i}:>3}} of {{{i}!r}}'", "'{{0}} {{name}}'.format({I}, name={t})", "({T} or {T})",
        "','.join(str(v) for v in {L})", "{t}[{I}:]",
    ),
    "L": (
        "{l}", "{l}", "[]", "[{I}, {I}]", "[v + {I} for v in {L} if v > {I}]", "{L} + [{I}]",
        "list(range({I} % 6))", "sorted({L})", "[{I} for v in {L}]", "{l}[1:]",
        "list(gen({I} % 4))",
    ),
    "B": (
        "{I} < {I}", "{I} <= {I}", "{I} == {I}", "{I} != {I}", "{I} > {I}", "not {B}",
        "{B} and {B}", "{B} or {B}", "{i} in {L}", "{t}", "{l}", "not ({B} and {B})",
        "{I} < {I} < {I}", "{t} == {T}", "isinstance({i}, int)", "{i} is None", "say({B})",
        "{i} not in {l}", "not {I} >= {I}", "any(v == {i} for v in {L})",
    ),
}  # fmt: skip
SIMPLE = (
    "{i} = {I}", "{i} = {I}", "{t} = {T}", "{l} = {L}", "{i} += {I}", "{i} = {i} + {I}",
    "{i} *= {i}", "{l}.append({I})", "say({T})", "say({I})", "say({B})", "{t} += {T}",
    "{i} = {I} if {B} else {I}", "{i}: int = {I}", "return {I}", "raise ValueError({T})",
    "box.size = {I}", "box._spare += {I}", "pass", "{i}, {i} = {I}, {I}", "assert {B}, {T}",
    "{i} = {i} - {I}", "helper({I})", "{l} = [v for v in {L}]", "del {l}[0]", "{I}",
    "say({i}); {i} = {I}", "{l}[0] += {I}", "{i} = {i} = {I}",
)  # fmt: skip
BLOCKS = (
    "if {B}:\n{body}", "if {B}:\n{body}\nelse:\n{body}", "if {B}:\n{body}\nelif {B}:\n{body}",
    "if {B}:\n    return {I}\nelse:\n{body}", "if {B}:\n    if {B}:\n{deep}",
    "if {B} and {B}:\n{body}", "if not {B}:\n{body}\nelse:\n{body}",
    "if {B}:\n    {v} = {I}\nelse:\n    {v} = {I}", "for {v} in {L}[:4]:\n{body}",
    "for {v} in range({I} % 5):\n{body}", "{l} = []\nfor v in {L}:\n    {l}.append(v + {I})",
    "{l} = []\nfor v in {L}:\n    if v > {I}:\n        {l}.append(v)",
    "{v} = 0\nwhile {v} < 4:\n{body}\n    {v} += 1",
    "try:\n{body}\nexcept ValueError as error:\n    say(str(error))",
    "try:\n{body}\nfinally:\n{body}",
    "def inner(k, by=2):\n    nonlocal {w}\n    {w} = k\n    return k * by\n{i} = inner({I})",
    "for {v} in {L}:\n    if {B}:\n        break\n{body}\nelse:\n{body}",
    "for {v} in {L}:\n    if {B}:\n        continue\n{body}", "if False:\n{body}",
    "while {i} > 9:\n    {v} = {i} // 2\n    break", "with box:\n{body}",
    "{v} = {I}\nsay({v} + {I})", "{v} = {I}\n{i} = {I}\nsay({v})",
    "match {I}:\n    case 0 | 1:\n{deep}\n    case {v} if {B}:\n{deep}\n    case _:\n{deep}",
)  # fmt: skip
FRAME = '''\
def gen(n):
    for k in range(n):
        yield k * 2

def helper(a, b=2):
    """Help
    a little."""
    t = a - b
    return t{tail}

class Box:
    size = 1
    _spare = 0

    def grow(self, by):
        self.size = self.size + by
        return self.size

    def __enter__(self):
        say("in")

    def __exit__(self, *gone):
        say("out")

box = Box()

def f(a, b, s, xs):
    """{text}"""
    n, total, word, ys = {n}, 0, 'w', [1]
{body}
    return total, n, s, ys

ENTRY = f
'''


class Plain:
    """Writes such programs."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def one(self, rows: tuple[str, ...]) -> str:
        """One of some texts."""
        return rows[int(self.rng.integers(len(rows)))]

    def filled(self, shape: str, depth: int, level: int = 1) -> str:
        """A shape with all its places filled."""
        out, at = [], 0
        while at < len(shape):
            place = shape[at + 1 : at + 2] if shape[at] == "{" else ""
            if shape[at : at + 2] in ("{{", "}}"):
                # Doubled braces are braces of the program.
                out.append(shape[at])
                at += 2
            elif place:
                end = shape.index("}", at)
                out.append(self.part(shape[at + 1 : end], depth, level))
                at = end + 1
            else:
                out.append(shape[at])
                at += 1
        return "".join(out)

    def part(self, name: str, depth: int, level: int) -> str:
        """What stands in a place: an expression, a name, a block."""
        if name in VALUES:
            return self.value(name, depth + 1)
        if name in ("body", "deep"):
            return self.block(level + 1, "        " if name == "deep" else "    ")
        if name in "vw":
            return self.one(NUMBERS if name == "v" else ("total", "n"))
        return self.one(NAMES[name.upper()])

    def value(self, kind: str, depth: int) -> str:
        """An expression of a kind."""
        if depth > 2:
            return self.one(NAMES.get(kind, ("a > 1", "xs", "n == 2")))
        return self.filled(self.one(VALUES[kind]), depth)

    def block(self, level: int, pad: str) -> str:
        """Statements, indented for their place in the shape."""
        lines: list[str] = []
        for _ in range(int(self.rng.integers(1, 4))):
            nested = level < 3 and self.rng.random() < 0.5
            text = self.filled(self.one(BLOCKS if nested else SIMPLE), 0, level)
            lines += text.splitlines()
        return "\n".join(pad + line for line in lines)

    def program(self) -> str:
        """A program; whether it compiles is for the caller to see."""
        body = [self.filled(self.one(BLOCKS), 0, 1) for _ in range(int(self.rng.integers(2, 5)))]
        text = "\n".join("    " + line for part in body for line in part.splitlines())
        number, tail = str(int(self.rng.integers(4))), self.one(("", " * b", " + len([a])"))
        frame = FRAME.replace("{tail}", tail).replace("{n}", number)
        return frame.replace("{text}", self.one(("Do.", "Do it \n    all."))).replace(
            "{body}", text
        )
