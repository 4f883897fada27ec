"""Matrices that are mostly zero, kept as rows of {column: value}."""

from __future__ import annotations


class ShapeError(ValueError):
    def __init__(self, action, left, right):
        super().__init__(f"cannot {action} {left[0]}x{left[1]} and {right[0]}x{right[1]}")


class SparseMatrix:
    def __init__(self, rows: int, columns: int, entries=None):
        if rows < 1 or columns < 1:
            raise ValueError(f"a matrix needs rows and columns, got {rows}x{columns}")
        self.shape = (rows, columns)
        self._rows: dict[int, dict[int, float]] = {}
        for (row, column), value in (entries or {}).items():
            self[row, column] = value

    @classmethod
    def from_rows(cls, table):
        width = max(map(len, table), default=0)
        if any(len(row) != width for row in table):
            raise ValueError("all rows have to be equally long")
        matrix = cls(len(table), width)
        for r, row in enumerate(table):
            for c, value in enumerate(row):
                matrix[r, c] = value
        return matrix

    @classmethod
    def identity(cls, size):
        return cls(size, size, {(n, n): 1 for n in range(size)})

    def _check(self, key):
        row, column = key
        if not (0 <= row < self.shape[0] and 0 <= column < self.shape[1]):
            raise IndexError(f"{row}, {column} lies outside {self.shape[0]}x{self.shape[1]}")
        return row, column

    def __getitem__(self, key):
        row, column = self._check(key)
        return self._rows.get(row, {}).get(column, 0)

    def __setitem__(self, key, value):
        row, column = self._check(key)
        if value:
            self._rows.setdefault(row, {})[column] = value
        elif row in self._rows:
            self._rows[row].pop(column, None)
            if not self._rows[row]:
                del self._rows[row]

    def __iter__(self):
        """Yield ((row, column), value) of what is not zero, row by row."""
        for row in sorted(self._rows):
            for column in sorted(self._rows[row]):
                yield (row, column), self._rows[row][column]

    def __len__(self):
        return sum(len(row) for row in self._rows.values())

    def __eq__(self, other):
        if not isinstance(other, SparseMatrix):
            return NotImplemented
        return self.shape == other.shape and self._rows == other._rows

    __hash__ = None

    def __repr__(self):
        return f"<SparseMatrix {self.shape[0]}x{self.shape[1]}, {len(self)} entries>"

    @property
    def density(self):
        return len(self) / (self.shape[0] * self.shape[1])

    @property
    def transposed(self):
        entries = {(column, row): value for (row, column), value in self}
        return SparseMatrix(self.shape[1], self.shape[0], entries)

    def map(self, function):
        """Apply a function to every entry that is not zero."""
        return SparseMatrix(*self.shape, {key: function(value) for key, value in self})

    def __neg__(self):
        return self.map(lambda value: -value)

    def __add__(self, other):
        if self.shape != other.shape:
            raise ShapeError("add", self.shape, other.shape)
        total = SparseMatrix(*self.shape, dict(self))
        for key, value in other:
            total[key] += value
        return total

    def __sub__(self, other):
        return self + -other

    def __mul__(self, factor):
        return self.map(lambda value: value * factor)

    __rmul__ = __mul__

    def __matmul__(self, other):
        if self.shape[1] != other.shape[0]:
            raise ShapeError("multiply", self.shape, other.shape)
        product = SparseMatrix(self.shape[0], other.shape[1])
        for (row, middle), left in self:
            for column, right in other._rows.get(middle, {}).items():
                product[row, column] += left * right
        return product

    def __pow__(self, exponent):
        if self.shape[0] != self.shape[1]:
            raise ShapeError("multiply", self.shape, self.shape)
        if exponent < 0:
            raise ValueError(f"no inverse is known for power {exponent}")
        result, base = SparseMatrix.identity(self.shape[0]), self
        while exponent > 0:
            if exponent % 2:
                result = result @ base
            base = base @ base
            exponent //= 2
        return result

    def row(self, number):
        return [self[number, column] for column in range(self.shape[1])]

    def to_rows(self):
        return [self.row(number) for number in range(self.shape[0])]
