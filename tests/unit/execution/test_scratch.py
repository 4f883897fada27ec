"""What a run leaves behind is removed, whatever it is."""

import contextlib
import os
from pathlib import Path

from nerion_gym.execution.removal import remove
from nerion_gym.execution.scratch import Scratch

DEEP = 3000


def dig(folder, depth):
    """Make a chain of folders, longer than a path can be."""
    with contextlib.chdir(folder):
        for _ in range(depth):
            os.mkdir("d")  # noqa: PTH102 - relative to where we are
            os.chdir("d")
        open("bottom", "w").close()  # noqa: PTH123


def test_a_project_is_put_back_after_a_loop_that_made_folders(tmp_path):
    scratch = Scratch(str(tmp_path), {"m.py": b"", "tests/test_m.py": b""})
    scratch.create()
    for folder in (scratch.root, scratch.home, scratch.tmp, os.path.join(scratch.root, "tests")):  # noqa: PTH118
        dig(folder, DEEP)
    scratch.restore()
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert names == ["home", "project", "project/m.py", "project/tests", "project/tests/test_m.py",
                     "tmp"]  # fmt: skip


def test_what_a_run_leaves_in_a_temporary_folder(tmp_path):
    place = tmp_path / "place"
    (place / "way" / "slot").mkdir(parents=True)
    scratch = Scratch(str(place / "way" / "slot"), {"m.py": b""}, [str(place)])
    scratch.create()
    before = {path: path.stat().st_mode for path in (place, *place.rglob("*"))}
    (place / "left" / "more").mkdir(parents=True)
    (place / "left" / "file").write_text("")
    place.chmod(0o700)
    scratch.restore()
    assert {path: path.stat().st_mode for path in (place, *place.rglob("*"))} == before


def test_rights_come_back(tmp_path):
    folder, place = tmp_path / "slot", tmp_path / "place"
    folder.mkdir()
    place.mkdir(mode=0o777)
    scratch = Scratch(str(folder), {"pkg/sub/a.py": b"A", "pkg/b.py": b"B"}, (str(place),))
    scratch.create()
    root = Path(scratch.root)
    known = [folder, place, root, root / "pkg", root / "pkg" / "sub", *map(Path, (scratch.home,))]
    before = [path.stat().st_mode for path in known]
    for path in reversed(known):
        path.chmod(0)
    scratch.restore()
    assert [path.stat().st_mode for path in known] == before
    assert (root / "pkg" / "sub" / "a.py").read_bytes() == b"A"


def test_rights_are_not_given_through_a_link(tmp_path):
    folder, precious = tmp_path / "slot", tmp_path / "precious"
    folder.mkdir()
    (precious / "sub").mkdir(parents=True)
    (precious / "sub").chmod(0o700)
    scratch = Scratch(str(folder), {"pkg/sub/a.py": b"A"})
    scratch.create()
    remove(f"{scratch.root}/pkg")
    (Path(scratch.root) / "pkg").symlink_to(precious)
    scratch.restore()
    assert (precious / "sub").stat().st_mode & 0o777 == 0o700
    assert list((precious / "sub").iterdir()) == []
