"""Accidents of file-handling code: what the mutations of tests/fixtures/tidy would do to others.

Each is a text replacement that makes the package's own tests reach for a planted tree, home,
server, terminal or process. `<tree>`, `<home>`, `<port>`, `<terminal>`, `<pid>` in the new text
stand for those; the tests of the package know the same tree, port and process from `bait.json`, and
see them refused while the package is right.
"""

from __future__ import annotations

from typing import NamedTuple

GUARD = "    if not is_inside(root, path):\n        raise OutsideError(f"
MEMBER = "            if not is_inside(folder, target):\n                raise OutsideError(member"
FILL = """\
        while file.tell() < size:
            file.write(b"\\0" * min(65536, size - file.tell()))
"""
MAKE = "        handle, path = tempfile.mkstemp(dir=folder)\n"
CREW = "        helper = subprocess.Popen([sys.executable, "
STOP_ALL = "        while self.helpers:\n            self.stop(next(iter(self.helpers)))\n"


class Accident(NamedTuple):
    """One mutation.

    Attributes:
        before, after: the text, which stands once in the package, and what comes in its place.
        bites: the test that does the harm where nothing is confined; "" where it is not tried.
    """

    before: str
    after: str
    bites: str = ""


FOLDERS = {
    "a guard turned round": Accident(
        GUARD, GUARD.replace("not ", ""), "test_empty_elsewhere"),
    "a guard that never holds": Accident(
        GUARD, GUARD.replace("not is_inside(root, path)", "False"), "test_mirror_elsewhere"),
    "a guard with or for and": Accident(
        "path != root and path", "path != root or path", "test_mirror_elsewhere"),
    "a guard against the wrong folder": Accident(
        "path.is_relative_to(root)", 'path.is_relative_to("/")', "test_cache_elsewhere"),
    "unlink": Accident(
        "oldest.unlink()", '(oldest / "<tree>/notes.txt").unlink()', "test_rotate"),
    "rename onto": Accident(
        "path.rename(numbered(path, 1))", 'path.rename("<tree>/notes.txt")', "test_rotate"),
    "rename away": Accident(
        "numbered(path, number).rename(numbered(path, number + 1))",
        '(path / "<tree>/notes.txt").rename("<tree>/gone.txt")', "test_rotate"),
    "unlink by pattern": Accident(
        'folder.glob("*.bak")', 'folder.joinpath("<tree>").rglob("*.bak")', "test_prune"),
    "unlink everything in a loop": Accident(
        'doomed(folder.glob("*.bak"), keep)',
        '[path for path in folder.joinpath("<home>").rglob("*") if path.is_file()]', "test_prune"),
    "truncate through a link": Accident(
        "        if path.is_symlink():\n            continue\n        if path.stat().st_size",
        "        if not path.is_symlink():\n            continue\n        if path.stat().st_size",
        "test_cut"),
    "truncate by pattern": Accident(
        'require_inside(root, folder).rglob("*.log")', 'folder.joinpath("<tree>").rglob("*.log")',
        "test_cut"),
    "truncate": Accident(
        "file.truncate(limit)", 'os.truncate("<tree>/notes.txt", 0)', "test_cut"),
    "open for writing": Accident(
        'path.open("a") as', '(path / "<tree>/notes.txt").open("w") as', "test_note_and_stamp"),
    "open for writing, at home": Accident(
        'path.open("a") as', 'path.home().joinpath("letter.txt").open("w") as',
        "test_note_and_stamp"),
    "the user's terminal": Accident(
        'path.open("a") as', '(path / "<terminal>").open("w") as', "test_note_and_stamp"),
    "times": Accident(
        "os.utime(path, ", 'os.utime("<tree>/notes.txt", ', "test_note_and_stamp"),
    "a file without end": Accident(
        FILL, '        while True:\n            file.write(b"\\0" * (1 << 20))\n'),
    "rmtree": Accident(
        "elif path.is_dir():\n        shutil.rmtree(path)",
        'elif path.is_dir():\n        shutil.rmtree("<tree>")', "test_mirror"),
    "rmtree of what a link leads to": Accident(
        "            path.unlink()\n        elif is_inside",
        "            shutil.rmtree(path.resolve())\n        elif is_inside", "test_empty"),
    "a mirror of the wrong folder": Accident(
        "    target = require_inside(root, target)\n    target.mkdir",
        '    target = root / "<home>"\n    target.mkdir', "test_mirror"),
    "copies to the wrong folder": Accident(
        "shutil.copy2(source / relative, target / relative)",
        'shutil.copy2(source / relative, target / "<tree>" / relative.name)', "test_mirror"),
    "a folder moved away": Accident(
        "os.replace(require_inside(root, source),", 'os.replace("<tree>/docs",', "test_move"),
    "a link in the wrong folder": Accident(
        "link.symlink_to(path)", '(link / "<tree>/docs/link").symlink_to(path)', "test_links"),
    "a hard link to": Accident(
        "os.link(path, other)", 'os.link("<tree>/notes.txt", other)', "test_links"),
    "a hard link in the wrong folder": Accident(
        "os.link(path, other)", 'os.link(path, "<tree>/twin")', "test_links"),
    "archive members anywhere": Accident(
        MEMBER, MEMBER.replace("not ", ""), "test_archive_with_members_elsewhere"),
    "an archive unpacked in the wrong folder": Accident(
        "archive.extractall(folder)", 'archive.extractall("<tree>")', "test_tar"),
    "an archive written over a file": Accident(
        'zipfile.ZipFile(target, "w")', 'zipfile.ZipFile("<tree>/notes.txt", "w")', "test_archive"),
    "replace": Accident(
        "os.replace(draft, self.folder / key)", 'os.replace(draft, "<tree>/notes.txt")',
        "test_cache"),
    "temporary files in the wrong folder": Accident(
        "tempfile.mkstemp(dir=self.folder)", 'tempfile.mkstemp(dir="<tree>")', "test_cache"),
    "rmtree of a cache": Accident(
        "shutil.rmtree(self.folder)", 'shutil.rmtree(self.folder / "<tree>")', "test_cache"),
    "rmtree of the home": Accident(
        "shutil.rmtree(self.folder)", "shutil.rmtree(self.folder.home())", "test_cache"),
    "temporary files without end": Accident("while len(kept) < count:", "while True:"),
    "folders without end": Accident(
        "    while len(kept) < count:",
        '    while os.mkdir("d") is None and os.chdir("d") is None:'),
    "unlink of temporary files": Accident(
        "os.unlink(path)", 'os.unlink("<tree>/notes.txt")', "test_reserve"),
    "chmod": Accident(
        "os.chmod(path, wanted(path))", 'os.chmod("<tree>/notes.txt", 0o400)', "test_mend"),
    "chmod through a link": Accident(
        "        if path.is_symlink():\n            continue\n        if stat.S_IMODE",
        "        if not path.is_symlink():\n            continue\n        if stat.S_IMODE",
        "test_mend"),
    "chmod of a folder": Accident(
        "path.chmod(0o600)", '(path / "<tree>").chmod(0o500)', "test_close"),
    "chown": Accident(
        "os.chown(path, os", 'os.chown("<tree>/notes.txt", os', "test_close"),
    "settings in the wrong folder": Accident(
        'Path(base) / "tidy"', 'Path("<home>") / "documents"', "test_settings"),
    "settings at the home": Accident(
        'Path(base) / "tidy"', 'Path.home() / "documents"', "test_settings"),
    "settings at the root": Accident('Path(base) / "tidy"', 'Path("/nerion-accident")'),
    "settings of others forgotten": Accident(
        "        if is_inside(root, path):\n            path.unlink()",
        "        if not is_inside(root, path):\n            path.unlink()",
        "test_settings_elsewhere_stay"),
    "mkdir": Accident(
        "    folder.mkdir(parents=True, exist_ok=True)\n    lines",
        '    os.makedirs("<tree>/new/deep")\n    lines', "test_settings"),
    "forks among temporary files": Accident(MAKE, MAKE + "        os.fork()\n"),
    "a shell among temporary files": Accident(
        MAKE, MAKE + "        assert os.system(\"rm -r '<tree>'\") == 0\n", "test_reserve"),
}  # fmt: skip
"""Of the code that only needs files."""
PROCESSES = {
    "a guard in front of a process left out": Accident(
        "    require_inside(root, path)\n    call([sys", "    call([sys",
        "test_remove_what_is_not_ours"),
    "a process with another argument": Accident(
        "REMOVE, str(path)], root)", 'REMOVE, "<tree>", "<home>"], root)', "test_remove_elsewhere"),
    "a process that runs another program": Accident(
        "for path in sys.argv[1:]]", "for path in ['<tree>/docs']]", "test_remove_elsewhere"),
    "a redirection": Accident(
        '"sh", text, str(path)]', '"sh", text, "<tree>/notes.txt"]', "test_shell"),
    "a guard in front of a shell left out": Accident(
        "    require_inside(root, path)\n    words", "    words", "test_shell"),
    "a shell": Accident("ls '{root}' |", "rm -r '<tree>' |", "test_shell"),
    "a process in the wrong folder": Accident(
        "subprocess.run(words, cwd=folder,", 'subprocess.run(["rm", "notes.txt"], cwd="<tree>",',
        "test_remove_elsewhere"),
    "a server that was not registered": Accident(
        "if port not in self.ports:", "if port in self.ports:", "test_health_of_others"),
    "another address": Accident(
        '("127.0.0.1", port)', '("127.0.0.1", <port>)', "test_health"),
    "another address in a request": Accident(
        "{port}/push", "<port>/push", "test_health"),
    "a unix socket": Accident(
        "socket.create_connection(address, self.wait).close()",
        'socket.socket(socket.AF_UNIX).connect("<tree>/socket")', "test_health"),
    "forks without end": Accident("while len(pids) < count:", "while True:"),
    "forks of forks": Accident("if pid == 0:", "if pid != 0:"),
    "forks that do not end": Accident("            os._exit(0)\n", "            continue\n"),
    "helpers without end": Accident(STOP_ALL, "        while True:\n            self.start()\n"),
    "helpers forgotten": Accident(STOP_ALL, "        self.helpers.clear()\n"),
    "helpers in sessions of their own": Accident(
        CREW, CREW.replace("[sys", '["setsid", "-f", sys')),
    "a signal to another process": Accident(
        "os.kill(pid, signal.SIGTERM)", "os.kill(<pid>, signal.SIGKILL)", "test_crew"),
    "a signal to a process of others": Accident(
        "        if pid not in self.helpers:", "        if pid in self.helpers:",
        "test_crew_of_others"),
}  # fmt: skip
"""Of the code that starts processes or asks servers."""
ACCIDENTS = FOLDERS | PROCESSES
