"""What is known of an expression without running it, against answers worked out by hand."""

import ast

import pytest

from nerion_gym.edits.analysis.effects import Effect, effect_of
from nerion_gym.edits.analysis.values import kind_of
from nerion_gym.syntax.module import parse_module

pytestmark = pytest.mark.pure


def last_value(source):
    """Return the module and the expression of its last `return` or statement."""
    module = parse_module("m.py", source.encode())
    found = [node for node in ast.walk(module.tree) if isinstance(node, ast.Return)]
    return module, found[-1].value if found else module.tree.body[-1].value


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("1 + 2.0", "float"),
        ("1 / 2", "float"),
        ("2 ** n", ""),
        ("len(x) - 1", "int"),
        ("def len(x): pass\nlen(x)", ""),
        ("from m import *\nlen(x)", ""),
        ("not x", "bool"),
        ("x == y", ""),
        ("x is y", "bool"),
        ("1 < 2", "bool"),
        ("'%s' % x", "str"),
        ("f'{x}'", ""),
        ("f'{x}!'", "str"),
        ("str(x)", ""),
        ("[1] + [x]", "list"),
        ("def f(x):\n    a = 1\n    return a", "int"),
        ("def f(x):\n    a = 1\n    a = x\n    return a", ""),
        ("def f(x):\n    a = 1\n    if x:\n        a = 2\n    return a", "int"),
        ("def f(x):\n    if x:\n        a = 2\n    return a", ""),
        ("def f(x):\n    a = 0\n    for i in range(x):\n        a += i\n    return a", "int"),
        ("def f(x):\n    a = 0\n    for i in x:\n        a += i\n    return a", ""),
        ("def f(x):\n    a, b = 1, 2\n    return a", ""),
        ("def f(x):\n    a = 1\n    def g(): nonlocal a; a = x\n    g()\n    return a", ""),
        ("def f(x):\n    return x", ""),
    ],
)  # fmt: skip
def test_kinds(source, kind):
    assert kind_of(*last_value(source)) == kind


@pytest.mark.parametrize(
    ("source", "effect"),
    [
        ("1 + 2", Effect.NONE),
        ("1 / x", Effect.ANY),
        ("1 // 2", Effect.RAISES),
        ("1 + 2.0", Effect.RAISES),
        ("print", Effect.NONE),
        ("x", Effect.RAISES),
        ("x.y", Effect.ANY),
        ("x[0]", Effect.ANY),
        ("def f(x):\n    return x", Effect.NONE),
        ("def f(x):\n    del x\n    return x", Effect.RAISES),
        ("def f(x):\n    try: x()\n    except E as e: pass\n    return e", Effect.RAISES),
        ("def f(x):\n    return not x", Effect.ANY),
        ("def f(x):\n    return x is None", Effect.NONE),
        ("def f(x):\n    return x == None", Effect.ANY),
        ("def f(x):\n    return [x, 1]", Effect.NONE),
        ("def f(x):\n    y = [x]\n    return len(y)", Effect.NONE),
        ("def f(x):\n    return len(x)", Effect.ANY),
        ("def f(x):\n    return 'a' if x is None else x", Effect.NONE),
        ("def f(x):\n    return lambda y=x(): y", Effect.ANY),
    ],
)
def test_effects(source, effect):
    assert effect_of(*last_value(source)) == effect
