"""The table: a row per token id, the mean of what falls into it, nothing where nothing does."""

import numpy as np
import pytest

from nerion_gym.errors import ConfigError
from nerion_gym.graphs import schema
from nerion_gym.graphs.builder import build
from nerion_gym.graphs.semantics import FIXED_TEXTS, spoken, table, texts_of
from nerion_gym.graphs.words import token_id
from nerion_gym.tasks.builder import corpus_names, corpus_task
from nerion_gym.types.program import Program
from tests.support.models import Counting, vector

pytestmark = pytest.mark.pure


def colliding():
    """Return two names that share a bucket."""
    seen = {}
    for number in range(10_000):
        name = f"name_{number}"
        if schema.hashed_token(name) in seen:
            return seen[schema.hashed_token(name)], name
        seen[schema.hashed_token(name)] = name
    raise AssertionError


def test_rows_are_the_vectors_of_their_texts():
    model = Counting()
    found = table(["total", "return", "0"], model)
    assert found.shape == (4096, 8)
    assert found.dtype == np.float32
    for text in ("total", "return", "0"):
        np.testing.assert_allclose(found[token_id(text)], vector(text), rtol=1e-6)
    assert (found.any(axis=1)).sum() == 3
    assert not found[0].any()


def test_texts_that_share_a_bucket_are_averaged():
    one, two = colliding()
    found = table([one, two, "other"], Counting())[token_id(one)]
    np.testing.assert_allclose(found, (np.array(vector(one)) + vector(two)) / 2, rtol=1e-6)


def test_order_and_repeats_do_not_matter():
    texts = ["b", "a", *colliding()]
    model = Counting()
    first = table(texts, model)
    assert np.array_equal(first, table([*texts[::-1], "a", "a", ""], model))
    assert model.asked[0] == model.asked[1] == sorted(texts)


@pytest.mark.parametrize("texts", [[], [""]])
def test_nothing_to_embed_is_an_error(texts):
    with pytest.raises(ConfigError, match="no texts"):
        table(texts, Counting())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("total", "total"),
        ("'Return the sum.\\n\\n    Of two numbers.\\n'", "Return the sum.\n\n    Of two numbers."),
        ('"it\'s"', "it's"),
        ("b'abc\\xff'", "abc\ufffd"),
        ("''", "''"),
        ("' '", "' '"),
        ("'", "'"),
        ("b", "b"),
        ("'a' 'b", "'a' 'b"),
    ],
)
def test_literals_are_spoken_without_their_quotes(text, said):
    assert spoken(text) == said


HARD = """\
def f(größe, *rest):
    '''Doc 'x'.'''
    return f"{größe!r:>{1}} {rest}" is not None
"""


def graph_tokens(graph):
    return set(graph.nodes[:, schema.TOKEN].tolist()) - {0}


@pytest.mark.parametrize("name", corpus_names())
def test_the_texts_of_a_graph_are_those_of_its_tokens(name):
    task = corpus_task(name)
    tests = (f"test_{name}.py::test_one[3-x]", f"test_{name}.py::TestIt::test_two")
    graph = build(task.program, None, None, tests)
    texts = texts_of(graph)
    assert set(map(token_id, texts)) == graph_tokens(graph)
    assert {"test_one", "test_two", f"{name}.py"} <= texts


def test_hard_texts_are_found_too():
    graph = build(Program.from_files({"a/b.py": HARD.encode()}), None, None, ())
    texts = texts_of(graph)
    assert set(map(token_id, texts)) == graph_tokens(graph)
    assert {"größe", "!r", "a/b.py", "\"Doc 'x'.\""} <= texts
    assert spoken("\"Doc 'x'.\"") == "Doc 'x'."


def test_the_fixed_texts_are_the_fixed_ids():
    assert [token_id(text) for text in FIXED_TEXTS] == list(range(1, len(FIXED_TEXTS) + 1))
