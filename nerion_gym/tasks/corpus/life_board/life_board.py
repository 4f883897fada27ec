"""Conway's game of life on an endless board of live cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

Cell = tuple[int, int]

PATTERNS = {
    "block": ("##", "##"),
    "blinker": ("###",),
    "glider": (".#.", "..#", "###"),
}


class Board:
    """A set of live cells as (row, column)."""

    def __init__(self, alive: set[Cell] | frozenset[Cell] = frozenset()) -> None:
        self.alive = frozenset(alive)

    @classmethod
    def parse(cls, *rows: str, mark: str = "#") -> Board:
        return cls({(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell == mark})

    @classmethod
    def named(cls, name: str, at: Cell = (0, 0)) -> Board:
        try:
            pattern = PATTERNS[name]
        except KeyError:
            known = ", ".join(sorted(PATTERNS))
            raise ValueError(f"no pattern {name!r}; known are {known}") from None
        return cls.parse(*pattern).moved(*at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Board) and self.alive == other.alive

    def __hash__(self) -> int:
        return hash(self.alive)

    def __len__(self) -> int:
        return len(self.alive)

    def __contains__(self, cell: Cell) -> bool:
        return cell in self.alive

    def __or__(self, other: Board) -> Board:
        return Board(self.alive | other.alive)

    def moved(self, down: int, right: int) -> Board:
        return Board({(r + down, c + right) for r, c in self.alive})

    def home(self) -> Board:
        """The same shape, pushed into the top left corner."""
        if not self.alive:
            return self
        return self.moved(-min(r for r, _ in self.alive), -min(c for _, c in self.alive))

    def step(self) -> Board:
        counts = Counter(near for cell in self.alive for near in neighbours(cell))
        return Board({cell for cell, count in counts.items() if count == 3 or count == 2 and cell in self})

    def generations(self, count: int) -> Iterator[Board]:
        board = self
        for _ in range(count):
            board = board.step()
            yield board

    def show(self, height: int, width: int) -> str:
        return "\n".join(
            "".join("#" if (r, c) in self else "." for c in range(width)) for r in range(height)
        )


def neighbours(cell: Cell) -> Iterator[Cell]:
    row, column = cell
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            if down or right:
                yield row + down, column + right


def period(board: Board, limit: int = 50) -> int | None:
    """After how many steps the shape is itself again, wherever it is then; None: not in time."""
    start = board.home()
    for number, later in enumerate(board.generations(limit), start=1):
        if later.home() == start:
            return number
    return None
