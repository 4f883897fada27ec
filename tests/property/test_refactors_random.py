"""Random functions over values that write down all that is done to them, their end included.

A refactor must leave the record as it is, whatever the values answer and wherever one fails.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter

import numpy as np
import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply, diff
from nerion_gym.edits.registry import resolve
from nerion_gym.types.program import Program


class FailedError(Exception):
    """What an operation raises when it is told to."""


class TooLongError(BaseException):
    """A loop without end."""


ADDRESS = re.compile(r" at 0x[0-9a-f]+")
OPERATORS = resolve(
    (
        *("extract_variable", "introduce_temporary", "inline_variable", "remove_temporary"),
        *("extract_function", "inline_function", "rename_function", "rename_parameter"),
    )
)
RUNS = [(1, 0), (2, 0), (3, 0), (1, 3), (2, 6), (3, 10), (4, 15)]
"""(seed of the answers, number of the operation that fails; 0: none)."""
MOST_EVENTS = 400
ERRORS = (FailedError, NameError, TypeError, AttributeError, ValueError, LookupError, RuntimeError)
"""What the random functions may end with."""
LAST = [
    "return {n}",
    "return {n} + {e}",
    "return {e} + {n}",
    "return a({n})",
    "return h({n})",
    "return len({n})",
    "return {n}.m({e})",
    "return {n}[{e}]",
    "z = len({n})",
    "a.p = {n}",
    "if {n}: a()",
    "return isinstance({n}, int)",
    "return [v for v in {n}]",
    "return a(b, g({n}))",
    "x = y = z = h(c, {n})",
]
INNER = [
    "u",
    "u.p",
    "u + y",
    "u * u",
    "y + u",
    "u(c)",
    "c(u)",
    "len(u)",
    "u and c",
    "not u",
    "(u, y)[0]",
    "{e}",
]
SHAPES = [
    "{e}.p",
    "{e}.q",
    "{f}()",
    "{f}({e})",
    "{f}({e}, {e})",
    "{e}.m({e})",
    "({e} + {e})",
    "({e} * {e})",
    "len({e})",
    "{e}[{e}]",
    "({e} and {e})",
    "({e} or {e})",
    "({e} if {e} else {e})",
    "[{e} for v in {e}]",
    "({e} for v in {e})",
    "(lambda: {e})",
    "f'{{{v}}} of {{1}}'",
    "({x} := {e})",
    "isinstance({e}, int)",
    "any({e} for v in {e})",
]


class Record:
    def __init__(self, seed, fails_at):
        self.events, self.count, self.fails_at = [], 0, fails_at
        self.rng = np.random.default_rng(seed)

    def add(self, *event):
        self.count += 1
        self.events.append(event)
        if self.count > MOST_EVENTS:
            raise TooLongError
        if self.count == self.fails_at:
            raise FailedError(self.count)

    def outline(self, *, with_ends):
        """The events; values that end one after another end in any order."""
        found = []
        for event in self.events:
            if event[0] != "end":
                found.append(event)
            elif with_ends and found and found[-1][0] == "ends":
                found[-1] = ("ends", sorted([*found[-1][1], event[1]]))
            elif with_ends:
                found.append(("ends", [event[1]]))
        return found


def shown(value):
    """What is written down of a value: of functions within texts not where they lie in memory."""
    if isinstance(value, str):
        return ADDRESS.sub("", value)
    return getattr(value, "name", value if isinstance(value, int) else type(value).__name__)


class Value:
    """Answers everything with another value and writes it down."""

    def __init__(self, record, name, owner=None):
        self.__dict__.update(record=record, name=name[-40:], owner=owner)

    def _did(self, what, *more):
        self.record.add(what, self.name, *map(shown, more))
        return Value(self.record, f"{self.name}.{what}", self if what == "get" else None)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._did("get", name)

    def __setattr__(self, name, value):
        self._did("set", name, value)

    def __call__(self, *given):
        result = self._did("call", *given)
        for value in given:
            if not isinstance(value, Value) and callable(value) and self.record.count < 100:
                value()
            elif hasattr(value, "__next__"):
                list(value)
        return result

    def __add__(self, other):
        return self._did("add", other)

    __radd__ = __mul__ = __rmul__ = __add__

    def __getitem__(self, key):
        return self._did("item", key)

    def __format__(self, form):
        self._did("format")
        return self.name

    def __bool__(self):
        self._did("bool")
        return bool(self.record.rng.random() < 0.5)

    def __len__(self):
        self._did("len")
        return int(self.record.rng.integers(4))

    def __iter__(self):
        self._did("iter")
        for number in range(2):
            yield Value(self.record, f"{self.name}#{number}")

    def __enter__(self):
        return self._did("enter")

    def __exit__(self, kind, value, trace):
        self._did("exit", kind.__name__ if kind else None)
        return bool(self.record.rng.random() < 0.3)

    def __del__(self):
        self.record.events.append(("end", self.name))


class Writer:
    """Writes random functions."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.generator = False

    def one(self, *choices):
        return str(self.rng.choice(choices))

    def expression(self, depth=0):
        if depth > 2 or self.rng.random() < 0.25:
            return self.one(*"abcabcxyzk12")
        return self.filled(self.one(*SHAPES), depth + 1)

    def filled(self, shape, depth=1, **more):
        while "{e}" in shape:
            shape = shape.replace(
                "{e}", self.expression(depth).replace("{", "{{").replace("}", "}}"), 1
            )
        return shape.format(f=self.one(*"abxgh"), v=self.one(*"abxyz"), x=self.one(*"xyz"), **more)

    def block(self, indent, loop=False):
        return [line for _ in range(self.rng.integers(1, 4)) for line in self.lines(indent, loop)]

    def lines(self, indent, loop):
        name, value = self.one(*"xyz"), self.expression()
        simple = [f"{name} = {value}"] * 8 + [self.expression(1)] * 2 + [f"{name} += {value}"]
        simple += [f"a.p = {value}", f"return {value}", f"del {name}"]
        simple += ["break", "continue"] * loop + [f"yield {value}"] * self.generator
        if indent > 2 or self.rng.random() < 0.7:
            return ["    " * indent + self.one(*simple)]
        heads = {"if": f"if {value}:", "for": f"for {name} in {value}:", "try": "try:",
                 "with": f"with {value} as {name}:"}  # fmt: skip
        kind = self.one("if", "if", *heads)
        after = {"if": "else:", "try": self.one("except Exception:", "finally:")}.get(kind)
        body = self.block(indent + 1, loop or kind == "for")
        rest = [] if after is None else [after, *self.block(indent + 1, loop and kind == "if")]
        pad = "    " * indent
        return [pad + heads[kind], *body, *([pad + rest[0], *rest[1:]] if rest else [])]

    def program(self):
        self.generator = bool(self.rng.random() < 0.25)
        lines = ["def h(*given):", "    return k", "def f(a, b, c):"]
        lines += [f"    def g({self.one('u', 'u', 'u=1, v=2')}):"]
        lines += ["        nonlocal x", "        x = u"] if self.rng.random() < 0.2 else []
        lines += ["        return " + self.filled(self.one(*INNER)), "    x = a.x0", "    y = b.y0"]
        lines += self.block(1) + self.block(1)
        lines += [f"    n = {self.expression()}", "    " + self.filled(self.one(*LAST), n="n")]
        return "\n".join([*lines, f"    return {self.expression()}", ""])


def outcome(source, seed, fails_at):
    """What a run gives and all that was done; None for a run without end."""
    record = Record(seed, fails_at)
    names = {"k": Value(record, "k")}
    exec(compile(source, "m", "exec"), names)  # noqa: S102 - it is what the test is about
    smooth = not fails_at
    try:
        given = names["f"](*(Value(record, name) for name in "abc"))
        # When what a generator returned ends, nobody promises: it went out with an exception.
        smooth = smooth and not hasattr(given, "__next__")
        result = [shown(value) for value in given] if hasattr(given, "__next__") else shown(given)
        record.events.append(("returned",))
    except TooLongError:
        return None
    except ERRORS as error:
        # The name of the function that misses a value, and tracebacks that keep values, may differ.
        smooth, result = False, (type(error).__name__, str(error).replace("_f_part()", "f()"))
    smooth = smooth and not any(event[0] == "exit" and event[2] for event in record.events)
    return result, record.outline(with_ends=smooth), record.outline(with_ends=False)


def check(seed, count):
    """Try all edits of so many programs; return how many were tried, by operator."""
    tried, writer = Counter(), Writer(seed)
    for _ in range(count):
        source = writer.program()
        try:
            compile(source, "m", "exec")
        except SyntaxError:
            continue
        program = Program.from_files({"m.py": source.encode()})
        before = None
        for edit in enumerate_edits(program, OPERATORS, None):
            before = before or [outcome(source, *run) for run in RUNS]
            after = [outcome(apply(program, edit).source("m.py").decode(), *run) for run in RUNS]
            assert before == after, f"{source}\n{diff(program, edit)}"
            tried[edit.operator] += 1
    return tried


@pytest.mark.pure
def test_random_functions_do_the_same_after_each_refactor():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert sum(check(1, 20).values()) > 30


@pytest.mark.slow
def test_many_random_functions_do_the_same():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tried = check(2, 1000)
    assert min(tried[row.name] for row in OPERATORS if row.name != "rename_parameter") >= 5


@pytest.mark.pure
def test_a_wrong_refactor_would_be_seen():
    right = "def h(): pass\ndef f(a, b, c):\n    x = a.p\n    return b.q(x)\n"
    wrong = "def h(): pass\ndef f(a, b, c):\n    return b.q(a.p)\n"
    assert outcome(right, 1, 0) != outcome(wrong, 1, 0)
    early = "def h(): pass\ndef f(a, b, c):\n    x = a.p.p\n    b()\n    return c(x)\n"
    late = "def h(): pass\ndef f(a, b, c):\n    x = a.p\n    x = x.p\n    b()\n    return c(x)\n"
    assert outcome(early, 1, 0) == outcome(late, 1, 0)
    held = "def h(): pass\ndef f(a, b, c):\n    y = a.p\n    x = y.p\n    b()\n    return c(x)\n"
    assert outcome(early, 1, 0) == outcome(held, 1, 0)
