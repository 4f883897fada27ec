"""Marks that many tests share."""

import pytest


def first_quick(cases):
    """Return cases as parameters, all but the first of them slow."""
    first, *others = cases
    return [first, *(pytest.param(case, marks=pytest.mark.slow) for case in others)]
