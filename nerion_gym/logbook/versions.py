"""Which versions a run used, read from package metadata: nothing is imported for it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "nerion-gym",
    "gymnasium",
    "numpy",
    "pytest",
    "torch",
    "torch-geometric",
    "stable-baselines3",
    "tensorboard",
)


def versions() -> dict[str, str | None]:
    """Return package -> installed version (None where it is absent), Python and platform."""
    return {**package_versions(), "platform": platform.platform()}


def package_versions() -> dict[str, str | None]:
    """Return package -> installed version, and Python's; no process is started for it."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found
