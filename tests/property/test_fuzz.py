"""Programs that nobody wrote: hypothesmith's, programs of pieces, plain ones that are run.

What `tests/support/fuzz.py` asks of each program, and of refactors that what they leave does the
same. `python benchmarks/fuzz.py` asks many more; what it found is kept in test_fuzz_found.py.
"""

from __future__ import annotations

import hypothesmith
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.support.differential import differing
from tests.support.fuzz import faults
from tests.support.layout import relaid
from tests.support.mosaic import Mosaic, own_pieces
from tests.support.plain_programs import Plain

# A grammar's programs are slow to draw, and what is drawn says nothing about its simplest form. The
# same ones each time, however busy the machine: `benchmarks/fuzz.py` is for new ones.
SLOWLY = {
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
    "deadline": None,
    "derandomize": True,
    "database": None,
}


def check(source):
    found, edits = faults(source, np.random.default_rng(len(source)))
    assert found == []
    return len(edits)


def check_mosaics(seeds):
    count = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        count += check(relaid(Mosaic(rng, own_pieces()).program(), rng))
    return count


def check_plain(seeds):
    count = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        found, edits = differing(relaid(Plain(rng).program(), rng))
        assert found == []
        count += len(edits)
    return count


@pytest.mark.pure
@settings(max_examples=40, **SLOWLY)
@given(hypothesmith.from_grammar())
def test_programs_of_the_grammar(source):
    check(source.encode())


@pytest.mark.slow
@settings(max_examples=300, **SLOWLY)
@given(hypothesmith.from_node())
def test_programs_of_libcst_nodes(source):
    check(source.encode())


@pytest.mark.pure
def test_programs_of_pieces():
    assert check_mosaics(range(5)) > 200


@pytest.mark.slow
def test_many_programs_of_pieces():
    assert check_mosaics(range(100, 250)) > 10_000


@pytest.mark.sandbox
def test_refactored_programs_do_the_same():
    assert check_plain(range(4)) > 60


@pytest.mark.slow
@pytest.mark.sandbox
def test_many_refactored_programs_do_the_same():
    assert check_plain(range(100, 250)) > 3000


@pytest.mark.sandbox
def test_a_program_that_does_something_else_is_seen():
    source = Plain(np.random.default_rng(0)).program()
    text = source.replace("ENTRY = f", "ENTRY = lambda *given: say(0)")
    assert differing(source.encode(), [text.encode()])[0] != []


@pytest.mark.pure
def test_another_layout_is_another_text_of_the_same_tree():
    seen = set()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        text = Mosaic(rng, own_pieces()).program()
        seen.add(relaid(text, rng) == text.encode())
    assert seen == {True, False}
