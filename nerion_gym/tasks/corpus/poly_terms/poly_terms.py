"""Polynomials in one variable with integer coefficients."""

import re

TERM = re.compile(r"([+-]?)(\d*)(x?)(?:\^(\d+))?")


class Poly:
    def __init__(self, *coefficients):
        """Poly(1, 0, 3) is 3x^2 + 1: the constant comes first."""
        kept = list(coefficients)
        while kept and kept[-1] == 0:
            kept.pop()
        self.coefficients = tuple(kept)

    @classmethod
    def parse(cls, text):
        powers = {}
        compact = text.replace(" ", "")
        position = 0
        while position < len(compact):
            found = TERM.match(compact, position)
            if found.end() == position:
                raise ValueError(f"cannot read {compact[position:]!r}")
            sign, digits, x, power = found.groups()
            value = int(digits or 1)
            exponent = int(power or 1) if x else 0
            powers[exponent] = powers.get(exponent, 0) + (-value if sign == "-" else value)
            position = found.end()
        return cls(*(powers.get(n, 0) for n in range(max(powers, default=-1) + 1)))

    @property
    def degree(self):
        """Highest power; -1 of the zero polynomial."""
        return len(self.coefficients) - 1

    def __getitem__(self, power):
        return self.coefficients[power] if 0 <= power <= self.degree else 0

    def __eq__(self, other):
        return isinstance(other, Poly) and self.coefficients == other.coefficients

    def __hash__(self):
        return hash(self.coefficients)

    def __call__(self, x):
        value = 0
        for coefficient in reversed(self.coefficients):
            value = value * x + coefficient
        return value

    def __add__(self, other):
        length = max(self.degree, other.degree) + 1
        return Poly(*(self[n] + other[n] for n in range(length)))

    def __sub__(self, other):
        return self + other * Poly(-1)

    def __mul__(self, other):
        product = [0] * (self.degree + other.degree + 2)
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(other.coefficients):
                product[i + j] += a * b
        return Poly(*product)

    def derivative(self):
        return Poly(*(n * self[n] for n in range(1, self.degree + 1)))

    def roots(self, low=-100, high=100):
        """Integer roots in a range."""
        return [x for x in range(low, high + 1) if self(x) == 0]

    def __str__(self):
        text = ""
        for n in range(self.degree, -1, -1):
            c = self[n]
            if c == 0:
                continue
            sign = "-" if c < 0 else "+"
            size = "" if abs(c) == 1 and n > 0 else str(abs(c))
            variable = "" if n == 0 else "x" if n == 1 else f"x^{n}"
            text += f" {sign} {size}{variable}"
        if not text:
            return "0"
        return text[3:] if text.startswith(" +") else "-" + text[3:]
