"""Hard cases of the mutations of literals, displays and slices."""

import pytest

from tests.support.edits import results as checked

pytestmark = pytest.mark.pure


def results(source, *names):
    """Every result of these operators on a program, sorted, without its last line end."""
    return sorted(text[:-1] for text in checked(f"{source}\n", *names))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 'ab'", ["x = 'XXabXX'", "x = 'AB'", "x = ''"]),
        ("x = 'aB'", ["x = 'XXaBXX'", "x = 'ab'", "x = ''"]),
        ("x = ''", ["x = 'XX'"]),
        ("x = '-'", ["x = 'XX-XX'", "x = ''"]),
        (r"x = 'a\n\x4a\N{BULLET}\u00e9\101\''", None),
        (r"x = r'\d'", [r"x = r'XX\dXX'", r"x = r'\D'", "x = r''"]),
        (r"x = '\d'", [r"x = 'XX\dXX'", "x = ''"]),
        ("x = b'a'", ["x = b'XXaXX'", "x = b'A'", "x = b''"]),
        ("x = '''a'b'''", ["x = '''XXa'bXX'''", "x = '''A'B'''", "x = ''''''"]),
        ("x = '''a\nb'''", []),
        ("x = 'a' 'b'", []),
        ("x = ('a'\n 'b')", []),
        ("'a'", []),
        ("def f():\n    'a'\n    'b'", []),
        ("x = f'a{y}'", []),
        ("""x = f'{y["a"]}'""", [f"x = f'{{y[\"{new}\"]}}'" for new in ("XXaXX", "A", "")]),
        ("def f(x: 'int') -> 'str': pass", []),
        ("__all__ = ['a']", []),
        ("x = y if'a'else z", [f"x = y if'{new}'else z" for new in ("XXaXX", "A", "")]),
        ("x = 'straße'", ["x = 'XXstraßeXX'", "x = 'STRASSE'", "x = ''"]),
    ],
)
def test_change_string(source, expected):
    found = results(source, "change_string")
    if expected is None:
        expected = [
            r"x = 'XXa\n\x4a\N{BULLET}\u00e9\101\'XX'",
            r"x = 'A\n\x4a\N{BULLET}\u00e9\101\''",
            "x = ''",
        ]
    assert found == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = [1]", ["x = []"]),
        ("x = [1 for y in z], {}, {1: 2 for y in z}", ["x = ()"]),
        ("x = {1}", ["x = set()"]),
        ("x = {**a}", ["x = {}"]),
        ("def f(): return(a, b)", ["def f(): return()"]),
        ("def f(): return a, b", ["def f(): return ()"]),
        ("for x in 1, 2: pass", ["for x in (): pass"]),
        ("for(x, y)in z: pass", []),
        ("[x, y] = z", []),
        ("x, y = y, x", []),
        ("del [x], (y, z)", []),
        ("x = a[1, 2], a[[1], 2]", ["x = ()", "x = a[1, 2], a[[], 2]"]),
        ("x = '%s' % (a,)", []),
        ("try: pass\nexcept (A, B): pass", []),
        ("x = [(y := 1)]", []),
        ("x = f'{[1]}'", ["x = f'{[]}'"]),
        ("x = f'{ {1: 2} }'", ["x = f'{ {} }'"]),
        ("f(*[a], **{'b': c})", ["f(*[], **{'b': c})", "f(*[a], **{})"]),
    ],
)
def test_empty_container(source, expected):
    assert results(source, "empty_container") == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = y = 1", ["x = y = None"]),
        ("x = a, b", ["x = None"]),
        ("x = (a\n + b)", ["x = (None)"]),
        ("x.y = x[0] = 1", ["x.y = x[0] = None"]),
        ("x = None", []),
        ("x, y = z", []),
        ("x += 1", []),
        ("x: int", []),
        ("x: int = 1", ["x: int = None"]),
        ("x = (y := 1)", ["x = (y := None)"]),
        ("f(x := 1)", ["f(x := None)"]),
        ("def f(a, b=1, *c, d, e=2): pass", None),
        ("f = lambda a=1: a", ["f = None", "f = lambda a=None: a"]),
        ("def f():\n    x = yield\n    return(x)", ["def f():\n    x = None\n    return(x)"]),
        ("__all__ = [x]", []),
        ("if TYPE_CHECKING: x = 1", []),
    ],
)
def test_replace_with_none(source, expected):
    if expected is None:
        expected = [source.replace("1", "None"), source.replace("2", "None")]
    assert results(source, "replace_with_none") == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(): return 1, 2", []),
        ("def f(): return 1, 2, 1", ["def f(): return 1, 2, 2", "def f(): return 2, 2, 1"]),
        ("def f(): return 1, '1', 1", []),
        ("def f(): return 1, 2.0, True, None, 1", []),
        ("def f(): return 1, 2, 1, 2", None),
        ("x = 1, 2, 1, 2", []),
        (f"def f(): return '{'a' * 40}', 'b', '{'a' * 40}', 'b'", []),
        ("def f(): return 'a'\ndef g(): return 'b', 'a'", []),
        ("def f(): return f'{1}{2}{1}{2}'", []),
        ("def f(): return 0x1 .real, 2, 0x1 .real, 2", []),
        (
            "def f():\n    'c'\n    return 'b', 'a', 'b'",
            [f"def f():\n    'c'\n    return {new}" for new in ("'a', 'a', 'b'", "'b', 'a', 'a'")],
        ),
    ],
)
def test_wrong_literal(source, expected):
    found = results(source, "wrong_literal")
    if expected is None:
        assert found == sorted(
            f"def f(): return {values}"
            for values in ("2, 2, 1, 2", "1, 1, 1, 2", "1, 2, 2, 2", "1, 2, 1, 1")
        )
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x[i:2]", ["x[i + 1:2]", "x[i - 1:2]"]),
        ("x[i + 1:j]", ["x[i + 1:j + 1]", "x[i + 1:j - 1]"]),
        ("x[:]", ["x[1:]", "x[:-1]"]),
        ("x[:, 0]", ["x[1:, 0]", "x[:-1, 0]"]),
        ("x[::i], x[1:2], x[i]", []),
        ("x[(i):]", ["x[(i + 1):]", "x[(i - 1):]", "x[(i):-1]"]),
        ("x[i if j else k:1]", []),
        ("x[(n := 1):2]", []),
        ("x[f(a[':'])# :\n:2]", ["x[f(a[':']) + 1# :\n:2]", "x[f(a[':']) - 1# :\n:2]"]),
        ("x[1# :\n:]", []),
        ("x[:] = y", ["x[1:] = y", "x[:-1] = y"]),
        ("f'{x[i:1]}'", ["f'{x[i + 1:1]}'", "f'{x[i - 1:1]}'"]),
    ],
)
def test_shift_slice(source, expected):
    assert results(source, "shift_slice") == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x[1:2]", ["x[:2]", "x[1:]"]),
        ("x[1 : 2 : 3]", ["x[: 2 : 3]", "x[1 : : 3]", "x[1 : 2]"]),
        ("x[(1):(2)]", ["x[:(2)]", "x[(1):]"]),
        ("x[::-1]", ["x[:]"]),
        ("x[a[1:2]:lambda: 1:2]", None),
        ("x[1:, :2]", ["x[:, :2]", "x[1:, :]"]),
        ("x[1: # a\n 2]", []),
        ("x[(n := 1):]", []),
        ("x[:]; x[::]; x[i]", []),
        ("del x[1:]", ["del x[:]"]),
    ],
)
def test_drop_slice_bound(source, expected):
    found = results(source, "drop_slice_bound")
    if expected is None:
        expected = [
            "x[:lambda: 1:2]",
            "x[a[:2]:lambda: 1:2]",
            "x[a[1:2]::2]",
            "x[a[1:2]:lambda: 1]",
            "x[a[1:]:lambda: 1:2]",
        ]
    assert found == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 16", ["x = 32", "x = 0"]),
        ("x = 16; x = y", []),
        ("X = 16; X = y", ["X = 32; X = y", "X = 0; X = y"]),
        ("class A: x: int = 0xFF", ["class A: x: int = 0x1FE", "class A: x: int = 0"]),
        ("def f(): X = 16", []),
        ("x = -2.5", ["x = -5.0", "x = 0.0"]),
        ("x = 0, 0.0", []),
        ("x = 1e308", []),
        ("x = True", []),
        ("x = None", ['x = ""']),
        ("x = 1, 2", []),
        ("x = 1, 2, 3", ["x = 2, 3", "x = 1, 2"]),
        ("x = (1, 2, 3,)", ["x = (2, 3,)", "x = (1, 2,)"]),
        ("x = ['#', (b), (c)]", ["x = [(b), (c)]", "x = ['#', (b)]"]),
        ("x = [\n 1, # a\n 2,\n 3, # b\n]", ["x = [\n 1, # a\n 2, # b\n]"]),
        ("x = {1: 2, **a, 3: 4}", []),
        ("x = {1: 2, 3: 4, 5: (6)}", ["x = {3: 4, 5: (6)}", "x = {1: 2, 3: 4}"]),
        ("x, y = 1, 2, 3", []),
        ("__all__ = ['a', 'b', 'c']", []),
        ("for x in y: z = 3", []),
    ],
)
def test_change_constant(source, expected):
    assert results(source, "change_constant") == sorted(expected)
