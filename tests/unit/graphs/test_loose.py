"""The graph of code outside of functions: what the whole file's shows, and nothing else."""

import numpy as np
import pytest

from nerion_gym.graphs import schema
from nerion_gym.graphs.builder import build
from nerion_gym.types.program import Focus, FunctionRef, Program

pytestmark = pytest.mark.pure

PLAIN = """\
import os
limit = 3
if limit > 2 and os:
    limit = limit * 2


class C(dict):
    x = limit
"""
METHOD = """
    def size(self):
        return self.x + limit


last = C().size() + limit
"""
MIXED = PLAIN + METHOD


def graph_of(source, *names, context=()):
    program = Program.from_files({"m.py": source.encode()})
    refs = tuple(FunctionRef("m.py", name) for name in names)
    shown = tuple(FunctionRef("m.py", name) for name in context)
    return build(program, Focus(refs, shown) if names else None, None, ())


def test_a_file_without_functions_gives_the_whole_files_graph():
    whole, loose = graph_of(PLAIN), graph_of(PLAIN, "<module>")
    assert np.array_equal(whole.nodes, loose.nodes)
    families = (schema.RELATION["child"], schema.RELATION["last_write"], schema.RELATION["binds"])
    for family in families:
        pairs = [g.edge_links[g.edge_types == family].tolist() for g in (whole, loose)]
        assert pairs[0] == pairs[1]
    assert whole.labels == loose.labels


def test_functions_are_left_out_unless_they_are_named():
    loose = graph_of(MIXED, "<module>")
    assert "FunctionDef" not in loose.labels
    assert "self" not in loose.labels
    both = graph_of(MIXED, "<module>", "C.size")
    assert "FunctionDef" in both.labels
    flags = both.nodes[:, schema.FLAGS] & schema.FLAG_IN_FOCUS
    assert flags.all()
    beside = graph_of(MIXED, "<module>", context=("C.size",))
    assert beside.labels == both.labels
    seen = beside.nodes[:, schema.FLAGS] & schema.FLAG_IN_FOCUS
    assert not seen[beside.labels.index("FunctionDef")]
    assert seen[beside.labels.index("Import")]
    part = graph_of(MIXED, "<module 1:2>")
    assert part.labels[: part.labels.index("limit")] == ("Assign",)
