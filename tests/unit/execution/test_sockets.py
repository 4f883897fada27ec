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


def test_a_socket_that_was_renamed_or_is_named_otherwise_is_hidden_too(tmp_path, monkeypatch):
    covered = []
    monkeypatch.setattr(sockets, "mount", lambda _source, target, **_flags: covered.append(target))
    (tmp_path / "file").touch()
    here = os.open(".", os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as one, socket.socket(socket.AF_UNIX) as two:
        one.bind(str(tmp_path / "draft"))
        (tmp_path / "draft").rename(tmp_path / "final")
        os.chdir(tmp_path)
        two.bind("relative")
        os.fchdir(here)
        sockets.remember()
        sockets.hide()
    os.close(here)
    mine = sorted(path for path in covered if path.startswith(str(tmp_path)))
    assert mine == [str(tmp_path / "final"), str(tmp_path / "relative")]
