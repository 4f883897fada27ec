"""Run-length coding of text: "aaab" is "3ab"; digits and backslashes are escaped."""

import re
from itertools import groupby

TOKEN = re.compile(r"(\d*)(\\.|[^\\\d])", re.DOTALL)


class DecodeError(ValueError):
    pass


def escape(char):
    return "\\" + char if char.isdigit() or char == "\\" else char


def encode(text):
    parts = []
    for char, run in groupby(text):
        length = len(list(run))
        parts.append((str(length) if length > 1 else "") + escape(char))
    return "".join(parts)


def tokens(code):
    position = 0
    while position < len(code):
        found = TOKEN.match(code, position)
        if found is None:
            raise DecodeError(f"cannot read {code[position:]!r} at {position}")
        count, char = found.groups()
        yield int(count or 1), char[-1]
        position = found.end()


def decode(code):
    return "".join(char * count for count, char in tokens(code))


def ratio(text):
    """Length of the code by that of the text; 1.0 for no text."""
    return len(encode(text)) / len(text) if text else 1.0
