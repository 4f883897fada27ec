"""Every vocabulary of the program graph. Append only: numbers are part of the observation.

Id 0 is padding, or "none", in each of them.
"""

from __future__ import annotations

import zlib

RELATIONS = (
    "padding",
    "child",
    "next_token",
    "last_read",
    "last_write",
    "computed_from",
    "binds",
    "calls",
    "returns_to",
    "guarded_by",
    "covers",
    "imports",
    "infects",
    "asserts",
)
"""Relation ids (the Discrete space of edges). Edges are forward; encoders add the reverses."""
RELATION = {name: number for number, name in enumerate(RELATIONS)}

NODE_WIDTH = 4
"""Columns of a node: kind, token, value profile, flags (all int16)."""
KIND, TOKEN, PROFILE, FLAGS = range(NODE_WIDTH)

FLAG_IN_FOCUS = 1
FLAG_COVERED = 2
FLAG_EDITED = 4
FLAG_COMBINATIONS = 8
"""Flags are bits, so the column takes values 0..7."""

SIGNED = ("int", "float")
TEXTS = ("str", "bytes")
CONTAINERS = ("list", "tuple", "dict", "set")
PROFILE_TEXTS = (
    "",
    "not evaluated", "evaluated", "None", "True", "False", "bool",
    "int 0", "int +1", "int -1", "int +", "int -", "int 0+", "int 0-", "int +-",
    "float 0", "float +1", "float -1", "float +", "float -", "float 0+", "float 0-", "float +-",
    "str empty", "str 1", "str", "str or empty",
    "bytes empty", "bytes 1", "bytes", "bytes or empty",
    "list empty", "list", "list or empty", "tuple empty", "tuple", "tuple or empty",
    "dict empty", "dict", "dict or empty", "set empty", "set", "set or empty",
    "object", "raises", "value or raises", "numbers", "several types",
    "None or bool", "None or int", "None or float", "None or str", "None or bytes", "None or list",
    "None or tuple", "None or dict", "None or set", "None or object", "None or several types",
)  # fmt: skip
"""Value profiles (column PROFILE): what a traced run saw at a node. "evaluated": of no known class.

Of numbers the signs; "+1", "-1" and "str 1": always from the same values, as a constant is. Of
texts and containers whether they were empty ("or empty": both). "set" is frozenset too. Containers
and other objects are not told apart one by one: no tap compares them.
"""
PROFILE_ID = {text: number for number, text in enumerate(PROFILE_TEXTS)}
PROFILE_UNKNOWN = 0
PROFILES = 64
"""Room for value profiles; all are 0 where there is no trace."""

TOKEN_TABLE = 256
TOKEN_BUCKETS = 3840
TOKENS = TOKEN_TABLE + TOKEN_BUCKETS

INFECTION_UNKNOWN = 0
INFECTIONS = 5
LAST_OUTCOMES = 6
STATUSES = 11

EDIT_WIDTH = 6
"""Columns of an edit row: operator, site node, argument node, argument token, infection, last."""
TEST_WIDTH = 2
"""Columns of a test row: test node or -1, status id."""

MAX_ID = 32767
"""Largest id in any integer column (int16)."""


def hashed_token(text: str) -> int:
    """Return the bucket of a text outside the fixed table: 256 + crc32(text) mod 3840."""
    return TOKEN_TABLE + zlib.crc32(text.encode("utf-8", "surrogatepass")) % TOKEN_BUCKETS


SYNTAX_KINDS = (
    # modules, statements
    "Module", "FunctionDef", "AsyncFunctionDef", "ClassDef", "Return", "Delete", "Assign",
    "AugAssign", "AnnAssign", "For", "AsyncFor", "While", "If", "With", "AsyncWith", "Match",
    "Raise", "Try", "TryStar", "Assert", "Import", "ImportFrom", "Global", "Nonlocal", "Expr",
    "Pass", "Break", "Continue", "TypeAlias",
    # expressions
    "BoolOp", "NamedExpr", "BinOp", "UnaryOp", "Lambda", "IfExp", "Dict", "Set", "ListComp",
    "SetComp", "DictComp", "GeneratorExp", "Await", "Yield", "YieldFrom", "Compare", "Call",
    "FormattedValue", "JoinedStr", "TemplateStr", "Interpolation", "Constant.none",
    "Constant.bool", "Constant.int", "Constant.float", "Constant.complex", "Constant.str",
    "Constant.bytes", "Constant.ellipsis", "Attribute", "Subscript", "Starred", "Name",
    "Name.store", "Name.del", "List", "Tuple", "Slice",
    # parts of both
    "comprehension", "ExceptHandler", "arg", "keyword", "alias", "withitem", "match_case",
    "MatchValue", "MatchSingleton", "MatchSequence", "MatchMapping", "MatchClass", "MatchStar",
    "MatchAs", "MatchOr", "TypeVar", "ParamSpec", "TypeVarTuple",
)  # fmt: skip
"""Syntax nodes of Python 3.11 to 3.14; constants are split by type, names by what is done."""

KINDS = (
    "padding",
    "other",
    "token.keyword",
    "token.name",
    "token.sign",
    "symbol",
    "test",
    "assertion",
    "file",
    *SYNTAX_KINDS,
)
"""Node kinds (column KIND). "other" is a syntax node of a newer Python."""
KIND_ID = {name: number for number, name in enumerate(KINDS)}

KEYWORDS = (
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
    "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if",
    "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
    "while", "with", "yield", "match", "case", "type",
)  # fmt: skip
SIGNS = (
    "+", "-", "*", "**", "/", "//", "%", "@", "<<", ">>", "&", "|", "^", "~", ":=", "<", ">",
    "<=", ">=", "==", "!=", "->", "=", "+=", "-=", "*=", "**=", "/=", "//=", "%=", "@=", "<<=",
    ">>=", "&=", "|=", "^=", ":", ".", "...", "!r", "!s", "!a",
)  # fmt: skip
BUILTINS = (
    "abs", "all", "any", "bool", "bytes", "callable", "chr", "classmethod", "dict", "divmod",
    "enumerate", "filter", "float", "format", "frozenset", "getattr", "hasattr", "hash", "id",
    "input", "int", "isinstance", "issubclass", "iter", "len", "list", "map", "max", "min",
    "next", "object", "open", "ord", "pow", "print", "property", "range", "repr", "reversed",
    "round", "set", "setattr", "slice", "sorted", "staticmethod", "str", "sum", "super", "tuple",
    "zip", "Exception", "ValueError", "TypeError", "KeyError", "IndexError", "AttributeError",
    "StopIteration", "RuntimeError", "ZeroDivisionError", "NotImplementedError", "self", "cls",
    "__init__", "__name__",
)  # fmt: skip
LITERALS = (
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "16", "32", "60", "64", "100", "128",
    "255", "256", "1000", "1024", "0.0", "0.5", "1.0", "2.0", "''", "' '", "','", "'.'", "'_'",
    "'-'", "'/'", "'\\n'", "b''",
)  # fmt: skip
TOKEN_TEXTS = ("", *KEYWORDS, *SIGNS, *BUILTINS, *LITERALS)
"""The fixed part of the token table: position = id, below 256; other texts are hashed."""
TOKEN_ID = {text: number for number, text in enumerate(TOKEN_TEXTS)}
