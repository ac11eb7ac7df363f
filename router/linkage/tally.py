"""What became of events, counted; and how sure a share is that was counted on few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

_Z = 1.96
"""For an interval that holds the true share 95 times in 100."""


@dataclass(slots=True)
class Tally:
    """Counts of events.

    Of a family that is known: ``linked`` to it, ``asked`` with it among those shown, ``missed`` (taken for new, or
    asked without showing it). Of a family that is new: ``founded``, or ``asked_in_vain``. ``false_merges`` are joined
    to another family, of either sort.
    """

    linked: int = 0
    asked: int = 0
    missed: int = 0
    founded: int = 0
    asked_in_vain: int = 0
    false_merges: int = 0
    false_of_known: int = 0

    @property
    def known(self) -> int:
        """Events of families that are known: true duplicates."""
        return self.linked + self.asked + self.missed + self.false_of_known

    @property
    def new(self) -> int:
        """Events of families that nothing was told of before."""
        return self.founded + self.asked_in_vain + self.false_merges - self.false_of_known

    def as_json(self) -> dict[str, float]:
        """Return counts and shares for programs."""
        low, high = interval(self.missed, self.known)
        return {
            "known": self.known,
            "linked": self.linked,
            "asked": self.asked,
            "missed": self.missed,
            "new": self.new,
            "founded": self.founded,
            "asked_in_vain": self.asked_in_vain,
            "false_merges": self.false_merges,
            "linked_share": share(self.linked, self.known),
            "asked_share": share(self.asked, self.known),
            "missed_share": share(self.missed, self.known),
            "missed_share_low": low,
            "missed_share_high": high,
            "asked_in_vain_share": share(self.asked_in_vain, self.new),
        }


@dataclass(slots=True)
class Children:
    """Children linked to a known person: how many, and how many of them wrongly."""

    linked: int = 0
    twins_merged: int = 0
    others_merged: int = 0


@dataclass(slots=True)
class Outcome:
    """Everything that was counted in one run. ``blocked`` counts known families that no key found."""

    total: Tally = field(default_factory=Tally)
    by_kind: dict[str, Tally] = field(default_factory=dict)
    by_origin: dict[str, Tally] = field(default_factory=dict)
    gates: dict[str, int] = field(default_factory=dict)
    children: Children = field(default_factory=Children)
    families: int = 0
    events: int = 0
    blocked: int = 0
    candidates: int = 0
    most_candidates: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)


def share(part: int, whole: int) -> float:
    """Return a part of a whole, 0 of nothing."""
    return part / whole if whole else 0.0


def interval(part: int, whole: int) -> tuple[float, float]:
    """Return the interval in which the true share lies 95 times in 100 (Wilson)."""
    if not whole:
        return 0.0, 1.0
    seen = part / whole
    spread = _Z * sqrt(seen * (1 - seen) / whole + _Z**2 / (4 * whole**2))
    middle = seen + _Z**2 / (2 * whole)
    scale = 1 + _Z**2 / whole
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
