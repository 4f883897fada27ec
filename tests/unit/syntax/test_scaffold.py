import pytest

from nerion_gym.syntax.module import parse_module
from nerion_gym.syntax.scaffold import scaffold

pytestmark = pytest.mark.pure

SOURCE = b"""\
@decorate
def area(width, *, height=2):  # not: shown
    return width * height
class Box(
        Shape):
    # nor this: one
    @property
    def size(self):
        if self.a: return 1
        elif self.b:
            return [1,
                2]
        else: return 3
    def __len__(self):
        match self.a:
            case [x, *_] if x: pass
            case _:
                try: pass
                except (A, B) as e: pass
                finally: pass
"""
OUTLINE = """\
    module box.py
 2    def area(width, *, height=2):  [1 statement]
 3      return width * height
 4    class Box( Shape):  [2 statements]
 8      def size(self):  [1 statement]
 9        if self.a:
 9          return 1
10        elif self.b:
11          return [1, 2]
          else
13          return 3
14      def __len__(self):  [1 statement]
15        match self.a:
16          case [x, *_] if x:
16            pass
17          case _:
18            try:
18              pass
19              except (A, B) as e:
19                pass
              finally
20              pass
"""


def test_the_outline_shows_every_statement_with_its_line():
    assert scaffold(parse_module("box.py", SOURCE)) == OUTLINE


def test_an_empty_module_has_an_outline_too():
    assert scaffold(parse_module("empty.py", b"")) == "   module empty.py\n"
