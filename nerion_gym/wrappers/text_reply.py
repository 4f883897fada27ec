"""What a language model's reply asks for: one edit, a question, or nothing that can be followed.

Reading is pure and takes time proportional to the reply; nothing in it is ever executed. Only what
asks for an edit runs one: who writes about an edit may mean the opposite.
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
"""What is wanted, with its number's digits; "": a number that may mean anything."""

THOUGHT = re.compile(r"</think(?:ing)?>", re.ASCII | re.IGNORECASE)
THINKING = re.compile(r"<think(?:ing)?>", re.ASCII | re.IGNORECASE)
OPENED = re.compile("<action>", re.ASCII | re.IGNORECASE)
CLOSED = re.compile("</action>", re.ASCII | re.IGNORECASE)
FENCE = "```"
AROUND = " \t\r\n`*\"'()[]{}"
COMMAND = re.compile(
    r"(?:so,? )?(?:(?:final )?(?:action|answer|reply)[\"'*]{0,4} ?[:=][\"'* ]{0,6})?"
    r"(?:(?P<word>edit|action|page(?: number)?|look(?: at)?(?: edit)?) ?[#:=]? ?)?"
    r"#?(?P<number>[0-9]+)[.!]?"
)
ROW = re.compile(r"(?:edit |action )?#?(?P<number>[0-9]+) \w+ \S+:[0-9]+:[0-9]+ .+")
"""A row of the listed edits, as somebody copies it."""
SUBMIT = re.compile(r"submit[.!]?")
# Bounded repeats: two unbounded ones side by side read a line of blanks in quadratic time.
KEY = re.compile(r"[\"'](?:action|edit)[\"'][ \t]{0,4}:[ \t]{0,4}[\"']?([^\"',}\n]{0,80})", re.I)
"""The value of a key in JSON."""
NAMED = re.compile(r"\b(?:edit|action)[\"']?[ \t]{0,4}[#:=]?[ \t]{0,4}[\"']?(?=[0-9])", re.I)
NUMBER = re.compile(r"(?<![\w.,+\-\u2212])[0-9]+(?![.,]?\w|-\w)")
"""A number that stands alone: not a part of -3, 3.5, 1e5, x2 or 3-5."""
SENTENCE = re.compile(r"(?<=[.!?])[ \t]|\n")
CHOICE = re.compile(
    r"(?:so,? |therefore,? |thus,? )?(?:(?:i|we|let me|let's)(?:'ll| will| now)* )?"
    r"(?:take|choose|pick|select|apply|run|try|use|go with) (?:edit|action) ?#?(?P<number>[0-9]+)"
    r"(?![,.;:]? ?(?:(?:and|or|then|to) )?#?[0-9])(?:[.!]?|(?:[,;:]| because| since| to) .*)"
)
"""A sentence that begins with choosing an edit, and only one."""


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

    What is read is what stands after the last `</think>`, and before one `<think>` that is left
    open. If there are `<action>` tags, they count and nothing else; the last may be left open.
    Without any: fenced blocks that hold a command and nothing else, lines that do if the last one
    is among them, the key "action" of JSON, and a sentence that begins with choosing an edit. All
    of them must ask for the same. Commands are `submit`, `17`, `edit 17`, `page 2` and `look 17`.

    Args:
        text: anything.
        legal: the legal actions, ascending: the number of each edit, or 0 (submit) alone.
    """
    if len(text) > MOST_READ:
        said = f"it has {len(text)} characters, and at most {MOST_READ} are read"
        return refused("too_long", said, legal)
    text = THINKING.split(THOUGHT.split(text)[-1], maxsplit=1)[0].strip()
    if not text:
        return refused("empty", "nothing was said", legal)
    found = asked(text)
    if not found:
        return refused("no_number", f"{quoted(text)} names no edit", legal)
    if len(found) == 1:
        ((want, digits),) = found
        return followed(want, digits, legal)
    sure = any(want for want, _ in found)
    why = "one at a time is run" if sure else "none is asked for"
    return refused("several", f"it names {listed(found)}, and {why}", legal)


def asked(text: str) -> set[Asked]:
    """Return all that a reply asks for, else the numbers in it."""
    tags = [CLOSED.split(tag, maxsplit=1)[0] for tag in OPENED.split(text)[1:]]
    if tags:
        return {want for tag in tags for want in commands([tag]) or standing(tag)}
    fenced = commands(unlabelled(block) for block in text.split(FENCE)[1::2])
    lines = text.split("\n")
    last = commands(set(lines)) if commands(lines[-1:]) else set()
    return fenced | last | commands(KEY.findall(text)) | chosen(text) or standing(text)


def commands(parts: Iterable[str]) -> set[Asked]:
    """Return the commands among texts that are a command and nothing else."""
    found: set[Asked] = set()
    for part in parts:
        said = " ".join(part.strip(AROUND).lower().split())
        whole = COMMAND.fullmatch(said) or ROW.fullmatch(said)
        if whole:
            found.add((wanted(whole.groupdict().get("word")), plain(whole["number"])))
        elif SUBMIT.fullmatch(said):
            found.add(("action", "0"))
    return found


def wanted(word: str | None) -> Want:
    """Return what a command's first word asks for."""
    if word is None or word in ("edit", "action"):
        return "action"
    return "page" if word.startswith("page") else "look"


def chosen(text: str) -> set[Asked]:
    """Return the edit that a sentence chooses, if no other one is named anywhere."""
    named = {plain(n[0]) for name in NAMED.finditer(text) if (n := NUMBER.match(text, name.end()))}
    bare = text.translate(str.maketrans("\u2019", "'", "*`")).lower()
    picks = (CHOICE.fullmatch(" ".join(part.split())) for part in SENTENCE.split(bare))
    found = {plain(pick["number"]) for pick in picks if pick}
    return {("action", digits) for digits in found} if found == named else set()


def standing(text: str) -> set[Asked]:
    """Return the numbers that stand alone in a text, each of which may mean anything."""
    return {("", plain(number[0])) for number in NUMBER.finditer(text)}


def unlabelled(block: str) -> str:
    """Return a fenced block without the name of its language."""
    first, newline, rest = block.partition("\n")
    return rest if newline and first.strip().isalpha() else block


def plain(digits: str) -> str:
    """Return digits without leading zeros, so that 007 and 7 are the same."""
    return digits.lstrip("0") or "0"


def listed(found: set[Asked]) -> str:
    """Return what a reply names, the first five."""
    ways = sorted(found, key=lambda asked: (int(asked[1][:MOST_DIGITS]), asked[0]))
    said = dict.fromkeys(
        f"{want if want in ('look', 'page') else ''} {digits[:MOST_DIGITS]}".strip()
        for want, digits in ways
    )
    return ", ".join([*said][:5]) + (" and others" if len(said) > 5 else "")


def followed(want: Want, digits: str, legal: Sequence[int]) -> Reply:
    """Return a reply that asks for one thing, if there is such a thing."""
    if not want:
        return refused("unclear", f"{digits[:MOST_DIGITS]} may or may not be the edit", legal)
    if len(digits) > MOST_DIGITS:
        thing = "page" if want == "page" else "edit"
        return refused("out_of_range", f"there is no {thing} {digits[:MOST_DIGITS]}...", legal)
    number = int(digits)
    if want == "page" or (number in legal and (number or want == "action")):
        return Reply(want, number)
    if number == 0 and want == "action":
        return refused("masked", "submit is legal only where no edit is", legal)
    return refused("out_of_range", f"there is no edit {number}", legal)


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
    shown = ascii(text[: QUOTED + 1])
    return shown if len(shown) <= QUOTED + 2 else f"{shown[: QUOTED + 1]}..."
