"""How branches, loops and exceptions run: one small function per kind of node.

Whether a test is true is not asked, except for `while True`. `with` is taken not to swallow
exceptions, unless nothing may be left out (`SWALLOWING`).
"""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import Any

from nerion_gym.syntax.control import CALL, Flow, Frame, Handler, Loop

DEEPEST_COPIES = 3
"""`finally` inside `finally` is laid out twice down to this depth, then once."""


def _assert(flow: Flow, node: ast.Assert) -> None:
    flow.visit(node.test)
    tested = flow.now
    if node.msg is not None:
        flow.now = flow.block(tested)
        flow.visit(node.msg)
    flow.risk()
    flow.now = flow.block(tested)


def _if(flow: Flow, node: ast.If | ast.IfExp) -> None:
    flow.visit(node.test)
    tested = flow.now
    ends = []
    for branch in (node.body, node.orelse):
        flow.now = flow.block(tested)
        for child in branch if isinstance(branch, list) else [branch]:
            flow.visit(child)
        ends.append(flow.now)
    flow.now = flow.block(*ends)


def _short_circuit(flow: Flow, node: ast.BoolOp) -> None:
    _chain(flow, node.values, 1)


def _compare(flow: Flow, node: ast.Compare) -> None:
    _chain(flow, [node.left, *node.comparators], 2)


def _chain(flow: Flow, values: list[ast.expr], certain: int) -> None:
    """Lay out values of which only the first ones are certain to be evaluated."""
    ends = []
    for place, value in enumerate(values):
        if place >= certain:
            ends.append(flow.now)
            flow.now = flow.block(flow.now)
        flow.visit(value)
        flow.risk()
    if ends:
        flow.now = flow.block(*ends, flow.now)


def _match(flow: Flow, node: ast.Match) -> None:
    flow.visit(node.subject)
    ends = []
    for case in node.cases:
        failed = _case(flow, case)
        ends.append(flow.now)
        flow.now = flow.block(*failed)
    flow.now = flow.block(*ends, flow.now)


def _case(flow: Flow, case: ast.match_case) -> list[int]:
    """Lay out a case; return the blocks from which the next one is tried.

    Names are bound after the whole pattern has matched and before the guard, as CPython does.
    """
    inside = list(ast.walk(case.pattern))
    for part in inside:
        if isinstance(part, ast.Name):
            flow.mention(part)
    flow.risk()
    failed = [] if _irrefutable(case.pattern) else [flow.now]
    flow.now = flow.block(flow.now)
    for part in inside:
        if isinstance(part, ast.pattern):
            flow.mention(part)
    if case.guard is not None:
        flow.visit(case.guard)
        failed.append(flow.now)
        flow.now = flow.block(flow.now)
    flow.visit_all(case.body)
    return failed


def _irrefutable(pattern: ast.pattern) -> bool:
    if isinstance(pattern, ast.MatchOr):
        return _irrefutable(pattern.patterns[-1])
    return isinstance(pattern, ast.MatchAs) and (
        pattern.pattern is None or _irrefutable(pattern.pattern)
    )


def _while(flow: Flow, node: ast.While) -> None:
    again = flow.now = flow.block(flow.now)
    flow.visit(node.test)
    endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
    _loop(flow, again, node, None, endless=endless)


def _for(flow: Flow, node: ast.For | ast.AsyncFor) -> None:
    flow.visit(node.iter)
    again = flow.now = flow.block(flow.now)
    flow.event(CALL)
    flow.risk()
    _loop(flow, again, node, node.target)


def _loop(
    flow: Flow,
    again: int,
    node: ast.For | ast.AsyncFor | ast.While,
    target: ast.expr | None,
    *,
    endless: bool = False,
) -> None:
    tested, out = flow.now, flow.block()
    flow.loops.append(Loop(again, out, len(flow.frames)))
    flow.now = flow.block(tested)
    flow.visit(target)
    flow.visit_all(node.body)
    flow.link(flow.now, again)
    flow.loops.pop()
    flow.now = flow.block() if endless else flow.block(tested)
    flow.visit_all(node.orelse)
    flow.link(flow.now, out)
    flow.now = out


def _comprehension(flow: Flow, node: Any) -> None:
    heads: list[int] = []
    for generator in node.generators:
        flow.visit(generator.iter)
        head = flow.block(flow.now)
        heads.append(head)
        flow.now = head
        flow.event(CALL)
        flow.risk()
        flow.now = flow.block(head)
        flow.visit(generator.target)
        for condition in generator.ifs:
            flow.visit(condition)
            flow.link(flow.now, head)
            flow.now = flow.block(flow.now)
    results = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
    flow.visit_all(results)
    flow.link(flow.now, heads[-1])
    for outer, inner in pairwise(heads):
        flow.link(inner, outer)
    flow.now = flow.block(heads[0])


def _break(flow: Flow, node: ast.Break) -> None:
    flow.leave(flow.loops[-1].out, flow.loops[-1].depth)


def _continue(flow: Flow, node: ast.Continue) -> None:
    flow.leave(flow.loops[-1].again, flow.loops[-1].depth)


def _try(flow: Flow, node: Any) -> None:
    outer = flow.error
    frame = _open_frame(flow) if node.finalbody else None
    around = flow.error
    dispatch = -1
    if node.handlers:
        dispatch = flow.error = flow.block()
        flow.now = flow.block(flow.now)
    flow.visit_all(node.body)
    flow.error = around
    if node.handlers:
        flow.now = flow.block(flow.now)
    flow.visit_all(node.orelse)
    ends = [flow.now, *_handlers(flow, node.handlers, dispatch)]
    flow.error = outer
    if frame is None:
        flow.now = flow.block(*ends)
    else:
        _finally(flow, node.finalbody, frame, ends)


def _open_frame(flow: Flow) -> Frame:
    frame = Frame(flow.block())
    flow.frames.append(frame)
    flow.error = frame.entry
    flow.now = flow.block(flow.now)
    return frame


def _handlers(flow: Flow, handlers: list[ast.ExceptHandler], dispatch: int) -> list[int]:
    """Lay out the handlers one after another; return where each ends."""
    ends = []
    flow.now, after = dispatch, flow.now
    for handler in handlers:
        flow.visit(handler.type)
        tested = flow.now
        flow.now = flow.block(tested)
        flow.mention(handler)
        flow.visit_all(handler.body)
        ends.append(flow.now)
        flow.now = flow.block(tested) if handler.type is not None else flow.block()
    if handlers:
        flow.risk()
    flow.now = after
    return ends


def _finally(flow: Flow, body: list[ast.stmt], frame: Frame, ends: list[int]) -> None:
    """Lay out a `finally` body: once after a normal end, once for exceptions and jumps."""
    flow.frames.pop()
    twice = flow.copying < DEEPEST_COPIES
    flow.copying += 1
    flow.now = flow.block(*ends) if twice else frame.entry
    if twice:
        flow.visit_all(body)
    else:
        for end in ends:
            flow.link(end, frame.entry)
    after = flow.now
    flow.now = flow.block(frame.entry)
    flow.visit_all(body)
    for target in frame.targets:
        flow.link(flow.now, target)
    flow.risk()
    flow.now = after if twice else flow.block(flow.now)
    flow.copying -= 1


def _with(flow: Flow, node: ast.With | ast.AsyncWith) -> None:
    """Lay out a `with` whose managers may swallow what is raised inside: what follows runs then."""
    outer, swallowed = flow.error, flow.block()
    for place, item in enumerate(node.items):
        flow.visit(item.context_expr)
        flow.event(CALL)
        flow.risk()
        if not place:
            flow.error = swallowed
            flow.now = flow.block(flow.now)
        flow.visit(item.optional_vars)
    flow.visit_all(node.body)
    flow.event(CALL)
    flow.error, ends = outer, [flow.now, swallowed]
    flow.now = swallowed
    flow.event(CALL)
    flow.risk()
    flow.now = flow.block(*ends)


SWALLOWING: dict[type[ast.AST], Handler] = {ast.With: _with, ast.AsyncWith: _with}
"""What is laid out otherwise where nothing may be left out."""
HANDLERS: dict[type[ast.AST], Handler] = {
    ast.Assert: _assert,
    ast.If: _if,
    ast.IfExp: _if,
    ast.BoolOp: _short_circuit,
    ast.Compare: _compare,
    ast.Match: _match,
    ast.While: _while,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Try: _try,
    ast.TryStar: _try,
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _comprehension),
}
