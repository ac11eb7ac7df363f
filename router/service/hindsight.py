"""Makes a decision's case again from its stored basis, and says what would have changed the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from router.model.facts import FactView
from router.model.people import Role
from router.routing.case import Case, Child, HeldReferral, MatchOutcome, Proposal, ReferralState, Standing
from router.routing.counterfactuals import changes
from router.routing.decide import Decider
from router.routing.decision import NOT_BY_THE_RULES
from router.rules.evaluation import Circumstances, Evaluation
from router.rules.pack import Pack
from router.rules.reference import evaluate
from router.service.decode import decode_event, from_micros
from router.service.families import handed_of
from router.store.familyrows import DecisionRow, EventRow
from router.store.interface import Reader
from router.v1 import decision_pb2, referral_pb2


@dataclass(frozen=True, slots=True)
class _Reference:
    """The reference evaluator in the engine's place.

    A read asks the same evaluator that verifies each statement, and so never runs C code that could end the process.
    """

    pack: Pack

    def evaluate(self, views: Sequence[FactView], circumstances: Circumstances) -> Evaluation:
        return evaluate(self.pack, views, circumstances)


def own_events(row: DecisionRow, reader: Reader) -> dict[int, EventRow]:
    """Return the referrals of the decision's own episode, by event id; not those of a family that it may be."""
    return reader.events_by_id([one["event"] for one in orjson.loads(row.basis)["referrals"]])


def case_again(row: DecisionRow, reader: Reader) -> Case:
    """Return the case that a decision was made from."""
    basis = orjson.loads(row.basis)
    events = reader.events_by_id([one["event"] for one in (*basis["referrals"], *basis["perhaps"])])

    def held(one: dict[str, object]) -> HeldReferral:
        event_id, people = one["event"], one["people"]
        assert isinstance(event_id, int)  # noqa: S101 - written by basis_of
        assert isinstance(people, dict)  # noqa: S101
        row = events[event_id]
        event = decode_event(referral_pb2.ReferralEvent.FromString(row.payload))
        return HeldReferral(event_id, event, ReferralState(str(one["state"])), people, from_micros(row.received_at))

    standing = basis["standing"]
    return Case(
        referrals=tuple(held(one) for one in basis["referrals"]),
        children=tuple(Child(person_id, label, Role(role)) for person_id, label, role in basis["children"]),
        roles={int(person_id): Role(role) for person_id, role in basis["roles"].items()},
        as_of=from_micros(basis["as_of"]),
        arrived=basis["arrived"],
        standing=Standing(
            accepted=Proposal(*standing["accepted"]) if standing["accepted"] else None,
            proposed=Proposal(*standing["proposed"]) if standing["proposed"] else None,
            at_desk=standing["at_desk"],
            supporting=frozenset((service, board) for service, board in standing["supporting"]),
            declined=frozenset(standing["declined"]),
            handed=handed_of(standing.get("handed")),
        ),
        match=MatchOutcome(basis["match"]),
        perhaps=tuple(held(one) for one in basis["perhaps"]),
        perhaps_holders=frozenset((service, board) for service, board in basis["perhaps_holders"]),
    )


def what_would_change(row: DecisionRow, pack: Pack, reader: Reader) -> list[decision_pb2.WhatWouldChange]:
    """Return what would have changed a decision, each statement verified by deciding anew.

    Nothing would have where the desk has it for a fault of the engine or the rules.
    """
    if decision_pb2.Decision.FromString(row.document).desk_reason in NOT_BY_THE_RULES:
        return []
    decision = Decider(pack, _Reference(pack)).decide(case_again(row, reader))
    return [
        decision_pb2.WhatWouldChange(change=one.change, result=one.result, lead=one.lead, fact=one.fact)
        for one in changes(pack, decision)
    ]
