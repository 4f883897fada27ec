"""Hard cases of the mutations, by hand: what one operator makes of one line."""

import pytest

from nerion_gym.edits.catalog import enumerate_edits
from nerion_gym.edits.preview import apply
from nerion_gym.edits.registry import operator
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure


def results(source, *names):
    """Every result of these operators on one line, without its end."""
    program = Program.from_files({"m.py": f"{source}\n".encode()})
    edits = enumerate_edits(program, tuple(map(operator, names)), None)
    return [apply(program, edit).source("m.py").decode()[:-1] for edit in edits]


ARITHMETIC = [
    ("a * b ** c", ["a ** b ** c", "a / b ** c", "a * (b * c)"]),
    ("a - b * c", ["a + b * c", "a - b ** c", "a - b / c"]),
    ("(a - b) * c", ["(a + b) * c", "(a - b) ** c", "(a - b) / c"]),
    ("a * b * c", ["a * b / c", "(a * b) ** c", "a ** b * c", "a / b * c"]),
    ("-a * b", ["(-a) ** b", "-a / b"]),
    ("a ** -b", ["a * -b"]),
    ("a ** b ** c", ["a * b ** c", "a ** (b * c)"]),
    ("(a)*(b)#*", ["(a)**(b)#*", "(a)/(b)#*"]),
    ("(a # * no\n  * # * no\n b)", ["(a # * no\n  ** # * no\n b)", "(a # * no\n  / # * no\n b)"]),
    ("a \\\n * \\\n b", ["a \\\n ** \\\n b", "a \\\n / \\\n b"]),
    ("x['*'] * y['*']", ["x['*'] ** y['*']", "x['*'] / y['*']"]),
    ("é * ß", ["é ** ß", "é / ß"]),
    (
        "x[0] *= (y * z)",
        ["x[0] **= (y * z)", "x[0] /= (y * z)", "x[0] *= (y ** z)", "x[0] *= (y / z)"],
    ),
    ("'%s' % x + 'a' * 3 + f'{x}'", []),
    ("x += 'a'", []),
    ("x: 1 + 2 = 3 // 4", ["x: 1 + 2 = 3 % 4", "x: 1 + 2 = 3 / 4"]),
    ("await_(a) @ b", []),
    ("(a * b).c", ["(a ** b).c", "(a / b).c"]),
    ("x = a * b if c else d", ["x = a ** b if c else d", "x = a / b if c else d"]),
]


@pytest.mark.parametrize(("source", "expected"), ARITHMETIC, ids=lambda value: str(value)[:30])
def test_swap_arithmetic(source, expected):
    assert sorted(results(source, "swap_arithmetic")) == sorted(expected)


def test_swap_arithmetic_among_bits_and_shifts():
    assert sorted(results("a + b << c | d & e ^ f", "swap_arithmetic")) == sorted(
        [
            "a - b << c | d & e ^ f",
            "a * b << c | d & e ^ f",
            "a + b >> c | d & e ^ f",
            "a + b << c & (d & e ^ f)",
            "a + b << c | (d | e) ^ f",
            "a + b << c | d ^ e ^ f",
            "a + b << c | d & e & f",
        ]
    )


def test_swaps_inside_starred_arguments_keep_their_reading():
    assert "f(*a ** b, **c - d)" in results("f(*a * b, **c - d)", "swap_arithmetic")
    assert "f(*a * b, **c + d)" in results("f(*a * b, **c - d)", "swap_arithmetic")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("c - a * b", ["c - (a + b)"]),
        ("a * b ** c", ["a + b ** c"]),
        ("-(a * b)", ["-(a + b)"]),
        ("(a * b)", ["(a + b)"]),
        ("x *= 2 * y", ["x += 2 * y", "x *= 2 + y"]),
        ("f(a*b)[c*d]", ["f(a+b)[c*d]", "f(a*b)[c+d]"]),
        ("a * b < c * d", ["a + b < c * d", "a * b < c + d"]),
        ("a ** b", []),
        ("def f(*a, **k): return", []),
        ("f'{a*b}' f'{c:{d*e}}'", ["f'{a+b}' f'{c:{d*e}}'", "f'{a*b}' f'{c:{d+e}}'"]),
        ("f'{a*b=}'", []),
        ("f'{c - a*b!r}'", ["f'{c - (a+b)!r}'"]),
    ],
)
def test_multiply_to_add(source, expected):
    assert results(source, "CHANGE_OPERATOR_MULTIPLY_TO_ADD") == expected


def test_the_lower_id_lists_a_result_and_no_other_does():
    program = Program.from_files({"m.py": b"x = a * b\n"})
    rows = (operator("swap_arithmetic"), operator("change_operator_multiply_to_add"))
    edits = enumerate_edits(program, rows, None)
    assert [(edit.operator, edit.text) for edit in edits] == [
        ("change_operator_multiply_to_add", "+"),
        ("swap_arithmetic", "**"),
        ("swap_arithmetic", "/"),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a is  not b", ["a is b"]),
        ("a is (not b)", ["a is not (not b)"]),
        ("a not in(b)", ["a in(b)"]),
        ("1in b", ["1 not in b"]),
        ("(a not\n in b)", []),
        ("a<b", ["a<=b", "a>=b"]),
        ("a<=b", ["a<b", "a>b"]),
        ("a==b!=c", ["a!=b!=c", "a==b==c"]),
        ("(a)==(b)", ["(a)!=(b)"]),
        ("x = a == b, c", ["x = a != b, c"]),
        ("'<' < '>'", ["'<' <= '>'", "'<' >= '>'"]),
        ("f'{a==b}{a<b}'", ["f'{a!=b}{a<b}'", "f'{a==b}{a<=b}'", "f'{a==b}{a>=b}'"]),
        ("for a in b: pass", []),
        ("[a for a in b]", []),
        ("x = lambda: a > b", ["x = lambda: a >= b", "x = lambda: a <= b"]),
    ],
)
def test_swap_comparison(source, expected):
    assert sorted(results(source, "swap_comparison")) == sorted(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a and b and c", ["x = a or b or c"]),
        ("x = a and b or c", ["x = (a or b) or c", "x = (a and b) and c"]),
        ("x = a or (b or c)", ["x = a and (b or c)", "x = a or (b and c)"]),
        ("x = a and (b or c) and d", ["x = a or (b or c) or d", "x = a and (b and c) and d"]),
        ("x = not (a and b)", ["x = not (a or b)"]),
        ("x = (a # and\n and b)", ["x = (a # and\n or b)"]),
        ("x = a and b if c else d", ["x = a or b if c else d", "x = a and b if not c else d"]),
        ("x = True", ["x = False"]),
        ("x = f(a, b=True)", ["x = f(a, b=False)"]),
        ("if(x):pass", ["if(not x):pass"]),
        ("if not(x):pass", ["if (x):pass"]),
        ("if not x.y:pass", ["if x.y:pass"]),
        ("if not x == y: pass", []),
        ("if x == y: pass", []),
        ("while x: pass", ["while not x: pass"]),
        ("while True: pass", ["while False: pass"]),
        ("while[x]:pass", ["while not [x]:pass"]),
        ("if (yield): pass", ["if (not (yield)): pass"]),
        ("if (y := x): pass", ["if (not (y := x)): pass"]),
        ("assert x, y", ["assert not x, y"]),
        ("[a for a in b if c]", ["[a for a in b if not c]"]),
        ("x = not y", []),
    ],
)
def test_swap_boolean(source, expected):
    assert sorted(results(source, "swap_boolean")) == sorted(expected)


def test_conditions_are_looked_into():
    found = results("if a and not (b or c): pass", "swap_boolean")
    assert sorted(found) == sorted(
        [
            "if a or not (b or c): pass",
            "if a and not (b and c): pass",
            "if not (a and not (b or c)): pass",
            "if not a and not (b or c): pass",
            "if a and (b or c): pass",
            "if a and not (not b or c): pass",
            "if a and not (b or not c): pass",
        ]
    )


NUMBERS = [
    ("1if x else 0", "2 if x else 0", "0 if x else 0"),
    ("1or x", "2 or x", "0 or x"),
    ("x or.5", "x or 1.5", "x or-0.5"),
    ("0xfor x", "0x10 or x", "0xe or x"),
    ("0 .real", "1 .real", "(-1) .real"),
    ("0[x]", "1[x]", "(-1)[x]"),
    ("0 ** x", "1 ** x", "(-1) ** x"),
    ("x ** 0", "x ** 1", "x ** -1"),
    ("a-0", "a-1", "a--1"),
    ("x[-1]", "x[0]", "x[-2]"),
    ("a - -1", "a - 0", "a - -2"),
    ("lambda:-1", "lambda:0", "lambda:-2"),
    ("x = a or-1", "x = a or 0", "x = a or-2"),
    ("999_999", "1_000_000", "999_998"),
    ("0xFF", "0x100", "0xFE"),
    ("0X0f", "0X10", "0X0e"),
    ("0xFFFF_FFFF", "0x1_0000_0000", "0xFFFF_FFFE"),
    ("0b0_1", "0b10", "0b00"),
    ("0o17", "0o20", "0o16"),
    ("0x0", "0x1", "-0x1"),
    ("1.", "2.0", "0.0"),
    ("1.5e3", "1501.0", "1499.0"),
    ("0.1", "1.1", "-0.9"),
    ("-0.5", "0.5", "-1.5"),
    ("1e-8", "1.00000001", "-0.99999999"),
    ("~0", "~1", "~-1"),
]


@pytest.mark.parametrize(("source", "more", "less"), NUMBERS, ids=lambda value: value)
def test_numbers_step_in_their_own_notation(source, more, less):
    assert results(source, "increment_number")[0] == more
    assert results(source, "decrement_number")[0] == less


@pytest.mark.parametrize(
    "source",
    [
        "2j",
        "True",
        "'1'",
        "-0",
        "--1",
        "-(1)",
        "1e400",
        "1e16",
        "0.30000000000000004",
        "def f(x: 1) -> 2: pass",
        "x: 'T[1]'",
        "__all__ = ['a'][:1]",
        "__all__ += [1][:1]",
        "if __name__ == '__main__': x = 1",
        "if TYPE_CHECKING: x = 1",
        "if t.TYPE_CHECKING: x = 1",
        "if not TYPE_CHECKING: pass\nelse: x = 1",
        "match x:\n    case {1: 2} | 3: pass",
        f"x = {'9' * 400}",
    ],
)
def test_numbers_left_alone(source):
    assert results(source, "increment_number", "decrement_number") == []


def test_what_runs_at_import_is_a_site():
    source = "@d(1)\ndef f(x=2): pass\nif TYPE_CHECKING: x = 3\nelse: x = 4\n"
    source += "match 5:\n    case 6 if 7: 8"
    assert len(results(source, "increment_number")) == 6


def test_numbers_inside_f_strings_are_verified():
    assert results("f'{1} {x:{2}}'", "increment_number") == ["f'{2} {x:{2}}'", "f'{1} {x:{3}}'"]
    assert results("f'{1=}'", "increment_number") == []
    assert results("x = f'''\n{\n1}'''", "increment_number") in ([], ["x = f'''\n{\n2}'''"])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(): return 1, 2", ["def f(): return None"]),
        ("def f(): return(1, 2)", ["def f(): return None"]),
        ("def f(): return (1)", ["def f(): return (None)"]),
        ("def f(): return'a';", ["def f(): return None;"]),
        ("def f(): return[\n1 # a\n] # b", ["def f(): return None # b"]),
        ("def f(): return x if y else None", ["def f(): return None"]),
        ("def f(): return (y := 1)", []),
        ("def f(): return None", []),
        ("def f(): return", []),
        ("async def f(): return await x", ["async def f(): return None"]),
    ],
)
def test_return_none(source, expected):
    assert results(source, "return_none") == expected
