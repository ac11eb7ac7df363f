"""Families and reviews as a person at a desk sees them."""

from __future__ import annotations

from collections.abc import Iterable

from router.matching import SENTENCES
from router.model.referral import Urgency
from router.routing.case import ReferralState
from router.routing.safety import findings
from router.rules.pack import Pack
from router.service.decode import from_micros
from router.service.encode import URGENCIES, shown, stamp, stamp_micros
from router.service.explaining import service_name
from router.service.families import EventMemory, FamilyState, family_state, latest_decision, telling
from router.store.familyrows import EventKind, EventRow, FamilyRows, LeadState
from router.store.ids import render
from router.store.reviewrows import HeldReview, RegroupingRow, ReviewEventRow
from router.v1 import decision_pb2, referral_pb2
from router.v1 import family_service_pb2 as pb

_CALM = 3


def review_message(held: HeldReview, pack: Pack) -> pb.Review:
    """Return a review as it stands."""
    row, now = held.row, held.now
    message = pb.Review(
        review_id=render("rev", row.review_id),
        state=f"REVIEW_STATE_{now.state.name}",
        desk=now.desk,
        danger=URGENCIES[Urgency(_CALM - now.rank) if now.rank < _CALM else None],
        opened_at=stamp_micros(now.opened_at),
        referral_id=render("ref", row.event_id),
        family_id=render("fam", now.family_id),
        possible_family_id=render("fam", now.other_family_id),
        gates=gate_messages(row.gates.split()),
        claimed_by=now.claimed_by,
        first_by=now.first_by,
        people_wanted=pack.review_people,
    )
    if now.claimed_until is not None:
        message.claimed_until.CopyFrom(stamp_micros(now.claimed_until))
    return message


def gate_messages(gates: Iterable[str]) -> list[pb.ReviewGate]:
    """Return gates with their sentences; one of an older matcher has none."""
    sentences = {gate.value: sentence for gate, sentence in SENTENCES.items()}
    return [pb.ReviewGate(gate=one, sentence=sentences.get(one, "")) for one in gates]


def entry_message(row: ReviewEventRow) -> pb.ReviewEntry:
    """Return one thing that was done about a review."""
    return pb.ReviewEntry(
        kind=row.kind, made_by=row.made_by, made_at=stamp_micros(row.made_at), reason=row.reason, note=row.note
    )


def regrouping_message(row: RegroupingRow) -> pb.Regrouping:
    """Return one act by which events came to another family."""
    return pb.Regrouping(
        regrouping_id=render("reg", row.regrouping_id),
        kind=f"REGROUPING_KIND_{row.kind.name}",
        family_id=render("fam", row.family_id),
        to_family_id=render("fam", row.other_family_id),
        made_at=stamp_micros(row.made_at),
        made_by=row.made_by,
        reason=row.reason,
        review_id=shown("rev", row.review_id),
        undoes=shown("reg", row.undoes),
    )


def family_view(rows: FamilyRows, pack: Pack, now: int) -> pb.FamilyView:
    """Return a family with everything that is held of it. ``now`` is in microseconds."""
    memory = EventMemory()
    family = family_state(rows, memory)
    view = pb.FamilyView(family_id=render("fam", rows.family_id))
    _add_members(view, rows, family)
    _add_referrals(view, rows, family)
    for episode_id in sorted(family.opened):
        lead = family.leads.get(episode_id)
        if lead is None:
            continue
        at_desk = lead.state is LeadState.DESK
        name = (
            decision_pb2.ServiceName(service=lead.service, label=pack.desk_labels.get(lead.service, lead.service))
            if at_desk or lead.service not in pack.services
            else service_name(pack, lead.service, lead.board)
        )
        view.leads.add(
            episode_id=render("epi", episode_id),
            decision_id=shown("dec", latest_decision(lead)),
            lead=name,
            accepted=lead.state is LeadState.ACCEPTED,
            at_desk=at_desk,
        )
    found = findings([held for _, held in family.referrals], from_micros(now))
    view.danger.extend(dict.fromkeys(one.trigger.name for one in found))
    return view


def _add_members(view: pb.FamilyView, rows: FamilyRows, family: FamilyState) -> None:
    sent = {row.event_id: referral_pb2.ReferralEvent.FromString(row.payload) for row in _referrals(rows)}
    links = {link.event_id: link for link in rows.links}
    for member in family.record().members:
        message = view.members.add(
            person_id=render("per", member.person_id),
            role=referral_pb2.PersonRole.Value(f"PERSON_ROLE_{member.role.name}"),
        )
        for event_id, event in sent.items():
            for person in event.people:
                if links[event_id].people.get(person.ref) == member.person_id:
                    message.records.add(
                        referral_id=render("ref", event_id), source_system=event.source_system, person=person
                    )


def _add_referrals(view: pb.FamilyView, rows: FamilyRows, family: FamilyState) -> None:
    states = {held.referral_id: held.state for episode_id in family.opened for held in family.held(episode_id)}
    links = {link.event_id: link for link in rows.links}
    for row in _referrals(rows):
        event = referral_pb2.ReferralEvent.FromString(row.payload)
        view.referrals.add(
            referral_id=render("ref", row.event_id),
            source_system=row.source_system,
            source_reference=row.source_reference,
            source_version=row.source_version,
            occurred_at=stamp(from_micros(row.occurred_at)),
            episode_id=render("epi", links[row.event_id].episode_id),
            open=states[row.event_id] is ReferralState.OPEN,
            household=event.household,
        )


def _referrals(rows: FamilyRows) -> list[EventRow]:
    return [row for row in telling(rows.events) if row.kind is EventKind.REFERRAL]
