"""Ten-pin bowling: from rolls to frames to the running score."""

from dataclasses import dataclass, field
from typing import Iterable, Iterator, Optional

PINS = 10
FRAMES = 10
STRIKE, SPARE, MISS = "X", "/", "-"


class BadRoll(ValueError):
    pass


@dataclass
class Frame:
    rolls: list[int] = field(default_factory=list)
    last: bool = False

    @property
    def strike(self) -> bool:
        return self.rolls[:1] == [PINS]

    @property
    def spare(self) -> bool:
        return not self.strike and sum(self.rolls[:2]) == PINS

    @property
    def done(self) -> bool:
        if self.last and (self.strike or self.spare):
            return len(self.rolls) == 3
        return self.strike or len(self.rolls) == 2

    def standing(self) -> int:
        """Pins that the next ball can hit."""
        left = PINS
        for pins in self.rolls:
            left -= pins
            if left == 0:
                left = PINS
        return left

    def add(self, pins: int) -> None:
        if not 0 <= pins <= self.standing():
            raise BadRoll(f"{pins} pins with {self.standing()} standing")
        self.rolls.append(pins)


class Card:
    def __init__(self, rolls: Iterable[int] = ()) -> None:
        self.frames: list[Frame] = []
        for pins in rolls:
            self.roll(pins)

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def over(self) -> bool:
        return len(self) == FRAMES and self.frames[-1].done

    def roll(self, pins: int) -> None:
        if self.over:
            raise BadRoll("the game is over")
        if not self.frames or self.frames[-1].done:
            self.frames.append(Frame(last=len(self) == FRAMES - 1))
        self.frames[-1].add(pins)

    def scores(self) -> Iterator[Optional[int]]:
        """The running score after each frame, None while it waits for more balls."""
        total: Optional[int] = 0
        for index, frame in enumerate(self.frames):
            worth = self._worth(index, frame)
            total = None if total is None or worth is None else total + worth
            yield total

    def _worth(self, index: int, frame: Frame) -> Optional[int]:
        if not frame.done:
            return None
        if frame.last or not (frame.strike or frame.spare):
            return sum(frame.rolls)
        needed = 2 if frame.strike else 1
        following = [pins for later in self.frames[index + 1 :] for pins in later.rolls]
        if len(following) < needed:
            return None
        return PINS + sum(following[:needed])


def parse(marks: str) -> Card:
    """Read a line such as "X 9/ 5- 72"; blanks are for people."""
    card = Card()
    for mark in marks.replace(" ", ""):
        if mark == STRIKE:
            card.roll(PINS)
        elif mark == SPARE:
            card.roll(card.frames[-1].standing())
        else:
            card.roll(0 if mark == MISS else int(mark))
    return card
