"""Hard cases of the refactors of notation: what one makes of a program, and what it refuses."""

import dis
import operator as op
from itertools import product

import pytest

from tests.support.edits import results

pytestmark = pytest.mark.pure
INSIDE = "def f(x, y):\n    n = 1\n    t = 'a'\n    r = 1.5\n    s = -r\n    return ({})\n"


def values(expression, *names):
    """What the operators make of an expression in a function of two unknowns and some knowns."""
    before, after = INSIDE.split("{}")
    found = results(before + expression + after, *names)
    return [text.removeprefix(before).removesuffix(after) for text in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("n + 2 - x", ["2 + n - x"]),
        ("x - (n + 2)", ["x - (2 + n)"]),
        ("x - n + 2", []),
        ("len(x) - n + 2", ["2 + (len(x) - n)"]),
        ("-n * 2", ["2 * -n"]),
        ("2*len(x)if x else n|2", ["len(x)*2 if x else n|2", "2*len(x)if x else 2|n"]),
        ("(n)*(2)", ["(2)*(n)"]),
        ("2 * (n := len(x))", ["(n := len(x)) * 2"]),
        ("n * (n := len(x))", []),
        ("len(x) + len(y)", []),
        ("r + 1", ["1 + r"]),
        ("r + s", []),
        ("r + 1.5", ["1.5 + r"]),
        ("r & 1", []),
        ("t + 'b'", []),
        ("x + 1", []),
        ("n - 1 + n ** 2", []),
        ("(n  # one\n  + 2)", ["(2  # one\n  + n)"]),
    ],
)
def test_reorder_operands(source, expected):
    assert sorted(values(source, "reorder_operands")) == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x == 'a'", ["'a' == x"]),
        ("f(x)!=-1", ["-1!=f(x)"]),
        ("x.y == None", ["None == x.y"]),
        ("x == 1.0", []),
        ("x == True", []),
        ("x == y", []),
        ("x == (1, 2)", []),
        ("x < 1", []),
        ("n<len(x)", ["len(x)>n"]),
        ("len(x) >= r", ["r <= len(x)"]),
        ("t < 'b'", ["'b' > t"]),
        ("t < 1", []),
        ("len(x) < len(y)", []),
        ("x is f(y)", ["f(y) is x"]),
        ("x is (x := y)", []),
        ("g is h", []),
        ("x.y is not x.z", []),
        ("'a'is(x)", ["(x)is'a'"]),
        ("x in (1, 2)", []),
        ("0 < n < 2", []),
        ("(yield) is None", ["None is (yield)"]),
        ("x == 1if y else n", ["1 == x if y else n"]),
    ],
)
def test_flip_comparison(source, expected):
    assert values(source, "flip_comparison") == expected


def test_a_variable_that_a_function_inside_may_change_is_not_steady():
    source = (
        "def f(x):\n    y = 1\n    def g():\n        nonlocal y\n        y = 2\n        return x\n"
        "    return y is g()\n"
    )
    assert results(source, "flip_comparison") == []
    assert results(source.replace("nonlocal y", "pass"), "flip_comparison") != []


def test_names_of_modules_and_classes_may_change_meanwhile():
    assert results("x = 1\ny = x is f()\n", "flip_comparison") == []
    assert results("class A:\n    x = 1\n    y = x is f()\n", "flip_comparison") == []


COMPARED = {"==": op.eq, "!=": op.ne}


class Odd:
    """Answers every comparison, and writes down that it was asked."""

    def __init__(self, log):
        self.log = log

    def __eq__(self, other):
        self.log.append(("eq", other))
        return "eq"

    def __ne__(self, other):
        self.log.append(("ne", other))
        return NotImplemented

    __hash__ = None


class OddText(Odd, str):
    def __new__(cls, _log):
        return str.__new__(cls, "a")


class OddNumber(Odd, int):
    def __new__(cls, _log):
        return int.__new__(cls, 1)


@pytest.mark.parametrize("constant", ["a", 1, None])
@pytest.mark.parametrize("kind", [Odd, OddText, OddNumber, lambda _: 1.0, lambda _: object])
@pytest.mark.parametrize("sign", COMPARED)
def test_modest_kinds_leave_equality_to_the_other_side(constant, kind, sign):
    """The proof that `x == "a"` may be turned round, whatever `x` is."""
    there, back = [], []
    one = COMPARED[sign](kind(there), constant)
    assert one == COMPARED[sign](constant, kind(back))
    assert there == back


@pytest.mark.parametrize("constant", [1.0, True])
def test_other_kinds_do_not(constant):
    log = []
    assert constant == OddNumber(log)
    assert log == []
    assert OddNumber(log) == constant
    assert log != []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("'a{}'.format(x)", ["f'a{x}'"]),
        ("R'\\d{}'.format(x)", ["rf'\\d{x}'"]),
        ("'{:>{}} '.format(x, y)", []),
        ("'{0}{1}{{}}'.format(x, t)", ["f'{x}{t}{{}}'"]),
        ("'{b}={c!r:>3}'.format(b=x, c=n)", ["f'{x}={n!r:>3}'"]),
        ("'{b}={a}'.format(a=x, b=n)", []),
        ("'{0}{0}'.format(x)", []),
        ("'{0} '.format(x, y)", []),
        ("'{} '.format(*x)", []),
        ("'{a} '.format(**x)", []),
        ("'{.y} '.format(x)", []),
        ("'{0[1]} '.format(x)", []),
        ("'{}'.format(x)", []),
        ("'{}'.format(n)", ["f'{n}'"]),
        ("'{} {}'.format(f(x), n)", ["f'{f(x)} {n}'"]),
        ("'{} {}'.format(t, f(x))", ["f'{t} {f(x)}'"]),
        ("'{} {}'.format(n, f(x))", []),
        ("'{:1} {}'.format(t, f(x))", []),
        ("'{} {}'.format(x, f(x))", []),
        ("'{} '.format(x['y'])", []),
        ("'{} '.format(x[\"y\"])", ["f'{x[\"y\"]} '"]),
        ("'{} '.format('\\n'.join(x))", []),
        ("'{} '.format(lambda: x)", []),
        ("'{} '.format((x := y))", []),
        ("'{} '.format({x})", []),
        ("'{} '.format(x != y)", ["f'{x != y} '"]),
        ("'{} ' 'b'.format(x)", ["f'{x} ' 'b'"]),
        ("'a' '{} '.format(x)", []),
        ("'\\x7b} {}'.format(x)", []),
        ("'\\N{EM DASH} {}'.format(x)", ["f'\\N{EM DASH} {x}'"]),
        ("'\\\\N{} '.format(x)", ["f'\\\\N{x} '"]),
        ("x.format(y)", []),
        ("'{}{'.format(y)", []),
        ("f'{x:{\"{} \".format(y)}}'", []),
        ("'%s %r %%' % (x, f(y))", ["f'{x!s} {f(y)!r} %'"]),
        ("'%s {}' % (n,)", ["f'{n} {{}}'"]),
        ("'%s' % t", ["f'{t}'"]),
        ("'%d %s' % (n, t)", ["f'{n} {t}'"]),
        ("'%d %s' % (n, x)", []),
        ("'%d' % x", []),
        ("'%d' % (x is y)", []),
        ("'%s' % x", []),
        ("'%s' % (*x,)", []),
        ("'%5s' % (x,)", []),
        ("'%(x)s' % {'x': y}", []),
        ("'%s' % (x, y)", []),
        ("b'%s' % (x,)", []),
        ("u'%s' % (x,)", []),
        ("'\\x25s %s' % (x, y)", []),
        ("'\\N{EM DASH}%s' % (x,)", ["f'\\N{EM DASH}{x!s}'"]),
        ("'''%s'\"''' % (x,)", ["f'''{x!s}'\"'''"]),
        ("'a''%s' % (x,)", []),
    ],
)
def test_format_to_fstring(source, expected):
    assert values(source, "format_to_fstring") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f'a{x}'", ["'a{}'.format(x)"]),
        ("fr'\\d{x}'", ["r'\\d{}'.format(x)"]),
        ("f'{x}'", []),
        ("f'{n}'", ["'{}'.format(n)"]),
        ("f'{x!r:>3}{{}}'", ["'{!r:>3}{{}}'.format(x)"]),
        ("f'{ x [1:2] !r} '", ["'{!r} '.format(x [1:2])"]),
        ("f'{x!=y} '", ["'{} '.format(x!=y)"]),
        ("f'{x=} '", []),
        ("f'{x:{y}} '", []),
        ("f'{x, y} '", []),
        ("f'{f(x)} {f(y)}'", []),
        ("f'{f(x)} {n} {t}'", ["'{} {} {}'.format(f(x), n, t)"]),
        ("f'{\"}\"} {x}'", ["'{} {}'.format(\"}\", x)"]),
        ("f'\\N{EM DASH}{x}'", ["'\\N{EM DASH}{}'.format(x)"]),
        ("f'{x} ' 'b'", ["'{} ' 'b'.format(x)"]),
        ("f'{x} ' f'{y}'", []),
        ("f'a'", []),
        ("f'{x:%Y-%m} '", ["'{:%Y-%m} '.format(x)"]),
        ("f'{(lambda: x)} '", ["'{} '.format((lambda: x))"]),
    ],
)
def test_fstring_to_format(source, expected):
    assert values(source, "fstring_to_format") == expected


def test_cpython_compiles_a_percent_sign_as_an_f_string():
    """The proof that `"%s" % (x,)` may be an f-string, whatever `x` is."""
    for percent, text in (("'%s' % (x,)", "f'{x!s}'"), ("'a%s%%%r' % (x, y)", "f'a{x!s}%{y!r}'")):
        one, two = (list(dis.get_instructions(source)) for source in (percent, text))
        assert [(i.opname, i.argval) for i in one] == [(i.opname, i.argval) for i in two]


class Told:
    """Writes down when it is made into text."""

    def __init__(self, name, log):
        self.name, self.log = name, log

    def __format__(self, spec):
        self.log.append(("format", self.name, spec))
        return self.name

    def __repr__(self):
        self.log.append(("repr", self.name))
        return self.name


TOLD = [
    "'{} {!r:>5}'.format(x, y)", "'%s %r' % (x, g())", "'{} {}'.format(t, g())",
    "'{:4} '.format(g())", "f'{x} {y!s}'", "f'{g()} {x:5}'", "f'{t} {g()}'",
]  # fmt: skip


@pytest.mark.parametrize("source", TOLD)
def test_values_become_text_in_the_same_order(source):
    template = "def f(x, y, g):\n    t = 'a'\n    return {}\n"
    found = results(template.format(source), "format_to_fstring", "fstring_to_format")
    assert found
    for text in [template.format(source), *found]:
        log, space = [], {}
        exec(text, space)  # noqa: S102 - a program of this file
        x, y = Told("x", log), Told("y", log)
        given = space["f"](x, y, lambda log=log, y=y: log.append("called") or y)
        if text == template.format(source):
            expected = given, log
        assert (given, log) == expected


AUGMENTED = [
    ("n += 1", "n = n + 1"),
    ("n -= len(x) - 2", "n = n - (len(x) - 2)"),
    ("n /= 2  # half", "n = n / 2  # half"),
    ("n *= 1 if x else 2", "n = n * (1 if x else 2)"),
    ("n <<= 2", "n = n << 2"),
    ("t += 'b' 'c'", "t = t + 'b' 'c'"),
    ("t += '%s' % x", "t = t + '%s' % x"),
    ("n += len(\n        x)", "n = n + len(\n        x)"),
    ("n //= (m := 3)", "n = n // (m := 3)"),
]
WHERE = "def f(x, y):\n    n = 1\n    t = ''\n    for i in x:\n        {}\n    return n, t\n"


@pytest.mark.parametrize(("short", "full"), AUGMENTED)
def test_augmented_assignments_of_numbers_and_texts(short, full):
    assert results(WHERE.format(short), "expand_augmented") == [WHERE.format(full)]
    assert WHERE.format(short) in results(WHERE.format(full), "contract_augmented")


@pytest.mark.parametrize(
    "source",
    [
        "n += x",
        "x += 1",
        "t += x",
        "t *= 2",
        "n **= 2",
        "n += 1; n &= y",
        "n += 1j",
        "n &= 1.5",
        "x.n += 1",
        "n += i",
        "global m; m = 1; m += 1",
        "del n; n += 1",
        "n = 2 + n",
        "n = t = n + 1",
        "n = n + 1 + 2",
        "n = (n + 1)",
        "n = n + x",
        "x = x + 1",
        "n: int = n + 1",
        "n = n @ 2",
        "n = n + \\\n1",
    ],
)
def test_augmented_assignments_that_stay(source):
    assert results(WHERE.format(source), "expand_augmented", "contract_augmented") == []


@pytest.mark.parametrize("name", ["reorder_operands", "flip_comparison"])
def test_turning_round_twice_is_turning_back(name):
    for source in ("x is None", "n < 2", "n + 2", "n * 2 * len(x)", "'a' != x"):
        for text in values(source, name):
            assert source in values(text, name)


def test_every_constant_is_told_apart():
    """`1 == 1.0 == True`, but what they do with others is not the same."""
    for left, right in product(["x", "n", "r"], ["1", "1.0", "True", "None", "b'a'"]):
        known = left in ("n", "r") or right in ("1", "None")
        found = values(f"{left} == {right}", "flip_comparison")
        assert bool(found) == (known and (left, right) not in {("r", "b'a'")})
