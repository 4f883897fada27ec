"""One Python file of a suite: its functions, classes, fixtures and imports."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, cast

from nerion_gym.execution.tracing.asserts import name_of
from nerion_gym.syntax.name_flow import name_flow
from nerion_gym.syntax.scopes import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nerion_gym.syntax.module import Function, FunctionNode, Module
    from nerion_gym.syntax.name_flow import NameFlow

COPY = re.compile(r"#\d+")


class Sheet:
    """One Python file of a suite.

    Args:
        module: the file, parsed.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.path = module.path

    @cached_property
    def flow(self) -> NameFlow:
        """Where the values of its names come from."""
        return name_flow(self.module)

    @cached_property
    def held(self) -> dict[ast.AST, list[int]]:
        """Node -> numbers of the accesses that it holds itself."""
        found: dict[ast.AST, list[int]] = defaultdict(list)
        for number, access in enumerate(self.flow.accesses):
            found[access.node].append(number)
        return found

    def writes(self, node: ast.AST) -> list[int]:
        """Return the numbers of the names that a node binds: a target, a parameter, a `def`."""
        numbers = self.held.get(node, ())
        return [one for one in numbers if self.flow.accesses[one].mode is Mode.WRITE]

    @cached_property
    def units(self) -> dict[str, Function]:
        """Functions that stand in no other; of several with one name the last, as in Python."""
        found: dict[str, Function] = {}
        end = -1
        for function in self.module.functions:
            if function.span.start >= end:
                end = function.span.end
                found[COPY.sub("", function.qualname)] = function
        return found

    def unit_at(self, line: int) -> str | None:
        """Return the name of the function that a line lies in, the decorators left out."""
        for name, function in self.units.items():
            if function.node.lineno <= line <= (function.node.end_lineno or 0):
                return name
        return None

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """Classes by qualified name."""
        found: dict[str, ast.ClassDef] = {}
        pending: list[tuple[str, ast.AST]] = [("", self.module.tree)]
        while pending:
            prefix, node = pending.pop()
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.ClassDef):
                    found[prefix + child.name] = child
                    pending.append((f"{prefix}{child.name}.", child))
                elif isinstance(child, ast.If | ast.Try):
                    pending.append((prefix, child))
        return found

    @cached_property
    def fixtures(self) -> dict[str, str]:
        """Fixture -> the function that gives it."""
        found = {}
        for qualname, function in self.units.items():
            for call in decorated(function.node, "fixture"):
                found[_keyword(call, "name") or function.node.name] = qualname
        return found

    @cached_property
    def unasked(self) -> tuple[str, ...]:
        """Fixtures that all tests of the file, or of the folder, have."""
        return tuple(
            qualname
            for qualname, function in self.units.items()
            for call in decorated(function.node, "fixture")
            if _keyword(call, "autouse")
        )

    @cached_property
    def imports(self) -> dict[str, tuple[str, int, str]]:
        """Name -> (module, dots before it, name there or "") of every import."""
        found = {}
        for node in self.module.walk.by_type.get(ast.Import, ()):
            for alias in node.names:  # type: ignore[attr-defined]
                name = alias.asname or alias.name.partition(".")[0]
                found[name] = (alias.name if alias.asname else name, 0, "")
        nodes = cast("list[ast.ImportFrom]", self.module.walk.by_type.get(ast.ImportFrom, []))
        for statement in nodes:
            for alias in statement.names:
                there = statement.module or "", statement.level, alias.name
                found[alias.asname or alias.name] = there
        return found


def decorated(node: FunctionNode, word: str) -> Iterator[ast.expr]:
    """Yield the decorators of a function whose last word is this one."""
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if name_of(called) == word:
            yield decorator


def _keyword(decorator: ast.expr, name: str) -> str:
    for keyword in getattr(decorator, "keywords", ()):
        if keyword.arg == name and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value or "")
    return ""


def given_names(node: FunctionNode) -> frozenset[str]:
    """Return the parameters of a test whose values its decorators list."""
    found: set[str] = set()
    for call in decorated(node, "parametrize"):
        names = call.args[0] if isinstance(call, ast.Call) and call.args else None
        texts = names.elts if isinstance(names, ast.Tuple | ast.List) else [names]
        for text in texts:
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found.update(part.strip() for part in text.value.split(","))
    return frozenset(found)
