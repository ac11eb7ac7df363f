"""The decision about one event: a known family, a question to a person, or a new family.

A pure function: the same event, candidates, weights and earlier decisions give the same answer, in whatever order
people and candidates come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from router.matching.assess import Assessment, assess
from router.matching.compare import Level
from router.matching.gates import CONTRARY, Gate
from router.matching.linking import link_people
from router.matching.profile import EventPerson, FamilyRecord, People, event_people
from router.matching.weights import Weights
from router.model.people import Household, Person


class MatchOutcome(StrEnum):
    """What is to be done with the event."""

    SAME_FAMILY = "same-family"
    ASK_A_PERSON = "ask-a-person"
    NEW_FAMILY = "new-family"


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """What one comparison added to the weight: ``("mother.birth_date", "exact", 13.08)``."""

    field: str
    level: str
    bits: float


_NO_LINKS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The answer about one event.

    ``family_id`` is the family, for ASK_A_PERSON the most likely one, for NEW_FAMILY None. ``weight_bits`` is the
    posterior log2 odds of the best family, the prior alone when there was none to compare; ``fields`` explain it.
    ``gates`` are the slugs of why a person is asked, sorted, and empty for the other outcomes. ``links`` maps the
    event's refs to person ids of the family, for SAME_FAMILY only; people not in it are new to the family.
    ``also_possible`` are further families that a person may want to see, sorted.
    """

    outcome: MatchOutcome
    family_id: int | None
    weight_bits: float
    fields: tuple[FieldWeight, ...]
    gates: tuple[str, ...]
    links: Mapping[str, int]
    also_possible: tuple[int, ...]
    matcher_version: str


def resolve(
    people: Sequence[Person],
    household: Household,
    candidates: Sequence[FamilyRecord],
    weights: Weights,
    *,
    cannot_link: frozenset[int] = frozenset(),
    must_link: int | None = None,
) -> MatchResult:
    """Decide which of the candidate families, if any, an event belongs to.

    ``cannot_link`` and ``must_link`` are families that a person has parted the event from, or joined it to; they hold
    whatever the weights say. Raise ValueError when the family of ``must_link`` is not among the candidates.
    """
    event = event_people(people, household)
    if must_link is not None:
        return _decided(event, candidates, weights, must_link, parted=must_link in cannot_link)
    assessed = [assess(event, record, weights) for record in candidates if record.family_id not in cannot_link]
    assessed.sort(key=lambda one: (-one.bits, one.family_id))
    likely = [one for one in assessed if one.bits >= weights.review_bits or one.by_number]
    if not likely or not _has_subject(event):
        nearest = assessed[0] if assessed else None
        return _result(MatchOutcome.NEW_FAMILY, nearest, weights, bits=weights.prior_bits)
    sure = [one for one in likely if one.bits >= weights.automatic_bits and not one.gates]
    best = sure[0] if sure else likely[0]
    gates = best.gates | _rivalry(best, [one for one in likely if one is not best], weights)
    also = tuple(sorted(one.family_id for one in likely if one is not best))
    if not gates and best.bits < weights.automatic_bits:
        gates = frozenset({Gate.UNCERTAIN})
    if gates:
        return _result(MatchOutcome.ASK_A_PERSON, best, weights, gates=gates, also=also)
    return _result(MatchOutcome.SAME_FAMILY, best, weights, links=link_people(event, best), also=also)


def _has_subject(event: People[EventPerson]) -> bool:
    """Return whether the event tells anything of a carer, or a number or birth date of an infant."""
    return any(carer.profile.says_who() for carer in event.carers) or any(
        child.profile.chi or child.profile.nhs or child.profile.local or child.profile.birth_dates
        for child in event.children
    )


def _rivalry(best: Assessment, others: Sequence[Assessment], weights: Weights) -> set[Gate]:
    """Return the gates that other likely families put before the best one."""
    gates: set[Gate] = set()
    for other in others:
        if _apart(best, other) or _apart(other, best):
            gates.add(Gate.CARER_AND_INFANT_APART)
        elif _equally_possible(best, other, weights):
            gates.add(Gate.TWO_FAMILIES)
    return gates


def _apart(by_carer: Assessment, by_infant: Assessment) -> bool:
    """Return whether the carer is of one family, and an infant that this family does not know is of the other."""
    carer_only = by_carer.by_carer and not by_carer.children.number
    return carer_only and by_infant.children.number and not by_infant.by_carer


def _equally_possible(best: Assessment, other: Assessment, weights: Weights) -> bool:
    if other.bits >= weights.automatic_bits and not other.gates:
        return True
    if other.by_number and not best.by_number:
        return True
    if other.gates & CONTRARY or (best.by_number and not other.by_number):
        return False
    # what is lacking to a family is no reason to doubt one that is surer by as much as is needed to join without asking
    if not best.gates and best.bits - other.bits >= weights.automatic_bits:
        return False
    return other.bits >= weights.automatic_bits


def _decided(
    event: People[EventPerson], candidates: Sequence[FamilyRecord], weights: Weights, family_id: int, *, parted: bool
) -> MatchResult:
    record = next((one for one in candidates if one.family_id == family_id), None)
    if record is None:
        raise ValueError(f"must_link names family {family_id}, which is not among the candidates: read it and pass it")
    match = assess(event, record, weights)
    if parted:
        return _result(MatchOutcome.ASK_A_PERSON, match, weights, gates=frozenset({Gate.DECISIONS_CONFLICT}))
    links = link_people(event, match, decided=True)
    return _result(MatchOutcome.SAME_FAMILY, match, weights, links=links)


def _result(
    outcome: MatchOutcome,
    best: Assessment | None,
    weights: Weights,
    *,
    gates: frozenset[Gate] | set[Gate] = frozenset(),
    links: Mapping[str, int] = _NO_LINKS,
    also: tuple[int, ...] = (),
    bits: float = 0.0,
) -> MatchResult:
    return MatchResult(
        outcome=outcome,
        family_id=None if best is None or outcome is MatchOutcome.NEW_FAMILY else best.family_id,
        weight_bits=bits if best is None else best.bits,
        fields=tuple([_field_weight(*term) for term in best.terms]) if best else (),
        gates=tuple(sorted(gate.value for gate in gates)),
        links=links,
        also_possible=also,
        matcher_version=weights.version,
    )


@lru_cache(maxsize=1 << 13)
def _field_weight(field: str, level: Level, bits: float) -> FieldWeight:
    """Return the one object for these; few come again and again, and those of names by how common each is."""
    return FieldWeight(field, level.value, bits)
