"""What a language model's reply asks for: one edit, a question, or nothing that can be followed.

Reading is pure and takes time proportional to the reply; nothing in it is ever executed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_READ = 100_000
"""Characters of a reply that is read; a longer one is not."""
MOST_DIGITS = 9
QUOTED = 60
"""Characters of a reply that an answer repeats."""

Want = Literal["action", "page", "look", ""]
Asked = tuple[Want, str]
"""What is wanted, with its number's digits."""

THOUGHT = "</think>"
OPENED = re.compile("<action>", re.ASCII | re.IGNORECASE)
CLOSED = re.compile("</action>", re.ASCII | re.IGNORECASE)
FENCE = "```"
AROUND = " \t\r\n`*\"'()[]{}"
COMMAND = re.compile(r"(?:(?P<word>edit|action|page|look) ?[#:=]? ?)?#?(?P<number>[0-9]+)[.!]?")
SUBMIT = re.compile(r"submit[.!]?")
# Bounded repeats: two unbounded ones side by side read a line of blanks in quadratic time.
NAMED = re.compile(r"\b(?:edit|action)[\"']?[ \t]{0,4}[#:=]?[ \t]{0,4}[\"']?(?=[0-9])", re.I)
NUMBER = re.compile(r"(?<![\w.,+\-\u2212])[0-9]+(?![.,]?\w|-\w)")
"""A number that stands alone: not a part of -3, 3.5, 1e5, x2 or 3-5."""
WORDS: dict[str | None, Want] = {"page": "page", "look": "look"}


@dataclass(frozen=True)
class Reply:
    """What a reply asks for.

    Attributes:
        want: "action", "page", "look", or "" where the reply cannot be followed.
        number: of the action, of the page, or of the edit to look at; -1 where there is none.
        problem: "" or one of `PROBLEMS`.
        message: for the agent: what was wrong and what is expected; "" where nothing is.
    """

    want: Want
    number: int = -1
    problem: str = ""
    message: str = ""


PROBLEMS = ("empty", "too_long", "no_number", "unclear", "several", "out_of_range", "masked")
"""Why a reply cannot be followed."""


def read_reply(text: str, legal: Sequence[int]) -> Reply:
    """Read a reply.

    What is read is what stands after the last `</think>`. The first of these that is there counts:
    `<action>` tags (the last may be left open); fenced blocks that hold a command and nothing
    else; a last line that does; numbers that are called an edit. Commands are `submit`, `17`,
    `edit 17`, `page 2` and `look 17`.

    Args:
        text: anything.
        legal: the legal actions, ascending: the number of each edit, or 0 (submit) alone.
    """
    if len(text) > MOST_READ:
        said = f"it has {len(text)} characters, and at most {MOST_READ} are read"
        return refused("too_long", said, legal)
    text = text.rpartition(THOUGHT)[2].strip()
    if not text:
        return refused("empty", "nothing was said", legal)
    found = asked(text)
    if len(found) == 1:
        ((want, digits),) = found
        return followed(want, digits, legal)
    if found:
        return refused("several", f"it names {listed(found)}, and one at a time is run", legal)
    return unnamed(text, legal)


def asked(text: str) -> set[Asked]:
    """Return all that a reply asks for, by the first way of asking that it has."""
    tags = OPENED.split(text)[1:]
    if tags:
        return {want for tag in tags for want in inside(CLOSED.split(tag, maxsplit=1)[0])}
    fenced = commands(unlabelled(block) for block in text.split(FENCE)[1::2])
    last = fenced or commands([text.rpartition("\n")[2]])
    return last or mentioned(text)


def inside(tag: str) -> set[Asked]:
    """Return what a tag asks for: its command, edits that it names, or any number in it."""
    return commands([tag]) or mentioned(tag) or standing(tag)


def commands(parts: Iterable[str]) -> set[Asked]:
    """Return the commands among texts that are a command and nothing else."""
    found: set[Asked] = set()
    for part in parts:
        said = " ".join(part.strip(AROUND).lower().split())
        whole = COMMAND.fullmatch(said)
        if whole:
            found.add((WORDS.get(whole["word"], "action"), plain(whole["number"])))
        elif SUBMIT.fullmatch(said):
            found.add(("action", "0"))
    return found


def mentioned(text: str) -> set[Asked]:
    """Return the numbers that a text calls an edit or an action."""
    numbers = (NUMBER.match(text, name.end()) for name in NAMED.finditer(text))
    return {("action", plain(number[0])) for number in numbers if number}


def standing(text: str) -> set[Asked]:
    """Return the numbers that stand alone in a text, as if each were meant as an edit."""
    return {("action", plain(number[0])) for number in NUMBER.finditer(text)}


def unlabelled(block: str) -> str:
    """Return a fenced block without the name of its language."""
    first, newline, rest = block.partition("\n")
    return rest if newline and first.strip().isalpha() else block


def plain(digits: str) -> str:
    """Return digits without leading zeros, so that 007 and 7 are the same."""
    return digits.lstrip("0") or "0"


def listed(found: set[Asked]) -> str:
    """Return the numbers that a reply asks for, the first five."""
    numbers = sorted({digits[:MOST_DIGITS] for _, digits in found}, key=int)
    return ", ".join(numbers[:5]) + (" and others" if len(numbers) > 5 else "")


def followed(want: Want, digits: str, legal: Sequence[int]) -> Reply:
    """Return a reply that asks for one thing, if there is such a thing."""
    if len(digits) > MOST_DIGITS:
        return refused("out_of_range", f"there is no edit {digits[:MOST_DIGITS]}...", legal)
    number = int(digits)
    if want == "page" or (number in legal and (number or want == "action")):
        return Reply(want, number)
    if number == 0:
        return refused("masked", "submit is legal only where no edit is", legal)
    return refused("out_of_range", f"there is no edit {number}", legal)


def unnamed(text: str, legal: Sequence[int]) -> Reply:
    """Return the refusal of a text that names no edit; numbers in it may mean anything."""
    numbers = standing(text)
    if not numbers:
        return refused("no_number", f"{quoted(text)} names no edit", legal)
    if len(numbers) > 1:
        said = f"it has the numbers {listed(numbers)}, and none is called an edit"
        return refused("several", said, legal)
    return refused("unclear", f"{listed(numbers)} may or may not be the edit", legal)


def refused(problem: str, said: str, legal: Sequence[int]) -> Reply:
    """Return a reply that cannot be followed, with what is expected instead."""
    return Reply("", -1, problem, f"not understood: {said}. {expected(legal)}")


def expected(legal: Sequence[int]) -> str:
    """Say which replies there are."""
    first, last = (legal[0], legal[-1]) if legal else (0, 0)
    if not last:
        return "No edit is legal; reply <action>submit</action>."
    return f"Reply with the number of an edit, {first} to {last}, as in <action>{first}</action>."


def quoted(text: str) -> str:
    """Return the beginning of a reply on one line, every odd character escaped."""
    return ascii(text if len(text) <= QUOTED else text[:QUOTED] + "...")
