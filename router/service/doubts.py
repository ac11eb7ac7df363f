"""What open reviews and earlier judgements mean for what arrives: danger over both families, and no question twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime

from router.matching import MatchOutcome, MatchResult, Weights, resolve
from router.model.referral import ReferralEvent
from router.routing.case import Case, HeldReferral
from router.routing.safety import findings_in_either, urgency_of
from router.service.families import FamilyState
from router.service.pregnancies import record_for
from router.service.workspace import Workspace
from router.store.reviewrows import JudgementRow, Verdict

_CALM = 3


def match_of(
    event: ReferralEvent,
    candidates: Sequence[FamilyState],
    weights: Weights,
    space: Workspace,
    *,
    as_of: datetime,
    must_link: int | None,
) -> tuple[MatchResult, frozenset[int]]:
    """Return which family an event belongs to, what people have said before considered, and who was left out for it.

    Of two likely families that a person has parted, one that the matcher would take without the other is taken: whether
    the two are one was answered. Where it would take either, the event itself is the question.
    """
    records = [record_for(event, one, as_of) for one in candidates]
    match = resolve(event.people, event.household, records, weights, must_link=must_link)
    if match.outcome is not MatchOutcome.ASK_A_PERSON or match.family_id is None or not match.also_possible:
        return match, frozenset()
    best = space.family(match.family_id)
    parted = frozenset(one for one in match.also_possible if are_apart(best, space.family(one), space))
    if not parted:
        return match, frozenset()
    alone = resolve(event.people, event.household, records, weights, cannot_link=parted)
    others = resolve(event.people, event.household, records, weights, cannot_link=frozenset({best.family_id}))
    if alone.outcome is MatchOutcome.SAME_FAMILY and others.outcome is not MatchOutcome.SAME_FAMILY:
        return alone, parted
    return match, frozenset()


def are_apart(one: FamilyState, other: FamilyState, space: Workspace) -> bool:
    """Return whether a person said of events of these two families that they are of different ones."""
    ours, theirs = _events(one), _events(other)
    return bool(parted_pairs(space.reader.judgements(min(ours, theirs, key=len)), ours, theirs))


def parted_pairs(
    judgements: Iterable[JudgementRow], ours: frozenset[int], theirs: frozenset[int]
) -> set[tuple[int, int]]:
    """Return the pairs of events, one of each set, that are judged different; of two judgements the later one holds."""
    parted: set[tuple[int, int]] = set()
    for said in judgements:
        sides = ((ours & set(said.one), theirs & set(said.other)), (ours & set(said.other), theirs & set(said.one)))
        pairs = {(one, other) for here, there in sides for one in here for other in there}
        if said.verdict is Verdict.DIFFERENT:
            parted |= pairs
        else:
            parted -= pairs
    return parted


def in_doubt(case: Case, family_id: int, space: Workspace, *, also: Iterable[int] = ()) -> Case:
    """Return the case with the families that this one may be, by its open reviews and ``also``, beside it."""
    others = {one.now.family_id for one in space.open_reviews(family_id)}
    others |= {one.now.other_family_id for one in space.open_reviews(family_id)}
    others = (others | set(also)) - {family_id}
    if not others:
        return case
    families = [space.family(one) for one in sorted(others)]
    return dataclasses.replace(
        case,
        perhaps=tuple(held for one in families for held in one.held(one.latest_episode())),
        perhaps_holders=frozenset(holder for one in families for holder in one.holders(one.latest_episode())),
    )


def rank_over(one: FamilyState, other: FamilyState, as_of: datetime) -> int:
    """Return how pressing a review is by the danger in either family: 0 for an emergency, 3 for no danger."""
    return _CALM - (urgency_of(findings_in_either(_all(one), _all(other), as_of)) or 0)


def ranks_now(family: FamilyState, space: Workspace, as_of: datetime) -> dict[int, int]:
    """Return how pressing each open review of a family is by all that is known now, where that is not what it was."""
    changed = {}
    for held in space.open_reviews(family.family_id):
        (other_id,) = held.families - {family.family_id}
        rank = rank_over(family, space.family(other_id), as_of)
        if rank != held.now.rank:
            changed[held.row.review_id] = rank
    return changed


def _all(family: FamilyState) -> list[HeldReferral]:
    return [held for _, held in family.referrals]


def _events(family: FamilyState) -> frozenset[int]:
    return frozenset(held.referral_id for _, held in family.referrals)
