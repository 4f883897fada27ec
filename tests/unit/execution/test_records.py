"""What a child may tell, and that nothing else is believed."""

import json
import time

import pytest

from nerion_gym.execution import wire
from nerion_gym.execution.answers import read_answer
from nerion_gym.execution.fields import (
    MAX_ERRORS,
    MAX_TEXT,
    MESSAGE_LENGTH,
    NAME_LENGTH,
    clean,
)
from nerion_gym.execution.patterns import compile_ahead, compiled_since, known
from nerion_gym.execution.records import believed
from nerion_gym.execution.warmth import warmth_of
from nerion_gym.execution.wire import ClosedError

pytestmark = pytest.mark.pure
NONCE = b"0123456789abcdef"
RIGHT = [
    ["ready", 1.5],
    ["imported", 2.5],
    ["passed", "t.py::a", 0.001, 0.0],
    ["passed", 't.py::a[\\n-ü-"-\\x1b]', 0.001, 0.0],
    ["silent", "t.py::b"],
    [
        "test",
        "t.py::c",
        "FAILED",
        "AssertionError",
        "call",
        "assert ü == 'ß' 日本 👩‍👩‍👧",
        0.1,
        0.1,
    ],
    ["test", "t.py::c", "SKIPPED", None, "setup", "", 0.1, 0.1],
    ["error", "", "ImportError", "no"],
    ["collected", ["t.py::a"], True],
    ["ran", 3.5],
    ["patterns", [["a+", 32]]],
    ["state", False],
    ["broken", "Exit"],
    ["slow"],
    ["failed", "KeyError: x"],
    ["import", {"m.py": [1, 2]}, ["m.py"], False],
    ["alone", "t.py::a", "", {}, [], True],
    ["lines", "t.py::a", "PASSED", {"m.py": [3]}, [], False],
    ["shared", [["t.py::a", "t.py::b"]]],
    ["needs", ["network"]],
    ["end"],
]
FORGED = [
    [[1], 2],
    [{}],
    [None],
    ["unknown"],
    ["passed"],
    ["passed", "t", 0.0],
    ["passed", "t", 0.0, 0.0, 0.0],
    ["passed", 1, 0.0, 0.0],
    ["passed", ["t"], 0.0, 0.0],
    ["passed", "t", "0", 0.0],
    ["passed", "t", 0.0, True],
    ["passed", "t" * (MAX_TEXT + 1), 0.0, 0.0],
    ["passed", "t\x1b[2J", 0.0, 0.0],
    ["silent", "t\n"],
    ["silent", "t\x7f"],
    ["silent", "t\x9b2J"],
    ["silent", "t\ud800"],
    ["silent", None],
    ["test", "t", "OWNED", None, "call", "", 0.0, 0.0],
    ["test", "t", ["PASSED"], None, "call", "", 0.0, 0.0],
    ["test", "t", "FAILED", 1, "call", "", 0.0, 0.0],
    ["test", "t", "FAILED", None, "never", "", 0.0, 0.0],
    ["test", "t", "FAILED", None, "call", None, 0.0, 0.0],
    ["error", "t", "E"],
    ["error", 1, "E", "m"],
    ["ready", "soon"],
    ["ready", True],
    ["slow", 1],
    ["failed"],
    ["broken", {}],
    ["patterns", [["a"]]],
    ["patterns", [["a", -1]]],
    ["patterns", [["a", 0]] * 257],
    ["collected", "t", True],
    ["collected", ["t"], 1],
    ["collected", [["t"]], True],
    ["state", 1],
    ["import", [], [], False],
    ["lines", "t", "PASSED", {"m.py": ["1"]}, [], False],
    ["lines", "t", "PASSED", {"m.py": [1.5]}, [], False],
    ["lines", "t", "OWNED", {}, [], False],
    ["alone", "t", "PASSED", {}, [1], False],
    ["shared", ["t"]],
    ["needs", "network"],
    ["end", 1],
]


@pytest.mark.parametrize(
    ("told", "taken"),
    [(0, 0.0), (-1.0, 0.0), (float("nan"), 0.0), (float("inf"), 1e9), (1e12, 1e9), (-0.25, 0.0)],
)
def test_clocks_that_tests_replace_are_no_forgery(told, taken):
    records = [["passed", "t", told, 0.5], ["test", "u", "FAILED", None, "call", "", 0.5, told]]
    found, forged = believed(NONCE, output_of([*records, ["ran", told]]))
    assert forged == ""
    assert [found[0][2], found[1][-1], found[2][1]] == [taken] * 3


def output_of(records):
    return b"".join(wire.frame(NONCE, record) for record in records)


def answer_to(output, **more):
    header = {"code": 0, "cpu": 0.0, "out_of_time": False, "clock": {"asked": 0.0, "read": 9.0}}
    return read_answer(header | more, output, {"nonce": NONCE, "cpu": 1.0})


def test_what_children_tell_arrives_as_it_was():
    assert believed(NONCE, output_of(RIGHT)) == (RIGHT, "")
    assert answer_to(output_of(RIGHT)).forged == ""


@pytest.mark.parametrize("record", FORGED, ids=lambda record: ascii(record)[:40])
def test_what_no_child_tells_ends_the_answer_without_an_error(record):
    good = ["passed", "t.py::a", 0.001, 0.0]
    answer = answer_to(output_of([good, record, good, ["end"]]), out_of_time=True)
    assert answer.records == [good]
    assert answer.forged
    assert answer.forged.isprintable()
    assert not answer.out_of_time, "what was forged is no reason to repeat the run"


def test_the_quick_way_reads_as_json_does():
    for data in (
        b'["passed","t[a b]",0.000100,12.000000]',
        b'["passed","t\\u00fc",0.000100,12.000000]',
        b'["passed", "t",0.000100,12.000000]',
    ):
        assert believed(NONCE, wire.framed(NONCE, data)) == ([json.loads(data)], "")


@pytest.mark.parametrize("kind", ["ready", "collected", "slow", "end", "shared"])
def test_what_is_told_once_is_not_believed_twice(kind):
    record = next(row for row in RIGHT if row[0] == kind)
    assert believed(NONCE, output_of([record])) == ([record], "")
    assert believed(NONCE, output_of([record, record])) == ([record], f"{kind}: told too often")


def test_collection_errors_are_bounded():
    found, forged = believed(NONCE, output_of([["error", "", "E", "m"]] * (MAX_ERRORS + 1)))
    assert (len(found), forged) == (MAX_ERRORS, "error: told too often")


# --- what a forger puts after the nonce -----------------------------------------------------------


def test_frames_that_reach_to_the_end_are_given_up_on():
    unit = len(NONCE) + 4
    for count in (20_000, 400_000):  # frames as long as all that follows them; some are too long
        total = count * unit
        sizes = (total - (index + 1) * unit for index in range(count))
        output = b"".join(NONCE + size.to_bytes(4, "big") for size in sizes)
        started = time.process_time()
        found, forged = believed(NONCE, output)
        assert time.process_time() - started < 2.0, "it grows with the square"
        assert found == []
        assert forged


def test_a_record_is_bounded_and_a_longer_one_not_overlooked():
    data = b"[" + b"[]," * (wire.MAX_RECORD // 3) + b"1]"
    assert len(data) > wire.MAX_RECORD
    with pytest.raises(ClosedError, match=f"a record of {len(data)} bytes"):
        list(wire.frames(NONCE, wire.framed(NONCE, data)))
    assert believed(NONCE, wire.framed(NONCE, data)) == ([], f"a record of {len(data)} bytes")


def test_a_few_frames_without_a_record_do_no_harm():
    torn = (NONCE + b"\x00\x00\x00\x02{}") * wire.MAX_BAD
    good = ["silent", "t"]
    assert believed(NONCE, torn + output_of([good])) == ([good], "")
    assert believed(NONCE, torn + torn + output_of([good]))[0] == []


# --- headers --------------------------------------------------------------------------------------

HEADER = {
    "op": "ready", "tests": ["t.py::a"], "errors": [["", "E", "m"]], "may_run": True,
    "live": [["m.py", "f", 1]], "threads": 1, "cpu": 0.5, "memory": 1 << 33,
}  # fmt: skip


def test_what_a_collecting_process_says():
    warmth = warmth_of(HEADER)
    assert (warmth.tests, warmth.errors) == (("t.py::a",), (("", "E", "m"),))
    assert (warmth.live, warmth.forkable, warmth.memory) == ({("m.py", "f", 1)}, True, 1 << 33)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tests": None}, {"tests": [1]}, {"tests": ["t\x1b[2J"]}, {"errors": [["", "E"]]},
        {"may_run": "yes"}, {"live": [["m.py", [], 1]]}, {"live": 7}, {"threads": "1"},
        {"cpu": "0"}, {"cpu": None}, {"memory": -1}, {"memory": 1 << 60},
    ],
    ids=repr,
)  # fmt: skip
def test_a_header_that_is_not_ours_is_a_lost_process(wrong):
    with pytest.raises(ClosedError):
        warmth_of(HEADER | wrong)
    with pytest.raises(ClosedError, match="memory"):
        warmth_of({name: value for name, value in HEADER.items() if name != "memory"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "0"}, {"code": 1e400}, {"code": 10**9}, {"cpu": None}, {"out_of_time": 1},
        {"clock": []}, {"clock": {"asked": 0.0, "sent": "x"}},
    ],
    ids=repr,
)  # fmt: skip
def test_an_answer_with_another_header_is_a_lost_process(wrong):
    with pytest.raises(ClosedError):
        answer_to(b"", **wrong)


# --- text for people ------------------------------------------------------------------------------


def test_terminals_get_nothing_to_obey():
    said = "a\x1b]0;owned\x07\tü 日本\u3000x\xa0y\u202e\ud800\x9b2J"
    shown = r"a\x1b]0;owned\x07\tü 日本" + "\u3000x\xa0y" + r"\u202e\ud800\x9b2J"
    assert clean(said) == shown
    record = ["test", "t", "FAILED", "E\x1b[2J", "call", said, 0.1, 0.1]
    ((_, _, _, name, _, message, _, _),), _ = believed(NONCE, output_of([record]))
    assert (name, message) == (r"E\x1b[2J", shown)
    assert warmth_of(HEADER | {"errors": [["", "E\x07", said]]}).errors == (
        (("", r"E\x07", shown)),
    )


def test_text_is_cut():
    record = ["test", "t", "FAILED", "\x1b" * 999, "call", "m" * 9999, 0.1, 0.1]
    ((_, _, _, name, _, message, _, _),), _ = believed(NONCE, output_of([record]))
    assert (len(name), len(message)) == (NAME_LENGTH, MESSAGE_LENGTH)


def test_what_is_no_expression_is_passed_over():
    before = known()
    compile_ahead([["(", 0], ["a", 1 << 47], ["a{2}b+c{3}", 0]])
    assert compiled_since(before) == [("a{2}b+c{3}", 0)]
