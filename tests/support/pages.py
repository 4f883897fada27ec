"""Code that stands in pages: blocks, what their shell lines start, and a project to run it in."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NO_PAGES = {"docs/progress.md"}
"""For those who work on the project; deleted when it is done."""
FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>`{3,})(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=indent)(?P=ticks) *$",
    re.MULTILINE | re.DOTALL,
)
SHORT = {
    "train": "--executions 8 -n 40",
    "benchmark": "--algos curiosity --seeds 3 --executions 4 -n 12",
}
"""Added to commands that spend a budget: that they work is asked, not what they learn."""


@dataclass(frozen=True)
class Block:
    """A fenced block; `line` is where it begins, counted from 1."""

    page: str
    line: int
    language: str
    text: str


@dataclass(frozen=True)
class Command:
    """One command of a shell block, as a shell takes it; `words` have neither variables before nor
    comments."""

    page: str
    text: str
    words: tuple[str, ...]

    @property
    def program(self) -> str:
        """What is started: `nerion train`, `python scripts/train.py`, `make`."""
        many = 2 if self.words[0] in {"nerion", "python", "git"} else 1
        return " ".join(self.words[:many])

    @property
    def shortened(self) -> str:
        """The same with a small budget, where it spends one."""
        last = self.words[1] if len(self.words) > 1 else ""
        name = Path(last).stem
        return f"{without_comment(self.text)} {SHORT.get(name, '')}".strip()


def pages() -> dict[str, str]:
    """Return every page that a reader meets, by its path in the repository."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "runs").glob("*.md")]
    made = {"generated", "_build"}
    names = [path.relative_to(ROOT) for path in found]
    kept = sorted(str(name) for name in names if not made & set(name.parts))
    return {name: (ROOT / name).read_text("utf-8") for name in kept if name not in NO_PAGES}


def blocks_of(page: str, text: str) -> list[Block]:
    """Return the fenced blocks of a page, directives too (their language begins with a brace)."""
    blocks = []
    for found in FENCE.finditer(text):
        indent = len(found["indent"])
        body = "".join(line[indent:] for line in found["text"].splitlines(keepends=True))
        line = text.count("\n", 0, found.start()) + 1
        blocks.append(Block(page, line, found["language"].strip(), body))
    return blocks


def without_comment(line: str) -> str:
    """Return a line up to a comment that follows on a command."""
    return re.sub(r"\s+#.*$", "", line)


def commands_of(block: Block) -> list[Command]:
    """Return the commands of a shell block, or of the lines behind a `$` in a block of text."""
    joined = block.text.replace("\\\n", " ")
    lines = joined.splitlines()
    if block.language == "text":
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    parts = [part for line in lines for part in without_comment(line).split(" && ")]
    commands = []
    for part in parts:
        words = shlex.split(part, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        if words:
            commands.append(Command(block.page, " ".join(part.split()), tuple(words)))
    return commands


CORE = '''\
"""The package that the pages speak of."""


class Box:
    def __init__(self, width, height):
        self.width = width
        self.height = height

    def area(self):
        return self.width * self.height


class Parser:
    def __init__(self, text):
        self.text = text
        self.place = 0

    def read(self):
        start = self.place
        while self.place < len(self.text) and self.text[self.place] != ",":
            self.place += 1
        word = self.text[start : self.place]
        self.place += 1
        return word.strip()
'''
FAR_LINE, FAR_COLUMN = 88, 75
"""A page names an edit by this place: there stands the sign of a product."""
FAR = ["def scaled(value):", f"    return {'(value':<{FAR_COLUMN - 12}}* 2 + 1)"]
TESTS = """\
from mypkg.core import Box, Parser, scaled


def test_area():
    assert Box(2, 3).area() == 6


def test_read():
    parser = Parser("one, two")
    assert [parser.read(), parser.read()] == ["one", "two"]


def test_scaled():
    assert scaled(2) == 5
"""


def make_project(root: Path) -> Path:
    """Write `src/mypkg` with its tests, and what pages tell a reader to write, into a folder."""
    package, tests = root / "src" / "mypkg", root / "tests"
    package.mkdir(parents=True)
    tests.mkdir()
    (package / "__init__.py").write_text("from mypkg.core import Box, Parser\n")
    gap = [""] * (FAR_LINE - len(CORE.splitlines()) - 3)
    (package / "core.py").write_text("\n".join([CORE, *gap, *FAR, ""]))
    (tests / "test_core.py").write_text(TESTS)
    for name in ("examples", "scripts"):
        (root / name).symlink_to(ROOT / name)
    return root
