"""Every exception that a user can meet.

Each message says what was given, what was expected and how to mend it. A bad
*program* is never an exception here: it is an `Outcome`. These are for bad
requests and for a machine that cannot do its work.
"""


class NerionError(Exception):
    """Base of every error that nerion-gym raises on purpose."""


class ConfigError(NerionError, ValueError):
    """An argument, option or configuration key is unknown or out of range."""


class TaskError(NerionError):
    """A task cannot be built: missing path, no tests, failing or flaky control run, no site."""


class ProgramSyntaxError(TaskError):
    """A file of the program is not valid Python (names the file, line and column)."""


class EditError(NerionError):
    """An edit does not fit the program: a splice's `before` is not what stands there."""


class BrokenWorldError(NerionError):
    """A world does not do what every world does.

    Args:
        why: what was found, and what was expected.
        fix: what to do about it.
    """

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why, fix)
        self.why, self.fix = why, fix

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.why}; {self.fix}"


class UnknownOperatorError(ConfigError):
    """No operator has this name or alias."""


class SandboxError(NerionError):
    """The machinery that runs tests failed; never the fault of the program under test."""


class ProviderError(NerionError):
    """A model that was asked cannot be reached, refuses, or answers with rubbish."""


class StorageError(NerionError):
    """A file on disk is missing, locked, cut short or not ours."""


class RunExistsError(NerionError):
    """A run folder already exists; a run never overwrites another."""
