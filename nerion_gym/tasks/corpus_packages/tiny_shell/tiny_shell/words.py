"""Split a command line into pipes and words; quotes keep blanks, $NAME is replaced."""

from __future__ import annotations


class SyntaxProblem(Exception):
    pass


def split_words(line: str) -> list[str]:
    words: list[str] = []
    current, quote, open_word = "", "", False
    for char in line:
        if quote:
            if char == quote:
                quote = ""
            else:
                current += char
        elif char in "'\"":
            quote, open_word = char, True
        elif char.isspace():
            if current or open_word:
                words.append(current)
            current, open_word = "", False
        else:
            current += char
    if quote:
        raise SyntaxProblem(f"missing {quote}")
    if current or open_word:
        words.append(current)
    return words


def expand(word: str, variables: dict[str, str]) -> str:
    if not word.startswith("$"):
        return word
    return variables.get(word[1:], "")


def pipeline(line: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in split_words(line):
        if word == "|":
            parts.append([])
        else:
            parts[-1].append(word)
    if any(not part for part in parts) and len(parts) > 1:
        raise SyntaxProblem("nothing between two pipes")
    return parts
