"""Compiled code by source bytes: collecting again costs no compiling and no assertion rewriting.

On disk the same would be .pyc files, which go stale: two edits of one size within one tick of
the clock look alike. Here the key is the source itself.
"""

from __future__ import annotations

import hashlib
import importlib.machinery
import marshal
import sys
import warnings
from typing import TYPE_CHECKING, Any

import _pytest.assertion.rewrite as rewriting

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

Codes = dict[tuple[str, str, str], bytes]
"""(kind, path, SHA-256 of the source) -> marshalled code."""

NOT_PRELOADED = frozenset(
    {"antigravity", "this", "idlelib", "test", "tkinter", "turtle", "lib2to3"}
)


class CodeMemo:
    """Remembers what was compiled below a folder, and what pytest rewrote; one per process."""

    def __init__(self, root: str, codes: Codes | None = None) -> None:
        self.root = f"{root}/"
        self.codes: Codes = dict(codes or {})
        self.live: dict[tuple[str, str, str], CodeType] = {}
        """What stands in the place of code, as it is: it holds objects of this process."""

    def install(self) -> None:
        """Stand between the import system, pytest's rewriting, and the compiler."""
        loader = importlib.machinery.SourceFileLoader
        compiling = loader.source_to_code
        rewrite = rewriting._rewrite_test

        def source_to_code(self_: Any, data: Any, path: Any, **options: Any) -> CodeType:
            def build() -> CodeType:
                return compiling(self_, data, path, **options)

            if not isinstance(data, bytes) or not str(path).startswith(self.root):
                return build()
            return self._recall(("import", str(path), digest(data)), build)

        def rewrite_test(path: Any, config: Any) -> tuple[Any, CodeType]:
            if not sys.dont_write_bytecode:
                return rewrite(path, config)
            key = ("rewrite", str(path), digest(path.read_bytes()))
            return None, self._recall(key, lambda: rewrite(path, config)[1])

        loader.source_to_code = source_to_code  # type: ignore[method-assign,assignment]
        rewriting._rewrite_test = rewrite_test  # type: ignore[assignment]

    def _recall(self, key: tuple[str, str, str], build: Callable[[], CodeType]) -> CodeType:
        if key in self.live:
            return self.live[key]
        known = self.codes.get(key)
        if known is not None:
            code: CodeType = marshal.loads(known)  # noqa: S302 - our own bytes
            return code
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            code = build()
        if caught:
            # It must warn each time, under the filters that hold there.
            return build()
        self.codes[key] = marshal.dumps(code)
        return code


def digest(data: bytes) -> str:
    """Return the SHA-256 of some source, hex."""
    return hashlib.sha256(data).hexdigest()


def stdlib_since(before: set[str]) -> list[str]:
    """Return the standard library's modules that were imported meanwhile."""
    new = sorted(set(sys.modules) - before)
    known = sys.stdlib_module_names - NOT_PRELOADED
    return [name for name in new if name.partition(".")[0] in known]
