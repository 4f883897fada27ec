"""Size, nesting and complexity of programs that were counted by hand."""

from __future__ import annotations

import ast

import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.syntax.costs import COSTS, complexity, nesting, program_cost, size
from nerion_gym.types.program import Program

pytestmark = pytest.mark.pure

PLAIN = "x = 1\n"
CHAIN = """\
def sign(x):
    if x < 0:
        return -1
    elif x > 0:
        return 1
    else:
        return 0
"""
CHAIN_AS_ELSE = """\
def sign(x):
    if x < 0:
        return -1
    else:
        if x > 0:
            return 1
        else:
            return 0
"""
DEEP = """\
def deep(rows):
    for row in rows:
        if row:
            while row.pop():
                with row:
                    pass
        def inner():
            if rows:
                return 1
"""
WAYS = """\
def ways(a, b, c):
    if a and b or c:
        return [x for x in a if x if b]
    try:
        assert a
    except ValueError:
        return 1 if a else 2
    except KeyError:
        return lambda: 0
    match a:
        case 1:
            pass
        case [b] if b:
            pass
        case _ if c:
            pass
        case _:
            pass
"""
ELSE_OF_BLOCKS = """\
for x in y:
    if x:
        break
    elif y:
        for z in y:
            pass
else:
    if y:
        pass
    x = 1
"""
GOLDEN = [
    # Module, Assign, Name, Constant; nothing; the code outside of functions.
    (PLAIN, 4, 0, 1),
    # Module, def, arguments, arg: 4. If, Compare, Name, Constant, Return, UnaryOp, Constant: 7.
    # If, Compare, Name, Constant, Return, Constant: 6. Return, Constant: 2.
    # One block, at depth 1. Outside, def, if, elif.
    (CHAIN, 19, 1, 4),
    (CHAIN_AS_ELSE, 19, 1, 4),
    # Module, def, arguments, arg, For, Name, Name: 7. If, Name: 2. While, Call, Attribute, Name: 4.
    # With, withitem, Name, Pass: 4. def, arguments, If, Name, Return, Constant: 6.
    # 1 + 2 + 3 + 4, and 1 in the inner function. Outside, two defs, for, if, while, if.
    (DEEP, 23, 11, 7),
    # 1 + 1 + 1: if, try, match side by side. Outside and def: 2. if, and, or: 3. for, if, if: 3.
    # assert, two handlers, choice, lambda: 5. Three cases of four.
    (WAYS, None, 3, 16),
    # for 1, if 2, the for under elif 3; the if in the else of the loop 2: it is not alone there.
    (ELSE_OF_BLOCKS, None, 8, 6),
]


@pytest.mark.parametrize(("source", "nodes", "depths", "paths"), GOLDEN)
def test_counts_are_those_made_by_hand(source, nodes, depths, paths):
    tree = ast.parse(source)
    assert (nesting(tree), complexity(tree)) == (depths, paths)
    assert nodes is None or size(tree) == nodes


def test_a_case_that_takes_everything_is_no_decision():
    every = ("_", "name", "(1 | _)", "_ as name", "(1 as one) | name")
    sources = [f"match x:\n    case {pattern}:\n        pass\n" for pattern in every]
    assert [complexity(ast.parse(source)) for source in sources] == [1] * len(every)


def test_space_comments_and_brackets_cost_nothing():
    one = Program.from_files({"m.py": b"x = (1 +\n     2)  # three\n\n\n"})
    two = Program.from_files({"m.py": b"x = 1 + 2\n"})
    for name in COSTS:
        assert program_cost(one, name) == program_cost(two, name)


def test_a_program_costs_what_its_files_cost():
    files = {"a.py": CHAIN.encode(), "b.py": DEEP.encode()}
    for name, cost in COSTS.items():
        both = program_cost(Program.from_files(files), name)
        assert both == sum(cost(ast.parse(source)) for source in files.values())


def test_an_unknown_cost_is_refused_by_name():
    with pytest.raises(ConfigError, match=r"cost='lines': expected one of size, nesting, compl"):
        program_cost(Program.from_files({"m.py": b"x = 1\n"}), "lines")
