"""Texts that anyone may have written, made safe to show.

What would steer a terminal, or turn the direction of reading, is shown as what it is.
"""

from __future__ import annotations

import unicodedata

PICTURES = 0x2400
"""Where Unicode has pictures of the control characters."""
TAB = 4
STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def visible(text: str) -> str:
    """Return a text on one line without any character that steers; tabs become spaces."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text.expandtabs(TAB)))


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(PICTURES + code)
    if code == 0x7F:
        return "\u2421"
    if unicodedata.category(character) in STEERING:
        return f"\\u{code:04x}"
    return character


def cut(text: str, width: int) -> str:
    """Return a text of at most `width` characters, the last three dots where it was longer."""
    return text if len(text) <= width else text[: max(width - 3, 0)] + "..."
