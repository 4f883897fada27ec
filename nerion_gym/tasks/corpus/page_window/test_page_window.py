"""Strength: weak. Two pages of a list and that links leave gaps; ends and bad sizes are not tried."""
from page_window import links, paginate


def test_first_page():
    page = paginate(list(range(25)))
    assert page.number == 1
    assert page.items


def test_last_page_is_shorter():
    page = paginate(list(range(25)), number=3)
    assert len(page.items) < 10


def test_links_have_gaps():
    page = paginate(list(range(100)), number=5)
    assert None in links(page)
