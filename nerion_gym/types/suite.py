"""Test suites: what pytest is given, apart from the program itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from nerion_gym.errors import ConfigError
from nerion_gym.types.program import Files, digest_files, require_inside

STRICT, PACKAGE = "strict", "package"
CONTAINMENTS = (STRICT, PACKAGE)


@dataclass(frozen=True)
class Suite:
    """The files around a program that its tests need, and how pytest is called on them.

    Attributes:
        files: sorted (relative POSIX path, bytes): tests, conftest, configuration, data.
        targets: relative paths handed to pytest.
        pythonpath: relative folders put in front of `sys.path`.
        containment: what its runs are confined to: "strict" (one process, no network, its own
            folder), or "package", for suites that start processes or use the loopback network.
        digest: SHA-256 over all of the above, hex.

    Raises:
        ConfigError: no such containment, or a file's path lies outside of the project.
    """

    files: Files = field(compare=False, repr=False)
    targets: tuple[str, ...]
    pythonpath: tuple[str, ...] = (".",)
    containment: str = STRICT
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        if self.containment not in CONTAINMENTS:
            expected = " or ".join(map(repr, CONTAINMENTS))
            msg = f"containment={self.containment!r}: expected {expected}"
            raise ConfigError(msg)
        require_inside(path for path, _ in self.files)
        ordered = tuple(sorted(self.files))
        object.__setattr__(self, "files", ordered)
        salt = ("targets", *self.targets, "pythonpath", *self.pythonpath)
        if self.containment != STRICT:
            salt = (*salt, "containment", self.containment)
        object.__setattr__(self, "digest", digest_files(ordered, *salt))
