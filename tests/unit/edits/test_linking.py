import pytest

from nerion_gym.edits.linking import linked
from nerion_gym.syntax.outside import NOTHING, Mention, Parameters, Signature
from nerion_gym.syntax.scopes import Mode

pytestmark = pytest.mark.pure
WRITTEN = Mention(Mode.WRITE, is_import=False, at_module=True, is_sure=True)
LATER = WRITTEN._replace(is_sure=False)
READ = Mention(Mode.READ, is_import=False, at_module=False, is_sure=False)


def outside(*texts):
    """What each piece may know of the others."""
    pieces = linked("m.py", "".join(texts).encode())
    assert [piece.module.source.decode() for piece in pieces] == list(texts)
    return [piece.module.outside for piece in pieces]


def test_a_piece_knows_how_its_names_are_bound_elsewhere():
    first, second, third = outside(
        "import os\nlimit = 1\nother = 2\n", "def f(): return limit, os\n", "class A: limit = f\n"
    )
    assert second.of("limit") == (WRITTEN,)
    assert second.of("os") == (WRITTEN._replace(is_import=True),)
    assert second.of("other") == ()
    assert second.of("f") == (READ,)
    assert first.of("limit") == (READ,)
    assert third.of("f") == (WRITTEN,)
    assert third.of("limit") == (READ, WRITTEN)
    assert third.of("os") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\n", (WRITTEN,)),
        ("x = 1\nx = 2\nx = 3\n", (WRITTEN, WRITTEN)),
        ("if y: x = 1\n", (LATER,)),
        ("for x in y: pass\n", (LATER,)),
        ("x: int = 1\n", (LATER,)),
        ("from y import x\n", (WRITTEN._replace(is_import=True),)),
        ("def g():\n    global x\n    x = 1\n", None),
        ("[x for x in y]\n", ()),
        ("print(x, x)\n", (READ,)),
        ("del x\n", (Mention(Mode.DELETE, is_import=False, at_module=True, is_sure=False),)),
    ],
)
def test_how_a_name_is_mentioned(text, expected):
    name = outside(text, "def f(): x\n")[-1].of("x")
    if expected is None:
        modes = {(mention.mode, mention.at_module) for mention in name}
        assert modes == {(Mode.WRITE, False), (Mode.DECLARE, False)}
    else:
        assert name == (expected if expected != (READ,) else ())


def test_what_comes_later_is_not_sure_yet():
    first, _ = outside("def f(): return g\n", "def g(): pass\n")
    assert first.of("g") == (LATER,)


def test_names_that_nobody_binds_are_all_the_same():
    for piece in outside("print(len, a)\n", "def f(): return len, a\n", "class A: len\n"):
        assert piece.mentions == ()


def test_a_builtin_that_another_piece_binds_is_known_to_all():
    first, _, third = outside("y = 1\n", "def min(): pass\n", "z = 2\n")
    assert first.of("min") == (LATER,)
    assert third.bound == {"min"}


def test_words_that_operators_look_for_are_known_to_all():
    source = ("def f(): pass\n", "def _f_part(): pass\n", "def g(): sys._getframe, spam\n")
    first, second, third = outside(*source, "warn(stacklevel=2)\nfrom a import *\n")[:3]
    assert first.words == {"_f_part", "_getframe", "stacklevel"}
    assert second.words == {"_getframe", "stacklevel"}
    assert third.words == {"stacklevel"}
    assert first.star
    assert not outside("x = 1\n", "def f(): pass\n")[0].star


def test_words_of_quoted_annotations_are_known_where_the_name_is_used():
    first, second, third = outside("def f(a: 'List[row]'): pass\n", "def g(row): pass\n", "x = 1\n")
    assert (first.hints, second.hints, third.hints) == (frozenset(), {"row"}, frozenset())


PLAIN = Parameters((), (), 0, starred=False, words=(), rest=False)


def test_functions_are_known_to_who_mentions_one():
    texts = ("def f(a, /, b, c=1, *d, e, g=2, **h): pass\n", "async def k(): pass\n")
    first, second, third, fourth = outside(*texts, "f(1, 2)\n", "def m(): pass\n")
    words = (("e", False), ("g", True))
    f = Signature("f", Parameters(("a",), ("b", "c"), 1, True, words, True), is_async=False)
    k, m = (Signature(name, PLAIN, is_async=name == "k") for name in "km")
    assert (third.before, third.after) == ((f, k), (m,))
    for other in (first, second, fourth):
        assert (other.before, other.after) == ((), ())


def test_functions_bound_twice_or_decorated_are_not_known():
    last = outside("def f(): pass\n", "@a\ndef g(): pass\n", "f = g = h = 1\n", "def h(): f\n")[-1]
    assert last.before == ()


def test_how_the_file_is_written_is_known():
    first, second, third = outside("x = 1\r\n", "def f():\r\n  pass\r\n", "class A: pass")
    assert {piece.line_end for piece in (first, second, third)} == {b"\r\n"}
    assert {piece.step for piece in (first, second, third)} == {b"  "}
    assert [piece.is_first for piece in (first, second, third)] == [True, False, False]
    assert [piece.is_last for piece in (first, second, third)] == [False, False, True]


def test_a_file_of_one_piece_knows_of_nothing_else():
    (only,) = outside("def f(a: 'b'):\n    sys._getframe()\n    return min(f)\n")
    assert only == type(NOTHING)(line_end=b"\n", step=b"    ")
    assert only.is_whole
