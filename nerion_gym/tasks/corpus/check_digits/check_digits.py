import re


def digits_of(text):
    cleaned = re.sub(r"[\s-]", "", text)
    return cleaned.upper()


def luhn_sum(number):
    total = 0
    for position, char in enumerate(reversed(number)):
        digit = int(char)
        if position % 2 == 1:
            digit *= 2
            if digit > 9:
                digit -= 9
        total += digit
    return total


def is_luhn(text):
    number = digits_of(text)
    return number.isdecimal() and len(number) > 1 and luhn_sum(number) % 10 == 0


def luhn_digit(text):
    return (10 - luhn_sum(digits_of(text) + "0") % 10) % 10


def is_isbn10(text):
    code = digits_of(text)
    if not re.fullmatch(r"\d{9}[\dX]", code):
        return False
    values = [10 if char == "X" else int(char) for char in code]
    return sum(weight * value for weight, value in zip(range(10, 0, -1), values)) % 11 == 0


def is_isbn13(text):
    code = digits_of(text)
    if len(code) != 13 or not code.isdecimal():
        return False
    return sum(int(char) * (3 if i % 2 else 1) for i, char in enumerate(code)) % 10 == 0


def kind_of(text):
    if is_isbn13(text):
        return "isbn13"
    if is_isbn10(text):
        return "isbn10"
    return "luhn" if is_luhn(text) else None
