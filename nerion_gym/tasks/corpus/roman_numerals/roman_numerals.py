from itertools import pairwise

SYMBOLS = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"),
    (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)
VALUES = {symbol: value for value, symbol in SYMBOLS if len(symbol) == 1}
LARGEST = 3999


class NotRoman(ValueError):
    """Neither a numeral nor a number that has one."""


def to_roman(number: int) -> str:
    if not 1 <= number <= LARGEST:
        raise NotRoman(f"{number} has no numeral, 1 to {LARGEST} do")
    text = ""
    for value, symbol in SYMBOLS:
        times, number = divmod(number, value)
        text += symbol * times
    return text


def from_roman(numeral: str) -> int:
    """Read a numeral; forms that nobody writes (IIII, IC) are refused."""
    text = numeral.strip().upper()
    unknown = sorted(set(text) - set(VALUES))
    if unknown or not text:
        raise NotRoman(f"{numeral!r} is no numeral" + (f": {''.join(unknown)}" if unknown else ""))
    digits = [VALUES[letter] for letter in text]
    total = digits[-1]
    for digit, following in pairwise(digits):
        total += digit if digit >= following else -digit
    if total < 1 or total > LARGEST or to_roman(total) != text:
        raise NotRoman(f"{numeral!r} is not how {total} is written")
    return total
