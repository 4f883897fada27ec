"""The commands: each takes its arguments and the text that comes through the pipe."""

from __future__ import annotations

from tiny_shell.files import Files, resolve


def numbers(words: list[str], default: int) -> tuple[int, list[str]]:
    """Take "-n NUMBER" out of arguments."""
    if "-n" not in words:
        return default, words
    at = words.index("-n")
    return int(words[at + 1]), words[:at] + words[at + 2 :]


def text_of(words: list[str], given: str, files: Files, folder: str) -> str:
    if not words:
        return given
    return "".join(files.read(resolve(word, folder)) for word in words)


def head(words: list[str], given: str, files: Files, folder: str) -> str:
    count, rest = numbers(words, 10)
    lines = text_of(rest, given, files, folder).splitlines(keepends=True)
    return "".join(lines[:count])


def tail(words: list[str], given: str, files: Files, folder: str) -> str:
    count, rest = numbers(words, 10)
    lines = text_of(rest, given, files, folder).splitlines(keepends=True)
    return "".join(lines[max(0, len(lines) - count) :])


def grep(words: list[str], given: str, files: Files, folder: str) -> str:
    inverted = "-v" in words
    wanted, *rest = [word for word in words if word != "-v"]
    lines = text_of(rest, given, files, folder).splitlines(keepends=True)
    return "".join(line for line in lines if (wanted in line) != inverted)


def count(words: list[str], given: str, files: Files, folder: str) -> str:
    text = text_of(words, given, files, folder)
    return f"{text.count(chr(10))} {len(text.split())} {len(text)}\n"


def order(words: list[str], given: str, files: Files, folder: str) -> str:
    rest = [word for word in words if word != "-r"]
    lines = text_of(rest, given, files, folder).splitlines()
    return "".join(f"{line}\n" for line in sorted(lines, reverse="-r" in words))


COMMANDS = {"cat": text_of, "head": head, "tail": tail, "grep": grep, "wc": count, "sort": order}
