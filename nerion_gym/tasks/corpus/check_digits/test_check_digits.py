"""Strength: fair. Single digits, wrong lengths and the order of kind_of's checks are left open."""
from check_digits import is_isbn10, is_isbn13, is_luhn, kind_of, luhn_digit


def test_valid_card_numbers():
    assert is_luhn("4539 1488 0343 6467")
    assert is_luhn("79927398713")


def test_invalid_card_numbers():
    assert not is_luhn("8273 1232 7352 0569")
    assert not is_luhn("79927398710")
    assert not is_luhn("12a4")


def test_luhn_digit():
    assert luhn_digit("7992739871") == 3


def test_isbn10():
    assert is_isbn10("0-306-40615-2")
    assert is_isbn10("0-8044-2957-x")
    assert not is_isbn10("0-306-40615-3")


def test_isbn10_x_only_at_the_end():
    assert not is_isbn10("X306406152")


def test_isbn13():
    assert is_isbn13("978-0-306-40615-7")
    assert not is_isbn13("978-0-306-40615-8")
    assert not is_isbn13("978-0-306")


def test_kind():
    assert kind_of("978-0-306-40615-7") == "isbn13"
    assert kind_of("0306406152") == "isbn10"
    assert kind_of("hello") is None
