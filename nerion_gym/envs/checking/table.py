"""Every check, and what they say of a world."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from nerion_gym.envs.checking.making import (
    check_frames,
    check_gymnasium,
    check_made,
    check_manual,
)
from nerion_gym.envs.checking.numbers import check_numbers
from nerion_gym.envs.checking.places import blamed
from nerion_gym.envs.checking.repeating import (
    check_copies,
    check_forks,
    check_pickles,
    check_replay,
)
from nerion_gym.envs.checking.stepping import (
    check_info,
    check_many_steps,
    check_masks,
    check_views,
    require_enough,
)
from nerion_gym.envs.checking.vectors import check_vector, lacks_vector
from nerion_gym.envs.checking.winning import check_reference, lacks_reference
from nerion_gym.errors import BrokenWorldError, SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nerion_gym.envs.checking.subject import Subject

Outcome = Literal["passed", "failed", "not asked"]


def nothing(_subject: Subject) -> str:
    """Say that a check applies."""
    return ""


@dataclass(frozen=True)
class Check:
    """What holds of every world.

    Attributes:
        name: in a few words.
        ask: returns what was looked at; raises `BrokenWorldError` where it does not hold.
        lacks: says why a world has nothing to be asked, or "".
    """

    name: str
    ask: Callable[[Subject], str]
    lacks: Callable[[Subject], str] = nothing


@dataclass(frozen=True)
class Verdict:
    """What a check says of a world.

    Attributes:
        check: its name.
        outcome: "passed", "failed" or "not asked".
        why: what was looked at, what is wrong, or why there was nothing to ask.
        fix: what to do where it failed.
    """

    check: str
    outcome: Outcome
    why: str
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the fields by name."""
        return asdict(self)


MADE = Check("can be made", check_made)
CHECKS = (
    MADE,
    Check("has a manual page", check_manual),
    Check("gymnasium's check_env", check_gymnasium),
    Check("observations and spaces", check_numbers),
    Check("frames", check_frames),
    Check("two copies agree", check_copies),
    Check("masked and outside actions", check_masks),
    Check("info is flat", check_info),
    Check("nothing returned is kept", check_views),
    Check("fork, undo, preview", check_forks),
    Check("pickles", check_pickles),
    Check("saved episodes replay", check_replay),
    Check("vector = single environments", check_vector, lacks_vector),
    Check("reference 1.0, no-op 0.0", check_reference, lacks_reference),
    Check("many steps leave nothing", check_many_steps),
)
"""In the order in which they are asked; where the first fails, the rest is not."""


def verdicts(subject: Subject) -> Iterator[Verdict]:
    """Ask every check of a world, one after another.

    Raises:
        SandboxError: the machinery that runs tests failed; that says nothing of the world.
        ConfigError: too few steps are asked for.
    """
    require_enough(subject)
    made = verdict(MADE, subject)
    yield made
    for check in CHECKS[1:]:
        if made.outcome == "failed":
            yield Verdict(check.name, "not asked", "it cannot be made")
        else:
            yield verdict(check, subject)


def verdict(check: Check, subject: Subject) -> Verdict:
    """Ask one check of a world.

    Raises:
        SandboxError: see `verdicts`.
    """
    try:
        lacks = check.lacks(subject)
        if lacks:
            return Verdict(check.name, "not asked", lacks)
        return Verdict(check.name, "passed", check.ask(subject))
    except BrokenWorldError as error:
        return Verdict(check.name, "failed", error.why, error.fix)
    except SandboxError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - what a stranger raises is the verdict
        why = f"{type(error).__name__}: {error}"
        return Verdict(check.name, "failed", why, f"mend what raises it: {blamed(error)}")
