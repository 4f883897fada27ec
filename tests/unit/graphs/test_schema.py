"""Numbers of the vocabularies never change: they are part of every observation and checkpoint."""

import ast
import json
from pathlib import Path

import pytest

from nerion_gym.graphs import schema
from nerion_gym.graphs.words import token_id

pytestmark = pytest.mark.pure

FROZEN = json.loads(
    (Path(__file__).parents[2] / "golden" / "graphs" / "vocabulary.json").read_text()
)


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("relations", schema.RELATIONS),
        ("kinds", schema.KINDS),
        ("tokens", schema.TOKEN_TEXTS),
        ("profiles", schema.PROFILE_TEXTS),
    ],
)
def test_vocabularies_only_grow(name, now):
    assert list(now[: len(FROZEN[name])]) == FROZEN[name]
    assert len(set(now)) == len(now)


def test_fixed_tokens_fit_their_table():
    assert len(schema.TOKEN_TEXTS) <= schema.TOKEN_TABLE
    assert len(schema.PROFILE_TEXTS) <= schema.PROFILES
    assert token_id("+") == schema.TOKEN_ID["+"] > 0
    assert schema.TOKEN_TABLE <= token_id("no_such_word_in_the_table") < schema.TOKENS


def test_every_syntax_class_of_this_python_has_a_kind():
    inner = (ast.expr, ast.stmt, ast.pattern, ast.excepthandler, ast.comprehension, ast.keyword)
    inner += (ast.arg, ast.alias, ast.withitem, ast.match_case)
    classes = {
        name
        for name, cls in vars(ast).items()
        if isinstance(cls, type) and issubclass(cls, inner) and cls not in inner
    }
    old = {"Constant", "Num", "Str", "Bytes", "NameConstant", "Ellipsis", "Index", "ExtSlice"}
    # Before Python 3.14 `ast` also has its deprecated Ellipsis under a name of its own.
    old.add("_ast_Ellipsis")
    assert classes - old - set(schema.KINDS) == set()
