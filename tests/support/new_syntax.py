"""Programs in the syntax of Python 3.11 to 3.14, each with the version that brought it."""

from __future__ import annotations

import sys

GROUPS = """\
def settle(tasks):
    found = []
    try:
        for task in tasks:
            found.append(task.result())
    except* ValueError as errors:
        # every one of them
        found = [len(errors.exceptions), *found]
    except* (TypeError, KeyError):
        return_value = 0 - 1
        found += [return_value]
    else:
        found.sort()
    finally:
        del tasks
    return found

def starred(rows, *more):
    first = rows[0, *more]
    return first + 1

async def waited(stream, other):
    async with stream as (left, right), other:
        total = 0
        async for part in left:
            total = total + part
        return [value async for value in right if await value > 1]
"""
GENERICS = """\
from collections.abc import Callable, Sequence

LIMIT = 3
type Pair[A, B: int] = tuple[A, B]
type Tree[T] = T | list[Tree[T]]
type Plain = int | None

def first[T](values: Sequence[T], default: T | None = None) -> T:
    for value in values:
        if value is not default:
            return value
    raise ValueError(LIMIT + 1)

class Box[T: (int, str), *Ts, **P](list[T]):
    type Inner = dict[str, T]
    limit: int = 2

    def put[K](self, key: K, value: T, *rest: *Ts) -> tuple[K, T]:
        kept: T = value
        size = len(rest) * 2
        if size > self.limit and not kept:
            return key, kept
        else:
            return key, value

    def call(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        result = do(*args, **kwargs)
        return result

def decorated[**P, R](do: Callable[P, R]) -> Callable[P, R]:
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        print(f"{R}", len(args))
        return do(*args, **kwargs)
    return inner

def type_(type, case):
    type = type + case
    match = type * 2
    return match
"""
NESTED = """\
def shown(rows, width, name):
    text = f"{", ".join(f"{row["a"]:>{width + 1}}" for row in rows if row)}"
    more = f"{
        name  # whose
        .upper()
    !r:^{width}} and {name + "\\n" + 'x'}"
    deep = f'{f'{f'{width * 2}'}'}'
    label = f"{'a' if width > 1 else "b"}{{literal}} {width=} {name = !s:>4}"
    same = f"{width:{"<" + str(width)}}" f'{rows!r}' "plain"
    return text + more + deep + label + same

def plain(name, count):
    small = "{} of {}".format(name, count)
    return small + f"{name}: {count + 1:>4}" + "%s" % name

def raw(path, pattern):
    return rf"{path}\\d{pattern!r:>{len(path)}}" + f\"\"\"
{path
 + pattern}
\"\"\"
"""
INLINED = """\
class Table:
    size = 3
    rows = [size for _ in range(2)]
    names = {key: value for key, value in zip("ab", "cd")}

    def total(self, size):
        found = [size * k for k in range(size) if k != 2]
        x = [(lambda: k)() for k in found]
        return sum(found) + sum(x)

def scopes(k):
    rows = [k for k in range(3)]
    pairs = {k: [k for _ in rows] for k in rows}
    return k, rows, pairs, [rows := [y for y in rows], rows]
"""
DEFAULTS = """\
type Pairs[T = int, U: str = "x", *Ts = *tuple[int, ...], **P = [int, str]] = dict[T, U]

class Cell[T = int]:
    value: T

    def get[U = str](self, other: U, count: int = 1 + 1) -> T | U:
        if count > 1 or not other:
            return self.value
        return other
"""
BARE = """\
def read(path, tries):
    found = 0
    for number in range(tries):
        try:
            found = open(path).read() + str(number)
        except OSError, ValueError:
            found = None
        except KeyError, TypeError:
            continue
        finally:
            tries = tries - 1
    try:
        return found + 1
    except* KeyError, TypeError:
        found = 2
    return found
"""
TEMPLATES = """\
from string.templatelib import Template

def page(name, rows, width) -> Template:
    title = t"<h1>{name + "!"}</h1>"
    cells = t"{[row * 2 for row in rows]!r:>{width + 1}}" t'{name=}'
    nested = t"{f"{name}: {t"{width}"}"}"
    body = rt"{name}\\d" + title
    if width > 3 and not rows:
        return title + cells
    else:
        return body + nested
"""
DEFERRED = """\
import sys
from dataclasses import dataclass

def link(node: Node | None, depth: int = 0) -> Later:
    total: Missing = depth + 1
    if node is None:
        return total
    return link(node.next, total)

@dataclass
class Node:
    next: Node | None = None
    value: list[Later] = ()
    if sys.platform == "linux":
        extra: Absent

class Later:
    pass

limit: Later = 3
count: int
"""
FINALLY = """\
def careless(values):
    for value in values:
        try:
            found = value + 1
        finally:
            if value > 2:
                break
    try:
        return found
    finally:
        return None
"""
PROGRAMS: dict[str, tuple[tuple[int, int], str]] = {
    "except* and stars in indices": ((3, 11), GROUPS),
    "return in finally (PEP 765 warns)": ((3, 11), FINALLY),
    "comprehensions in classes (PEP 709 inlines)": ((3, 11), INLINED),
    "annotations of later names (PEP 649 defers)": ((3, 11), DEFERRED),
    "type parameters and type statements (PEP 695)": ((3, 12), GENERICS),
    "nested f-strings (PEP 701)": ((3, 12), NESTED),
    "defaults of type parameters (PEP 696)": ((3, 13), DEFAULTS),
    "except without parentheses (PEP 758)": ((3, 14), BARE),
    "template strings (PEP 750)": ((3, 14), TEMPLATES),
}
"""Title -> (the first Python that takes it, program)."""


def known() -> dict[str, str]:
    """Return the programs that the running interpreter takes."""
    return {title: text for title, (since, text) in PROGRAMS.items() if sys.version_info >= since}
