"""docs/graphs.md is true: its pictures and its table are those of the code."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nerion_gym.graphs.drawing.scene import FAMILIES

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "graphs.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pictures():
    path = ROOT / "scripts" / "make_graph_docs.py"
    spec = importlib.util.spec_from_file_location("make_graph_docs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pictures_and_table_are_those_of_the_code(pictures):
    assert pictures.stale() == [], "mend with: python scripts/make_graph_docs.py"


def test_every_family_has_a_section_a_picture_and_edges_in_it(pictures):
    drawn = pictures.drawings(PAGE)
    assert list(drawn) == list(FAMILIES)
    assert re.findall(r"\]\(graphs/(\w+)\.svg\)", PAGE) == list(FAMILIES)
    for family, text in drawn.items():
        root = ElementTree.fromstring(text)  # noqa: S314 - drawn a moment ago
        titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
        assert sum(title.startswith(f"{family}: ") for title in titles) >= 2, family


def test_a_picture_that_was_changed_is_noticed(pictures, monkeypatch, tmp_path):
    page = tmp_path / "graphs.md"
    page.write_text(PAGE)
    monkeypatch.setattr(pictures, "PAGE", page)
    assert len(pictures.stale()) == len(FAMILIES)
    assert pictures.replaced(PAGE.replace("what is assigned ->", "x ->")) == PAGE
