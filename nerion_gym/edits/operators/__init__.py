"""Operator families: one file each, with its rows in `OPERATORS`."""
