"""Makes a match again from a decision's stored basis, and says what evidence would have changed it."""

from __future__ import annotations

from typing import Any

import orjson

from router.matching import MatchOutcome, Weights, load_weights
from router.matching.evidence import WouldChange, what_would_change
from router.matching.wording import field_in_words
from router.model.people import Role
from router.model.referral import ReferralEvent
from router.routing.case import HeldReferral, ReferralState
from router.service.decode import decode_event, from_micros
from router.service.families import FamilyState
from router.service.pregnancies import record_for
from router.store.familyrows import DecisionRow, EventRow
from router.store.interface import Reader
from router.v1 import decision_pb2 as pb
from router.v1 import referral_pb2

_OUTCOMES = {
    MatchOutcome.SAME_FAMILY: pb.MATCH_OUTCOME_SAME_FAMILY,
    MatchOutcome.ASK_A_PERSON: pb.MATCH_OUTCOME_ASK_A_PERSON,
    MatchOutcome.NEW_FAMILY: pb.MATCH_OUTCOME_NEW_FAMILY,
}
_RESULTS = {
    MatchOutcome.SAME_FAMILY: "the two would be one family",
    MatchOutcome.ASK_A_PERSON: "a person would be asked",
    MatchOutcome.NEW_FAMILY: "they would be two families, and nobody would be asked",
}
_ANOTHER = {
    MatchOutcome.SAME_FAMILY: "the referral would join another family",
    MatchOutcome.ASK_A_PERSON: "a person would be asked about another family",
}


def match_would_change(row: DecisionRow, reader: Reader, weights: Weights | None = None) -> list[pb.MatchChange]:
    """Return what evidence would have changed a decision's match, each statement verified by matching anew.

    Nothing where the decision rests on no match of its own, was made before its inputs were kept, or was made by
    another version of the matcher: then the statements would not be of this match.
    """
    basis = orjson.loads(row.basis)
    inputs = basis.get("matching")
    matcher = weights or load_weights()
    if not inputs or inputs["version"] != matcher.version:
        return []
    wanted = {one["event"] for family in inputs["families"] for one in family["referrals"]}
    events = reader.events_by_id([basis["arrived"], *sorted(wanted)])
    arrived = _event(events[basis["arrived"]])
    as_of = from_micros(basis["as_of"])
    families = [record_for(arrived, _family(one, events), as_of) for one in inputs["families"]]
    cannot_link = frozenset(inputs.get("cannot_link", ()))
    found = what_would_change(arrived.people, arrived.household, families, matcher, cannot_link=cannot_link)
    return [_message(one) for one in found]


def _message(one: WouldChange) -> pb.MatchChange:
    whats = " and ".join(field_in_words(field) for field in one.fields)
    return pb.MatchChange(
        field=" ".join(one.fields),
        change=f"if {whats} {'agreed' if one.agree else 'differed'}",
        outcome=_OUTCOMES[one.outcome],
        result=_ANOTHER[one.outcome] if one.another_family else _RESULTS[one.outcome],
    )


def _family(kept: Any, events: dict[int, EventRow]) -> FamilyState:
    """Return a family as it was held when the match was made."""
    return FamilyState(
        family_id=kept["family"],
        version=0,
        roles={int(person_id): Role(role) for person_id, role in kept["roles"].items()},
        referrals=[
            (0, HeldReferral(one["event"], _event(events[one["event"]]), ReferralState.OPEN, one["people"]))
            for one in kept["referrals"]
        ],
    )


def _event(row: EventRow) -> ReferralEvent:
    return decode_event(referral_pb2.ReferralEvent.FromString(row.payload))
