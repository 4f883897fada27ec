"""Whether a test may see a default that no call leaves to it."""

import pytest

from nerion_gym.execution.tracing.signatures import may_look
from nerion_gym.types.program import Program
from nerion_gym.types.suite import Suite

pytestmark = pytest.mark.pure


def read(program=b"", test=b"", path="p/a.py", root="."):
    suite = Suite((("tests/test_a.py", test), ("tests/helper.py", b"")), ("tests",), (root,))
    return may_look(Program.from_files({path: program}), suite)


@pytest.mark.parametrize(
    "text",
    [
        b"import re, os.path as path\n",
        b"from __future__ import annotations\nfrom . import x\nfrom .y import z\n",
        b"from p import a\nfrom p.a import f\nimport p.a\n",
        b"signature = sign(text)\n",
        b"import inspect\ninspect.isclass(x)\n",
        b"def f():\n    import json\n",
    ],
)
def test_what_reads_no_defaults(text):
    assert not read(text)
    assert not read(test=text + b"import pytest\nimport helper\nfrom helper import x\n")


@pytest.mark.parametrize(
    "text",
    [
        b"import inspect\nx = inspect.signature(f)\n",
        b"from inspect import Signature\n",
        b"f.__defaults__\n",
        b"hints = typing.get_type_hints(f)\n",  # it made `x: int = None` optional once
        b"f.__kwdefaults__ = {}\n",
        b"from unittest.mock import create_autospec\n",
        b"def test_a(mocker):\n    pass\n",
        b"with raises(TypeError, match='missing 1 required positional argument'): f()\n",
        b"import click\n",
        b"    import os, attr as a\n",
        b"try:\n    from pydantic.fields import Field\nexcept ImportError: pass\n",
        b">>> import hypothesis\n",
        b"importlib.import_module(name)\n",
    ],
)
def test_what_may(text):
    assert read(text)
    assert read(test=text)


def test_what_a_program_imports_of_pytest_may():
    assert read(b"import pytest\n")
    assert not read(test=b"import pytest\n")


def test_folders_that_modules_are_imported_from():
    assert not read(b"import p\n", path="src/p/a.py", root="src")
    assert read(b"import p\n", path="src/p/a.py")
