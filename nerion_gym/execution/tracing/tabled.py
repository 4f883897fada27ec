"""The table that comes with a file's code: its sites, their edits as functions, and sets of edits.

All that the far side need not work out is constants there, as it is made anew in every traced run.
"""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from nerion_gym.execution.tracing.written import body_text, parameters
from nerion_gym.syntax.parsing import quietly

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from types import CodeType

    from nerion_gym.execution.tracing.forms import Form
    from nerion_gym.execution.tracing.sites import Site

OF_EDIT = """\
  if _f & {bit}:
   try: _v = {text}
   except _TooBig: _r |= {bit}
   except Exception: _d |= {bit}
   else:
    if _v is _o: _s |= {bit}
    elif type(_v) is not _t: _d |= {bit}
    elif not _c: _r |= {bit}
    elif _v == _o: _s |= {bit}
    else: _d |= {bit}
"""
OF_ORIGINAL = """\
 if _f & {edits}:
  _o = _e[{number}][1]
  _t = type(_o)
  _c = _t is str or _t is int or _t is bool or _t is bytes
"""


def table_of(sites: Sequence[Site]) -> CodeType:
    """Return code that makes the table of a file's sites: see `tables.sites_in`."""
    batches = [batch_text(number, site) for number, site in enumerate(sites) if not site.lazy]
    rows = [_row(number, site) for number, site in enumerate(sites)]
    with quietly():
        text = f"{''.join(batches)}TABLE = [{', '.join(rows)}]"
        return compile(text, "<sites>", "exec", dont_inherit=True)


def batch_text(number: int, site: Site) -> str:
    """Return the text of a function that evaluates edits of a site in one go.

    It is given a set of edits, what the originals gave (values, of all that the edits are compared
    with) and the values of holes and extras, all harmless. It returns the edits that differ, that
    are the same, and that it cannot decide.
    """
    parts = [f"def b{number}(_f, _e, {parameters(site.holes)}):\n _d = _s = _r = 0\n"]
    for original, edits in enumerate(by_original(site)):
        if edits:
            parts.append(OF_ORIGINAL.format(edits=edits, number=original))
            parts += [
                OF_EDIT.format(bit=1 << place, text=one.text)
                for place, one in enumerate(site.alternatives)
                if one.original == original
            ]
    return "".join([*parts, " return _d, _s, _r\n"])


def _row(number: int, site: Site) -> str:
    """Return a site's row: see `tables.Row`."""
    holes = site.holes
    head = f"lambda {parameters(holes)}: "
    forms = [original.look.form for original in site.originals]
    originals = [
        _alternative(head + body_text(holes, form, asking=site.lazy), form) for form in forms
    ]
    edits = [_alternative(head + one.text, one.form) for one in site.alternatives]
    changed = [one.form for one in site.alternatives]
    of = tuple(one.original for one in site.alternatives)
    count = len(holes.nodes)
    places = range(count + len(holes.extras))
    light = [~place for place in places]
    looked_up = [count + place for place, (_, where) in enumerate(holes.extras) if where]
    masks = (
        bits(form.faithful for form in changed),
        by_original(site),
        *(
            tuple(bits(number in getattr(form, name) for form in changed) for number in numbers)
            for name, numbers in (
                ("read", places),
                ("used", places),
                ("used", light),
                ("early", places),
            )
        ),
        tuple(sorted(set().union(*(form.used for form in (*forms, *changed))))),
    )
    constants = (
        of, count, tuple(holes.extras), tuple(holes.risky) if site.lazy else None, masks,
        called_by([*forms, *changed]),
        bits(not form.read.isdisjoint(looked_up) for form in changed),
    )  # fmt: skip
    batch = "None" if site.lazy else f"b{number}"
    return f"(({_all(originals)}), ({_all(edits)}), {constants!r}, {batch})"


def _all(texts: Iterable[str]) -> str:
    return "".join([f"{text}, " for text in texts])


def _alternative(text: str, form: Form) -> str:
    used, read, early = (tuple(sorted(some)) for some in (form.used, form.read, form.early))
    return f"({text}, {used}, {read}, {early}, ({form.fresh}, {form.faithful}, {form.kind}))"


def by_original(site: Site) -> tuple[int, ...]:
    """Return the edits that are compared with each original, a bit each."""
    every = range(len(site.originals))
    return tuple(bits(one.original == number for one in site.alternatives) for number in every)


def called_by(forms: Collection[Form]) -> tuple[str, ...]:
    """Return the builtins that forms call: a test may have put something else in their place."""
    names = {
        node.id for form in forms for node in ast.walk(form.tree) if isinstance(node, ast.Name)
    }
    return tuple(sorted(name for name in names if hasattr(builtins, name)))


def bits(which: Iterable[bool]) -> int:
    """Return a set of numbers, a bit each: those in whose places it says yes."""
    return sum([1 << place for place, said in enumerate(which) if said])
