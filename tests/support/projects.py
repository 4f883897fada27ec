"""Small projects for the runner's tests."""

from __future__ import annotations

from pathlib import Path

from nerion_gym.tasks.package import load_package
from nerion_gym.types.program import Program
from nerion_gym.types.suite import PACKAGE, Suite

ZOO = Path(__file__).resolve().parent.parent / "fixtures" / "zoo" / "animals"


def project(
    source: str, tests: str, containment: str = PACKAGE, **files: str
) -> tuple[Program, Suite]:
    """Return the program `m.py` and a suite `test_m.py`, with further files (`conftest="..."`)."""
    extra = tuple((f"{name}.py", text.encode()) for name, text in files.items())
    program = Program.from_files({"m.py": source.encode()})
    return program, Suite(
        (("test_m.py", tests.encode()), *extra), ("test_m.py",), containment=containment
    )


def edited(program: Program, before: str, after: str) -> Program:
    """Return the program with one piece of text replaced; the piece must be there once."""
    for path, data in program.files:
        if data.count(before.encode()) == 1:
            return program.replaced({path: data.replace(before.encode(), after.encode())})
    raise AssertionError(f"{before!r} does not stand exactly once in one file")


def zoo():
    """Return the task of the fixture project that holds every kind of test and of code."""
    return load_package(ZOO)
