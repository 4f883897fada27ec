"""Slugs for addresses and titles for headlines."""

import re
import unicodedata

SMALL_WORDS = frozenset("a an and as at but by for in of on or the to with".split())
SEPARATORS = re.compile(r"[^a-z0-9]+")


def plain(text):
    """Lower-case letters without their accents."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def slugify(text, separator="-", max_length=None):
    words = [word for word in SEPARATORS.split(plain(text).replace("'", "")) if word]
    if max_length is None:
        return separator.join(words)
    slug = ""
    for word in words:
        longer = f"{slug}{separator}{word}" if slug else word
        if len(longer) > max_length:
            break
        slug = longer
    return slug or "".join(words)[:max_length]


def unique_slug(text, taken):
    """A slug that is not taken yet: the first free one of `x`, `x-2`, `x-3`..."""
    slug = slugify(text) or "untitled"
    if slug not in taken:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"


def title_case(text):
    """Capitalise words, but small ones only at either end; names like NATO stay."""
    words = text.split()
    last = len(words) - 1
    for place, word in enumerate(words):
        if word.isupper() and len(word) > 1:
            continue
        if word.lower() in SMALL_WORDS and 0 < place < last:
            words[place] = word.lower()
        else:
            words[place] = "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
    return " ".join(words)
