"""Strength: strong. Recursive functions and arguments that cannot be hashed are left out."""
import pytest
from bounded_memo import remember


@pytest.fixture
def calls():
    return []


def make(calls, size=None, **options):
    @remember(size, **options)
    def join(a, b=0):
        """Join two."""
        calls.append((a, b))
        return f"{a}-{b}"

    return join


def test_second_call_is_remembered(calls):
    join = make(calls)
    assert [join(1), join(1), join(1, b=2)] == ["1-0", "1-0", "1-2"]
    assert calls == [(1, 0), (1, 2)]
    assert join.stats() == {"hits": 1, "misses": 2, "kept": 2}


def test_hits_and_misses_are_counted(calls):
    join = make(calls)
    join(1), join(1), join(1), join(2)
    assert join.stats() == {"hits": 2, "misses": 2, "kept": 2}


def test_positions_matter(calls):
    join = make(calls)
    assert [join("a", "b"), join("b", "a")] == ["a-b", "b-a"]


def test_nothing_is_kept_of_a_call_that_fails():
    @remember(key=None)
    def half(n):
        if n % 2:
            raise ValueError("odd")
        return n // 2

    with pytest.raises(ValueError, match="odd"):
        half(3)
    assert half.stats() == {"hits": 0, "misses": 1, "kept": 0}
    assert half(8) == 4


def test_no_bound_by_default(calls):
    double = remember()(lambda n: calls.append(n) or n * 2)
    assert [double(n) for n in (1, 2, 3, 1)] == [2, 4, 6, 2]
    assert calls == [1, 2, 3]


def test_keyword_order_does_not_matter(calls):
    join = make(calls)
    assert join(a=1, b=2) == join(b=2, a=1)
    assert calls == [(1, 2)]


def test_the_longest_unused_goes_first(calls):
    join = make(calls, 2)
    join("x"), join("y"), join("x"), join("z")
    assert join.stats() == {"hits": 1, "misses": 3, "kept": 2}
    join("x")
    assert calls == [("x", 0), ("y", 0), ("z", 0)]
    join("y")
    assert calls[-1] == ("y", 0)
    assert len(calls) == 4


def test_size_one(calls):
    join = make(calls, 1)
    join(1), join(1), join(2), join(1)
    assert calls == [(1, 0), (2, 0), (1, 0)]


def test_without_a_bound_all_are_kept(calls):
    join = make(calls)
    for n in range(50):
        join(n)
    assert join.stats()["kept"] == 50


def test_key(calls):
    join = make(calls, key=lambda a, b=0: len(a) + b)
    assert join([1, 2]) == "[1, 2]-0"
    assert join([3], b=1) == "[1, 2]-0"
    assert join.stats() == {"hits": 1, "misses": 1, "kept": 1}


def test_forget(calls):
    join = make(calls)
    join(1), join(1)
    join.forget()
    assert join.stats() == {"hits": 0, "misses": 0, "kept": 0}
    assert join(1) == "1-0"
    assert calls == [(1, 0), (1, 0)]


def test_functions_do_not_share(calls):
    first, second = make(calls), make(calls)
    first(1), second(1)
    assert len(calls) == 2


def test_looks_like_the_function(calls):
    join = make(calls)
    assert (join.__name__, join.__doc__) == ("join", "Join two.")


@pytest.mark.parametrize("size", [0, -3])
def test_size_must_be_positive(size):
    with pytest.raises(ValueError, match=f"^size must be at least 1, got {size}$"):
        remember(size)
