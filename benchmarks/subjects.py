"""The packages whose edits are run for their outcomes: those of the tests, and as many again."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

from benchmarks.more_subjects import LATER
from benchmarks.sampling import seeing
from nerion_gym.errors import TaskError
from nerion_gym.tasks.builder import measured
from tests.support.sources import SUBJECTS, Subject, load

if TYPE_CHECKING:
    from pathlib import Path

    from nerion_gym.types.protocols import TestRunner
    from nerion_gym.types.task import Task

__all__ = ["COLLECTED", "MORE", "NOT_COLLECTED", "Subject", "load", "prepared"]
NOT_COLLECTED = {
    "waitress": "a suite of 25 s",
    "intervaltree": "a suite of 20 s",
    "more-itertools": "a suite of 25 s",
    "pyrsistent": "draws other examples each time",
    "pathspec": "tests depend on their order: which of them reach a line is not known",
}
"""What the tests use and this does not."""
MORE = (
    Subject("blinker", "1.9.0", "src/blinker", "signals; weak references",
            arguments=("-o", "filterwarnings=",
                       "--deselect=tests/test_signals.py::test_async_receiver"),
            said="its warnings are errors, one of them of an option of pytest-asyncio"),
    Subject("funcy", "2.1", "funcy", "functions on collections; decorators",
            arguments=tuple(f"--ignore=tests/test_{n}.py" for n in (
                "colls", "funcolls", "funcs", "seqs", "tree")),
            said="five files left out: the package whatever is not installed"),
    Subject("num2words", "0.5.14", "num2words", "numbers in the words of 40 languages",
            arguments=tuple(f"--ignore=tests/test_{n}.py" for n in ("cli", "ar", "bn")),
            said="three files left out: the package delegator is not installed; tests of two "
            "languages depend on their order, which would make every test reach every line"),
    Subject("python-slugify", "9.2.0", "slugify", "texts; a command line",
            arguments=("--ignore=tests/test_legacy.py", "--ignore=tests/test_release.py"),
            said="two files left out: the package text_unidecode is not installed"),
    Subject("rfc3986", "2.0.0", "src/rfc3986", "addresses; validators, normalizers"),
    Subject("schema", "0.7.8", "schema", "one module; validation by objects"),
    Subject("unidiff", "1.0.1", "unidiff", "a parser of patches"),
    Subject("uritemplate", "4.2.0", "uritemplate", "templates; unittest classes"),
    Subject("validators", "0.36.0", "src/validators", "small functions over regular expressions",
            arguments=("--ignore=tests/crypto_addresses/test_eth_address.py",),
            said="a file left out: it needs an extra"),
    Subject("hyperlink", "21.0.0", "src/hyperlink", "immutable addresses",
            tests=("src/hyperlink/test",),
            arguments=("--ignore=src/hyperlink/test/test_hypothesis.py",),
            said="a file left out: its examples are others each time"),
    Subject("pyasn1", "0.6.5", "pyasn1", "codecs; class hierarchies; unittest classes"),
    Subject("webcolors", "25.10.0", "src/webcolors", "conversions; unittest classes"),
    Subject("mccabe", "0.7.0", "mccabe.py", "one module; a visitor of trees",
            arguments=("-k", "not (idempotent_any or complexity_is_always_an_int)"),
            said="two tests left out: examples that are others each time; one needs an order"),
    Subject("pyhamcrest", "2.1.0", "src/hamcrest", "matchers: many small classes",
            arguments=("-k", "not test_numpy_numeric_type"),
            said="left out: two tests of names that this numpy does not have"),
    Subject("html2text", "2025.4.15", "html2text", "a long parser of events"),
    Subject("mako", "1.4.3", "mako", "a compiler of templates; files"),
    Subject("titlecase", "2.4.1", "titlecase", "one function and its helpers",
            tests=("titlecase/tests.py",)),
    Subject("gast", "0.7.0", "gast", "trees of programs"),
    Subject("astor", "0.8.1", "astor", "from trees to texts",
            arguments=("-k", "not (huge_int or convert_stdlib)"),
            said="left out: two tests that this Python's limits and syntax fail"),
    Subject("hyperframe", "6.1.0", "src/hyperframe", "binary frames: classes of one shape"),
    Subject("wtforms", "3.3.2", "src/wtforms", "forms: fields, validators, metaclasses",
            arguments=tuple(f"--ignore=tests/{n}.py" for n in (
                "validators/test_email", "test_locale_babel")),
            said="two files left out: email_validator and babel are not installed"),
    Subject("mistletoe", "1.6.0", "mistletoe", "a parser of tokens; renderers",
            arguments=tuple(f"--ignore=test/test_{n}.py" for n in (
                "block_token", "latex_renderer", "html_renderer", "contrib/test_github_wiki",
                "contrib/test_pygments_renderer")),
            said="five files left out: the package parameterized is not installed"),
    Subject("pytimeparse", "1.1.10", "pytimeparse", "one function over regular expressions",
            tests=("pytimeparse/tests/testtimeparse.py",)),
    Subject("addict", "2.4.0", "addict", "a dictionary with attributes"),
    Subject("munch", "4.0.0", "munch", "a dictionary with attributes"),
    Subject("deepmerge", "4.0.0", "deepmerge", "strategies of merging"),
    Subject("tomlkit", "0.15.2", "tomlkit", "a parser that keeps style; containers"),
    *LATER,
)  # fmt: skip
"""What is needed beside the packages of the tests, to have forty and more."""
COLLECTED = tuple(row for row in (*SUBJECTS, *MORE) if row.name not in NOT_COLLECTED)


def prepared(subject: Subject, runner: TestRunner, work: Path) -> Task:
    """Return a package's task, measured once: its control run and coverage are kept in a folder.

    Every stage asks for the same tests then, and none measures for a minute what another did.

    Raises:
        TaskError: its tests fail, or none of them is known to reach less than everything.
    """
    kept = work / f"{subject.title}.baseline"
    task = load(subject)
    if kept.exists():
        baseline = pickle.loads(kept.read_bytes())  # noqa: S301  written by the line below
        if (baseline.program, baseline.suite) == (task.program, task.suite):
            return measured(task.measured(baseline), runner)
    task = measured(task, runner)
    baseline = task.baseline
    if baseline is None or not seeing(task.program, baseline.coverage).tests:
        msg = (
            f"{subject.title}: nothing is known of what its tests reach (they start processes, or "
            "a traced run was cut short): measure again where less else is running"
        )
        raise TaskError(msg)
    kept.write_bytes(pickle.dumps(baseline))
    return task
