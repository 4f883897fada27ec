import ast
import gc
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from nerion_gym.syntax.parsing import (
    expression_in,
    noting_warnings,
    parse_quietly,
    quietly,
    statements_in,
)

pytestmark = pytest.mark.pure
DEEP = b"x = " + b"(" * 40 + b"1" + b" + 1)" * 40 + b"\n"
TEXTS = [
    b"a = [" + b"f(1), " * 200 + b"]\n",
    DEEP * 20,
    b"def f():\n    if a:\n        return\n" * 60,
]


@pytest.fixture
def switching_threads():
    """Let another thread go on wherever a collection falls, also in the middle of a parse."""

    def let_go(_phase, _info):
        time.sleep(0)

    before = gc.get_threshold()
    gc.callbacks.append(let_go)
    gc.set_threshold(50)
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(let_go)


@pytest.mark.usefixtures("switching_threads")
def test_threads_may_parse_at_once():
    expected = [ast.dump(parse_quietly(text)) for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: ast.dump(parse_quietly(text)), TEXTS * 8))
    assert found == expected * 8


def test_threads_leave_the_warning_filters_as_they_were():
    before = list(warnings.filters)

    def quiet_a_while(start, length):
        time.sleep(start)
        with quietly():
            time.sleep(length)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(quiet_a_while, (0, 0.05), (0.1, 0.2)))
    assert warnings.filters == before


def test_warnings_are_noted_while_others_are_quiet():
    def noted(_number):
        with noting_warnings() as caught:
            compile('"\\d"', "m.py", "eval")
            time.sleep(0.001)
        return len(caught)

    with ThreadPoolExecutor(4) as pool:
        quiet = [pool.submit(statements_in, TEXTS[0]) for _ in range(20)]
        assert list(pool.map(noted, range(20))) == [1] * 20
        assert all(one.result() is not None for one in quiet)


def test_an_expression_may_span_lines():
    assert ast.unparse(expression_in(b"a +\nb  # both")) == "a + b"


@pytest.mark.parametrize("text", [b"a +", b"x = 1", b"\0", b"(" * 5000 + b")" * 5000])
def test_what_is_no_expression_is_none(text):
    assert expression_in(text) is None


@pytest.mark.parametrize("text", [b"a +", b"\0", b"if a:\nb", b"(" * 5000 + b")" * 5000])
def test_what_is_not_python_has_no_statements(text):
    assert statements_in(text) is None


def test_statements_come_in_order():
    assert [type(one) for one in statements_in(b"import a; pass\n")] == [ast.Import, ast.Pass]
