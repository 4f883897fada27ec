"""Costs of real packages, counted a second way: from the leaves up, from tokens, from a dump."""

from __future__ import annotations

import ast
import importlib.util
import io
import keyword
import re
import tokenize
from functools import cache
from pathlib import Path

import pytest

from nerion_gym.syntax.costs import complexity, nesting, size
from tests.support.sources import PINNED, fetch

INSTALLED = ("pyflakes", "asttokens", "pluggy", "networkx.utils", "gymnasium.utils")
FETCHED = ("inflection", "toolz", "voluptuous")
BLOCKS = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match),
    *(getattr(ast, name) for name in ("TryStar",) if hasattr(ast, name)),
)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
DECIDING = ("if", "elif", "for", "while", "and", "or", "except", "assert", "def", "lambda")


@cache
def installed():
    found = []
    for name in INSTALLED:
        for folder in importlib.util.find_spec(name).submodule_search_locations:
            found += sorted(Path(folder).glob("*.py"))
    return found


def size_by_dump(tree):
    """Nodes are words with a bracket in a dump, once what is in quotes is gone."""
    text = re.sub(r"""[bru]*'(?:\\.|[^'\\])*'|[bru]*"(?:\\.|[^"\\])*\"""", "", ast.dump(tree))
    every = len(re.findall(r"\b[A-Za-z_]+\(", text))
    marks = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
    return every - sum(isinstance(node, marks) for node in ast.walk(tree))


def nesting_from_below(tree):
    """Of each block, climb to its function and count the blocks on the way; `elif` is no block."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}

    def is_alone_in_else(node):
        above = parents.get(node)
        return isinstance(node, ast.If) and isinstance(above, ast.If) and above.orelse == [node]

    total = 0
    for node in ast.walk(tree):
        if isinstance(node, BLOCKS) and not is_alone_in_else(node):
            at = node
            while not isinstance(at, DEFINITIONS):
                total += isinstance(at, BLOCKS) and not is_alone_in_else(at)
                at = parents[at]
    return total


def complexity_by_tokens(source):
    """Count the words that decide, as they are written; None where f-strings or cases hide some."""
    words = []
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.NAME:
            words.append(token.string)
        elif token.type == tokenize.STRING and "f" in token.string[:2].lower():
            inside = set(re.findall(r"\w+", token.string))
            if inside & {*DECIDING}:
                return None
    if any(isinstance(node, ast.Match) for node in ast.walk(ast.parse(source))):
        return None
    return 1 + sum(words.count(word) for word in DECIDING)


def require_agreement(paths):
    compared = 0
    for path in paths:
        source = path.read_bytes()
        tree = ast.parse(source)
        assert size(tree) == size_by_dump(tree), path
        assert nesting(tree) == nesting_from_below(tree), path
        expected = complexity_by_tokens(source)
        if expected is not None:
            assert complexity(tree) == expected, path
            compared += 1
    assert compared > len(paths) / 2


def test_installed_packages_cost_the_same_counted_otherwise():
    assert len(installed()) > 30
    assert {*DECIDING} <= {*keyword.kwlist}
    require_agreement(installed())


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.parametrize("name", FETCHED)
def test_fetched_packages_cost_the_same_counted_otherwise(name):
    require_agreement(sorted(fetch(name, PINNED[name]).rglob("*.py")))
