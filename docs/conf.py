"""Sphinx configuration; worlds' pages are made from docstrings in `nerion_gym/envs/worlds/`."""

from __future__ import annotations

import ast
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORLDS = HERE.parent / "nerion_gym" / "envs" / "worlds"

project = "nerion-gym"
author = "nerion-gym contributors"
copyright = "nerion-gym contributors"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "progress.md"]  # progress.md is for those who work on it
html_theme = "furo"
html_title = "nerion-gym"


def write_world_pages(_app: object = None) -> list[Path]:
    """Write one page a world: its module's docstring is its manual page, so nothing is imported."""
    folder = HERE / "worlds" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    pages = []
    for module in sorted(WORLDS.glob("[a-z]*.py")):
        text = ast.get_docstring(ast.parse(module.read_bytes())) or ""
        title, _, body = text.partition("\n")
        name = title.partition(":")[0]
        if (HERE / "worlds" / "pictures" / f"{name}.gif").is_file():
            body = f"\n![A short episode of {name}](../pictures/{name}.gif)\n{body}"
        page = folder / f"{module.stem}.md"
        page.write_text(f"# {title.rstrip('.')}\n{body}\n", encoding="utf-8")
        pages.append(page)
    return pages


def setup(app: object) -> dict[str, bool]:
    """Register the hook that writes the pages before Sphinx looks for sources."""
    app.connect("builder-inited", write_world_pages)  # type: ignore[attr-defined]
    return {"parallel_read_safe": True}
