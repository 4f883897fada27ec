"""What the words of program graphs mean: a vector per token id, from any provider.

A graph's nodes carry token ids only, and texts outside the fixed table share 3,840 buckets, so
a bucket's vector is the mean over the texts that are known to fall into it.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import numpy as np

from nerion_gym.errors import ConfigError
from nerion_gym.graphs import schema
from nerion_gym.graphs.builder import test_name
from nerion_gym.graphs.words import token_id
from nerion_gym.syntax.parsing import expression_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nerion_gym.graphs.builder import ProgramGraph
    from nerion_gym.types.semantics import Embedder

TEST = schema.KIND_ID["test"]
FIXED_TEXTS = schema.TOKEN_TEXTS[1:]
"""Keywords, signs, builtins and common literals: in every program."""
QUOTED = re.compile(r"b?['\"]")


def table(texts: Iterable[str], provider: Embedder) -> np.ndarray:
    """Return float32 [4096, D]: row = mean over the different texts of a token id, else zeros.

    Args:
        texts: as they stand in graphs: names, literals, paths; a docstring is a literal. Their
            order and how often each occurs do not matter. The empty text is padding's.
        provider: gives a vector per text; literals are shown to it without their quotes.

    Raises:
        ConfigError: no text at all.
        ProviderError: the provider cannot answer.
    """
    different = sorted(set(texts) - {""})
    if not different:
        msg = "no texts to embed; expected those of a program graph (`texts_of`)"
        raise ConfigError(msg)
    vectors = provider.embed([spoken(text) for text in different])
    rows = np.array([token_id(text) for text in different])
    sums = np.zeros((schema.TOKENS, vectors.shape[1]), np.float64)
    np.add.at(sums, rows, vectors)
    counts = np.bincount(rows, minlength=schema.TOKENS)
    return (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)


def texts_of(graph: ProgramGraph) -> frozenset[str]:
    """Return the texts behind the token ids of a graph's nodes."""
    kinds, tokens = graph.nodes[:, schema.KIND].tolist(), graph.nodes[:, schema.TOKEN].tolist()
    return frozenset(
        test_name(label) if kind == TEST else label
        for kind, token, label in zip(kinds, tokens, graph.labels, strict=True)
        if token
    )


def spoken(text: str) -> str:
    """Return what a text says: of a string's literal its value, of anything else itself."""
    if not QUOTED.match(text):
        return text
    tree = expression_in(text.encode())
    if tree is None:
        return text
    try:
        value = ast.literal_eval(tree)
    except ValueError:
        return text
    said = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return said.strip() or text
