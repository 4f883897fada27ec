"""docs/security.md is true: its tables are those of the code."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from nerion_gym.execution.confinement import landlock, machine, policy, seccomp

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
POLICIES = (policy.STRICT, policy.BARE, policy.PACKAGE)


@pytest.fixture(scope="module")
def tables():
    path = ROOT / "scripts" / "make_syscall_docs.py"
    spec = importlib.util.spec_from_file_location("make_syscall_docs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_of_system_calls_are_those_of_the_policies(tables):
    assert tables.replaced(PAGE) == PAGE, "mend with: python scripts/make_syscall_docs.py"
    assert tables.replaced(PAGE.replace("`openat`", "`x`")) == PAGE


def test_every_call_that_a_policy_lets_through_is_in_them(tables):
    listed = {name for text in tables.GROUPS.values() for name in policy.names(text)}
    for chosen in POLICIES:
        assert set(chosen.allowed) <= listed
        assert set(chosen.looked_at) <= set(tables.LOOKED_AT)
    assert set(tables.LOOKED_AT) == {name for chosen in POLICIES for name in chosen.looked_at}
    assert set(policy.BARE_SERVER.allowed) <= listed


@pytest.mark.sandbox
def test_every_probe_of_the_self_test_is_named():
    rows = {
        layer.strip(" `"): probes
        for layer, *_, probes in re.findall(
            r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", PAGE, re.MULTILINE
        )
    }
    for probe in machine.self_test().probes:
        layer = probe.layer.removesuffix(" (package)")
        assert probe.probe in rows[layer]


def test_every_version_of_landlock_that_makes_a_difference_is_in_the_matrix():
    versions = {*landlock.KNOWN_BITS, landlock.NETWORK_SINCE, landlock.SCOPES_SINCE}
    for version in versions:
        assert re.search(rf"\(Landlock (\d, )?{version}[,)]", PAGE), version


def test_stamps_and_the_unsafe_way_are_named():
    for word in (machine.BARE_STAMP, f"{machine.UNSAFE}=1", 'containment="none"', "nerion doctor"):
        assert f"`{word}`" in PAGE or f"`{word}" in PAGE


def test_the_example_of_the_doctor_shows_these_filters():
    digest = seccomp.digest(*(seccomp.build(chosen, "x86_64") for chosen in policy.ALL))
    assert f"seccomp      filters {digest}" in PAGE
