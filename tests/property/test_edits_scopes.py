"""Scopes and positions against two independent judges: Python's symtable, and asttokens."""

from __future__ import annotations

import ast
import symtable
import sys
import sysconfig
import warnings
from collections import Counter
from pathlib import Path

import asttokens
import pytest

from nerion_gym.errors import ProgramSyntaxError
from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.names import name_spans
from nerion_gym.syntax.scopes import ScopeKind

STDLIB = Path(sysconfig.get_paths()["stdlib"])
FAST = sorted(STDLIB.glob("[a-d]*.py"))
SLOW = [path for path in sorted(STDLIB.rglob("*.py")) if "site-packages" not in path.parts]
IMPLICIT = {
    "__class__",
    "__classdict__",
    "__static_attributes__",
    "__type_params__",
    ".type_params",
    ".generic_base",
    ".0",
    "__conditional_annotations__",
}
COMPREHENSIONS = {
    "listcomp": "ListComp",
    "setcomp": "SetComp",
    "dictcomp": "DictComp",
    "genexpr": "GeneratorExp",
    "lambda": "<lambda>",
}


def judged(table):
    """symtable's verdict on a block: {(name, how it is found)}."""
    facts = set()
    for symbol in table.get_symbols():
        if symbol.get_name() in IMPLICIT:
            continue
        how = "free" if symbol.is_free() else "local" if symbol.is_local() else "global"
        facts.add((symbol.get_name(), how))
    return facts


def resolved(scope, deferred):
    """Ours, in the same words; names that only annotations mention left out where deferred."""
    names = scope.bound | set(scope.declared)
    names |= {
        scope.mangled(access.name)
        for access in scope.accesses
        if not (access.annotation and deferred)
    }
    facts = set()
    for name in names - IMPLICIT:
        owner = scope.owner_of(name)
        how = "local" if owner is scope else "global" if owner.parent is None else "free"
        facts.add((name, how))
    return facts


def passed_on(facts):
    """Names that a block only hands to blocks inside it: symtable lists them, we need not."""
    return {(name, how) for name, how in facts if how == "free"}


def tables(table):
    """Every block but the module and (where they have one) annotations: (line, name), table."""
    for child in table.get_children():
        kind = str(child.get_type()).rpartition(".")[2].lower()
        if kind in ("function", "class"):
            name = COMPREHENSIONS.get(child.get_name(), child.get_name())
            yield (child.get_lineno(), name), child
        yield from tables(child)


def merged_blocks(module):
    """From Python 3.12 symtable puts a comprehension's names into the block around (PEP 709)."""
    if sys.version_info < (3, 12):
        return set()
    inner = [scope for scope in module.scopes.all if scope.kind is ScopeKind.COMPREHENSION]
    return {
        (scope.node.lineno, COMPREHENSIONS.get(scope.name, scope.name))
        for start in inner
        for scope in (start, start.parent)
        if scope.kind is not ScopeKind.MODULE
    }


def compare(path, source):
    """Return how many blocks were compared, after asserting that both sides agree on each."""
    module = parse_module(path.name, source)
    future = [node for node in module.tree.body if isinstance(node, ast.ImportFrom)]
    deferred = sys.version_info >= (3, 14) or any(
        node.module == "__future__" and "annotations" in {alias.name for alias in node.names}
        for node in future
    )
    theirs, ours, extra = Counter(), Counter(), Counter()
    merged = merged_blocks(module)
    for key, table in tables(symtable.symtable(source, str(path), "exec")):
        if key in merged:
            continue
        facts = judged(table)
        theirs[key, frozenset(facts - passed_on(facts))] += 1
        extra.update((key, fact) for fact in passed_on(facts))
    for scope in module.scopes.all:
        if scope.kind in (ScopeKind.MODULE, ScopeKind.TYPE):
            continue
        # A function may be called "listcomp", so both sides go through the same table.
        key = (scope.node.lineno, COMPREHENSIONS.get(scope.name, scope.name))
        if key in merged:
            continue
        facts = resolved(scope, deferred)
        ours[key, frozenset(facts - passed_on(facts))] += 1
        for fact in passed_on(facts):
            assert extra[key, fact], f"{path}:{key}: {fact} is not free"
    assert ours == theirs, f"{path}: {list((ours - theirs) + (theirs - ours))[:4]}"
    return sum(ours.values())


def compare_all(paths):
    blocks = 0
    for path in paths:
        source = path.read_bytes()
        try:
            parse_module(path.name, source)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(source, str(path), "exec", dont_inherit=True)
        except (ProgramSyntaxError, SyntaxError, ValueError):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            blocks += compare(path, source)
    return blocks


@pytest.mark.pure
def test_scopes_agree_with_symtable():
    assert compare_all(FAST) > 1000


@pytest.mark.slow
def test_scopes_agree_with_symtable_over_the_standard_library():
    assert compare_all(SLOW) > 60_000


def check_mentions(path):
    """Every mention of a name is found at bytes that read like it, each byte range once."""
    module = parse_module(path.name, path.read_bytes())
    inside = {
        node
        for string in ast.walk(module.tree)
        if isinstance(string, ast.JoinedStr)
        for node in ast.walk(string)
    }
    places = Counter()
    for access in module.scopes.accesses:
        spans = name_spans(module, access)
        if access.node not in inside:
            assert spans, f"{path}:{access.node.lineno} {access.name}"
            places.update(spans)
    assert [span for span, count in places.items() if count > 1] == []


@pytest.mark.pure
def test_every_mention_of_a_name_is_found():
    for path in FAST[:30]:
        check_mentions(path)


def check_positions(path):
    """The bytes of every positioned node are what asttokens, which marks tokens, calls its text."""
    source = path.read_bytes()
    if b"\r" in source or b"\x0c" in source:
        return
    module = parse_module(path.name, source)
    judge = asttokens.ASTText(source.decode(), tree=module.tree)
    for node in ast.walk(module.tree):
        # Before Python 3.12 asttokens gives up inside f-strings and answers "".
        if isinstance(node, ast.expr) and (text := judge.get_text(node, padded=False)):
            assert module.text(node).decode() == text, ast.dump(node)


@pytest.mark.pure
def test_positions_agree_with_asttokens():
    for path in FAST[:12]:
        check_positions(path)
