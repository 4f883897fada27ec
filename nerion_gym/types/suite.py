"""Test suites: what pytest is given, apart from the program itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from nerion_gym.types.program import Files, digest_files


@dataclass(frozen=True)
class Suite:
    """The files around a program that its tests need, and how pytest is called on them.

    Attributes:
        files: sorted (relative POSIX path, bytes): tests, conftest, configuration, data.
        targets: relative paths handed to pytest.
        pythonpath: relative folders put in front of `sys.path`.
        digest: SHA-256 over all of the above, hex.
    """

    files: Files = field(compare=False, repr=False)
    targets: tuple[str, ...]
    pythonpath: tuple[str, ...] = (".",)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.files))
        object.__setattr__(self, "files", ordered)
        salt = ("targets", *self.targets, "pythonpath", *self.pythonpath)
        object.__setattr__(self, "digest", digest_files(ordered, *salt))
