"""What a world counts: all edges of the graph, those between files too."""

from types import SimpleNamespace

import pytest

from nerion_gym.envs.limits import SPARE_EDGES, overflow
from nerion_gym.graphs.builder import build
from nerion_gym.types.outcome import Outcome
from nerion_gym.types.program import Focus, FunctionRef, Program
from nerion_gym.types.task import Limits

pytestmark = pytest.mark.pure

PROGRAM = Program.from_files(
    {"a.py": b"from b import g\ndef f(x):\n    return g(x)\n", "b.py": b"def g(x):\n    return x\n"}
)
PART = Focus((FunctionRef("a.py", "f"),))


class FewEdges(Limits):
    """As many edges as this test wants, whatever the nodes."""

    @property
    def edges(self):
        return self.steps


def state(focus):
    return SimpleNamespace(
        catalog=(),
        task=SimpleNamespace(baseline=None),
        initial=Outcome(()),
        program=PROGRAM,
        focus=focus,
    )


def test_one_edge_too_many_is_too_many_and_a_smaller_focus_fits():
    edges = len(build(PROGRAM, None, None, ()).edge_types)
    limits = FewEdges(edits=8, tests=1, nodes=512, steps=edges)
    assert overflow(state(None), limits, spare=False) == ""
    tight = FewEdges(edits=8, tests=1, nodes=512, steps=edges - 1)
    assert f"{edges} graph edges (E = {edges - 1}" in overflow(state(None), tight, spare=False)
    assert overflow(state(PART), tight, spare=False) == ""
    spare = FewEdges(edits=8, tests=1, nodes=512, steps=edges + SPARE_EDGES - 1)
    assert "graph edges" in overflow(state(None), spare, spare=True)
