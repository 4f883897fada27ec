"""Parameters of functions: which one an argument is for, its default, and who passes it."""

from __future__ import annotations

import ast
from typing import NamedTuple

from benchmarks.columns_syntax import DEFINITIONS


class Parameter(NamedTuple):
    """A parameter of a function: its name, and its default if it has one."""

    name: str
    default: ast.AST | None


def parameter(node: ast.AST, call: ast.Call, argument: ast.AST) -> Parameter | None:
    """Return the parameter of a definition that an argument is for; None where that is not told."""
    assert isinstance(node, DEFINITIONS)  # noqa: S101  what is called is one
    plain = names_of(node.args)
    if isinstance(argument, ast.keyword):
        every = [*plain, *(one.arg for one in node.args.kwonlyargs)]
        name = argument.arg if argument.arg in every else None
    else:
        place = next(at for at, one in enumerate(call.args) if one is argument)
        place += bound(node)
        starred = any(isinstance(one, ast.Starred) for one in call.args[: place + 1])
        name = plain[place] if place < len(plain) and not starred else None
    return None if name is None else Parameter(name, defaults(node.args).get(name))


def names_of(arguments: ast.arguments) -> list[str]:
    """Return the names of parameters that can be given by position."""
    return [one.arg for one in (*arguments.posonlyargs, *arguments.args)]


def bound(node: ast.AST) -> bool:
    """Return whether a function's first parameter is what its method is called on."""
    assert isinstance(node, DEFINITIONS)  # noqa: S101  what is called is one
    return names_of(node.args)[:1] in (["self"], ["cls"])


def defaults(arguments: ast.arguments) -> dict[str, ast.AST]:
    """Return the defaults of parameters by name."""
    plain = names_of(arguments)
    last = plain[len(plain) - len(arguments.defaults) :]
    found: dict[str, ast.AST] = dict(zip(last, arguments.defaults, strict=True))
    for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if value is not None:
            found[one.arg] = value
    return found


def default_beside(found: Parameter, argument: ast.AST) -> str:
    """Return what a parameter's default is beside the argument that is passed."""
    value = argument.value if isinstance(argument, ast.keyword) else argument
    if found.default is None:
        return "needed"
    if ast.dump(found.default) == ast.dump(value):
        return "same"
    none = isinstance(found.default, ast.Constant) and found.default.value is None
    return "None" if none else "other"


def passes(call: ast.AST, function: ast.AST, default: ast.AST) -> bool | None:
    """Return whether a call passes the parameter that has this default; None where none has."""
    if not isinstance(call, ast.Call) or not isinstance(function, DEFINITIONS):
        return None
    name = next((n for n, value in defaults(function.args).items() if value is default), None)
    if name is None:
        return None
    if any(one.arg in (name, None) for one in call.keywords):
        return True
    plain = names_of(function.args)
    if name not in plain:
        return False
    place = plain.index(name) - bound(function)
    return place < len(call.args) or any(isinstance(one, ast.Starred) for one in call.args)
