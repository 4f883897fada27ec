"""Semantic versions: reading, comparing, raising, and ranges such as `>=1.2 <2`."""

import re
from functools import total_ordering

VERSION = re.compile(
    r"(\d+)\.(\d+)\.(\d+)"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)
CLAUSE = re.compile(
    r"(>=|<=|==|!=|>|<|\^|~)?\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)


class InvalidVersion(ValueError):
    def __init__(self, text):
        super().__init__(f"invalid version: {text!r}")


@total_ordering
class Version:
    __slots__ = ("major", "minor", "patch", "pre", "build")

    def __init__(self, major, minor=0, patch=0, pre=(), build=""):
        self.major, self.minor, self.patch = major, minor, patch
        self.pre = tuple(pre)
        self.build = build

    @classmethod
    def parse(cls, text):
        match = VERSION.fullmatch(text.strip().removeprefix("v"))
        if match is None:
            raise InvalidVersion(text)
        *numbers, pre, build = match.groups()
        parts = pre.split(".") if pre else []
        if any(has_leading_zero(part) for part in numbers + parts):
            raise InvalidVersion(text)
        return cls(*map(int, numbers), parts, build or "")

    @property
    def release(self):
        return self.major, self.minor, self.patch

    @property
    def is_stable(self):
        return self.major > 0 and not self.pre

    def _key(self):
        # Without a pre-release comes last; numbers come before words, a prefix before the longer.
        marks = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.pre]
        return self.release, not self.pre, marks

    def __eq__(self, other):
        if not isinstance(other, Version):
            return NotImplemented
        return self._key() == other._key()

    def __lt__(self, other):
        if not isinstance(other, Version):
            return NotImplemented
        return self._key() < other._key()

    def __hash__(self):
        return hash((self.release, self.pre))

    def __str__(self):
        text = ".".join(map(str, self.release))
        if self.pre:
            text += "-" + ".".join(self.pre)
        return f"{text}+{self.build}" if self.build else text

    def __repr__(self):
        return f"Version.parse({str(self)!r})"

    def bump(self, part):
        """The next version; a pre-release becomes its release if that is far enough."""
        match part:
            case "major":
                step = 0 if self.pre and self.minor == self.patch == 0 else 1
                return Version(self.major + step)
            case "minor":
                step = 0 if self.pre and self.patch == 0 else 1
                return Version(self.major, self.minor + step)
            case "patch":
                return Version(self.major, self.minor, self.patch + (0 if self.pre else 1))
        raise ValueError(f"cannot bump {part!r}")


def has_leading_zero(part):
    return part.isdigit() and len(part) > 1 and part[0] == "0"


class VersionRange:
    """Clauses that all have to hold, alternatives separated by `||`."""

    def __init__(self, text):
        self.text = text
        self.alternatives = [self._bounds(part) for part in text.split("||")]

    def _bounds(self, text):
        bounds = []
        position = 0
        text = text.strip()
        while position < len(text):
            match = CLAUSE.match(text, position)
            if match is None:
                raise InvalidVersion(text[position:])
            bounds += self._clause(*match.groups())
            position = match.end()
            position += len(text[position:]) - len(text[position:].lstrip(" ,"))
        return bounds

    @staticmethod
    def _clause(operator, major, minor, patch, pre):
        given = [int(part) for part in (major, minor, patch) if part is not None]
        low = Version(*given, pre=pre.split(".") if pre else ())
        if operator == "^":
            return [(">=", low), ("<", Version(low.major + 1) if low.major else low.bump("minor"))]
        if operator == "~" or (operator is None and len(given) < 3):
            level = "minor" if len(given) > 1 else "major"
            return [(">=", low), ("<", Version(*low.release).bump(level))]
        return [(operator or "==", low)]

    def __contains__(self, version):
        if isinstance(version, str):
            version = Version.parse(version)
        return any(
            all(compare(version, operator, other) for operator, other in bounds)
            for bounds in self.alternatives
        )

    def best(self, versions):
        """The highest version of the range, stable ones first; None if there is none."""
        fitting = [version for version in versions if version in self]
        return max(fitting, key=lambda version: (version.is_stable, version), default=None)


def compare(left, operator, right):
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right
