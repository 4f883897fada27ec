"""LibCST doing what two of our operators do; executed by the interpreter of its own environment.

    python benchmarks/catalog_libcst.py FILE ROUNDS FUNCTION NAME

Prints a JSON object: seconds of each round, by what was done. Used by `benchmarks/catalog.py`.
"""

# Names of methods are LibCST's.
# ruff: noqa: N802

from __future__ import annotations

import ast
import json
import sys
import time
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider, ScopeProvider


class Swap(cst.CSTTransformer):
    """Turns the first equality into its opposite."""

    def __init__(self) -> None:
        super().__init__()
        self.done = False

    def leave_Equal(self, _original: cst.Equal, updated: cst.Equal) -> cst.BaseCompOp:
        """Exchange the first."""
        if self.done:
            return updated
        self.done = True
        return cst.NotEqual(
            whitespace_before=updated.whitespace_before, whitespace_after=updated.whitespace_after
        )


class Rename(cst.CSTTransformer):
    """Renames every mention of one local variable, told by its scope."""

    METADATA_DEPENDENCIES = (ScopeProvider, PositionProvider)

    def __init__(self, function: str, name: str) -> None:
        super().__init__()
        self.function, self.name, self.depth = function, name, 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        """Enter the function."""
        self.depth += node.name.value == self.function

    def leave_FunctionDef(
        self, original: cst.FunctionDef, updated: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Leave it."""
        self.depth -= original.name.value == self.function
        return updated

    def leave_Name(self, original: cst.Name, updated: cst.Name) -> cst.Name:
        """Rename a mention in a scope that knows the name."""
        if self.depth and original.value == self.name:
            scope = self.get_metadata(ScopeProvider, original, None)
            if scope is not None and self.name in scope:
                return updated.with_changes(value=f"{self.name}_local")
        return updated


def timed(work: object) -> float:
    """Return the seconds that a call takes."""
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


def main() -> None:
    """Do both so many times, in turns with `ast.parse`."""
    path, rounds, function, name = Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5]
    source = path.read_text(encoding="utf-8")

    def swap() -> str:
        return cst.parse_module(source).visit(Swap()).code

    def rename() -> str:
        return MetadataWrapper(cst.parse_module(source)).visit(Rename(function, name)).code

    if source in (swap(), rename()):
        raise RuntimeError("LibCST changed nothing")

    found: dict[str, list[float]] = {"ast.parse": [], "swap": [], "rename": []}
    for _ in range(rounds):
        found["ast.parse"].append(timed(lambda: ast.parse(source)))
        found["swap"].append(timed(swap))
        found["rename"].append(timed(rename))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
