"""docs/semantics.md is true: its Python runs, and it names every provider and variable."""

import re
from pathlib import Path

import pytest

from nerion_gym.graphs import schema
from nerion_gym.providers import cache, endpoint, registry
from policies import semantics

PAGE = Path(__file__).resolve().parents[2] / "docs" / "semantics.md"
TEXT = PAGE.read_text(encoding="utf-8")
VARIABLES = {
    registry.VARIABLE,
    cache.VARIABLE,
    semantics.PLACE,
    endpoint.URL,
    endpoint.MODEL,
    endpoint.KEY,
    endpoint.OPENAI_KEY,
    endpoint.TIMEOUT,
}


def test_the_python_block_runs(tmp_path, monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "known.sqlite"))
    (block,) = re.findall(r"^```python\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
    found = {}
    exec(block, found)  # noqa: S102 - the page's own
    assert found["vectors"].shape == (2, 256)
    assert found["rows"].shape == (schema.TOKENS, 256)
    found["embedder"].close()


@pytest.mark.pure
def test_providers_and_variables_are_all_there():
    assert set(re.findall(r"\b(?:NERION|OPENAI)_[A-Z_]+\b", TEXT)) == VARIABLES
    rows = re.findall(r"^\| `(\w+)` \|", TEXT.split("## Which provider")[1], flags=re.MULTILINE)
    assert tuple(rows[: len(registry.NAMES)]) == registry.NAMES
    assert f"for OpenAI `{endpoint.OPENAI_MODEL}`" in TEXT
    assert semantics.WEIGHTS in TEXT
