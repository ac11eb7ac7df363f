"""Three-valued truth. Unknown is not false: no missing fact ever includes or excludes anybody."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """Whether something is met, not met, or cannot be told from the facts held."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


def all_of(parts: Iterable[Truth]) -> Truth:
    """Return the strong Kleene conjunction; met when there are no parts."""
    answer = Truth.MET
    for part in parts:
        if part is Truth.NOT_MET:
            return Truth.NOT_MET
        if part is Truth.UNKNOWN:
            answer = Truth.UNKNOWN
    return answer


def any_of(parts: Iterable[Truth]) -> Truth:
    """Return the strong Kleene disjunction; not met when there are no parts."""
    answer = Truth.NOT_MET
    for part in parts:
        if part is Truth.MET:
            return Truth.MET
        if part is Truth.UNKNOWN:
            answer = Truth.UNKNOWN
    return answer


def negation(part: Truth) -> Truth:
    """Return the opposite; unknown stays unknown."""
    if part is Truth.UNKNOWN:
        return part
    return Truth.NOT_MET if part is Truth.MET else Truth.MET


def none_of(parts: Iterable[Truth]) -> Truth:
    """Return met when every part is known not to be met."""
    return negation(any_of(parts))
