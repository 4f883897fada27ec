"""Frozen data and protocols: one noun a file, no behaviour beyond their own invariants."""
