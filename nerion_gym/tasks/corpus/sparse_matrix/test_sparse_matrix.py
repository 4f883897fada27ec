"""Strength: weak. Only sums and products of small square matrices; no refusals and no other operators."""

from sparse_matrix import SparseMatrix


def test_empty():
    matrix = SparseMatrix(2, 2)
    assert len(matrix) == 0
    assert matrix[0, 1] == 0


def test_set_and_get():
    matrix = SparseMatrix(2, 2)
    matrix[0, 1] = 5
    assert matrix[0, 1] == 5


def test_add():
    one = SparseMatrix.identity(2)
    assert (one + one)[1, 1] == 2


def test_multiply_by_identity():
    matrix = SparseMatrix(2, 2, {(0, 0): 3})
    assert matrix @ SparseMatrix.identity(2) == matrix


def test_repr():
    assert "SparseMatrix" in repr(SparseMatrix(1, 1))
