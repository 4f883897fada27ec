"""Run command lines."""

from __future__ import annotations

from tiny_shell.commands import COMMANDS
from tiny_shell.files import Files, resolve
from tiny_shell.words import expand, pipeline


class Shell:
    def __init__(self, contents: dict[str, str] | None = None) -> None:
        self.files = Files(contents)
        self.folder = "/"
        self.variables: dict[str, str] = {}

    def run(self, line: str) -> str:
        text = ""
        for words in pipeline(line):
            if words:
                text = self._one([expand(word, self.variables) for word in words], text)
        return text

    def _one(self, words: list[str], given: str) -> str:
        target, append = None, False
        if len(words) > 2 and words[-2] in (">", ">>"):
            append = words[-2] == ">>"
            target = resolve(words[-1], self.folder)
            words = words[:-2]
        text = self._command(words[0], words[1:], given)
        if target is None:
            return text
        self.files.write(target, text, append)
        return ""

    def _command(self, name: str, words: list[str], given: str) -> str:
        if name == "cd":
            wanted = resolve(words[0] if words else "/", self.folder)
            if not self.files.is_folder(wanted):
                return f"cd: no such folder: {wanted}\n"
            self.folder = wanted
            return ""
        if name == "set":
            self.variables[words[0]] = words[1]
            return ""
        if name == "echo":
            return " ".join(words) + "\n"
        if name == "ls":
            folder = resolve(words[0], self.folder) if words else self.folder
            return "".join(f"{entry}\n" for entry in self.files.listing(folder))
        if name not in COMMANDS:
            return f"{name}: no such command\n"
        try:
            return COMMANDS[name](words, given, self.files, self.folder)
        except FileNotFoundError as error:
            return f"{name}: no such file: {error}\n"
