"""The colours of a frame, RGB: a dark ground, and signal colours that the colour-blind tell apart.

Green and red are the bluish green and the vermilion of Okabe and Ito's palette ("Color Universal
Design", 2008), amber and purple its neighbours. No colour says anything alone: an old text is
struck out too, a new one has a plus, and the cell of a failing test is higher than others.
"""

from __future__ import annotations

Colour = tuple[int, int, int]

GROUND: Colour = (14, 18, 25)
PANEL: Colour = (20, 26, 35)
LINE: Colour = (44, 53, 66)
FAINT: Colour = (92, 104, 120)
DIM: Colour = (139, 151, 168)
INK: Colour = (222, 229, 238)
BRIGHT: Colour = (255, 255, 255)

GREEN: Colour = (40, 190, 145)
RED: Colour = (240, 110, 60)
AMBER: Colour = (255, 200, 70)
PURPLE: Colour = (204, 121, 187)
BLUE: Colour = (86, 170, 240)

OLD_ROW: Colour = (50, 30, 27)
OLD_MARK: Colour = (130, 55, 28)
NEW_ROW: Colour = (16, 44, 42)
NEW_MARK: Colour = (10, 100, 80)
SEAM: Colour = (25, 32, 43)
"""Of rows that stand for lines left out, or name a file."""

PLAIN, KEYWORD, STRING, NUMBER, COMMENT, DEFINED, BUILTIN, SIGN, DECORATOR = range(9)
"""What a letter of a program is part of."""
SYNTAX: tuple[Colour, ...] = (
    INK,
    (200, 160, 245),
    (232, 200, 140),
    (255, 170, 120),
    (112, 126, 144),
    (110, 180, 250),
    (110, 215, 225),
    (170, 182, 198),
    (232, 200, 140),
)
"""The colour of each."""
BOLD = frozenset({KEYWORD, DEFINED})
