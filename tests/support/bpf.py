"""The kernel's filter machine, as far as our filters use it: what would it answer to a call?"""

from __future__ import annotations

import struct

INSTRUCTION = struct.Struct("=HBBI")
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
JUMPS = {
    EQUAL: lambda word, value: word == value,
    AT_LEAST: lambda word, value: word >= value,
    ANY_BIT: lambda word, value: bool(word & value),
}


def answer(code: bytes, audit: int, number: int, *arguments: int) -> int:
    """Return what a filter answers to a system call of a machine (its AUDIT_ARCH).

    Raises:
        AssertionError: the program is not one that the kernel would take.
    """
    data = struct.pack("=IIQ6Q", number, audit, 0, *(list(arguments) + [0] * 6)[:6])
    steps = [INSTRUCTION.unpack_from(code, at) for at in range(0, len(code), INSTRUCTION.size)]
    assert len(steps) <= 4096
    assert steps[-1][0] == RETURN, "the kernel wants a return at the end"
    position, word = 0, 0
    while True:
        operation, yes, no, value = steps[position]
        if operation == RETURN:
            return value
        if operation == LOAD:
            assert value % 4 == 0
            (word,) = struct.unpack_from("=I", data, value)
            position += 1
            continue
        position += 1 + (yes if JUMPS[operation](word, value) else no)
