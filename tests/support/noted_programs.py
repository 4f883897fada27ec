"""Random functions that leave a trace of what they do: for what must not differ at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

HEAD = """
log = []
g = 1
gl = [0, 1]
def p(*a, **k):
    log.append((a, sorted(k.items())))
    return a[0] if a else 0
def bump(x=0):
    global g
    g += 1
    gl.append(x)
    return x
def mut(a):
    if isinstance(a, list):
        a.append(len(a))
        return a[0]
    return a
def boom(x):
    if x == 2:
        raise ValueError(x)
    return x
"""
CALLS = ("f(0, 1)", "f(1, 1)", "f([1], [1])", "f(2, 0)", "f('s', 1)", "f([], 0)")
SHOWN = ("log", "g", "gl")
"""What is looked at after the calls."""
NAMES = ("a", "b", "c", "g", "0", "1", "2", "'s'", "gl", "x")
SIGNS = ("+", "-", "*", "<", "<=", "==", "!=", "in", "and", "or")
FORMS = (
    "({} {sign} {})", "({} {sign} {})", "({} {sign} {})", "(not {})", "({} if {} else {})",
    "p({}, {})", "bump({})", "mut({name})", "boom({})", "[{}, {}]", "len([{}])", "{name}[{}]",
    "max({}, {})", "p({}, k={})", "(x := {})", "[i + {} for i in range(2)]",
)  # fmt: skip
SIMPLE = (
    "{target} = {}", "{target} {sign}= {}", "log.append({})", "return {}", "if {}: return {}",
    "c = a",
)  # fmt: skip
BLOCKS = (
    ("if {}:", None), ("if {}:", "else:"), ("for i in (a, b):", None), ("for i in []:", None),
    ("for i in list(gl)[:2]:", None), ("try:", "except ValueError:"),
    ("try:", "except (IndexError, NameError, TypeError):"), ("try:", "except Exception:"),
)  # fmt: skip
INDENT = "    "


def noted_program(rng: np.random.Generator) -> str:
    """Return a module with a function `f(a, b)` that notes what it does."""
    start = _one(rng, ("x = c = 0", "c = 0", "x = c = a"))
    body = [start, *(line for _ in range(rng.integers(2, 6)) for line in _statement(rng, 2))]
    if rng.random() < 0.15:
        body.append("if c: yield a")
    body.append("return a, b, c")
    return HEAD + "def f(a, b):\n" + "".join(f"{INDENT}{line}\n" for line in body)


def noted_calls(rng: np.random.Generator) -> list[str]:
    """Return calls of it, and what is looked at after them."""
    chosen = rng.choice(len(CALLS), int(rng.integers(1, 3)), replace=False)
    return [*(CALLS[int(place)] for place in chosen), *SHOWN]


def _one(rng: np.random.Generator, several: Sequence[str]) -> str:
    return several[int(rng.integers(len(several)))]


def _expression(rng: np.random.Generator, depth: int) -> str:
    if depth <= 0 or rng.random() < 0.25:
        return _one(rng, NAMES)
    return _filled(rng, _one(rng, FORMS), depth - 1)


def _filled(rng: np.random.Generator, form: str, depth: int) -> str:
    parts = [_expression(rng, depth) for _ in range(form.count("{}"))]
    sign = _one(rng, SIGNS[:3]) if "=" in form else _one(rng, SIGNS)
    names = {"name": _one(rng, ("a", "b", "gl")), "target": _one(rng, ("a", "b", "c", "x"))}
    return form.format(*parts, sign=sign, **names)


def _statement(rng: np.random.Generator, depth: int) -> list[str]:
    if depth <= 0 or rng.random() < 0.45:
        return [_filled(rng, _one(rng, SIMPLE), 2)]
    head, tail = BLOCKS[int(rng.integers(len(BLOCKS)))]
    lines = [_filled(rng, head, 2), *_block(rng, depth - 1)]
    return lines if tail is None else [*lines, tail, *_block(rng, depth - 1)]


def _block(rng: np.random.Generator, depth: int) -> list[str]:
    count = int(rng.integers(1, 3))
    return [INDENT + line for _ in range(count) for line in _statement(rng, depth)]
