"""Strength: weak. One short log, looked at from afar; bursts, limits and odd lines are left out."""
import pytest

from log_digest import at_least, digest, parse

LOG = """\
09:59:58 INFO [web] started
10:00:00 WARNING [db.pool] 3 of 4 connections busy
10:00:05 ERROR [db] timeout after 30 s
    in query 17
10:00:09 WARNING [db.pool] 4 of 4 connections busy
"""


@pytest.fixture
def entries():
    return list(parse(LOG.splitlines()))


def test_entries(entries):
    assert len(entries) == 4


def test_at_least(entries):
    assert len(at_least(entries, "ERROR")) < len(at_least(entries, "INFO"))


def test_digest():
    text = digest(LOG.splitlines())
    assert "4 entries" in text
