"""The site says what is so: worlds, figures of the start page, the journal, pictures, links."""

from __future__ import annotations

import importlib.util
import re

import pytest
from typer.main import get_command

from envs_registry import WORLDS
from nerion_gym.cli import app
from nerion_gym.edits.operator import Kind
from nerion_gym.edits.registry import OPERATORS
from nerion_gym.tasks.splits import CORPUS_SPLITS, PACKAGE_SPLITS
from tests.support.pages import ROOT, pages

pytestmark = pytest.mark.pure
PAGES = pages()
DOCS = {name: text for name, text in PAGES.items() if name.startswith("docs/")}
SECTIONS = (
    *("Description", "Observation", "Actions", "Reward", "Termination", "Tasks and splits"),
    *("Arguments", "Known limits", "Versions"),
)


@pytest.fixture(scope="module")
def conf():
    spec = importlib.util.spec_from_file_location("docs_conf", ROOT / "docs" / "conf.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_has_a_page_with_its_picture_and_a_field_in_the_gallery(world, conf):
    entry = conf.worlds()[world]
    assert entry == WORLDS[world]
    page = conf.world_page(world, conf.docstring_of(conf.module_of(entry)))
    assert page.startswith(f"# {world}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == list(SECTIONS)
    ((said, picture),) = re.findall(r"!\[([^]]+)\]\(\.\./(.*?)\)", page)
    assert (ROOT / "docs" / "worlds" / picture).is_file()
    assert said.startswith(f"An episode of {world}: ")
    field = conf.card(world, conf.module_of(entry).stem, entry["summary"])
    assert f":target: generated/{conf.module_of(entry).stem}.html" in field
    assert f":alt: To the page of {world}" in field


def test_the_figures_of_the_start_page_are_those_of_the_code():
    page = " ".join(DOCS["docs/index.md"].split())
    mutations = sum(row.kind is Kind.MUTATION for row in OPERATORS)
    programs = sum(map(len, (*CORPUS_SPLITS.values(), *PACKAGE_SPLITS.values())))
    assert f"[{len(WORLDS)} worlds]" in page
    assert f"[{len(OPERATORS)} kinds of edits]" in page
    assert f"{len(OPERATORS) - mutations} refactors" in page
    assert f"{mutations} mutations" in page
    assert f"on {programs} programs of ours" in page


def test_the_journals_page_knows_what_there_is_and_what_there_is_not():
    here, _, missing = DOCS["docs/journal.md"].partition("## Not yet")
    paths = re.findall(r"`((?:nerion_gym|policies)/[\w/.]+)`", here)
    assert len(paths) >= 20
    assert [path for path in paths if not (ROOT / path).exists()] == []
    commands = set(get_command(app).commands)
    said = set(re.findall(r"`nerion (\w+)", here))
    assert said
    assert said - commands == set(re.findall(r"`nerion (\w+)` and [a-z]+: not yet", here))
    built = set(re.findall(r"`nerion (\w+)", missing)) & commands
    assert built == set(), "the page says that there is no such command yet"


@pytest.mark.parametrize("page", [name for name, text in PAGES.items() if "![" in text])
def test_a_picture_says_in_words_what_it_shows(page):
    for said, picture in re.findall(r"!\[([^]]*)\]\(([^)]+)\)", PAGES[page]):
        assert len(said.split()) >= 8, picture


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page):
    folder = (ROOT / page).parent
    prose = re.sub(r"^ *```.*?^ *```", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\((?![a-z]+:)([^)#\s]+)", re.sub(r"`[^`\n]*`", "", prose))
    made = "worlds/generated/"
    pages_made = {
        f"{entry['entry_point'].split(':')[0].split('.')[-1]}.md" for entry in WORLDS.values()
    }
    lost = [one for one in targets if made not in one and not (folder / one).exists()]
    lost += [one for one in targets if made in one and one.split("/")[-1] not in pages_made]
    assert lost == []
