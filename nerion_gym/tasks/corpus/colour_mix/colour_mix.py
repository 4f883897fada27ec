"""Colours as red, green, blue from 0 to 255, and other ways to write them."""
import re
from typing import NamedTuple

NAMES = {"black": "#000000", "white": "#ffffff", "red": "#ff0000", "teal": "#008080", "gold": "#ffd700"}
HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


class Colour(NamedTuple):
    red: int
    green: int
    blue: int

    @property
    def hex(self):
        return "#" + "".join(f"{part:02x}" for part in self)

    @property
    def brightness(self):
        """Perceived brightness from 0 to 1."""
        return (0.299 * self.red + 0.587 * self.green + 0.114 * self.blue) / 255

    def inverted(self):
        return Colour(*(255 - part for part in self))

    def grey(self):
        return Colour(*[round(self.brightness * 255)] * 3)


def clip(value, low=0, high=255):
    return max(low, min(high, value))


def parse(text: str) -> Colour:
    text = text.strip().lower()
    found = HEX.fullmatch(NAMES.get(text, text))
    if not found:
        raise ValueError(f"not a colour: {text}")
    digits = found[1]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return Colour(*(int(digits[i : i + 2], 16) for i in (0, 2, 4)))


def mix(first: Colour, second: Colour, share: float = 0.5) -> Colour:
    """A colour between two; share is how much of the second."""
    share = clip(share, 0, 1)
    return Colour(*(round(a + (b - a) * share) for a, b in zip(first, second)))


def gradient(first, second, steps):
    if steps < 2:
        raise ValueError("a gradient has two ends")
    return [mix(first, second, step / (steps - 1)) for step in range(steps)]


def to_hsl(colour):
    """Hue in degrees, saturation and lightness from 0 to 1."""
    r, g, b = (part / 255 for part in colour)
    high, low = max(r, g, b), min(r, g, b)
    spread = high - low
    lightness = (high + low) / 2
    if spread == 0:
        return 0.0, 0.0, lightness
    saturation = spread / (1 - abs(2 * lightness - 1))
    if high == r:
        hue = (g - b) / spread % 6
    elif high == g:
        hue = (b - r) / spread + 2
    else:
        hue = (r - g) / spread + 4
    return hue * 60, saturation, lightness


def lighten(colour, amount):
    return Colour(*(clip(part + amount) for part in colour))


def text_on(background):
    """Black or white, whichever can be read."""
    return parse("black" if background.brightness > 0.5 else "white")
