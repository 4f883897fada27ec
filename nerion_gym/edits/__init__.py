"""Edits: operators, the catalog of legal edits, previews and gates."""
