"""What is told and kept of a match: its weights and gates, the keys that found the family, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from router.matching import MatchOutcome, MatchResult, Weights
from router.matching.wording import VERSION
from router.routing.case import MatchOutcome as CaseMatch
from router.service.encode import MatchTold
from router.service.families import FamilyState
from router.service.work import Submit
from router.service.workspace import Workspace


def told_of(
    match: MatchResult,
    work: Submit,
    candidates: Sequence[FamilyState] | None,
    space: Workspace,
    weights: Weights,
    *,
    cannot_link: frozenset[int] = frozenset(),
) -> MatchTold:
    """Return what the matcher found; ``candidates`` is None where a version of the referral named the family.

    ``cannot_link`` are the families that were left out, since a person has said so.
    """
    found_by: tuple[str, ...] = ()
    if match.family_id is not None:
        found_by = (VERSION,) if candidates is None else space.found_by(work, match.family_id)
    return MatchTold(
        CaseMatch(match.outcome.value),
        match.weight_bits,
        tuple((one.field, one.level, one.bits) for one in match.fields),
        match.gates,
        match.matcher_version,
        weights.prior_bits,
        weights.automatic_bits,
        weights.review_bits,
        found_by,
        _inputs(match, candidates or (), cannot_link),
    )


def _inputs(
    match: MatchResult, candidates: Sequence[FamilyState], cannot_link: frozenset[int]
) -> Mapping[str, object] | None:
    """Return what a match rests on, as ids: every candidate, and all that was held of those that were likely.

    None for a new family, of which nothing is asked again, and where the matcher was not asked.
    """
    if match.outcome is MatchOutcome.NEW_FAMILY or not candidates:
        return None
    likely = {match.family_id, *match.also_possible}
    return {
        "version": match.matcher_version,
        "candidates": [one.family_id for one in candidates],
        "families": [_family(one) for one in candidates if one.family_id in likely],
        "cannot_link": sorted(cannot_link),
    }


def _family(family: FamilyState) -> Mapping[str, object]:
    return {
        "family": family.family_id,
        "roles": {str(person_id): role.value for person_id, role in family.roles.items()},
        "referrals": [{"event": held.referral_id, "people": dict(held.people)} for _, held in family.referrals],
    }
