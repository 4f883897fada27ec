"""Undo and redo of commands, each a pair of functions."""

from collections import namedtuple
from contextlib import contextmanager

Command = namedtuple("Command", "label do undo")


class UndoStack:
    def __init__(self, depth=100):
        self.depth = depth
        self._done = []
        self._undone = []
        self._open_groups = 0

    def run(self, label, do, undo):
        do()
        self._remember(Command(label, do, undo))

    def _remember(self, command):
        self._done.append(command)
        self._undone.clear()
        if len(self._done) > self.depth and not self._open_groups:
            del self._done[0]

    def undo(self, steps=1):
        """Undo up to `steps` commands; returns their labels, latest first."""
        labels = []
        while self._done and len(labels) < steps:
            command = self._done.pop()
            command.undo()
            self._undone.append(command)
            labels.append(command.label)
        return labels

    def redo(self):
        if not self._undone:
            return None
        command = self._undone.pop()
        command.do()
        self._done.append(command)
        return command.label

    @contextmanager
    def grouped(self, label):
        """What runs inside is one step afterwards; an error takes all of it back."""
        outside, self._done = self._done, []
        self._open_groups += 1
        try:
            yield self
        except Exception:
            for command in reversed(self._done):
                command.undo()
            raise
        finally:
            inside, self._done = self._done, outside
            self._open_groups -= 1
        if inside:
            self._remember(
                Command(
                    label,
                    lambda: [command.do() for command in inside],
                    lambda: [command.undo() for command in reversed(inside)],
                )
            )

    @property
    def labels(self):
        return [command.label for command in self._done]
