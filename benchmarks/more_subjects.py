"""Packages that came later than those of `subjects.py`, for the same use."""

from __future__ import annotations

from tests.support.sources import Subject

NO_EXAMPLES = ("-m", "not hypothesis")
LATER = (
    Subject("Markdown", "3.11.3", "markdown", "a parser by stages; extensions; unittest classes",
            tests=("tests",),
            arguments=("--ignore=tests/test_syntax/extensions/test_md_in_html.py",),
            said="a file left out: a class in it only looks like one of tests"),
    Subject("dpath", "2.2.0", "dpath", "paths into nested data",
            arguments=tuple(f"--ignore=tests/test_{n}.py" for n in (
                "delete", "get_values", "merge", "path_paths", "types", "segments")),
            said="six files left out: nose2 is not installed; examples are others each time"),
    Subject("hpack", "4.2.0", "src/hpack", "compression of headers; tables",
            arguments=NO_EXAMPLES, said="left out: examples that are others each time"),
    Subject("idna", "3.20", "idna", "domain names; tables of Unicode; unittest classes",
            tests=tuple(f"tests/test_{n}.py" for n in (
                "idna", "idna_cli", "idna_codec", "idna_compat", "idna_errors", "intranges")),
            said="left out: a table of 25,000 lines; threads; examples that are others each time"),
    Subject("natsort", "8.4.0", "natsort", "keys for sorting; factories of functions",
            arguments=(*NO_EXAMPLES, "-k", "not (locale or non_num_input or sorted_corpus)",
                       *(f"--ignore=tests/test_{n}.py" for n in ("main", "natsort_keygen"))),
            said="left out: examples that are others each time; tests that ask for a locale; two "
            "files: pytest-mock is not installed"),
    Subject("textdistance", "4.6.3", "textdistance", "distances of texts: classes of one shape",
            arguments=(*NO_EXAMPLES, "--ignore=tests/test_external.py"),
            said="left out: examples that are others each time; comparisons with libraries that "
            "are not installed"),
    Subject("python-dateutil", "4.0.0", "src/dateutil", "dates: a parser, rules, zones",
            tests=tuple(f"tests/test_{n}.py" for n in (
                "easter", "internals", "isoparser", "parser", "relativedelta")),
            arguments=("-o", "filterwarnings="),
            said="its warnings are errors; left out: thousands of tests of time zones, "
            "examples that are others each time, two files: freezegun is not installed"),
    Subject("netaddr", "1.3.0", "netaddr", "addresses and their sets; strategies"),
    Subject("aniso8601", "10.0.1", "aniso8601", "dates and durations; builders"),
    Subject("docstring-parser", "0.18.0", "docstring_parser", "parsers of four styles"),
    Subject("geographiclib", "2.1", "geographiclib", "numbers: series and their limits"),
    Subject("texttable", "1.7.2", "texttable.py", "one module; tables of text",
            tests=("tests.py",)),
    Subject("simpy", "4.1.2", "src/simpy", "simulation by generators; events",
            arguments=("--ignore=tests/test_rt.py",), said="a file left out: it waits"),
    Subject("jinja2", "3.1.6", "src/jinja2", "a compiler of templates; visitors",
            arguments=("--ignore=tests/test_async.py", "--ignore=tests/test_async_filters.py"),
            said="two files left out: trio is not installed"),
    Subject("pyflakes", "4.1.0", "pyflakes", "a visitor of trees; scopes"),
    Subject("pycparser", "3.12", "pycparser", "a parser of C; generated trees",
            arguments=tuple(f"--ignore=tests/test_{n}.py" for n in ("examples", "util")),
            said="two files left out: they start processes"),
    Subject("pygtrie", "2.6.2", "pygtrie.py", "one module: a tree with the face of a mapping",
            tests=("test.py",)),
    Subject("simplejson", "4.3.0", "simplejson", "a codec; the functions that C would replace"),
    Subject("configargparse", "1.9.0", "configargparse.py", "one module over argparse"),
    Subject("webob", "1.8.11", "src/webob", "requests and responses; descriptors"),
    Subject("w3lib", "2.5.0", "w3lib", "functions on addresses and pages",
            arguments=(*NO_EXAMPLES, "--ignore=tests/benchmarks"),
            said="left out: examples that are others each time; benchmarks"),
)  # fmt: skip
REFUSED = {
    "cssselect, parsimonious, prettytable": "need packages that are not installed",
    "tomli, multipledispatch, sortedcontainers, cerberus": "no tests in the source distribution",
    "python-multipart": "ids of its tests are megabytes long",
    "click": "starts pagers: what its tests reach was not known, on a busy machine",
    "parso": "one of its tests needs an order; what they reach was not known, on a busy machine",
    "commonmark": "26 tests, two of them of seconds",
    "bidict": "its source distribution does not build here",
}
"""What was looked at and is not collected, and why; more of it in `LEFT_OUT` of the tests."""
