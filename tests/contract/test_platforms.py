"""Machines that are not Linux, or not of a kind that has a filter: what a user of them is told."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.sandbox
PRETEND = """
import ctypes, os, platform, signal, sys
import gymnasium, numpy, pytest, typer, rich.console, yaml, sqlalchemy.dialects.sqlite

class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name in {"fcntl", "resource", "termios", "pwd", "grp", "syslog"}:
            raise ModuleNotFoundError(name)

def pretend(name):
    sys.meta_path.insert(0, Lacking())
    for module in ("fcntl", "resource", "termios", "pwd", "grp"):
        sys.modules.pop(module, None)
    platform.machine, platform.release = lambda: "AMD64", lambda: "11"
    sys.platform = name
    for lacking in ("pidfd_open", "O_PATH", "O_DIRECTORY", "O_NOFOLLOW"):
        delattr(os, lacking)
    if name == "win32":
        delattr(os, "geteuid"), delattr(os, "fork")
        for lacking in ("SIGPROF", "SIGXCPU", "SIGKILL", "SIGCHLD"):
            delattr(signal, lacking)

        def no_library(name, *more, **options):
            raise TypeError("bad argument type for built-in operation")

        ctypes.CDLL = no_library
"""
RESET = """
import nerion_gym
from nerion_gym.errors import SandboxError
env = gymnasium.make("Nerion-ToyMath-v0")
try:
    env.reset(seed=0)
except SandboxError as error:
    print(error)
"""
DOCTOR = """
from nerion_gym.cli import main
main(["doctor"])
"""


def python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "NERION_UNSAFE"}
        | environment,
    )


@pytest.mark.parametrize("unsafe", ["", "1"])
@pytest.mark.parametrize("name", ["darwin", "win32"])
def test_another_system_is_refused_in_one_line(name, unsafe):
    done = python(f"{PRETEND}\npretend({name!r})\n{RESET}", NERION_UNSAFE=unsafe)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert f"tests cannot be {'run' if unsafe else 'confined'} on {name!r}" in line
    assert "virtual machine" in line
    assert "container" in line
    assert "WSL2" in line
    assert "NERION_UNSAFE=1 does not help here" in line


@pytest.mark.parametrize(("name", "way"), [("darwin", "Linux container"), ("win32", "WSL2")])
def test_the_doctor_of_another_system(name, way):
    done = python(f"{PRETEND}\npretend({name!r})\n{DOCTOR}")
    assert done.returncode == 2, done.stderr
    lines = done.stdout.splitlines()
    assert "Landlock     none" in lines
    assert "seccomp      none" in lines
    assert f"strict       no: tests cannot be confined on {name!r}" in lines
    assert f"package      no: tests cannot be confined on {name!r}" in lines
    assert way in lines[-2]
    assert "NERION_UNSAFE=1 does not help here" in lines[-1]
