"""Two classroom ciphers: Caesar's and Vigenère's."""

from itertools import cycle

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def _shift_letter(letter: str, by: int) -> str:
    position = (ALPHABET.index(letter.lower()) + by) % len(ALPHABET)
    shifted = ALPHABET[position]
    return shifted.upper() if letter.isupper() else shifted


def _is_letter(char: str) -> bool:
    return char.lower() in ALPHABET


def caesar(text: str, by: int) -> str:
    """Shift every letter; everything else stays."""
    return "".join(_shift_letter(c, by) if _is_letter(c) else c for c in text)


def _shifts(key: str):
    if not key or not all(_is_letter(char) for char in key):
        raise ValueError(f"the key must be letters only, not {key!r}")
    return cycle([ALPHABET.index(char) for char in key.lower()])


def vigenere(text: str, key: str, decode: bool = False) -> str:
    """Shift the letters by those of the key in turn; a key letter is used on letters only."""
    shifts = _shifts(key)
    out = []
    for char in text:
        if _is_letter(char):
            by = next(shifts)
            char = _shift_letter(char, -by if decode else by)
        out.append(char)
    return "".join(out)


def crack_caesar(text: str, crib: str) -> list[int]:
    """The shifts under which a known word shows up in the plain text."""
    crib = crib.lower()
    return [by for by in range(len(ALPHABET)) if crib in caesar(text, -by).lower()]
