"""Hard cases of the mutations of operands and conditions: what one operator makes of one line."""

import pytest

from tests.support.edits import results as checked

pytestmark = pytest.mark.pure


def results(source, *names):
    """Every result of these operators on a program, sorted, without its last line end."""
    return sorted(text[:-1] for text in checked(f"{source}\n", *names))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a - b", ["x = b - a"]),
        ("x = a-b - c", ["x = b-a - c", "x = c - (a-b)"]),
        ("x = a - (b - c)", ["x = (b - c) - a", "x = a - (c - b)"]),
        ("x = (a) - (b)", ["x = (b) - (a)"]),
        ("x = ((a + b)) / c", ["x = c / ((a + b))"]),
        ("x = a ** b ** c", ["x = (b ** c) ** a", "x = a ** c ** b"]),
        ("x = a ** -b", ["x = (-b) ** a"]),
        ("x = -a - b", ["x = b - -a"]),
        ("x = a @ b", ["x = b @ a"]),
        ("x = a * b & c", []),
        ("x = a * b % c", ["x = c % (a * b)"]),
        ("x = a << b * c", ["x = b * c << a"]),
        ("return_=[a-1if b else c]", ["return_=[1-a if b else c]"]),
        ("x = a - a", []),
        ("x = 'a' + b", ["x = b + 'a'"]),
        ("x = a + b", []),
        ("x = a + [1]", ["x = [1] + a"]),
        ("x = '%s' % a % b", []),
        ("x = a < b", ["x = b < a"]),
        ("x = a in b", ["x = b in a"]),
        ("x = a not in(b)", ["x = (b) not in a"]),
        ("x = a in (1, 2), 'a' in b", []),
        ("x = a < b < c", []),
        ("x = a == b", []),
        ("x = a is b", []),
        ("x = (a # a-b\n - b)", ["x = (b # a-b\n - a)"]),
        ("x = a \\\n - f(b, # c\n c)", ["x = f(b, # c\n c) \\\n - a"]),
        ("x = f'{a - b}' f'{c!r}'", ["x = f'{b - a}' f'{c!r}'"]),
        ("x = f'{a - b=}'", []),
        ("x = f'{a - {1}}'", []),
        ("def f(x: a - b): pass", []),
        ("if __name__ < a: pass", []),
        ("é = ß - 'ü'", ["é = 'ü' - ß"]),
    ],
)
def test_swap_operands(source, expected):
    assert results(source, "swap_operands") == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a + b", ["x = a", "x = b"]),
        ("x = a + b * c", ["x = a", "x = a + b", "x = a + c", "x = b * c"]),
        ("x = (a + b) * c", ["x = (a + b)", "x = (a) * c", "x = (b) * c", "x = c"]),
        ("x = d * (a + b)[c]", ["x = (a + b)[c]", "x = d", "x = d * (a)[c]", "x = d * (b)[c]"]),
        ("x = a and b and c", ["x = a and b", "x = a and c", "x = b and c"]),
        ("if(a)or b: pass", ["if b: pass", "if(a): pass"]),
        ("x = c if(a)+b else d", ["x = c if b else d", "x = c if(a) else d"]),
        ("x = a and(b)and c", ["x = (b)and c", "x = a and c", "x = a and(b)"]),
        ("x = -a ** -b", ["x = --b", "x = -a"]),
        ("x = (a\n  + b\n)", ["x = (a\n)", "x = (b\n)"]),
        ("x = a + \\\n  b", ["x = a", "x = b"]),
        ("x = (a # why\n + b)", []),
        ("x = (a + # b\n b + c # d\n)", ["x = (a + # b\n b # d\n)", "x = (c # d\n)"]),
        ("x = '%s' % a", ["x = '%s'", "x = a"]),
        ("x = '#' + (a)", ["x = '#'", "x = (a)"]),
        ("x = (n := a) + n", ["x = (n := a)"]),
        ("x = f'{a + b}'", ["x = f'{a}'", "x = f'{b}'"]),
        ("x: a | b", []),
        ("match x:\n    case 1 + 2j: pass", []),
        ("x = a < b, -c, not d", []),
    ],
)
def test_drop_operand(source, expected):
    assert results(source, "drop_operand") == sorted(expected)


def test_a_long_condition_loses_only_its_first_operands():
    assert len(results("x = a and b and c and d and e and f", "drop_operand")) == 4


def test_a_walrus_that_an_inner_function_needs_stays():
    source = "def f(a):\n    if (n := a) and a:\n        pass\n    def g():\n        nonlocal n\n"
    assert results(source, "drop_operand", "force_condition") == [
        source.replace(" and a", ""),
    ]


@pytest.mark.parametrize(
    ("source", "more", "less"),
    [
        ("for i in range(3): x[i]", ["x[i + 1]"], ["x[i - 1]"]),
        ("for i, y in enumerate(z): x[i]; w[y]", ["x[i + 1]"], ["x[i - 1]"]),
        ("i = 0\nx[i]\nx[j]", ["x[i + 1]"], ["x[i - 1]"]),
        (
            "def f(i=0, *, j=1): x[i], x[j], x[k]",
            ["x[i + 1]", "x[j + 1]"],
            ["x[i - 1]", "x[j - 1]"],
        ),
        ("x = len(y)", ["len(y) + 1"], ["len(y) - 1"]),
        ("x = len(y) - 1", ["x = len(y)\n"], []),
        ("x = len(y) + 1", [], ["x = len(y)\n"]),
        ("x = len(y) - 2", [], []),
        ("range(n)", ["range(n + 1)"], ["range(n - 1)"]),
        ("n < 2; y[n]", ["y[n + 1]"], ["y[n - 1]"]),
        ("x = y < len(z)", ["< len(z) + 1"], ["< len(z) - 1"]),
        ("self.n = 0; f(self.n)", ["f(self.n + 1)"], ["f(self.n - 1)"]),
        ("n = 1; f(n*m)", ["f(n*m + 1)"], ["f(n*m - 1)"]),
        ("n = 1; f(n & m, -n, *n, k=n)", [], []),
        ("def f(n): return n\nn = 3", [], []),
        ("x[y], f(z), x[0], x['n']", [], []),
        ("x = 'a' * 3 + 'b'; f(x)", [], []),
        ("[i for i in range(3) if x[i] < len(y)if z]", ["x[i + 1]", "len(y) + 1 if"], None),
        ("n = 1\nx = f'{y[n]}'", ["y[n + 1]"], ["y[n - 1]"]),
        ("isinstance(len(x), int)", [], []),
    ],
)
def test_one_more_and_one_less(source, more, less):
    for name, expected in (("add_one", more), ("subtract_one", less)):
        if expected is not None:
            found = results(source, name)
            assert len(found) == len(expected), found
            for part in expected:
                assert any(part in f"{result}\n" for result in found), found


def test_one_more_and_one_less_undo_each_other():
    for source in ("x[len(y)]", "for i in range(len(y)): x[i]"):
        for there, back in (("add_one", "subtract_one"), ("subtract_one", "add_one")):
            for changed in results(source, there):
                assert source in results(changed, back)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = -a", ["x = a"]),
        ("x = ~a", ["x = a"]),
        ("x = +a, not a", []),
        ("x = - 1", ["x = 1"]),
        ("x = a if b else-c", ["x = a if b else c"]),
        ("x = --a", ["x = -a"]),
        ("x = a--b", ["x = a-b"]),
        ("x = -(a + b)", ["x = (a + b)"]),
        ("x = a ** -b ** c", ["x = a ** b ** c"]),
        ("x = 1", ["x = -1"]),
        ("x = a[1], a[0]", ["x = a[-1], a[0]"]),
        ("x = a + 1", []),
        ("x = True, 'a', a", []),
        ("x = len(y)", ["x = -len(y)"]),
        ("return_ = 0\nx = return_", ["return_ = 0\nx = -return_"]),
        ("x = f'{-a}'", ["x = f'{a}'"]),
        ("x = f'{-{1}}'", []),
        ("x = (- # a\n b)", ["x = (# a\n b)"]),
    ],
)
def test_change_sign(source, expected):
    assert results(source, "change_sign") == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a < b", []),
        ("x = a < b <= c", ["x = a < b", "x = a <= c", "x = b <= c"]),
        ("x = (a)<(b)==(c)", ["x = (a)<(b)", "x = (a)==(c)", "x = (b)==(c)"]),
        ("x = (a < b # why\n < c)", ["x = (a # why\n < c)", "x = (b # why\n < c)"]),
        ("x = a - b - c", ["x = a - (b - c)"]),
        ("x = a - (b - c)", ["x = a - b - c"]),
        ("x = a + b + c, a * b / c, a | b | c, a + b - c", []),
        ("x = a - b + c", ["x = a - (b + c)"]),
        ("x = a * b // c", ["x = a * (b // c)"]),
        ("x = (a + b)*c", ["x = a + b*c"]),
        ("x = a + b*c", ["x = (a + b)*c"]),
        ("x = ((a + b))*c", []),
        ("x = (a +\n b)*c", []),
        ("x = (a + b) * (c + d)", ["x = (a + b) * c + d", "x = a + b * (c + d)"]),
        ("x = c if(a+b)*c else d", ["x = c if a+b*c else d"]),
        ("x = a ** b ** c", ["x = (a ** b) ** c"]),
        ("x = a ** -b", []),
        ("x = '%s' % a + b", ["x = '%s' % (a + b)"]),
        ("x = f'{a - b - c}'", ["x = f'{a - (b - c)}'"]),
    ],
)
def test_break_chain(source, expected):
    assert results(source, "break_chain") == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if a: pass", ["if False: pass", "if True: pass"]),
        ("if(a):pass", ["if(False):pass", "if(True):pass"]),
        ("if[a]:pass", ["if False:pass", "if True:pass"]),
        ("while a: pass", ["while False: pass"]),
        ("while True: pass", []),
        ("if a: pass\nelif b: pass", None),
        ("x = (a)if(b)else c", ["x = (a)if(False)else c", "x = (a)if(True)else c"]),
        ("x = [a for a in b if a if c]", None),
        ("if (a := b): pass", []),
        ("if TYPE_CHECKING: x = a if b else c", []),
        ("if __name__ == '__main__': pass", []),
        ("assert a", []),
        ("match a:\n    case b if c: pass", []),
        ("x = f'{a if b else c}'", ["x = f'{a if False else c}'", "x = f'{a if True else c}'"]),
    ],
)
def test_force_condition(source, expected):
    found = results(source, "force_condition")
    assert (len(found) == 4) if expected is None else (found == sorted(expected))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a if b else c", ["x = c if b else a"]),
        ("x = (a)if b else(c)", ["x = (c)if b else(a)"]),
        ("x = [a]if b else c", ["x = c if b else [a]"]),
        ("x = a if b else lambda: c", ["x = (lambda: c) if b else a"]),
        ("x = a if b else a", []),
        ("x = (a # a\n if b else # c\n c)", ["x = (c # a\n if b else # c\n a)"]),
        ("x = a if b == '#' else (c)", ["x = (c) if b == '#' else a"]),
        ("x = f'{a if b else c}'", ["x = f'{c if b else a}'"]),
    ],
)
def test_swap_ternary(source, expected):
    assert results(source, "swap_ternary") == sorted(expected)
