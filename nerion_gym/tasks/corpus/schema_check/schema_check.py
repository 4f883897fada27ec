"""Check nested data against a schema and say where it is wrong."""

import re
from typing import NamedTuple


class Problem(NamedTuple):
    path: str
    message: str

    def __str__(self):
        return f"{self.path or 'value'}: {self.message}"


class Invalid(ValueError):
    def __init__(self, problems):
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class Field:
    """What all kinds of values share: they may be missing, and have a default."""

    kind = object
    called = "anything"

    def __init__(self, required=True, default=None, check=None):
        self.required = required and default is None
        self.default = default
        self.check = check

    def problems(self, value, path=""):
        if not self.accepts(value):
            yield Problem(path, f"expected {self.called}, got {type(value).__name__}")
            return
        yield from self.details(value, path)
        if self.check and not self.check(value):
            name = getattr(self.check, "__name__", "check").replace("_", " ")
            yield Problem(path, f"is not {name}")

    def accepts(self, value):
        return isinstance(value, self.kind)

    def details(self, value, path):
        return ()

    def load(self, value):
        """Return the value with defaults filled in, or raise with all that is wrong."""
        found = list(self.problems(value))
        if found:
            raise Invalid(found)
        return self.filled(value)

    def filled(self, value):
        return value


class Number(Field):
    kind = (int, float)
    called = "a number"

    def __init__(self, low=None, high=None, **options):
        super().__init__(**options)
        self.low = low
        self.high = high

    def accepts(self, value):
        return super().accepts(value) and not isinstance(value, bool)

    def details(self, value, path):
        if self.low is not None and value < self.low:
            yield Problem(path, f"must be at least {self.low}")
        if self.high is not None and value > self.high:
            yield Problem(path, f"must be at most {self.high}")


class Text(Field):
    kind = str
    called = "text"

    def __init__(self, pattern=None, choices=(), longest=None, **options):
        super().__init__(**options)
        self.pattern = re.compile(pattern) if pattern else None
        self.choices = choices
        self.longest = longest

    def details(self, value, path):
        if self.choices and value not in self.choices:
            yield Problem(path, "must be one of " + ", ".join(self.choices))
        if self.pattern and not self.pattern.fullmatch(value):
            yield Problem(path, "has the wrong form")
        if self.longest is not None and len(value) > self.longest:
            yield Problem(path, f"is longer than {self.longest}")


class Flag(Field):
    kind = bool
    called = "true or false"


class ListOf(Field):
    kind = list
    called = "a list"

    def __init__(self, item, at_least=0, unique=False, **options):
        super().__init__(**options)
        self.item = item
        self.at_least = at_least
        self.unique = unique

    def details(self, value, path):
        if len(value) < self.at_least:
            yield Problem(path, f"needs {self.at_least} or more items")
        for index, item in enumerate(value):
            yield from self.item.problems(item, f"{path}[{index}]")
            if self.unique and item in value[:index]:
                yield Problem(f"{path}[{index}]", "is there twice")

    def filled(self, value):
        return [self.item.filled(item) for item in value]


class Record(Field):
    kind = dict
    called = "a record"

    def __init__(self, fields, extra=False, **options):
        super().__init__(**options)
        self.fields = fields
        self.extra = extra

    def details(self, value, path):
        for name, field in self.fields.items():
            where = f"{path}.{name}" if path else name
            if name in value:
                yield from field.problems(value[name], where)
            elif field.required:
                yield Problem(where, "is missing")
        if not self.extra:
            for name in sorted(set(value) - set(self.fields), key=str):
                yield Problem(f"{path}.{name}" if path else str(name), "is not known")

    def filled(self, value):
        result = {name: value[name] for name in value if name not in self.fields}
        for name, field in self.fields.items():
            if name in value:
                result[name] = field.filled(value[name])
            elif field.default is not None:
                default = field.default
                result[name] = default() if callable(default) else default
        return result
