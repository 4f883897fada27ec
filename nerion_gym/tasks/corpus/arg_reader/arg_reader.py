"""Reading command lines: flags, options with values, and positional words."""

from dataclasses import dataclass
from typing import Any, Callable, Optional


class UsageError(Exception):
    """Shown to whoever typed the line."""


@dataclass(frozen=True)
class Option:
    name: str
    short: Optional[str] = None
    kind: Callable[[str], Any] = str
    default: Any = None
    many: bool = False
    flag: bool = False
    help: str = ""

    @property
    def key(self) -> str:
        return self.name.replace("-", "_")

    def convert(self, text: str) -> Any:
        try:
            return self.kind(text)
        except ValueError:
            raise UsageError(f"--{self.name}: {text!r} is not {self.kind.__name__}") from None


@dataclass(frozen=True)
class Positional:
    name: str
    kind: Callable[[str], Any] = str
    optional: bool = False
    rest: bool = False

    def convert(self, text: str) -> Any:
        try:
            return self.kind(text)
        except ValueError:
            raise UsageError(f"{self}: {text!r} is not {self.kind.__name__}") from None

    def __str__(self) -> str:
        text = self.name.upper() + ("..." if self.rest else "")
        return f"[{text}]" if self.optional else text


class Reader:
    def __init__(self, program: str, about: str = "") -> None:
        self.program = program
        self.about = about
        self.options: list[Option] = []
        self.positionals: list[Positional] = []

    def option(self, name: str, short: Optional[str] = None, **details: Any) -> "Reader":
        if self._long(name) or (short and self._short(short)):
            raise ValueError(f"there is an option like --{name} already")
        self.options.append(Option(name, short, **details))
        return self

    def flag(self, name: str, short: Optional[str] = None, help: str = "") -> "Reader":
        return self.option(name, short, default=False, flag=True, help=help)

    def positional(self, name: str, **details: Any) -> "Reader":
        if self.positionals and (self.positionals[-1].rest or self.positionals[-1].optional):
            raise ValueError(f"nothing can follow {self.positionals[-1]}")
        self.positionals.append(Positional(name, **details))
        return self

    def _long(self, name: str) -> Optional[Option]:
        return next((option for option in self.options if option.name == name), None)

    def _short(self, letter: str) -> Optional[Option]:
        return next((option for option in self.options if option.short == letter), None)

    def read(self, words: list[str]) -> dict[str, Any]:
        """Return the values by name, with underscores for dashes."""
        values = {option.key: [] if option.many else option.default for option in self.options}
        left, plain = list(words), []
        while left:
            word = left.pop(0)
            if word == "--":
                plain += left
                break
            if word.startswith("--"):
                self._read_long(word[2:], left, values)
            elif word.startswith("-") and len(word) > 1 and not word[1:].isdecimal():
                self._read_short(word[1:], left, values)
            else:
                plain.append(word)
        values.update(self._placed(plain))
        return values

    def _read_long(self, text: str, left: list[str], values: dict[str, Any]) -> None:
        name, equals, value = text.partition("=")
        option = self._long(name)
        if option is None and name.startswith("no-"):
            negated = self._long(name[3:])
            if negated and negated.flag and not equals:
                values[negated.key] = False
                return
        if option is None:
            raise UsageError(f"unknown option --{name}")
        if option.flag:
            if equals:
                raise UsageError(f"--{name} takes no value")
            values[option.key] = True
            return
        self._store(option, value if equals else self._next(option, left), values)

    def _read_short(self, letters: str, left: list[str], values: dict[str, Any]) -> None:
        """`-vx` is `-v -x`; the rest after an option with a value is its value."""
        for position, letter in enumerate(letters):
            option = self._short(letter)
            if option is None:
                raise UsageError(f"unknown option -{letter}")
            if option.flag:
                values[option.key] = True
                continue
            value = letters[position + 1 :] or self._next(option, left)
            self._store(option, value, values)
            break

    def _next(self, option: Option, left: list[str]) -> str:
        if not left or left[0].startswith("--"):
            raise UsageError(f"--{option.name} needs a value")
        return left.pop(0)

    def _store(self, option: Option, text: str, values: dict[str, Any]) -> None:
        value = option.convert(text)
        if option.many:
            values[option.key].append(value)
        else:
            values[option.key] = value

    def _placed(self, words: list[str]) -> dict[str, Any]:
        placed: dict[str, Any] = {}
        for positional in self.positionals:
            if positional.rest:
                if not words and not positional.optional:
                    raise UsageError(f"{positional} is missing")
                placed[positional.name] = [positional.convert(word) for word in words]
                words = []
            elif words:
                placed[positional.name] = positional.convert(words[0])
                words = words[1:]
            elif positional.optional:
                placed[positional.name] = None
            else:
                raise UsageError(f"{positional} is missing")
        if words:
            raise UsageError("too many arguments: " + " ".join(words))
        return placed

    def usage(self) -> str:
        parts = [self.program]
        if self.options:
            parts.append("[options]")
        parts += map(str, self.positionals)
        lines = ["usage: " + " ".join(parts)]
        if self.about:
            lines += ["", self.about]
        rows = [(self._signature(option), option.help) for option in self.options]
        width = max((len(left) for left, _ in rows), default=0)
        if rows:
            lines.append("")
        lines += [f"  {left:<{width}}  {text}".rstrip() for left, text in rows]
        return "\n".join(lines)

    @staticmethod
    def _signature(option: Option) -> str:
        short = f"-{option.short}, " if option.short else "    "
        return f"{short}--{option.name}" + ("" if option.flag else f" {option.key.upper()}")
