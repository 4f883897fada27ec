"""Vectors without a model: the same everywhere, near for similar names, and no network."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nerion_gym.providers.offline import HashEmbedder, features

ROOT = Path(__file__).resolve().parents[3]


def cosines(*texts):
    """Return the cosines of the first text with the others."""
    found = HashEmbedder().embed(texts)
    return found[1:] @ found[0]


@pytest.mark.pure
def test_vectors_are_of_length_1_and_stay_what_they_are():
    texts = ["total_price", "+", "", "Return the sum.", "größe", "\ud800", "x" * 100_000]
    found = HashEmbedder().embed(texts)
    assert found.dtype == np.float32
    assert found.shape == (7, 256)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, rtol=1e-5)
    assert len({row.tobytes() for row in found}) == len(texts)
    # Written down: other vectors are another model, with another name (`HashEmbedder.model`).
    signs = (found[:4] > 0).tobytes()
    assert hashlib.sha256(signs).hexdigest()[:16] == "4acde79ac4800a62"


@pytest.mark.pure
def test_a_text_is_the_same_alone_and_among_others():
    together = HashEmbedder().embed(["a", "total", "b"])
    assert np.array_equal(together[1], HashEmbedder().embed(["total"])[0])
    assert HashEmbedder().embed([]).shape == (0, 0)


@pytest.mark.pure
def test_similar_names_are_near_and_others_are_not():
    same_words = cosines("total_price", "price_total", "totalPrice", "TotalPrice", "TOTAL_PRICE")
    assert (same_words > 0.9).all()
    shared = cosines("total_price", "total", "price_sum", "total_prices")
    assert (shared > 0.3).all()
    assert (np.abs(cosines("total_price", "delete_user", "x", "+", "while")) < 0.25).all()
    assert cosines("multiply", "multiplier")[0] > 0.4


@pytest.mark.pure
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("getHTTPCode2", ["get", "http", "code", "2"]),
        ("get_http_code_2", ["get", "http", "code", "2"]),
        ("__init__", ["init"]),
        ("test_größe", ["test", "größe"]),
        ("X", ["x"]),
        ("XMLReader", ["xml", "reader"]),
        ("größeÄndern", ["größeändern"]),
        ("+=", []),
    ],
)
def test_identifiers_are_split_into_words(text, words):
    found = list(features(text))
    assert [item[5:] for item in found if item.startswith("word ")] == words
    assert found[0] == f"text {text}"


SPY = """
import json, sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith("socket.") else None)
from nerion_gym.graphs.semantics import FIXED_TEXTS, table
from nerion_gym.providers.registry import make_embedder
embedder = make_embedder()
found = table(FIXED_TEXTS, embedder)
if len(sys.argv) > 1:
    import socket
    socket.socket().close()
print(json.dumps([seen, embedder.model, found.shape, sorted(sys.modules)]))
"""


def spied(tmp_path, *arguments, **variables):
    """Fill a table with the default provider; return the sockets opened, its name and modules."""
    environ = {"NERION_CACHE": str(tmp_path / "cache.sqlite"), "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-c", SPY, *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.sandbox
def test_the_default_never_opens_a_socket(tmp_path):
    keys = {"OPENAI_API_KEY": "sk-x", "NERION_PROVIDER_KEY": "x"}
    opened, model, shape, modules = spied(tmp_path, **keys)
    assert (opened, model, shape) == ([], "hash-1", [4096, 256])
    assert {"socket", "urllib.request", "torch", "policies"} & set(modules) <= {"socket"}
    # The spy would have seen one.
    assert spied(tmp_path, "open")[0] != []
