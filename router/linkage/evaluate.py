"""The matcher as the service runs it, over synthetic families that training never saw.

The first events of N families are held. Then come M events in order of time: more of those families, and new ones.
Each goes the way of a referral: blocking keys, candidates, ``resolve``. A question is answered at once, and rightly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from random import Random
from time import perf_counter

from router.linkage.generate import generate
from router.linkage.memory_index import Known, MemoryIndex
from router.linkage.rates import Rates
from router.linkage.tally import Outcome, Tally
from router.linkage.truth import Labelled
from router.matching import MatchOutcome, MatchResult, Weights, blocking_keys, load_weights, resolve
from router.model.people import CHILDREN_OF_EPISODE

_SPARE = 1.08
"""How many more later events are made than are needed, so that chance leaves none lacking."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it, of how much."""


def nothing(_what: str, _done: int, _of: int) -> None:
    """Tell nobody."""


def evaluate(
    families: int,
    events: int,
    seed: int,
    rates: Rates | None = None,
    *,
    weights: Weights | None = None,
    progress: Progress = nothing,
) -> Outcome:
    """Return the counts for ``families`` held and ``events`` that come after them."""
    rates = rates or Rates()
    started = perf_counter()
    run = _Run(weights or load_weights())
    rates = rates.with_changes({"later_events": max(rates.later_events, events / families * _SPARE)})
    at_start, later = _make(families, events, seed, rates, progress)
    made = perf_counter()
    for done, one in enumerate(at_start):
        run.hold(one)
        if not done % 1000:
            progress("Holding families", done, families)
    held = perf_counter()
    for done, one in enumerate(later):
        run.meet(one)
        if not done % 1000:
            progress("Matching events", done, events)
    run.outcome.families, run.outcome.events = len(at_start), len(later)
    run.outcome.seconds = {"make": made - started, "hold": held - made, "match": perf_counter() - held}
    return run.outcome


def _make(
    families: int, events: int, seed: int, rates: Rates, progress: Progress
) -> tuple[list[Labelled], list[Labelled]]:
    """Return the events held at the start, and those that come later, in order of time."""
    at_start: list[Labelled] = []
    later: list[Labelled] = []
    # more families are asked for than can be needed: the stream is read only as far as it must be
    for one in generate(families * 10 + 1000, seed, rates):
        if one.truth.starts:
            if len(at_start) == families and len(later) >= events:
                break
            if len(at_start) == families:
                continue
            at_start.append(one)
            if not len(at_start) % 1000:
                progress("Making families", len(at_start), families)
        else:
            later.append(one)
    return at_start, _whole_stories(later, events, seed)


def _whole_stories(later: Sequence[Labelled], events: int, seed: int) -> list[Labelled]:
    """Return this many events, in order of time: all of some families, by lot, rather than the first part of all."""
    stories: dict[int, list[Labelled]] = {}
    for one in later:
        stories.setdefault(one.truth.family, []).append(one)
    order = list(stories)
    Random(seed).shuffle(order)
    chosen = list(islice((one for family in order for one in stories[family]), events))
    return sorted(chosen, key=lambda one: (one.event.occurred_at, one.event.source_reference))


class _Run:
    """One run's state: the families held, and the counts."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._index = MemoryIndex()
        self._known: dict[int, set[int]] = {}
        self._births: dict[int, int] = {}
        self.outcome = Outcome()

    def hold(self, one: Labelled) -> None:
        """Hold the first event of a family."""
        self._found(one, _keys(one))

    def meet(self, one: Labelled) -> None:
        """Let an event come, count what becomes of it, and hold it."""
        outcome, event = self.outcome, one.event
        keys = _keys(one)
        candidates = self._index.candidates(keys)
        outcome.candidates += len(candidates)
        outcome.most_candidates = max(outcome.most_candidates, len(candidates))
        result = resolve(event.people, event.household, candidates, self._weights)
        right = self._known.get(one.truth.family, set())
        if right and right.isdisjoint(candidate.family_id for candidate in candidates):
            outcome.blocked += 1
        tallies = self._tallies(one)
        if result.outcome is MatchOutcome.SAME_FAMILY and result.family_id is not None:
            self._count_joined(tallies, known=bool(right), rightly=result.family_id in right)
            self._join(one, keys, result)
            return
        shown = right & {result.family_id, *result.also_possible} if result.outcome is MatchOutcome.ASK_A_PERSON else ()
        for gate in result.gates:
            outcome.gates[gate] = outcome.gates.get(gate, 0) + 1
        for tally in tallies:
            if shown:
                tally.asked += 1
            elif right:
                tally.missed += 1
            elif result.outcome is MatchOutcome.ASK_A_PERSON:
                tally.asked_in_vain += 1
            else:
                tally.founded += 1
        if shown:
            said = min(shown)
            self._join(one, keys, resolve(event.people, event.household, candidates, self._weights, must_link=said))
        else:
            self._found(one, keys)

    def _tallies(self, one: Labelled) -> list[Tally]:
        outcome = self.outcome
        tallies = [outcome.total, outcome.by_origin.setdefault(one.truth.origin.value, Tally())]
        tallies += [outcome.by_kind.setdefault(kind, Tally()) for kind in one.truth.kinds or ("none of these",)]
        return tallies

    def _count_joined(self, tallies: Iterable[Tally], *, known: bool, rightly: bool) -> None:
        for tally in tallies:
            tally.linked += rightly
            tally.false_merges += not rightly
            tally.false_of_known += known and not rightly

    def _join(self, one: Labelled, keys: Sequence[str], result: MatchResult) -> None:
        if result.family_id is None:
            raise AssertionError("a family that is joined has an id")
        family = self._index.families[result.family_id]
        self._count_children(one, family, result)
        self._index.add(one, keys, result.family_id, dict(result.links))
        self._note_births(one)
        self._known.setdefault(one.truth.family, set()).add(result.family_id)

    def _count_children(self, one: Labelled, family: Known, result: MatchResult) -> None:
        """Count children taken for another child, and whether that is one of their own birth set."""
        children = self.outcome.children
        for person in one.event.people:
            if person.role not in CHILDREN_OF_EPISODE or person.ref not in result.links:
                continue
            children.linked += 1
            truly = family.persons[result.links[person.ref]]
            if one.truth.people[person.ref] in truly:
                continue
            if one.truth.births[person.ref] in {self._births.get(other) for other in truly}:
                children.twins_merged += 1
            else:
                children.others_merged += 1

    def _note_births(self, one: Labelled) -> None:
        self._births.update({one.truth.people[ref]: births for ref, births in one.truth.births.items()})

    def _found(self, one: Labelled, keys: Sequence[str]) -> None:
        known = self._index.found(one, keys)
        self._note_births(one)
        self._known.setdefault(one.truth.family, set()).add(known.family_id)


def _keys(one: Labelled) -> list[str]:
    return list(blocking_keys(one.event.people, one.event.household))
