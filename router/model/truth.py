"""Three-valued truth. Unknown is not false: no missing fact ever includes or excludes anybody."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """Whether something is met, not met, or cannot be told from the facts held."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


# For what runs over every criterion: before Python 3.12 a member costs more to look up than a conjunction of three.
MET, NOT_MET, UNKNOWN = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN


def all_of(parts: Iterable[Truth]) -> Truth:
    """Return the strong Kleene conjunction; met when there are no parts."""
    answer = MET
    for part in parts:
        if part is NOT_MET:
            return NOT_MET
        if part is UNKNOWN:
            answer = UNKNOWN
    return answer


def any_of(parts: Iterable[Truth]) -> Truth:
    """Return the strong Kleene disjunction; not met when there are no parts."""
    answer = NOT_MET
    for part in parts:
        if part is MET:
            return MET
        if part is UNKNOWN:
            answer = UNKNOWN
    return answer


def negation(part: Truth) -> Truth:
    """Return the opposite; unknown stays unknown."""
    if part is UNKNOWN:
        return part
    return NOT_MET if part is MET else MET


def none_of(parts: Iterable[Truth]) -> Truth:
    """Return met when every part is known not to be met."""
    return negation(any_of(parts))
