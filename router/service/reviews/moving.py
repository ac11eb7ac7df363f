"""Moves an infant to another family, as after an adoption: what is known of the infant goes along, and nothing else."""

from __future__ import annotations

import dataclasses

from router.audit.events import AuditEvent
from router.matching import resolve
from router.model.danger import TRIGGERS_BY_FACT
from router.model.errors import FieldFault, Reason, RouterError
from router.model.people import CHILDREN_OF_EPISODE
from router.routing.case import ReferralState, Standing
from router.routing.regrouping import FamilyChange
from router.routing.safety import findings
from router.service.decode import decode_event
from router.service.encode import stamp
from router.service.episodes import episode_for
from router.service.errors import field_faults
from router.service.families import FamilyState
from router.service.reviews.holdings import Act, Holding, now_of
from router.service.reviews.redeciding import Redeciding
from router.service.reviews.reviewbook import ReviewBook
from router.service.reviews.reviewing import answered, finish
from router.service.tools import Tools
from router.service.work import Done, MoveInfant
from router.service.workspace import Workspace
from router.store.familyrows import EventKind, EventRow
from router.store.ids import render
from router.store.reviewrows import RegroupingKind
from router.v1 import family_service_pb2 as pb
from router.v1 import referral_pb2

#: Under this name stands what the router itself carries from one family to another.
CARRIER = "router"
_REF = "infant-1"
#: The kind of privacy under which such a link is kept.
HIDDEN = "adoption"


def move_infant(work: MoveInfant, space: Workspace, tools: Tools) -> Done:
    """Move an infant, and hide where it was. Raises ``RouterError``.

    Its dangers and facts go along as a referral of the router's own, which names no one of the family before. Who leads
    there goes on, for both where the infant is fostered; after an adoption the infant's lead is chosen afresh.
    """
    if (known := answered(work, space)) is not None:
        return known
    act = Act(work, space, tools, EventKind.REFERRAL)
    family_id = now_of(space.reader, work.family_id)
    to = now_of(space.reader, work.to_family_id) if work.to_family_id else 0
    if to == family_id:
        raise field_faults([FieldFault("to_family_id", "is the family itself; name another one, or leave it empty")])
    book = ReviewBook(act, [family_id, *([to] if to else [])])
    source = act.holding(family_id)
    family = source.state(tools)
    if family.roles.get(work.person_id) not in CHILDREN_OF_EPISODE:
        message = "no infant of this family has this id; take it from GetFamily"
        raise RouterError(Reason.UNKNOWN_PERSON, message)
    target = act.holding(to) if to else act.new_family()
    redeciding = Redeciding(act, FamilyChange.INFANT_GONE, "INFANT_MOVED")
    redeciding.words[target.family_id] = FamilyChange.INFANT_CAME
    about = [row for row in source.referrals() if work.person_id in source.links[row.event_id].people.values()]
    named = {row.event_id for row in about}
    redeciding.rests((family_id,), lambda _, of: not named.isdisjoint(of["referrals"]))
    standing = family.standing(source.links[about[-1].event_id].episode_id)
    carried = _carried(act, work, source, family)
    for row in about:
        people = {ref: one for ref, one in source.links[row.event_id].people.items() if one != work.person_id}
        act.name_others(row, source, people)
    redeciding.forced.update(source.links[one].episode_id for one in named)
    person_id, episode_id, is_new = _settle(act, target, carried, family.roles[work.person_id].value)
    if is_new and work.kind == "FOSTERING":
        redeciding.standings[episode_id] = dataclasses.replace(standing, proposed=None, at_desk=False)
    elif is_new:
        redeciding.standings[episode_id] = Standing()
    act.regroup(RegroupingKind.INFANT_MOVED, source, target, reason=work.kind, hidden=HIDDEN)
    book.follow()
    book.settle()
    redeciding.run()
    response = pb.MoveInfantResponse(
        request_id=work.request_id,
        to_family_id=render("fam", target.family_id),
        person_id=render("per", person_id),
        consequences=redeciding.consequences(),
    )
    # Which family it came to stays out of the log.
    fields = {"family": tools.recorder.pseudonyms.of("family", family_id), "regrouping": render("reg", act.id)}
    return finish(act, AuditEvent.INFANT_MOVED, fields, response.SerializeToString(), redeciding)


def _carried(act: Act, work: MoveInfant, source: Holding, family: FamilyState) -> EventRow:
    """Return the referral that carries what is known of the infant: no address, no words, and no one else."""
    message = referral_pb2.ReferralEvent(
        source_system=CARRIER,
        source_reference=f"moved-{render('reg', act.id)}",
        source_version=1,
        household=referral_pb2.Household(board_code=work.board_code),
    )
    message.occurred_at.CopyFrom(stamp(work.received_at))
    infant = message.people.add(ref=_REF)
    held = {one.referral_id: one for episode in family.opened for one in family.held(episode)}
    holding = {one.trigger.fact for one in findings(held.values(), work.received_at) if one.person_id == work.person_id}
    for row in source.referrals():
        refs = {ref for ref, one in source.links[row.event_id].people.items() if one == work.person_id}
        sent = referral_pb2.ReferralEvent.FromString(row.payload)
        speaks = held[row.event_id].state is ReferralState.OPEN
        for person in sent.people:
            if person.ref in refs:
                _tell(infant, person, work.kind)
        for one in sent.observations:
            if one.subject_ref in refs and _goes_along(one, holding, speaks=speaks):
                told = message.observations.add()
                told.CopyFrom(one)
                told.subject_ref = _REF
                if not one.HasField("observed_at"):
                    told.observed_at.CopyFrom(sent.occurred_at)
                if work.kind == "ADOPTION":
                    told.observed_by = ""
    payload = message.SerializeToString(deterministic=True)
    row = EventRow(
        act.id, EventKind.REFERRAL, CARRIER, message.source_reference, 1, act.at, act.at, work.digest, payload
    )
    act.tools.memory.keep(row.event_id, decode_event(message))
    return row


def _goes_along(one: referral_pb2.Observation, holding: set[str], *, speaks: bool) -> bool:
    """Return whether an observation goes along. Of dangers those that hold do, and no denial, so that none is lost."""
    trigger = TRIGGERS_BY_FACT.get(one.fact)
    if trigger is None:
        return speaks
    kind = one.WhichOneof("value")
    value = getattr(one, kind) if kind in {"yes_no", "number"} else None
    return one.fact in holding and trigger.shown_by(value)


def _tell(infant: referral_pb2.Person, person: referral_pb2.Person, kind: str) -> None:
    """Add what a record says of the infant. After an adoption name and numbers are others."""
    infant.role = max(infant.role, person.role, key=lambda role: role == referral_pb2.PERSON_ROLE_INFANT)
    for name in ("birth_date", "expected_date", "sex", "birth_order", "multiplicity", "death_date"):
        if getattr(person, name):
            setattr(infant, name, getattr(person, name))
    if kind == "FOSTERING":
        infant.names.extend(one for one in person.names if one not in infant.names)
        infant.identifiers.extend(one for one in person.identifiers if one not in infant.identifiers)


def _settle(act: Act, target: Holding, carried: EventRow, role: str) -> tuple[int, int, bool]:
    """Put the infant into its new family; return who it is there, its episode, and whether that is a new one."""
    event = act.tools.memory.event(carried)
    there = target.state(act.tools)
    known: dict[str, int] = {}
    if not there.is_empty:
        match = resolve(event.people, event.household, [there.record()], act.tools.weights, must_link=target.family_id)
        known = dict(match.links)
    episode_id = 0 if there.is_empty else episode_for(event, known, there)
    is_new = not episode_id
    if is_new:
        episode_id = act.new_episode(target, act.at)
    person_id = known.get(_REF) or act.new_person(target, role)
    act.carry(carried, target, episode_id, {_REF: person_id})
    act.find_by_keys_too(target, [carried])
    return person_id, episode_id, is_new
