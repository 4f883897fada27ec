"""Removing what hostile programs leave: deep, unreadable, full of links."""

import os
from pathlib import Path

import pytest

from nerion_gym.execution.confinement import landlock
from nerion_gym.execution.confinement.identity import no_new_privileges
from nerion_gym.execution.removal import remove, remove_tree


def deep(folder, depth):
    """Make folders in folders, deeper than a path can be long, that nobody may read."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("deep" * 5, dir_fd=here)
        deeper = os.open("deep" * 5, os.O_RDONLY, dir_fd=here)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=deeper))
        os.fchmod(here, 0)
        os.close(here)
        here = deeper
    os.close(here)


def test_a_deep_tree_that_nobody_may_read(tmp_path):
    top = tmp_path / "top"
    top.mkdir()
    deep(top, 1500)
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    remove(str(top))
    assert list(tmp_path.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors


def test_many_folders_beside_one_another(tmp_path):
    top = tmp_path / "top"
    for number in range(300):
        (top / f"folder{number}" / "more").mkdir(parents=True)
        (top / f"folder{number}" / "file").touch()
    remove(str(top))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sandbox
@pytest.mark.parametrize("version", [1, 2])
def test_under_early_landlock(tmp_path, monkeypatch, version):
    # The first one refuses to move a file or folder to another folder, whatever the rules say.
    monkeypatch.setattr(landlock, "version", lambda: version)
    (tmp_path / "top" / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "top" / "a" / "b" / "file").touch()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            ruleset = landlock.Ruleset(("/",), (str(tmp_path),))
            no_new_privileges()
            ruleset.bind()
            remove(str(tmp_path / "top"))
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("removing", [remove, remove_tree])
def test_what_links_point_at_stays(tmp_path, removing):
    precious = tmp_path / "precious"
    precious.mkdir(mode=0o750)
    (precious / "file").touch()
    top = tmp_path / "top"
    top.mkdir()
    (top / "folder").symlink_to(precious)
    (top / "file").symlink_to(precious / "file")
    (top / "loop").symlink_to(".")
    link = tmp_path / "link"
    link.symlink_to(precious)
    for path in (top, link, tmp_path / "nothing"):
        removing(str(path))
    assert list(tmp_path.iterdir()) == [precious]
    assert precious.stat().st_mode & 0o777 == 0o750
    assert list(precious.iterdir()) == [precious / "file"]


def test_a_tree_that_cannot_be_removed_is_no_error(tmp_path, monkeypatch):
    top = tmp_path / "top"
    top.mkdir()
    (top / "file").touch()

    def refuse(*_arguments, **_names):
        raise PermissionError

    monkeypatch.setattr(os, "unlink", refuse)
    remove_tree(str(top))
    assert (top / "file").exists()
    with pytest.raises(PermissionError):
        remove(str(top))


def test_folders_with_the_names_that_others_are_moved_to(tmp_path):
    for name in ("top/0/0/0/1", "top/0/1/2", "top/1/0/0", "top/2"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("top/3", "top/0/4", "top/1/0/0/0"):
        (tmp_path / name).write_text("")
    remove(str(tmp_path / "top"))
    assert list(tmp_path.iterdir()) == []


def test_a_link_put_in_a_closed_folders_place_meanwhile(tmp_path, monkeypatch):
    precious = tmp_path / "precious"
    precious.mkdir(mode=0o750)
    top = tmp_path / "top"
    (top / "folder").mkdir(parents=True)
    (top / "folder" / "file").touch()
    (top / "folder").chmod(0)
    chmod = os.chmod

    def swapped(path, mode):
        (top / "folder").rename(top / "away")
        (top / "folder").symlink_to(precious)
        chmod(path, mode)

    monkeypatch.setattr(os, "chmod", swapped)
    remove_tree(str(top))
    assert precious.stat().st_mode & 0o777 == 0o750
