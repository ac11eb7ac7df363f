"""An evaluation's counts beside what is asked of the matcher."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from router.linkage.tally import Outcome, Tally, interval, share

MOST_FALSE_MERGES = 4
"""Of 100,000 events; of fewer, in proportion."""

LEAST_LINKED = 0.94
MOST_ASKED = 0.04
MOST_MISSED = 0.013
MOST_TIMES_THE_WHOLE = 2.0
"""By how much a group's rate of misses may exceed that of all."""

_PER = 100_000
_SMALL = 500
"""Known families' events below which a group's rate says little."""

_FEW = 5
"""Misses below which a group's rate is chance."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing asked: what was found, what the bound is, and whether it is kept."""

    what: str
    found: float
    bound: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One origin of names: its misses, and whether their rate is more than twice that of all.

    ``verdict`` is "kept", "exceeded", or "too few" to tell.
    """

    name: str
    tally: Tally
    times: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Summary:
    """One run."""

    seed: int
    outcome: Outcome
    goals: tuple[Goal, ...]
    groups: tuple[Group, ...]

    def as_json(self) -> dict[str, Any]:
        """Return everything for programs."""
        outcome = self.outcome
        return {
            "seed": self.seed,
            "families": outcome.families,
            "events": outcome.events,
            "goals": [asdict(goal) for goal in self.goals],
            "total": outcome.total.as_json(),
            "children": asdict(outcome.children),
            "by_kind": {name: tally.as_json() for name, tally in sorted(outcome.by_kind.items())},
            "by_origin": {
                group.name: {**group.tally.as_json(), "times_the_whole": group.times, "verdict": group.verdict}
                for group in self.groups
            },
            "gates": dict(sorted(outcome.gates.items())),
            "blocking": {
                "known_families_not_found": outcome.blocked,
                "recall": 1 - share(outcome.blocked, outcome.total.known),
                "candidates_per_event": share(outcome.candidates, outcome.events),
                "most_candidates": outcome.most_candidates,
            },
            "seconds": dict(outcome.seconds),
        }


def summarise(outcome: Outcome, seed: int) -> Summary:
    """Return the counts with what is asked of them."""
    total = outcome.total
    most_false = MOST_FALSE_MERGES * max(1.0, outcome.events / _PER)
    linked, asked = share(total.linked, total.known), share(total.asked, total.known)
    missed = share(total.missed, total.known)
    groups = tuple(_group(name, tally, missed) for name, tally in sorted(outcome.by_origin.items()))
    exceeded = [group for group in groups if group.verdict == "exceeded"]
    goals = (
        Goal("false family merges", total.false_merges, f"at most {most_false:.0f}", total.false_merges <= most_false),
        Goal("twins merged", outcome.children.twins_merged, "none", outcome.children.twins_merged == 0),
        Goal("duplicates linked", linked, f"at least {LEAST_LINKED:.0%}", linked >= LEAST_LINKED),
        Goal("duplicates to review", asked, f"at most {MOST_ASKED:.0%}", asked <= MOST_ASKED),
        Goal("duplicates missed", missed, f"at most {MOST_MISSED:.1%}", missed <= MOST_MISSED),
        Goal("origins missed more than twice as often", len(exceeded), "none", not exceeded),
    )
    return Summary(seed, outcome, goals, groups)


def _group(name: str, tally: Tally, missed: float) -> Group:
    times = share(tally.missed, tally.known) / missed if missed else float(tally.missed > 0)
    low, high = interval(tally.missed, tally.known)
    bound = MOST_TIMES_THE_WHOLE * missed
    if times <= MOST_TIMES_THE_WHOLE:
        verdict = "kept" if high <= bound or tally.known >= _SMALL else "too few"
    else:
        verdict = "exceeded" if low > bound and tally.missed >= _FEW else "too few"
    return Group(name, tally, times, verdict)
