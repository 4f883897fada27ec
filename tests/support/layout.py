"""Other ways to write a program down: comments, spacing, line ends, parentheses, semicolons.

The tree stays; an edit must cope with all of it.
"""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from typing import TYPE_CHECKING, Any

from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.trees import same_tree

if TYPE_CHECKING:
    import numpy as np

RATES = (0.01, 0.03, 0.1)
"""Shares of the gaps between tokens that are widened."""
BRACKETS = 3
GAPS = ("  ", "\t", " \\\n", " ")
OPEN_GAPS = ("\n", " # ) é\n", "  ", "\n\n\t")
ENDS = ("  # é 'why", ";", "  ", " # type: ignore", "\n\n", "\n# ]\n")
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
SILENT = (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def relaid(source: str, rng: np.random.Generator) -> bytes:
    """Return a program of the same tree, written in another way (or as it is)."""
    text = source
    for rate in rng.permutation(RATES)[: int(rng.integers(len(RATES)))]:
        changed = spaced(bracketed(text, rng), rng, float(rate))
        text = changed if _same(source, changed) else text
    found = text.encode()
    chance = rng.random()
    if chance < 0.05:
        return found.replace(b"\n", b"\r\n")
    if chance < 0.1:
        return b"\xef\xbb\xbf" + found
    return found.rstrip(b"\n") if chance < 0.15 and _same(source, text.rstrip("\n")) else found


def _same(one: str, two: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return same_tree(ast.parse(one), ast.parse(two))
    except (SyntaxError, ValueError):
        return False


def bracketed(source: str, rng: np.random.Generator) -> str:
    """Put parentheses around some expressions."""
    text = source
    for _ in range(BRACKETS):
        raw = text.encode()
        module = parse_module("m.py", raw)
        values = [node for node in ast.walk(module.tree) if isinstance(node, ast.expr)]
        if values:
            start, end = module.table.offsets(values[int(rng.integers(len(values)))])
            changed = raw[:start] + b"(" + raw[start:end] + b")" + raw[end:]
            text = changed.decode() if _same(source, changed.decode("utf-8", "replace")) else text
    return text


def spaced(source: str, rng: np.random.Generator, rate: float) -> str:
    """Change spacing between tokens, and add comments and semicolons at the ends of lines."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return source
    lines = source.splitlines(keepends=True)
    out, at, depth, quoted = list[str](), (1, 0), 0, 0
    for token in tokens:
        if token.type in SILENT:
            continue
        gap = _between(lines, at, token.start)
        name = tokenize.tok_name[token.type]
        # From Python 3.12 an f-string is many tokens; what stands between them is its text.
        first = not depth and at[0] != token.start[0]
        if not quoted and not first and rng.random() < rate:
            gap = _wider(gap, token, rng, bool(depth))
        quoted += name in ("FSTRING_START", "TSTRING_START")
        quoted -= name in ("FSTRING_END", "TSTRING_END")
        depth += (token.string in OPENING) - (token.string in CLOSING)
        out += [gap, token.string]
        at = token.end
    return "".join(out)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]] if start[0] <= len(lines) else ""
    first = lines[start[0] - 1][start[1] :] if start[0] <= len(lines) else ""
    between = lines[start[0] : end[0] - 1]
    last = lines[end[0] - 1][: end[1]] if end[0] <= len(lines) else ""
    return first + "".join(between) + last


def _wider(gap: str, token: Any, rng: np.random.Generator, inside: bool) -> str:
    if token.type == tokenize.NEWLINE:
        return gap + str(rng.choice(ENDS))
    return gap + str(rng.choice(OPEN_GAPS if inside else GAPS))
