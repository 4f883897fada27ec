"""Messages between the near and the far side: a JSON header, an opaque blob, file descriptors."""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any

SIZES = struct.Struct(">II")
SIZE = 4
"""Bytes of a size in front of a record."""
MAX_FDS = 4
MAX_BYTES = 1 << 30
_write = os.write
"""Taken before a program could put something else in its place."""
decode = json.JSONDecoder().decode
"""`json.loads` would look for the encoding first; records are ASCII."""
Message = tuple[dict[str, Any], bytes, list[int]]


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
    """Receive one message: header, blob, file descriptors (which the caller now owns).

    Raises:
        ClosedError: the other end is gone, sent rubbish, or kept us waiting past the socket's
            time limit.
    """
    try:
        sizes, fds, _flags, _address = socket.recv_fds(sock, SIZES.size, MAX_FDS)
        sizes += _exactly(sock, SIZES.size - len(sizes)) if sizes else b""
        if not sizes:
            raise ClosedError("end of stream")
        header_size, blob_size = SIZES.unpack(sizes)
        if header_size + blob_size > MAX_BYTES:
            raise ClosedError(f"a message of {header_size + blob_size} bytes")
        header = json.loads(_exactly(sock, header_size))
        return header, _exactly(sock, blob_size), list(fds)
    except (OSError, ValueError, RecursionError) as error:
        raise ClosedError(f"{type(error).__name__}: {error}") from error


def _exactly(sock: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = sock.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise ClosedError("end of stream inside a message")
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


def frames(nonce: bytes, output: bytes) -> list[list[Any]]:
    """Unpack the records in a child's output; skip rubbish between them and a torn last one."""
    found = []
    position = output.find(nonce)
    while position >= 0:
        start = position + len(nonce) + SIZE
        end = start + int.from_bytes(output[start - SIZE : start], "big")
        try:
            record = decode(output[start:end].decode("ascii")) if end <= len(output) else None
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, list) and record:
            found.append(record)
            position = output.find(nonce, end)
        else:
            position = output.find(nonce, position + 1)
    return found
