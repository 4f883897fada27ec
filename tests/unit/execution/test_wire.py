"""What the near side takes from a socket that a program under test may write to."""

import json
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

from nerion_gym.execution import wire
from nerion_gym.execution.supervise import MAX_OUTPUT


@pytest.fixture
def pair():
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(7.0)
        yield near, far


def soon(seconds=5.0):
    return time.monotonic() + seconds


def packed(header, blob=b""):
    data = json.dumps(header).encode()
    return struct.pack(">II", len(data), len(blob)) + data + blob


def test_a_message_arrives(pair):
    near, far = pair
    wire.send(far, {"op": "x"}, b"blob")
    assert wire.hear(near, soon()) == ({"op": "x"}, b"blob")
    assert near.gettimeout() == 7.0


def test_a_server_that_drips_does_not_keep_us_waiting(pair):
    near, far = pair
    stop = threading.Event()

    def drip():
        far.sendall(struct.pack(">II", 1000, 0))
        while not stop.wait(0.05):
            far.sendall(b" ")

    dripping = threading.Thread(target=drip)
    dripping.start()
    started = time.monotonic()
    try:
        with pytest.raises(wire.ClosedError, match="time"):
            wire.hear(near, soon(0.4))
        assert time.monotonic() - started < 2.0
    finally:
        stop.set()
        dripping.join()


@pytest.mark.parametrize("late", [False, True])
def test_descriptors_that_nobody_asked_for_do_not_stay(pair, late):
    near, far = pair
    before = set(Path("/proc/self/fd").iterdir())
    message = packed({"op": "x"})
    cut = 8 if late else 0
    far.sendall(message[:cut])
    socket.send_fds(far, [message[cut:]], [0, 0, 0, 0])
    assert wire.hear(near, soon()) == ({"op": "x"}, b"")
    assert set(Path("/proc/self/fd").iterdir()) == before


def test_descriptors_of_a_broken_message_do_not_stay(pair):
    near, far = pair
    before = set(Path("/proc/self/fd").iterdir())
    socket.send_fds(far, [struct.pack(">II", 2, 0) + b"{{"], [0, 0])
    with pytest.raises(wire.ClosedError):
        wire.receive(near)
    assert set(Path("/proc/self/fd").iterdir()) == before


@pytest.mark.parametrize("header", [[], None, 7, "op", [{}]])
def test_a_header_is_a_mapping(pair, header):
    near, far = pair
    far.sendall(packed(header))
    with pytest.raises(wire.ClosedError, match="a header that is a"):
        wire.hear(near, soon())


@pytest.mark.parametrize("sizes", [(wire.MAX_HEADER + 1, 0), (2, wire.MAX_BYTES), (2, 0xFFFFFFFF)])
def test_sizes_are_bounded_before_anything_is_read(pair, sizes):
    near, far = pair
    far.sendall(struct.pack(">II", *sizes))
    with pytest.raises(wire.ClosedError, match="a message of"):
        wire.hear(near, soon())


def test_all_that_a_child_may_write_fits():
    assert wire.MAX_BYTES == 2 * MAX_OUTPUT


def test_the_end_of_the_stream(pair):
    near, far = pair
    far.sendall(b"\x00\x00")
    far.close()
    with pytest.raises(wire.ClosedError, match="inside a message"):
        wire.hear(near, soon())
    with pytest.raises(wire.ClosedError, match="end of stream"):
        wire.hear(near, soon())
