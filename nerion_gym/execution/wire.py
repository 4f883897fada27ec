"""Messages between the near and the far side: a JSON header, an opaque blob, file descriptors."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = struct.Struct(">II")
SIZE = 4
"""Bytes of a size in front of a record."""
MAX_FDS = 4
MAX_BYTES = 128 << 20
"""A message of the far side: twice what one child's records may be (`supervise.MAX_OUTPUT`)."""
MAX_HEADER = 8 << 20
"""Its header. JSON takes up to twenty times as much in memory as on the wire."""
MAX_RECORD = 16 << 20
MAX_BAD = 64
"""Frames with the nonce that hold no record: of our own only the last can be such a one, torn."""
_write = os.write
"""Taken before a program could put something else in its place."""
decode = json.JSONDecoder().decode
"""`json.loads` would look for the encoding first; records are ASCII."""
Message = tuple[dict[str, Any], bytes, list[int]]


ENDED = "end of stream"
"""Begins what is said where the other end is gone."""


class ClosedError(Exception):
    """The other end is gone, or what it sent is no message."""


def send(
    sock: socket.socket, header: dict[str, Any], blob: bytes = b"", fds: tuple[int, ...] = ()
) -> None:
    """Send one message.

    Raises:
        ClosedError: the other end is gone.
    """
    data = json.dumps(header).encode()
    sizes = SIZES.pack(len(data), len(blob))
    try:
        if fds:
            socket.send_fds(sock, [sizes], list(fds))
            sock.sendall(data + blob)
        else:
            sock.sendall(sizes + data + blob)
    except OSError as error:
        raise ClosedError(str(error)) from error


def receive(sock: socket.socket) -> Message:
    """Receive one message of the near side: header, blob, descriptors (the caller's own now).

    Waits as long as it takes, and takes what comes: the near side is trusted.

    Raises:
        ClosedError: the other end is gone, sent rubbish, or kept us waiting past the socket's
            time limit.
    """
    fds: list[int] = []
    try:
        sizes, fds, _flags, _address = socket.recv_fds(sock, SIZES.size, MAX_FDS)
        sizes += _exactly(sock, SIZES.size - len(sizes)) if sizes else b""
        if not sizes:
            raise ClosedError("end of stream")
        header_size, blob_size = SIZES.unpack(sizes)
        header = json.loads(_exactly(sock, header_size))
        return header, _exactly(sock, blob_size), list(fds)
    except (OSError, ValueError, RecursionError, ClosedError) as error:
        for fd in fds:
            os.close(fd)
        raise ClosedError(said(error)) from error


def hear(sock: socket.socket, deadline: float) -> tuple[dict[str, Any], bytes]:
    """Receive one message of the far side: header and blob.

    A program under test may have sent it, or part of it. So its size is bounded, and how long all
    of it takes; descriptors that come with it are closed by the kernel, because none are asked for.

    Args:
        sock: is left with the time limit that it had.
        deadline: by `time.monotonic`.

    Raises:
        ClosedError: the other end is gone, sent no message, or was too slow.
    """
    before = sock.gettimeout()
    try:
        header_size, blob_size = SIZES.unpack(_exactly(sock, SIZES.size, deadline))
        if header_size > MAX_HEADER or header_size + blob_size > MAX_BYTES:
            raise ClosedError(f"a message of {header_size} + {blob_size} bytes")
        header = json.loads(_exactly(sock, header_size, deadline))
        if type(header) is not dict:
            raise ClosedError(f"a header that is a {type(header).__name__}")
        return header, _exactly(sock, blob_size, deadline)
    except (OSError, ValueError, RecursionError, ClosedError) as error:
        raise ClosedError(said(error)) from error
    finally:
        sock.settimeout(before)


def said(error: Exception) -> str:
    """Return what became of a message, on one line."""
    return str(error) if type(error) is ClosedError else f"{type(error).__name__}: {error}"


def _exactly(sock: socket.socket, size: int, deadline: float | None = None) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        if deadline is not None:
            # Anew for each piece: the socket's own limit begins again with every byte that comes.
            left = deadline - time.monotonic()
            if left <= 0:
                raise ClosedError("out of time")
            sock.settimeout(left)
        part = sock.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise ClosedError(ENDED if not parts else f"{ENDED} inside a message")
        parts += part
    return bytes(parts)


def write_all(fd: int, data: bytes) -> None:
    """Write to a descriptor until nothing is left.

    Raises:
        OSError: it is closed, or nobody reads.
    """
    view = memoryview(data)
    while view:
        view = view[_write(fd, view) :]


def frame(nonce: bytes, record: list[Any]) -> bytes:
    """Pack one record of a child. The nonce tells it from what a program writes there."""
    return framed(nonce, json.dumps(record).encode())


def framed(nonce: bytes, data: bytes) -> bytes:
    """Pack one record that is JSON already."""
    return nonce + len(data).to_bytes(SIZE, "big") + data


def record_of(data: bytes) -> list[Any]:
    """Return the record that is told.

    Raises:
        ValueError, RecursionError: it is none.
    """
    record = decode(data.decode("ascii"))
    if not isinstance(record, list) or not record:
        raise ValueError("no record")
    return record


def frames(
    nonce: bytes, output: bytes, read: Callable[[bytes], list[Any]] = record_of
) -> Iterator[list[Any]]:
    """Unpack the records in a child's output; skip rubbish between them and a torn last one.

    A program can find the nonce in its own memory, so what follows it need not be ours. The work is
    bounded by the output's length, and the memory for a record by the record's.

    Raises:
        ClosedError: a record is longer than any of ours, or too much that follows the nonce is no
            record: nothing more is read.
    """
    bad = 0
    position = output.find(nonce)
    while position >= 0:
        start = position + len(nonce) + SIZE
        size = int.from_bytes(output[start - SIZE : start], "big")
        end = start + size
        try:
            if end > len(output):
                raise ValueError("torn")
            if size > MAX_RECORD:
                raise ClosedError(f"a record of {size} bytes")
            record = read(output[start:end])
        except (ValueError, RecursionError) as error:
            bad += 1
            if bad > MAX_BAD:
                raise ClosedError(f"more than {MAX_BAD} frames without a record") from error
            position = output.find(nonce, position + 1)
            continue
        yield record
        position = output.find(nonce, end)
