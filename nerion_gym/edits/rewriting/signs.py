"""The signs of arithmetic and bitwise operations: how they are written, how tightly they bind."""

from __future__ import annotations

import ast

Sign = type[ast.operator]
TEXTS: dict[Sign, bytes] = {
    ast.Add: b"+",
    ast.Sub: b"-",
    ast.Mult: b"*",
    ast.Div: b"/",
    ast.FloorDiv: b"//",
    ast.Mod: b"%",
    ast.Pow: b"**",
    ast.LShift: b"<<",
    ast.RShift: b">>",
    ast.BitAnd: b"&",
    ast.BitOr: b"|",
    ast.BitXor: b"^",
}
_TIGHTER: tuple[tuple[Sign, ...], ...] = (
    (ast.BitOr,),
    (ast.BitXor,),
    (ast.BitAnd,),
    (ast.LShift, ast.RShift),
    (ast.Add, ast.Sub),
    (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod),
    (ast.Pow,),
)
LEVELS = {sign: level for level, signs in enumerate(_TIGHTER) for sign in signs}
"""Precedence: within a level a swap never changes how the expression is read."""
