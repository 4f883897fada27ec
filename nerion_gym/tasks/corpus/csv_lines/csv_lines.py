"""Comma separated lines with quotes, read character by character."""

import enum


class State(enum.Enum):
    START = "start of a field"
    PLAIN = "inside a plain field"
    QUOTED = "inside quotes"
    CLOSED = "behind a closing quote"


class CsvError(ValueError):
    def __init__(self, message, column):
        super().__init__(f"column {column}: {message}")
        self.column = column


def parse_line(line, delimiter=",", quote='"'):
    """Split one line into its fields; a doubled quote inside quotes is one."""
    fields, field = [], ""
    state = State.START
    for column, char in enumerate(line, 1):
        if state is State.QUOTED:
            if char == quote:
                state = State.CLOSED
            else:
                field += char
        elif char == delimiter:
            fields.append(field)
            field = ""
            state = State.START
        elif char == quote:
            if state is State.PLAIN:
                raise CsvError("quote inside a plain field", column)
            if state is State.CLOSED:
                field += quote
            state = State.QUOTED
        elif state is State.CLOSED:
            raise CsvError(f"{char!r} {State.CLOSED.value}", column)
        else:
            field += char
            state = State.PLAIN
    if state is State.QUOTED:
        raise CsvError("the line ends inside quotes", len(line))
    return [*fields, field]


def format_line(values, delimiter=",", quote='"'):
    def shown(value):
        text = "" if value is None else str(value)
        if delimiter in text or quote in text or text != text.strip():
            return quote + text.replace(quote, quote * 2) + quote
        return text

    return delimiter.join(map(shown, values))


def records(lines, **dialect):
    """Yield a dict for every line but the first, which names the fields."""
    header = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        fields = parse_line(line.rstrip("\r\n"), **dialect)
        if header is None:
            header = fields
        elif len(fields) != len(header):
            raise CsvError(f"line {number} has {len(fields)} fields, not {len(header)}", 1)
        else:
            yield dict(zip(header, fields))
