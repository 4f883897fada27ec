"""Cutting long lists into pages, and the row of page numbers under them."""
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Page:
    number: int
    items: tuple
    pages: int

    @property
    def has_previous(self):
        return self.number > 1

    @property
    def has_next(self):
        return self.number < self.pages


def page_count(total, size):
    return max(1, ceil(total / size))


def paginate(items, number=1, size=10):
    """Return one page; numbers that are out of range give the nearest page."""
    if size <= 0:
        raise ValueError("page size must be positive")
    pages = page_count(len(items), size)
    number = min(max(number, 1), pages)
    start = (number - 1) * size
    return Page(number, tuple(items[start : start + size]), pages)


def links(page, around=1):
    """Numbers to show, with None where some are left out."""
    wanted = {1, page.pages}
    wanted.update(range(page.number - around, page.number + around + 1))
    shown = []
    for number in sorted(n for n in wanted if 1 <= n <= page.pages):
        if shown and number - shown[-1] > 1:
            shown.append(None)
        shown.append(number)
    return shown
