"""Where a run's code came from: the commit of this checkout and whether it was changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

SECONDS = 5


def git_state() -> dict[str, str | bool] | None:
    """Return commit and dirty flag of the checkout that holds nerion_gym, or None.

    Dirty means that a tracked file was changed. None: installed from a wheel, git is missing, or
    it does not answer.
    """
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    commit = git(root, "rev-parse", "HEAD")
    status = git(root, "status", "--porcelain", "--untracked-files=no")
    if commit is None or status is None:
        return None
    return {"commit": commit, "dirty": bool(status)}


def git(root: Path, *arguments: str) -> str | None:
    """Return what git prints, or None when it cannot be run or fails."""
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
