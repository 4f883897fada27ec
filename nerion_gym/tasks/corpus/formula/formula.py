"""Formulas as in a spreadsheet cell: numbers, names, operators and a few functions."""

import math
import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<name>[A-Za-z_]\w*)|(?P<op>\*\*|//|[-+*/%^(),]))"
)
LEFT_BINDING = {"+": 10, "-": 10, "*": 20, "/": 20, "//": 20, "%": 20, "^": 40, "**": 40}
UNARY_BINDING = 30
FUNCTIONS = {
    "abs": (1, abs),
    "sqrt": (1, math.sqrt),
    "min": (None, min),
    "max": (None, max),
    "round": (1, lambda x: math.floor(x + 0.5)),
}


class FormulaError(Exception):
    pass


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    position: int


def tokenize(source):
    """Yield the tokens of a formula and one of kind `end` behind them."""
    position = 0
    text = source.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            char = text[position:].lstrip()[0]
            raise FormulaError(f"unexpected {char!r} at {text.index(char, position)}")
        kind = match.lastgroup
        yield Token(kind, match[kind], match.start(kind))
        position = match.end()
    yield Token("end", "", len(text))


class Parser:
    """Precedence climbing; results are nested tuples such as ("+", 1, ("name", "x"))."""

    def __init__(self, source):
        self.tokens = list(tokenize(source))
        self.index = 0

    @property
    def current(self):
        return self.tokens[self.index]

    def take(self, text=None):
        token = self.current
        if text is not None and token.text != text:
            found = repr(token.text) if token.text else "the end"
            raise FormulaError(f"expected {text!r} at {token.position}, found {found}")
        self.index += 1
        return token

    def parse(self):
        tree = self.expression(0)
        if self.current.kind != "end":
            raise FormulaError(f"unexpected {self.current.text!r} at {self.current.position}")
        return tree

    def expression(self, binding):
        left = self.operand()
        while LEFT_BINDING.get(self.current.text, 0) > binding:
            operator = self.take().text
            power = LEFT_BINDING[operator]
            # Powers group to the right: 2^3^2 is 2^9.
            right = self.expression(power - 1 if operator in ("^", "**") else power)
            left = (operator, left, right)
        return left

    def operand(self):
        if self.current.kind == "end":
            raise FormulaError("unexpected end of formula")
        token = self.take()
        if token.kind == "number":
            return float(token.text) if "." in token.text else int(token.text)
        if token.kind == "name":
            return self.call(token) if self.current.text == "(" else ("name", token.text)
        if token.text == "(":
            inner = self.expression(0)
            self.take(")")
            return inner
        if token.text in ("-", "+"):
            value = self.expression(UNARY_BINDING)
            return ("neg", value) if token.text == "-" else value
        raise FormulaError(f"unexpected {token.text!r} at {token.position}")

    def call(self, name):
        self.take("(")
        arguments = []
        if self.current.text != ")":
            arguments.append(self.expression(0))
            while self.current.text == ",":
                self.take()
                arguments.append(self.expression(0))
        self.take(")")
        return ("call", name.text, *arguments)


def evaluate(tree, names):
    match tree:
        case int() | float():
            return tree
        case ("name", name):
            if name not in names:
                raise FormulaError(f"unknown name {name!r}")
            return names[name]
        case ("neg", inner):
            return -evaluate(inner, names)
        case ("call", name, *arguments):
            return call(name, [evaluate(argument, names) for argument in arguments])
        case (operator, left, right):
            return combine(operator, evaluate(left, names), evaluate(right, names))


def call(name, values):
    if name not in FUNCTIONS:
        raise FormulaError(f"unknown function {name!r}")
    count, function = FUNCTIONS[name]
    if not values or count not in (None, len(values)):
        raise FormulaError(f"{name} does not take {len(values)} arguments")
    if count is None and len(values) == 1:
        return values[0]
    try:
        return function(*values)
    except ValueError:
        raise FormulaError(f"{name} has no value for {values[0]}") from None


def combine(operator, left, right):
    if operator in ("/", "//", "%") and right == 0:
        raise FormulaError(f"{left} {operator} {right}: division by zero")
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "//":
            return left // right
        case "%":
            return left % right
        case "^" | "**":
            return power(left, right)


def power(base, exponent):
    if base == 0 and exponent < 0:
        raise FormulaError(f"0 ^ {exponent}: division by zero")
    if base < 0 and exponent != math.floor(exponent):
        raise FormulaError(f"{base} ^ {exponent}: not a real number")
    return base**exponent


def calculate(source, **names):
    """The value of a formula, its names given as keyword arguments."""
    return evaluate(Parser(source).parse(), names)


def names_in(source):
    """The names that a formula needs, in order of appearance, each once."""
    tokens = list(tokenize(source))
    found = []
    for token, following in zip(tokens, tokens[1:]):
        if token.kind == "name" and following.text != "(" and token.text not in found:
            found.append(token.text)
    return found
