#!/usr/bin/env python3
"""Write docs/operators.md from the operators themselves: tables, intents, examples.

python scripts/make_operator_docs.py           rewrite the page
python scripts/make_operator_docs.py --check   exit 1 where it is not what the operators say
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from nerion_gym.edits.registry import OPERATORS
from nerion_gym.types.edit import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.edits.operator import Operator

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "operators.md"
PEERS = ROOT / "tests" / "golden" / "peers.json"
VERSIONS = {"mutmut": "mutmut 3", "cosmic-ray": "cosmic-ray 8"}
HEAD = """# Edits: every operator

<!-- Written by scripts/make_operator_docs.py; edit the operators' docstrings instead. -->

A *refactor* keeps what a program does, a *mutation* changes it. A *repairable* mutation can be
taken back by an edit that is listed for the changed program, without a look at the original.
`nerion operators` prints the table, `nerion operators NAME` one operator, `nerion edits FILE` what
they find in a file of yours.
"""


def equivalents() -> dict[str, dict[str, list[str]]]:
    """Return tool -> its operator -> ours."""
    found = {}
    for tool, theirs in json.loads(PEERS.read_text(encoding="utf-8")).items():
        found[tool] = {
            name: [
                row.name
                for row in OPERATORS
                for other, text in row.others
                if other == tool and name in text.split(", ")
            ]
            for name in theirs
        }
    return found


def overview() -> Iterator[str]:
    """Yield the table of all operators."""
    yield "| id | operator | kind | repairable | what it does |"
    yield "|---|---|---|---|---|"
    for row in OPERATORS:
        back = "yes" if row.repairable else ""
        yield f"| {row.id} | [`{row.name}`](#{anchor(row)}) | {row.kind} | {back} | {row.intent} |"


def comparison() -> Iterator[str]:
    """Yield a table for each other tool."""
    for tool, theirs in equivalents().items():
        yield f"\n### {VERSIONS.get(tool, tool)}\n"
        yield "| theirs | ours |"
        yield "|---|---|"
        for name, ours in theirs.items():
            yield f"| `{name}` | {', '.join(f'`{row}`' for row in ours)} |"


def anchor(row: Operator) -> str:
    """Return the page's anchor of an operator."""
    return row.name.replace("_", "-")


def section(row: Operator) -> Iterator[str]:
    """Yield what is said of one operator."""
    back = ", repairable" if row.repairable else ""
    yield f"\n({anchor(row)})=\n### {row.name}\n"
    yield f"{row.intent} ({row.kind}{back}, id {row.id})\n"
    if row.others:
        yield "; ".join(f"{tool}: {names}" for tool, names in row.others) + "\n"
    before = None
    for example in row.examples:
        if example.before != before:
            yield "untouched:" if example.after is None else "before:"
            yield f"```python\n{example.before.rstrip()}\n```"
            before = example.before
        if example.after is not None:
            yield f"after:\n```python\n{example.after.rstrip()}\n```"


def page() -> str:
    """Return the whole page."""
    lines = [HEAD, "## All\n", *overview(), "\n## What other tools have", *comparison()]
    for kind in (Kind.REFACTOR, Kind.MUTATION):
        lines.append(f"\n## {kind.capitalize()}s")
        lines += [line for row in OPERATORS if row.kind is kind for line in section(row)]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
            return 0
        print("docs/operators.md is not what the operators say: run this script without --check")
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
