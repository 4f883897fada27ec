"""Loops in another form: what is rewritten and how, and every reason to leave a loop alone."""

import textwrap

import pytest

from tests.support.edits import results as checked

pytestmark = pytest.mark.pure
GATHER, FILL, RANGE, WHILE = (
    "loop_to_comprehension",
    "comprehension_to_loop",
    "while_to_range",
    "range_to_while",
)


def results(name, source):
    """Return the files that an operator makes of a file, each checked."""
    return checked(source, name)


def inside(body, header="def f(it, c):"):
    return f"{header}\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"


GATHERED = [
    ("out = []\nfor x in it:\n    out.append(x)\nreturn out", "out = [x for x in it]\nreturn out"),
    (
        "out = set()\nfor x in it:\n    if x: out.add(x + 1)\nreturn out",
        "out = {x + 1 for x in it if x}\nreturn out",
    ),
    (
        "out: dict = {}\nfor k, (v, *w) in it:\n    out[k] = v, w\nreturn out",
        "out: dict = {k: (v, w) for k, (v, *w) in it}\nreturn out",
    ),
    (
        "out = list()\nfor x in 1, it:\n    if x if c else it: out.append((x, c))\nreturn out",
        "out = [(x, c) for x in (1, it) if (x if c else it)]\nreturn out",
    ),
    (
        "out = []\nfor x in (1), (it):\n    out.append(x)\nreturn out",
        "out = [x for x in ((1), (it))]\nreturn out",
    ),
    (
        "out = []\nfor x in (1, it):\n    out.append(y for y in c)\nreturn out",
        "out = [(y for y in c) for x in (1, it)]\nreturn out",
    ),
    (
        "out = []\nfor x in it:\n    out.append(sum(x for y in x))\nreturn out",
        "out = [sum(x for y in x) for x in it]\nreturn out",
    ),
    (
        "out = []\n\n# why\nfor x in it:\n    out.append(f(x,\n        1))\nreturn out",
        "out = [\n    f(x,\n        1)\n    for x in it\n]\n\n# why\nreturn out",
    ),
    (
        "try:\n  out = []\n  for x in it:\n    out.append(x)\n  return out\nfinally:\n  c",
        "try:\n  out = [x for x in it]\n  return out\nfinally:\n  c",
    ),
    (
        "for x in c:\n    print(x)\nout = []\nfor x in it:\n    out.append(x)\nreturn out",
        "for x in c:\n    print(x)\nout = [x for x in it]\nreturn out",
    ),
]
LEFT = {
    "the variable is used afterwards": (
        "out = []\nfor x in it:\n    out.append(x)\nreturn out, x"
    ),
    "the next round of a loop around it uses the variable": """
        x = None
        while c:
            print(x)
            out = []
            for x in it: out.append(x)
            c(out)
        """,
    "a name would become global": """
        print([x for y in c])
        out = []
        for x in it: out.append(x)
        return out
        """,
    "a closure sees the variable": (
        "out = []\nfor x in it: out.append(lambda: x)\nreturn out"
    ),
    "a generator sees the variable later": (
        "out = []\nfor x in it: out.append((x for y in c))\nreturn out"
    ),
    "a shadowed builtin may keep the generator": """
        any = c
        out = []
        for x in it: out.append(any(x for y in c))
        return out
        """,
    "a closure sees the container": """
        def g(): return out
        out = []
        for x in it: out.append(x)
        return out
        """,
    "a handler sees the container": """
        out = []
        try:
            out = []
            for x in it: out.append(x)
        except E:
            pass
        return out
        """,
    "a with may swallow the exception": """
        with c:
            out = []
            for x in it: out.append(x)
        return out
        """,
    "a with may swallow, so the variable may be read": """
        x = 0
        if c:
            with c:
                out = []
                for x in it: out.append(x)
                return out
        return x
        """,
    "locals() shows the variable": (
        "out = []\nfor x in it: out.append(x)\nreturn out, locals()"
    ),
    "the value comes before the key": (
        "out = {}\nfor x in it: out[x()] = c()\nreturn out"
    ),
    "the container is looked at": (
        "out = []\nfor x in it: out.append(len(out))\nreturn out"
    ),
    "a walrus": "out = []\nfor x in it: out.append(y := x)\nreturn out",
    "a yield": "out = []\nfor x in it: out.append((yield x))\nreturn out",
    "super() needs the method's own frame": (
        "out = []\nfor x in it: out.append(super().f(x))\nreturn out"
    ),
    "a name may be unbound: the errors differ": (
        "if c: y = 1\nout = []\nfor x in it: out.append(y)\nreturn out"
    ),
    "an else": "out = []\nfor x in it: out.append(x)\nelse: c()\nreturn out",
    "a comment would be lost": (
        "out = []\nfor x in it:  # all\n    out.append(x)\nreturn out"
    ),
    "not empty": "out = [1]\nfor x in it: out.append(x)\nreturn out",
    "another method": "out = []\nfor x in it: out.insert(0, x)\nreturn out",
    "a container of one's own": "out = c()\nfor x in it: out.append(x)\nreturn out",
    "a slice of a dict": "out = {}\nfor x in it: out[x:1] = x\nreturn out",
    "an attribute holds the item": (
        "out = []\nfor c.x in it: out.append(c.x)\nreturn out"
    ),
    "nobody uses the container": "out = []\nfor x in it: out.append(x)",
    "nobody else uses the variable's value": (
        "x = 1\nout = []\nfor x in it: out.append(x)\nreturn out"
    ),
    "on one line": "out = []; c()\nfor x in it: out.append(x)\nreturn out",
    "global": "global out\nout = []\nfor x in it: out.append(x)\nreturn out",
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), GATHERED)
def test_a_loop_becomes_a_comprehension(before, after):
    assert results(GATHER, inside(before)) == [inside(after)]


@pytest.mark.parametrize("source", LEFT.values(), ids=LEFT)
def test_a_loop_stays_where(source):
    assert results(GATHER, inside(source)) == []


def test_names_of_modules_and_classes_are_seen_by_all():
    loop = "out = []\nfor x in it:\n    out.append(x)\n"
    assert results(GATHER, loop) == []
    assert results(GATHER, inside(loop, "class A:")) == []
    assert results(FILL, "out = [x for x in it]\n") == []
    assert results(FILL, inside("out = [x for x in it]", "class A:")) == []


def test_await_and_async_loops_stay():
    for loop in ("async for x in it: out.append(x)", "for x in it: out.append(await x)"):
        assert results(GATHER, inside(f"out = []\n{loop}\nreturn out", "async def f(it):")) == []


def test_a_long_comprehension_gets_lines():
    name = "a_rather_long_name_for_an_item"
    source = f"out = []\nfor {name} in it:\n    if {name}.x: out.append({name}.y)\nreturn out"
    after = f"out = [\n    {name}.y\n    for {name} in it\n    if {name}.x\n]\nreturn out"
    assert results(GATHER, inside(source)) == [inside(after)]


def test_line_ends_and_tabs_are_kept():
    source = "def f(it):\r\n\tout = [x for x in it if x]\r\n\treturn out\r\n"
    after = (
        "def f(it):\r\n\tout = []\r\n\tfor x in it:\r\n\t\tif x:\r\n\t\t\tout.append(x)\r\n"
        "\treturn out\r\n"
    )
    assert results(FILL, source) == [after]
    assert results(GATHER, after) == [source]


FILLED = [
    ("out = [x for x in it]\nreturn out", "out = []\nfor x in it:\n    out.append(x)\nreturn out"),
    ("out = {k: v() for k, v in it if k if v}\nreturn out", None),
    (
        "out = {k: v() for k, v in it if k}\nreturn out",
        "out = {}\nfor k, v in it:\n    if k:\n        out[k] = v()\nreturn out",
    ),
    (
        "out: list = [(y for y in c) for x in it]\nreturn out",
        "out: list = []\nfor x in it:\n    out.append((y for y in c))\nreturn out",
    ),
    ("return [x for x in it]", None),
    ("out = [lambda: x for x in it]\nreturn out", None),
    ("out = [x for x in it for y in x]\nreturn out", None),
    ("out = [x for x in out]\nreturn out", None),
    ("out = [x for x in it]\nreturn out, x", None),
    ("x = 1\nout = [x for x in it]\nreturn out, x", None),
    ("out = [x for x in it]\ndef g(): return x\nreturn out, g", None),
    ("out = {k(): c() for k in it}\nreturn out", None),
    ("out = [\n    x\n    for x in it  # all\n]\nreturn out", None),
    ("try:\n    out = [x() for x in it]\nexcept E:\n    pass\nreturn out", None),
    ("out = [x for x in it]\nreturn out, locals()", None),
    ("out = {x for x in it}\nset = 1\nreturn out, set", None),
    ("out = a = [x for x in it]\nreturn out, a", None),
    ("out = [x\n    for x in it\n    or c]\nreturn out", None),
    ("out = [self.x async for self.x in it]\nreturn out", None),
]


@pytest.mark.parametrize(("before", "after"), FILLED)
def test_a_comprehension_becomes_a_loop(before, after):
    header = "async def f(it, c):" if "async" in before else "def f(it, c):"
    wanted = [] if after is None else [inside(after)]
    assert results(FILL, inside(before, header)) == wanted


def test_a_name_that_the_file_uses_is_not_taken():
    assert results(FILL, "x = 1\n" + inside("out = [x for x in it]\nreturn out")) == []


def test_other_comprehensions_names_are_their_own():
    source = inside("out = [x for x in it]\nreturn [x for x in out]")
    (after,) = results(FILL, source)
    assert "for x in it:\n        out.append(x)" in after


COUNTED = [
    (
        "i = 0\nn = len(it)\nwhile i < n:\n    c(i)\n    i += 1\n",
        "n = len(it)\nfor i in range(n):\n    c(i)\n",
    ),
    (
        "i = len(it)\nwhile (i < 10):  # up\n    c(i)\n    i = i + 2\n",
        "for i in range(len(it), 10, 2):  # up\n    c(i)\n",
    ),
    (
        "i = 1\nwhile i < 10:\n    for x in it:\n        continue\n    i += 1",
        "for i in range(1, 10):\n    for x in it:\n        continue",
    ),
]
UNCOUNTED = {
    "the limit may be anything": "i = 0\nwhile i < c:\n    it(i)\n    i += 1",
    "the limit changes": "i = 0\nn = 9\nwhile i < n:\n    n -= 1\n    i += 1",
    "a list grows": "i = 0\nx = [1]\nwhile i < len(x):\n    x.append(c)\n    i += 1",
    "the counter is read": "i = 0\nwhile i < 9:\n    c()\n    i += 1\nreturn i",
    "the counter is changed": "i = 0\nwhile i < 9:\n    if c: i = 3\n    i += 1",
    "the counter starts anywhere": "i = c\nwhile i < 9:\n    c()\n    i += 1",
    "a bool counts": "i = False\nwhile i < 9:\n    c(i)\n    i += 1",
    "a step is left out": "i = 0\nwhile i < 9:\n    if c: continue\n    i += 1",
    "down": "i = 0\nwhile i < 9:\n    c()\n    i += -1",
    "a float": "i = 0\nwhile i < 9.5:\n    c()\n    i += 1",
    "a closure": "i = 0\nwhile i < 9:\n    c(lambda: i)\n    i += 1",
    "a closure changes the limit": """
        n = 9
        def g():
            nonlocal n
            n = 3
        i = 0
        while i < n:
            g()
            i += 1
        """,
    "an else": "i = 0\nwhile i < 9:\n    c()\n    i += 1\nelse: c()",
    "range is something else": "range = c\ni = 0\nwhile i < 9:\n    range()\n    i += 1",
    "a comment would be lost": "i = 0  # first\nwhile i < 9:\n    c()\n    i += 1",
    "the counter is read in between": "i = 0\nc(i)\nwhile i < 9:\n    c()\n    i += 1",
    "a handler reads the counter": """
        try:
            i = 0
            while i < 9:
                c()
                i += 1
        except E:
            print(i)
        """,
    "a with may swallow": """
        i = 5
        if c:
            with c:
                i = 0
                while i < 9:
                    c()
                    i += 1
                return 1
        return i
        """,
}


@pytest.mark.parametrize(("before", "after"), COUNTED)
def test_a_count_becomes_a_range(before, after):
    assert results(RANGE, inside(before)) == [inside(after)]


@pytest.mark.parametrize("source", UNCOUNTED.values(), ids=UNCOUNTED)
def test_a_count_stays_where(source):
    assert results(RANGE, inside(source)) == []


BY_HAND = [
    ("for i in range(9):\n    c(i)\n", "i = 0\nwhile i < 9:\n    c(i)\n    i += 1\n"),
    (
        "n = len(it)\nfor i in range(1, n - 1, 2):\n    if c: break\nreturn n",
        "n = len(it)\ni = 1\nwhile i < n - 1:\n    if c: break\n    i += 2\nreturn n",
    ),
    (
        "t = 'abc'\nfor i in range(len(t)):\n    c(t[i])\n",
        "t = 'abc'\ni = 0\nwhile i < len(t):\n    c(t[i])\n    i += 1\n",
    ),
]
RANGED = {
    "the limit may be anything": "for i in range(c): it(i)",
    "the limit changes in the body": "n = 9\nfor i in range(n):\n    n = 3",
    "the last value is read": "for i in range(9):\n    c()\nreturn i",
    "what was before is read": "i = 5\nfor i in range(0):\n    return 1\nreturn i",
    "the counter is changed": "for i in range(9):\n    i = c",
    "a step is left out": "for i in range(9):\n    if c: continue\n    c()",
    "a step is left out by try": """
        for i in range(9):
            try:
                c()
            except E:
                continue
        """,
    "down": "for i in range(9, 0, -1):\n    c()",
    "an unknown step": "for i in range(0, 9, c):\n    c()",
    "a closure": "for i in range(9):\n    c(lambda: i)",
    "a container that grows": "x = [1]\nfor i in range(len(x)):\n    x.append(i)",
    "on one line": "for i in range(9): c()",
    "never goes on": "for i in range(9):\n    return i",
    "nobody reads it": "for _ in range(9):\n    c()",
    "range is something else": "range = c\nfor i in range(9):\n    c()",
}


@pytest.mark.parametrize(("before", "after"), BY_HAND)
def test_a_range_becomes_a_count(before, after):
    assert results(WHILE, inside(before)) == [inside(after)]


@pytest.mark.parametrize("source", RANGED.values(), ids=RANGED)
def test_a_range_stays_where(source):
    assert results(WHILE, inside(source)) == []
