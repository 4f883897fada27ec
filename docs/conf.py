"""Sphinx configuration; worlds' pages and gallery are made from the docstrings of their modules."""

from __future__ import annotations

import ast
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PICTURES = HERE / "worlds" / "pictures"
GENERATED = HERE / "worlds" / "generated"
PICTURE = (
    "An episode of {name}: the source with each edit marked in it, the program graph with the "
    "nodes that it touched, and a bar for each test, green where it passes"
)
"""What the picture of a world shows, for those who do not see it."""

project = "nerion-gym"
author = "nerion-gym contributors"
copyright = "nerion-gym contributors"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "progress.md"]  # progress.md is for those who work on it
html_theme = "furo"
html_title = "nerion-gym"
html_static_path = ["_static"]
html_css_files = ["site.css"]


def worlds() -> dict[str, dict[str, str]]:
    """Return what `envs_registry.py` says of each world, in its order; it is read, not imported."""
    tree = ast.parse((ROOT / "envs_registry.py").read_bytes())
    (table,) = [node.value for node in tree.body if isinstance(node, ast.AnnAssign)]
    return ast.literal_eval(table)  # type: ignore[arg-type, no-any-return]


def module_of(entry: dict[str, str]) -> Path:
    """Return the file of a world: its docstring is the manual page."""
    name, _, _ = entry["entry_point"].partition(":")
    return ROOT.joinpath(*name.split(".")).with_suffix(".py")


def docstring_of(module: Path) -> str:
    """Return a module's docstring, unimported."""
    return ast.get_docstring(ast.parse(module.read_bytes())) or ""


def world_page(name: str, docstring: str) -> str:
    """Return a world's page: its id, what it is in one sentence, its picture, its docstring."""
    title, _, body = docstring.partition("\n")
    said = title.removeprefix(f"{name}:").strip()
    picture = ""
    if (PICTURES / f"{name}.gif").is_file():
        picture = f"![{PICTURE.format(name=name)}](../pictures/{name}.gif)\n"
    return (
        f"# {name}\n\n:::{{container}} lead\n{said[:1].upper()}{said[1:]}\n:::\n\n{picture}{body}\n"
    )


def card(name: str, page: str, summary: str) -> str:
    """Return one field of the gallery: the picture, which leads to the page, and two lines."""
    shown = ""
    if (PICTURES / f"{name}.gif").is_file():
        # The text beside it says all that this picture is for: where it leads.
        shown = (
            f"```{{image}} pictures/{name}.gif\n:alt: To the page of {name}\n"
            f":target: generated/{page}.html\n:loading: lazy\n```\n"
        )
    link = f"**[{name}](generated/{page}.md)**"
    end = "" if summary.endswith("?") else "."
    said = f"{summary[:1].upper()}{summary[1:]}{end}"
    return f"::::{{container}} card\n{shown}{link}\n\n{said}\n::::\n"


def write_world_pages(_app: object = None) -> list[Path]:
    """Write one page a world and the gallery of all; nothing of the package is imported."""
    GENERATED.mkdir(parents=True, exist_ok=True)
    for old in GENERATED.iterdir():  # of a world that is no more
        old.unlink()
    pages, cards = [], []
    for name, entry in worlds().items():
        module = module_of(entry)
        page = GENERATED / f"{module.stem}.md"
        page.write_text(world_page(name, docstring_of(module)), encoding="utf-8")
        pages.append(page)
        cards.append(card(name, module.stem, entry["summary"]))
    gallery = ":::::{container} cards\n" + "".join(cards) + ":::::\n"
    (GENERATED / "gallery.txt").write_text(gallery, encoding="utf-8")
    return pages


def setup(app: object) -> dict[str, bool]:
    """Register the hook that writes the pages before Sphinx looks for sources."""
    app.connect("builder-inited", write_world_pages)  # type: ignore[attr-defined]
    return {"parallel_read_safe": True}
