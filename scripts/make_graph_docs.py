#!/usr/bin/env python3
"""Draw the pictures of docs/graphs.md: one of each edge family, from the program in its place.

python scripts/make_graph_docs.py           write docs/graphs/*.svg and the page's table
python scripts/make_graph_docs.py --check   exit 1 where they are not what the code draws
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from nerion_gym.graphs.builder import build
from nerion_gym.graphs.drawing.scene import FAMILIES, draw
from nerion_gym.graphs.drawing.svg import svg
from nerion_gym.graphs.export import to_networkx
from nerion_gym.types.coverage import Coverage
from nerion_gym.types.program import Program

PAGE = Path(__file__).resolve().parent.parent / "docs" / "graphs.md"
BEGIN, END = "<!-- families -->", "<!-- /families -->"
SECTION = re.compile(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```python\n(?:# (\S+\.py)\n)?(.*?)^```", re.MULTILINE | re.DOTALL)
TEST = "test_area.py::test_area"
EVERY_LINE = frozenset(range(1, 100))


def drawings(text: str) -> dict[str, str]:
    """Return the pictures of a page: family -> SVG of the programs in its section."""
    found = {}
    for family, section in SECTION.findall(text):
        blocks = BLOCK.findall(section)
        files = {name or "example.py": source.encode() for name, source in blocks}
        covered = Coverage({TEST: dict.fromkeys(files, EVERY_LINE)}, {})
        tests = (TEST,) if family == "covers" else ()
        graph = to_networkx(
            build(Program.from_files(files), None, covered if tests else None, tests)
        )
        found[family] = svg(draw(graph, (family,), family, tokens=family == "child"))
    return found


def table() -> str:
    """Return the table of families, between its markers."""
    rows = [f"| [`{name}`](#{name}) | {style.meaning} |" for name, style in FAMILIES.items()]
    return "\n".join([BEGIN, "", "| family | edges |", "|---|---|", *rows, "", END])


def replaced(text: str) -> str:
    """Return a page with the table as it should be.

    Raises:
        ValueError: the page has no markers.
    """
    start, end = text.index(BEGIN), text.index(END) + len(END)
    return text[:start] + table() + text[end:]


def stale() -> list[Path]:
    """Return the files that are not what the code writes."""
    text = PAGE.read_text(encoding="utf-8")
    wanted = {picture_path(name): content for name, content in drawings(text).items()}
    wanted[PAGE] = replaced(text)
    return [
        path
        for path, content in wanted.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != content
    ]


def picture_path(family: str) -> Path:
    """Return where a family's picture lies."""
    return PAGE.with_suffix("") / f"{family}.svg"


def main() -> int:
    """Write pictures and table, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    if parser.parse_args().check:
        return int(bool(stale()))
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(replaced(text), encoding="utf-8")
    for family, content in drawings(text).items():
        picture_path(family).parent.mkdir(exist_ok=True)
        picture_path(family).write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
