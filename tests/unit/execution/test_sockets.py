"""Which paths of sockets are read from the kernel's list."""

import os
import socket

import pytest

from nerion_gym.execution.confinement import sockets

HEAD = b"Num       RefCount Protocol Flags    Type St Inode Path\n"
ROW = b"0000000000000000: 00000002 00000000 00010000 0001 01 87360"


@pytest.mark.pure
def test_paths_are_absolute_and_each_named_once():
    rows = [ROW, ROW + b" /run/a", ROW + b" /run/a b", ROW + b" @/abstract", ROW + b" here"]
    table = HEAD + b"\n".join([*rows, *rows]) + b"\n"
    assert sockets.bound(table) == ["/run/a", "/run/a b"]


def test_the_kernels_list_is_read_anew(tmp_path):
    fd = os.open(sockets.LIST, os.O_RDONLY)
    for name in ("one", "two"):
        path = str(tmp_path / name)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path)
            assert path in sockets.bound(sockets.read_all(fd))
            assert sockets.is_socket(path)
        assert path not in sockets.bound(sockets.read_all(fd))
    assert not sockets.is_socket(str(tmp_path / "nothing"))
    assert not sockets.is_socket(str(tmp_path))
    os.close(fd)
