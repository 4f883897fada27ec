import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerion_gym.types.edit import Edit, Splice
from nerion_gym.types.program import Program, Span
from nerion_gym.types.suite import Suite
from nerion_gym.types.task import Limits, Task

pytestmark = pytest.mark.pure
PATHS = st.text("ab/", min_size=1, max_size=4)


@given(st.dictionaries(PATHS, st.binary(max_size=6), min_size=1, max_size=4))
def test_digest_depends_on_contents_not_on_order(files):
    forward = Program(tuple(files.items()))
    backward = Program(tuple(reversed(files.items())))
    assert forward == backward
    assert hash(forward) == hash(backward)
    assert pickle.loads(pickle.dumps(forward)) == forward  # noqa: S301 - our own bytes


def test_digest_separates_paths_from_contents():
    assert Program.from_files({"a": b"bc"}) != Program.from_files({"ab": b"c"})
    assert Program.from_files({"a": b"", "b": b""}) != Program.from_files({"a": b"1:b0:"})


def test_suite_digest_includes_how_pytest_is_called():
    files = (("test_a.py", b""),)
    digests = {
        Suite(files, ("test_a.py",)).digest,
        Suite(files, ("test_b.py",)).digest,
        Suite(files, ("test_a.py",), pythonpath=("src",)).digest,
        Suite((), ("test_a.py",)).digest,
    }
    assert len(digests) == 4


def test_task_id_ignores_name_and_baseline_but_not_contents():
    program, suite = Program.from_files({"a.py": b"x = 1"}), Suite((), ("t.py",))
    task = Task("one", program, suite)
    assert task.id == Task("two", program, suite).id
    assert task.id != Task("one", program, suite, goal="repair").id
    assert task.id != Task("one", program, suite, operators=("return_none",)).id


def test_edges_are_six_times_the_nodes():
    assert Limits(edits=1, tests=1, nodes=100, steps=1).edges == 600


def test_inverse_shifts_later_splices_of_the_same_file_only():
    edit = Edit(
        "rename_local",
        (
            Splice("a", 0, 1, b"x", b"long"),
            Splice("a", 5, 6, b"x", b"long"),
            Splice("b", 5, 6, b"x", b"long"),
        ),
        Span("a", 0, 1),
    )
    starts = [(splice.path, splice.start, splice.end) for splice in edit.inverse().splices]
    assert starts == [("a", 0, 4), ("a", 8, 12), ("b", 5, 9)]
    assert edit.inverse().inverse() == edit
