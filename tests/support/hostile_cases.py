"""All hostile programs."""

from tests.support import hostile_files, hostile_limits, hostile_machine, hostile_processes

THEMES = (hostile_limits, hostile_files, hostile_processes, hostile_machine)
CASES = {case.name: case for theme in THEMES for case in theme.CASES}
"""By their names."""
assert len(CASES) == sum(len(theme.CASES) for theme in THEMES)
