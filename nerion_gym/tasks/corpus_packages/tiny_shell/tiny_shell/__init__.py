"""A shell over files that are held in memory: words, pipes, a few commands."""

from tiny_shell.shell import Shell

__all__ = ["Shell"]
