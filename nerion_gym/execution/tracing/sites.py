"""What is watched of a file: expressions with a tap, and what each edit makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.execution.tracing.written import body_text

if TYPE_CHECKING:
    import ast

    from nerion_gym.execution.tracing.forms import Form, Holes, Look
    from nerion_gym.execution.tracing.witnesses import Witness


class Silence(Enum):
    """What it means that no value came by a tap."""

    UNREACHED = "the place was not evaluated"
    BY_LINES = "only if no line of it runs: a part may have raised"
    NOTHING = "nothing"


class Choice(NamedTuple):
    """What one edit makes of a site.

    Attributes:
        edit: its number in the caller's list.
        bit: the number of the edited expression; edits that make the same share it.
        effect: whether that is what the whole statement does, not the place of the edit alone.
    """

    edit: int
    bit: int
    effect: bool = False


class Original(NamedTuple):
    """An expression as it is, over the holes of a site.

    Attributes:
        node: the expression, or the parameter; None where it is only made up, to say what a
            statement does.
        look: what it gives, and how.
    """

    node: ast.expr | ast.stmt | ast.arg | None
    look: Look


class Alternative(NamedTuple):
    """An edited expression.

    Attributes:
        form: over the holes of the site.
        original: number of the original that it is compared with.
        text: of what it gives.
    """

    form: Form
    original: int
    text: str


@dataclass(eq=False)
class Site:
    """Expressions that share a tap: the outermost, and parts that are evaluated just then.

    Attributes:
        node: of the file's tree: the expression, or a statement before which the tap stands.
        holes: its parts that only the program can evaluate.
        lazy: whether some of them may not be evaluated, and may not be read early either.
        originals: the expression, and parts of it that edits change.
        alternatives: what edits make of them.
        choices: the edits.
        shown: what the site is shown as, if that is not its node.
        silence: what it means that no value came by.
    """

    node: ast.expr | ast.stmt
    holes: Holes
    lazy: bool = False
    originals: list[Original] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    shown: ast.arg | None = None
    silence: Silence = Silence.BY_LINES
    _numbers: dict[object, int] = field(default_factory=dict, repr=False)
    _bits: dict[object, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.original(self.node, self.shown or self.node, self.holes.look)

    def original(self, key: object, node: ast.expr | ast.stmt | ast.arg | None, look: Look) -> int:
        """Return the number of an original."""
        if key not in self._numbers:
            self._numbers[key] = len(self.originals)
            self.originals.append(Original(node, look))
        return self._numbers[key]

    def add(self, edit: int, form: Form, original: int = 0, *, effect: bool = False) -> None:
        """Have an edit looked at."""
        if self.lazy:
            form = form._replace(faithful=False)  # what it runs is seen each time
        self.choices.append(Choice(edit, self.bit_of(form, original), effect))

    def bit_of(self, form: Form, original: int) -> int:
        """Return the number of an edited expression."""
        text = body_text(self.holes, form, asking=self.lazy)
        key = text, form.used, form.early, form.faithful, form.fresh, original
        if key not in self._bits:
            self._bits[key] = len(self.alternatives)
            self.alternatives.append(Alternative(form, original, text))
        return self._bits[key]


class Plan(NamedTuple):
    """The taps of a file.

    Attributes:
        sites: in the order of the edits.
        unchanged: numbers of the edits that change nothing that is evaluated.
        beyond: number of an edit that no tap can tell of -> why.
        carriers: number of an edit -> what carries on what its statement makes of it. Without a
            choice of its own for that, it is the edited value itself.
        doubtful: number of an edit that is ruled out only where nothing looks at signatures and
            frames -> why it may not be.
        witnesses: number of an edit -> a second tap that tells of it.
        asleep: number of an edit that takes handlers away -> they.
    """

    sites: list[Site]
    unchanged: list[int]
    beyond: dict[int, str]
    carriers: dict[int, str]
    doubtful: dict[int, str]
    witnesses: dict[int, Witness]
    asleep: dict[int, tuple[ast.ExceptHandler, ...]]
