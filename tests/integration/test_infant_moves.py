"""Infants who move to another family, and back, through the whole core and a real store; nothing is disclosed."""

from __future__ import annotations

from typing import Any

import pytest

from router.model.errors import RouterError
from router.store.familyrows import LeadState
from router.store.ids import parse, render
from router.v1 import family_service_pb2 as pb
from router.v1 import referral_pb2
from tests.support.processing import Process
from tests.support.requests import DESK, FIFE, LANARKSHIRE, choice, event, infant_of, yes
from tests.support.reviewing import (
    PROTECTING,
    accept,
    act,
    decide,
    held,
    infant_in,
    merged,
    move,
    reason_of,
    rows_of,
    undo,
    undo_move,
)

MODERATE = choice("parent_illness_severity", "moderate")
SEVERE = choice("parent_illness_severity", "severe")


def test_an_adopted_infant_takes_along_its_dangers_and_nothing_of_the_family(running: Process) -> None:
    """No name, number, address or word goes along; the old family has no infant; the link is hidden."""
    message = event(1, SEVERE, yes("faltering_growth", "infant-1"), yes("suicidal_intent"))
    message.household.address_lines.append("1 Hidden Street")
    message.free_text = "told in confidence"
    message.people[1].identifiers.add(system=referral_pb2.IDENTIFIER_SYSTEM_LOCAL, value="L-77", assigner="unit")
    (known,) = running.submit(message)
    answer = move(
        running, known.family_id, infant_in(running, known.family_id), pb.INFANT_MOVE_KIND_ADOPTION, board_code=FIFE
    )
    decisions = {one.family_id: one for one in answer.consequences.decisions}
    assert [one.trigger for one in decisions[answer.to_family_id].safety] == ["faltering-growth"]
    assert decisions[answer.to_family_id].board_code == FIFE
    (carried,) = rows_of(running, answer.to_family_id).events
    for secret in (b"Hidden", b"confidence", b"L-77", b"Testperson", b"ML", b"badgernet"):
        assert secret not in carried.payload
    assert "infant-1" not in rows_of(running, known.family_id).links[0].people
    ordinary = act(running, pb.GetFamilyRequest(family_id=answer.to_family_id))
    assert not ordinary.regroupings
    hidden = pb.GetFamilyRequest(family_id=answer.to_family_id, include_hidden=True)
    with pytest.raises(RouterError, match="may not see"):
        act(running, hidden)
    (seen,) = act(running, hidden, PROTECTING).regroupings
    assert (seen.family_id, seen.to_family_id) == (known.family_id, answer.to_family_id)
    with running.core.store.read() as reader:
        (leaf,) = [row.leaf for row in reader.list_audit(after=0, limit=100) if row.name == "api:infant:moved"]
    assert b"other_family" not in leaf
    # A newer version of the old referral does not bring the infant back.
    message.source_version = 2
    (later,) = running.submit(message)
    assert later.family_id == known.family_id
    assert all("infant-1" not in link.people for link in rows_of(running, known.family_id).links)


def test_a_fostered_infants_lead_goes_on(running: Process) -> None:
    """The service that leads goes on for both; the carers' own family gets the infant that it knows by number."""
    message = event(1, choice("parent_infant_relationship_concern", "significant", "infant-1"))
    message.people[1].identifiers.add(system=referral_pb2.IDENTIFIER_SYSTEM_LOCAL, value="L-77", assigner="unit")
    (known,) = running.submit(message)
    accept(running, known)
    infant = infant_in(running, known.family_id)
    answer = move(running, known.family_id, infant, pb.INFANT_MOVE_KIND_FOSTERING, board_code=LANARKSHIRE)
    for family_id in (known.family_id, answer.to_family_id):
        (lead,) = held(running, family_id)[family_id][1].values()
        assert lead == (known.lead.service, known.lead.board_code, LeadState.ACCEPTED)
    assert b"L-77" in rows_of(running, answer.to_family_id).events[0].payload
    carer = event(2, MODERATE)
    carer.people[0].role = referral_pb2.PERSON_ROLE_MAIN_CARER
    del carer.people[1]
    (foster,) = running.submit(carer)
    again = move(
        running,
        answer.to_family_id,
        parse("per", answer.person_id),
        pb.INFANT_MOVE_KIND_FOSTERING,
        to_family_id=foster.family_id,
    )
    assert again.to_family_id == foster.family_id
    roles = sorted(one.role for one in rows_of(running, foster.family_id).persons)
    assert roles == ["infant", "main-carer"]


def test_one_twin_moves_and_the_other_stays(running: Process) -> None:
    """Only the infant that is named goes; a mother is no infant."""
    message = event(1, SEVERE)
    message.people[1].birth_order = 1
    second = infant_of(1)
    second.ref, second.birth_order = "infant-2", 2
    message.people.append(second)
    (known,) = running.submit(message)
    rows = rows_of(running, known.family_id)
    people = rows.links[0].people
    assert reason_of(move(running, known.family_id, people["mother"], pb.INFANT_MOVE_KIND_ADOPTION)) == "UNKNOWN_PERSON"
    move(running, known.family_id, people["infant-2"], pb.INFANT_MOVE_KIND_ADOPTION)
    assert set(rows_of(running, known.family_id).links[0].people) == {"mother", "infant-1"}


def notices_to(running: Process, family_id: str) -> list[Any]:
    """Return every notice of a family."""
    services = ("cpmht", "health-visiting", "gp", "imh", "mnpi", "maternity", "social-work", "triage-fife")
    recipients = [*services, *(f"{one}@{board}" for one in services for board in (LANARKSHIRE, FIFE))]
    with running.core.store.read() as reader:
        found = [row for one in recipients for row in reader.list_notices(one, after=0, limit=1000)]
    return [one for one in found if one.family_id == parse("fam", family_id)]


@pytest.mark.parametrize("kind", [pb.INFANT_MOVE_KIND_ADOPTION, pb.INFANT_MOVE_KIND_FOSTERING])
def test_a_move_is_taken_back_and_the_infant_is_who_it_was(running: Process, kind: Any) -> None:
    """The same person of the same episode, with what came since; the new family holds nothing, and its lead is told."""
    message = event(1, SEVERE, yes("faltering_growth", "infant-1"))
    (known,) = running.submit(message)
    accept(running, known)
    before = held(running, known.family_id)
    infant = infant_in(running, known.family_id)
    moved = move(running, known.family_id, infant, kind, board_code=FIFE)
    asked = next(one for one in moved.consequences.decisions if one.family_id == moved.to_family_id)
    message.source_version = 2
    running.submit(message)
    answer = undo_move(running, moved.consequences.regrouping_id)
    assert (answer.family_id, answer.person_id) == (known.family_id, render("per", infant))
    versions = [one for one in rows_of(running, known.family_id).links if "mother" in one.people]
    assert [one.people["infant-1"] for one in versions] == [infant, infant]
    assert len({one.episode_id for one in versions}) == 1
    assert held(running, known.family_id)[known.family_id][1] == before[known.family_id][1], "who leads goes on"
    # Nothing is of the other family any more, and what was decided of it does not stand.
    assert asked.decision_id in {one.decision_id for one in answer.consequences.rested}
    there = act(running, pb.GetFamilyRequest(family_id=moved.to_family_id)).family
    assert not [*there.members, *there.referrals, *there.leads]
    here = act(running, pb.GetFamilyRequest(family_id=known.family_id)).family
    assert {one.source_system for one in here.referrals} == {message.source_system}
    with running.core.store.read() as reader:
        number = parse("dec", asked.decision_id)
        assert reader.decisions_by_id([number])[number].state == "superseded"
    # The infant's danger is told anew where it is again, and who was asked in the other family learns that it is over.
    (decision,) = answer.consequences.decisions
    assert "faltering-growth" in {one.trigger for one in decision.safety}
    told = notices_to(running, moved.to_family_id)
    over = [one for one in told if one.kind == "stood_down"]
    lead = f"{asked.lead.service}@{asked.lead.board_code}" if asked.lead.board_code else asked.lead.service
    fostering = ["cpmht@S08000032"] if kind == pb.INFANT_MOVE_KIND_FOSTERING else []
    assert [one.recipient for one in over] == [*fostering, lead]
    # And may be moved again.
    assert move(running, known.family_id, infant, kind).to_family_id != moved.to_family_id


def test_taking_a_move_back_discloses_it_to_nobody(running: Process) -> None:
    """Refused to who may not see such links, whether there is one or not; no notice or record names both families."""
    (known,) = running.submit(event(1, SEVERE))
    (other,) = running.submit(event(2, SEVERE))
    infant = infant_in(running, known.family_id)
    moved = move(running, known.family_id, infant, pb.INFANT_MOVE_KIND_ADOPTION, board_code=FIFE)
    refused = {str(undo_move(running, one, DESK)) for one in (known.family_id, other.family_id, "fam-0an9ww44r0000")}
    assert len(refused) == 1
    assert "may not see" in refused.pop()
    assert reason_of(undo(running, known.family_id)) == "NOTHING_TO_UNDO", "a move is no merge"
    assert reason_of(undo_move(running, other.family_id)) == "NOTHING_TO_UNDO"
    assert reason_of(undo_move(running, "fam-0an9ww44r0000")) == "UNKNOWN_FAMILY"
    answer = undo_move(running, moved.to_family_id)
    assert reason_of(undo_move(running, known.family_id)) == "NOTHING_TO_UNDO"
    for family_id in (known.family_id, moved.to_family_id):
        assert not act(running, pb.GetFamilyRequest(family_id=family_id)).regroupings
        seen = act(running, pb.GetFamilyRequest(family_id=family_id, include_hidden=True), PROTECTING).regroupings
        assert [one.undoes for one in seen] == ["", moved.consequences.regrouping_id]
    theirs = {parse("dec", one.decision_id) for one in answer.consequences.decisions}
    assert not {one.decision_id for one in notices_to(running, moved.to_family_id)} & theirs
    with running.core.store.read() as reader:
        leaves = [row.leaf for row in reader.list_audit(after=0, limit=100) if row.name == "api:infant:move-undone"]
    (leaf,) = leaves
    assert b"other_family" not in leaf


def test_what_was_told_since_in_the_new_family_stays_there(running: Process) -> None:
    """The carers' own referrals are theirs; only what the router had carried is taken back, and they are told."""
    (known,) = running.submit(event(1, SEVERE))
    (foster,) = running.submit(event(2, MODERATE))
    accept(running, foster)
    infant = infant_in(running, known.family_id)
    moved = move(
        running, known.family_id, infant, pb.INFANT_MOVE_KIND_FOSTERING, to_family_id=foster.family_id
    )  # fmt: skip
    before = len(notices_to(running, foster.family_id))
    undo_move(running, moved.consequences.regrouping_id)
    assert infant_in(running, known.family_id) == infant
    view = act(running, pb.GetFamilyRequest(family_id=foster.family_id)).family
    assert [one.referral_id for one in view.referrals] == [foster.referral_id]
    assert {said.referral_id for one in view.members for said in one.records} == {foster.referral_id}
    assert [(one.lead.service, one.accepted) for one in view.leads] == [(foster.lead.service, True)]
    assert "family_changed" in {one.kind for one in notices_to(running, foster.family_id)[before:]}


def test_the_later_act_is_taken_back_first(running: Process) -> None:
    """An infant that was moved on, and a family that was merged since."""
    (known,) = running.submit(event(1, SEVERE))
    infant = infant_in(running, known.family_id)
    first = move(running, known.family_id, infant, pb.INFANT_MOVE_KIND_ADOPTION, board_code=FIFE)
    again = move(running, first.to_family_id, parse("per", first.person_id), pb.INFANT_MOVE_KIND_ADOPTION)
    assert reason_of(undo_move(running, first.consequences.regrouping_id)) == "MOVED_AGAIN"
    assert not isinstance(undo_move(running, again.consequences.regrouping_id), RouterError)
    assert not isinstance(undo_move(running, first.consequences.regrouping_id), RouterError)
    assert infant_in(running, known.family_id) == infant


def test_a_family_merged_away_after_an_undone_move_takes_along_what_was_taken_back(running: Process) -> None:
    """What says nothing any more goes along as the withdrawals do, and makes nobody of it."""
    known, asked, review = merged(running)
    infant = infant_in(running, known.family_id)
    moved = move(running, known.family_id, infant, pb.INFANT_MOVE_KIND_ADOPTION, board_code=FIFE)
    undo_move(running, moved.consequences.regrouping_id)
    accept(running, asked)
    decide(running, review, same=True)
    view = act(running, pb.GetFamilyRequest(family_id=asked.family_id)).family
    assert sorted(one.role for one in view.members) == sorted(
        [referral_pb2.PERSON_ROLE_MOTHER, referral_pb2.PERSON_ROLE_INFANT]
    )


def test_undoing_a_merge_does_not_bring_back_an_infant_who_was_moved_away(running: Process) -> None:
    """The family that returns is what it was, without the infant: where that is stays hidden."""
    known, asked, review = merged(running)
    accept(running, asked)
    decide(running, review, same=True)
    infant = infant_in(running, asked.family_id)
    moved = move(running, asked.family_id, infant, pb.INFANT_MOVE_KIND_ADOPTION, board_code=FIFE)
    undo(running, known.family_id)
    for family_id in (known.family_id, asked.family_id):
        assert all("infant-1" not in link.people for link in rows_of(running, family_id).links)
        members = act(running, pb.GetFamilyRequest(family_id=family_id)).family.members
        assert [one.role for one in members] == [referral_pb2.PERSON_ROLE_MOTHER]
    assert infant_in(running, moved.to_family_id)
