"""Where a name's value may come from, complete, against answers worked out by hand."""

import ast

import pytest

from nerion_gym.syntax.flow import UNBOUND
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.name_flow import name_flow

pytestmark = pytest.mark.pure


def reads_of(source, name):
    """Return (line, lines of the writes found, whether bound) of each read of a name."""
    module = parse_module("m.py", source.encode())
    flow = name_flow(module)
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            lines = {
                0 if write == UNBOUND else flow.accesses[write].node.lineno
                for write in flow.found_by(node)
            }
            found.append((node.lineno, lines, flow.is_bound(node)))
    return sorted(found)


def test_a_parameter_is_bound():
    assert reads_of("def f(a):\n    return a\n", "a") == [(2, {1}, True)]


def test_a_branch_leaves_a_name_unbound():
    source = "def f(a):\n    if a:\n        b = 1\n    return b\n"
    assert reads_of(source, "b") == [(4, {0, 3}, False)]


def test_a_loop_may_run_no_time():
    source = "def f(a):\n    for b in a:\n        pass\n    return b\n"
    assert reads_of(source, "b") == [(4, {0, 2}, False)]


def test_a_try_may_end_before_the_write():
    source = "def f(a):\n    try:\n        b = a()\n    except E:\n        return b\n    return b\n"
    assert reads_of(source, "b") == [(5, {0}, False), (6, {3}, True)]


def test_a_deletion_takes_the_value_away():
    source = "def f(a):\n    del a\n    return a\n"
    assert reads_of(source, "a") == [(3, {2}, False)]


def test_more_writes_than_the_graph_shows():
    branches = "".join(f"    if a == {n}:\n        b = {n}\n" for n in range(20))
    source = f"def f(a):\n    b = 0\n{branches}    return b\n"
    assert reads_of(source, "b") == [(43, {2, *range(4, 44, 2)}, True)]


def test_an_inner_function_finds_what_is_written_later():
    source = "def f():\n    def g():\n        return b\n    b = 1\n    b = 2\n    return g\n"
    ((line, lines, _bound),) = reads_of(source, "b")
    assert line == 3
    assert {4, 5} <= lines


def test_writes_of_more_functions_than_the_graph_shows():
    setters = "".join(f"def s{n}():\n    global x\n    x = {n}\n" for n in range(12))
    source = f"x = 0\n{setters}def f():\n    go()\n    return x\n"
    ((_line, lines, _bound),) = reads_of(source, "x")
    assert lines >= {1, *range(4, 38, 3)}


def test_a_manager_may_swallow_what_its_body_raised():
    source = "def f(a):\n    with a():\n        a()\n        b = 1\n    return b\n"
    assert reads_of(source, "b") == [(5, {0, 4}, False)]


def test_code_behind_a_with_that_returns_may_run():
    source = "def f(a):\n    b = 1\n    with a():\n        return a()\n    return b\n"
    assert reads_of(source, "b") == [(5, {2}, True)]


def test_what_a_manager_does_not_hold_is_not_swallowed():
    first = "def f(a):\n    with a() as b:\n        pass\n"
    source = f"{first}    with b, a(b) as c:\n        c\n    return c\n"
    assert reads_of(source, "b") == [(4, {2}, True), (4, {2}, True)]
    assert reads_of(source, "c") == [(5, {4}, True), (6, {0, 4}, False)]
