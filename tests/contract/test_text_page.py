"""docs/text.md is true: its block prints what it says it prints, and its tables are the code's."""

import re
from pathlib import Path

import pytest

from nerion_gym.wrappers import text, text_page, text_reply
from nerion_gym.wrappers.text_lines import WIDTH

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "text.md").read_text(encoding="utf-8")


@pytest.mark.sandbox
def test_the_python_block_prints_what_the_page_shows(capsys):
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    exec(block, {})  # noqa: S102 - the page's own
    parts = re.escape(shown).split(re.escape("...\n"))
    assert len(parts) == 5
    assert re.fullmatch("(?s:.*)\n".join(parts), capsys.readouterr().out)


@pytest.mark.pure
def test_problems_and_numbers_are_those_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE)
    assert tuple(rows) == text_reply.PROBLEMS
    assert f"more than {text_reply.MOST_READ:,} characters" in PAGE
    assert f"{text_page.LEAST_BUDGET:,} at least" in PAGE
    assert f"cut at {WIDTH} letters" in PAGE
    defaults = text.Text.__init__.__kwdefaults__
    assert f"({defaults['budget']:,} unless you say so" in PAGE
    assert f"`history` earlier steps are shown ({defaults['history']})" in PAGE
    assert f"`free` replies ({defaults['free']})" in PAGE


@pytest.mark.pure
def test_what_is_seen_of_a_traced_edit_is_said():
    for word in text_page.SEEN.values():
        assert f"`{word}`" in PAGE or word == "unknown"
