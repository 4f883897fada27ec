"""A little spreadsheet: numbers, text and formulas that refer to other cells."""

import re

REFERENCE = re.compile(r"([A-Z]+)([1-9][0-9]*)")
TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Z]+)(?=\()|([A-Z]+[1-9][0-9]*)|([-+*/(),:]))")


class SheetError(Exception):
    pass


class Cycle(SheetError):
    def __init__(self, path):
        super().__init__("cells depend on themselves: " + " -> ".join(path))
        self.path = path


def column_number(letters):
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number):
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def split_reference(name):
    found = REFERENCE.fullmatch(name)
    if found is None:
        raise SheetError(f"no such cell: {name}")
    return column_number(found[1]), int(found[2])


def cells_between(first, last):
    """Names in the rectangle between two corners, row by row."""
    (left, top), (right, bottom) = split_reference(first), split_reference(last)
    columns = range(min(left, right), max(left, right) + 1)
    rows = range(min(top, bottom), max(top, bottom) + 1)
    return [f"{column_letters(column)}{row}" for row in rows for column in columns]


def tokenize(formula):
    found, position = [], 0
    formula = formula.rstrip()
    while position < len(formula):
        token = TOKEN.match(formula, position)
        if token is None:
            raise SheetError(f"cannot read {formula[position:].strip()!r}")
        kind = ("number", "function", "cell", "sign")[token.lastindex - 1]
        found.append((kind, token[token.lastindex]))
        position = token.end()
    return found


FUNCTIONS = {
    "SUM": sum,
    "MAX": lambda values: max(values, default=0),
    "MIN": lambda values: min(values, default=0),
    "AVG": lambda values: sum(values) / len(values) if values else 0,
    "COUNT": len,
}


class Evaluation:
    """Works out one formula; cells are asked of `lookup`, which gives None for empty ones."""

    def __init__(self, formula, lookup):
        self.tokens = tokenize(formula)
        self.lookup = lookup

    def result(self):
        value = self.sum()
        if self.tokens:
            raise SheetError(f"unexpected {self.tokens[0][1]!r}")
        return value

    def take(self, *signs):
        if self.tokens and self.tokens[0] in [("sign", sign) for sign in signs]:
            return self.tokens.pop(0)[1]
        return None

    def expect(self, sign):
        if not self.take(sign):
            raise SheetError(f"expected {sign!r}")

    def sum(self):
        value = self.product()
        while sign := self.take("+", "-"):
            right = self.product()
            value = value + right if sign == "+" else value - right
        return value

    def product(self):
        value = self.unary()
        while sign := self.take("*", "/"):
            right = self.unary()
            if sign == "/" and right == 0:
                raise SheetError("division by zero")
            value = value * right if sign == "*" else value / right
        return value

    def unary(self):
        if self.take("-"):
            return -self.unary()
        if self.take("("):
            value = self.sum()
            self.expect(")")
            return value
        if not self.tokens:
            raise SheetError("the formula ends too early")
        kind, text = self.tokens.pop(0)
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "cell":
            return self.number(text)
        if kind == "function":
            return self.call(text)
        raise SheetError(f"unexpected {text!r}")

    def number(self, name):
        value = self.lookup(name)
        if isinstance(value, str):
            raise SheetError(f"{name} is text")
        return 0 if value is None else value

    def call(self, name):
        if name not in FUNCTIONS:
            raise SheetError(f"no function {name}")
        self.expect("(")
        values = []
        while True:
            values += self.argument()
            if not self.take(","):
                break
        self.expect(")")
        return FUNCTIONS[name](values)

    def argument(self):
        """Values of a range, without empty cells and text, or the one of an expression."""
        if len(self.tokens) > 2 and self.tokens[0][0] == "cell" and self.tokens[1] == ("sign", ":"):
            (_, first), _, (_, last) = self.tokens[:3]
            del self.tokens[:3]
            values = [self.lookup(name) for name in cells_between(first, last)]
            return [value for value in values if isinstance(value, (int, float))]
        return [self.sum()]


class Sheet:
    def __init__(self, **cells):
        self.cells = {}
        for name, content in cells.items():
            self[name] = content

    def __setitem__(self, name, content):
        split_reference(name)
        if content is None or content == "":
            self.cells.pop(name, None)
        else:
            self.cells[name] = content

    def __getitem__(self, name):
        return self._value(name, [])

    def _value(self, name, path):
        if name in path:
            raise Cycle(path[path.index(name) :] + [name])
        content = self.cells.get(name)
        if isinstance(content, str) and content.startswith("="):
            return Evaluation(content[1:], lambda other: self._value(other, path + [name])).result()
        return content

    def used(self):
        """Names of the cells that hold something, in reading order."""
        return sorted(self.cells, key=lambda name: split_reference(name)[::-1])
