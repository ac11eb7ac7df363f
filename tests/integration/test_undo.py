"""Taking back, through the whole core and a real store: merges, splits, infants who move; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from router.model.errors import RouterError
from router.store.ids import parse, render
from router.store.interface import EventKind, LeadState
from router.v1 import decision_pb2, referral_pb2
from router.v1 import family_service_pb2 as pb
from tests.support import reviewing
from tests.support.places import STORES
from tests.support.processing import Process, process
from tests.support.requests import DESK, FIFE, LANARKSHIRE, choice, event, infant_of, next_id, yes
from tests.support.reviewing import PROTECTING, act, decide, perhaps, rows_of, sound, split, undo, undo_move

MODERATE = choice("parent_illness_severity", "moderate")
SEVERE = choice("parent_illness_severity", "severe")


@pytest.fixture(params=STORES)
def running(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Process]:
    """A process with an empty store, of each kind; whatever a test does, its rows agree in the end."""
    with process(tmp_path, request.param) as one:
        yield one
        assert sound(one) == []


def reason(refusal: RouterError) -> str:
    """Return the documented reason of a refusal."""
    assert isinstance(refusal, RouterError), refusal
    return refusal.reason.value


def accept(running: Process, decision: decision_pb2.Decision) -> None:
    """Let the service that is asked accept the lead."""
    reviewing.accept(running, decision.decision_id, decision.lead.service, decision.lead.board_code)


def held(running: Process, *family_ids: str) -> dict[str, Any]:
    """Return what is held of families: which referral is where, of whom, in which episode, and who leads."""
    found: dict[str, Any] = {}
    for family_id in family_ids:
        rows = rows_of(running, family_id)
        referrals = {row.event_id for row in rows.events if row.kind is EventKind.REFERRAL}
        links = {link.event_id: (link.episode_id, dict(link.people)) for link in rows.links}
        alive = {links[one][0] for one in referrals}
        found[family_id] = (
            {one: links[one] for one in referrals},
            {
                lead.episode_id: (lead.service, lead.board, lead.state)
                for lead in rows.leads
                if lead.episode_id in alive
            },
        )
    return found


def merged(running: Process, *observations: referral_pb2.Observation) -> tuple[Any, Any, str]:
    """Submit two referrals that may be one family; return both decisions and the review."""
    (known,) = running.submit(event(1, SEVERE))
    (asked,) = running.submit(perhaps(1, *observations))
    return known, asked, asked.match.review_id


def test_undoing_a_merge_gives_back_what_was(running: Process) -> None:
    """People, episodes and leads are those of before; the review is open again; every resting decision is listed."""
    known, asked, review = merged(running, yes("suicidal_intent"))
    accept(running, known)
    before = held(running, known.family_id, asked.family_id)
    together = decide(running, review, same=True)
    answer = undo(running, asked.family_id)
    assert (answer.family_id, answer.from_family_id) == (asked.family_id, known.family_id)
    assert held(running, known.family_id, asked.family_id) == before
    rested = {one.decision_id for one in answer.consequences.rested}
    assert {one.decision_id for one in together.consequences.decisions} <= rested
    assert {one.family_id for one in answer.consequences.decisions} == {known.family_id, asked.family_id}
    (again,) = act(running, pb.ListReviewsRequest()).reviews
    assert (again.review_id, again.state) == (review, pb.REVIEW_STATE_OPEN)
    # The question may be answered anew, either way.
    assert decide(running, review, same=True).consequences.decisions
    undo(running, known.family_id)
    assert decide(running, review, same=False).review.state == pb.REVIEW_STATE_DIFFERENT


def test_nothing_is_overwritten(running: Process) -> None:
    """Each act only adds links; those of before are still there, and so are decisions."""
    _, asked, review = merged(running)
    with running.core.store.read() as reader:
        counts = [reader.counts()]
    for step in (lambda: decide(running, review, same=True), lambda: undo(running, asked.family_id)):
        step()
        with running.core.store.read() as reader:
            counts.append(reader.counts())
    for table in ("link", "decision", "person", "episode", "regrouping", "judgement", "review_event"):
        rows = [one[table] for one in counts]
        assert rows == sorted(rows), table
    # One event moved there and back, and the two acts themselves.
    assert counts[-1]["regrouped"] == 2
    assert counts[-1]["link"] - counts[0]["link"] == 2 + 2


def test_who_accepted_since_a_merge_goes_on(running: Process) -> None:
    """The lead that was accepted for both keeps the family that went on; the other is proposed to whom it was before."""
    known, asked, review = merged(running)
    (together,) = decide(running, review, same=True).consequences.decisions
    accept(running, together)
    undo(running, asked.family_id)
    (lead,) = rows_of(running, known.family_id).leads
    assert (lead.service, lead.state) == (together.lead.service, LeadState.ACCEPTED)
    back = [one for one in rows_of(running, asked.family_id).leads if one.state is LeadState.ACCEPTED]
    assert back == []


@pytest.mark.parametrize("elder", ["leads on", "is stood down"])
def test_two_accepted_leads_are_both_back_after_an_undo(running: Process, elder: str) -> None:
    """The one that was stood down by the merge leads its family again, whichever family went on."""
    messages = [event(1, SEVERE), perhaps(1)]
    if elder == "is stood down":
        messages.reverse()
    known, asked = (running.submit(message)[0] for message in messages)
    accept(running, asked)
    accept(running, known)
    before = held(running, known.family_id, asked.family_id)
    decide(running, asked.match.review_id, same=True)
    (lead,) = [one for one in rows_of(running, known.family_id).leads if one.state is LeadState.ACCEPTED]
    assert lead.service == "cpmht", "the pack's order of leads"
    undo(running, known.family_id)
    assert held(running, known.family_id, asked.family_id) == before


def test_what_arrived_since_goes_where_it_belongs(running: Process) -> None:
    """A newer version goes with its referral; what the matcher would put there goes along; the rest stays."""
    known, asked, review = merged(running)
    decide(running, review, same=True)
    newer = perhaps(1)
    newer.source_version = 2
    (version,) = running.submit(newer)
    (stays,) = running.submit(event(1, choice("substance_use", "current"), source="daisy-lanarkshire", reference="d"))
    assert version.family_id == stays.family_id == known.family_id
    undo(running, asked.family_id)
    after = held(running, known.family_id, asked.family_id)
    assert parse("ref", version.referral_id) in after[asked.family_id][0]
    assert parse("ref", stays.referral_id) in after[known.family_id][0]
    mothers = {people["mother"] for _, people in after[asked.family_id][0].values()}
    assert len(mothers) == 1


def test_merges_are_undone_from_the_last_one_back(running: Process) -> None:
    """A merge under another one waits for it; undone once, it is not undone again."""
    known, _, review = merged(running)
    unlike = perhaps(1, reference="third", source="daisy-lanarkshire")
    unlike.household.postcode = "EH1 1ZZ"
    (third,) = running.submit(unlike)
    at_first = {one.review_id for one in act(running, pb.ListReviewsRequest()).reviews}
    first = decide(running, review, same=True)
    target = first.consequences.decisions[0].family_id
    before = held(running, target, third.family_id)
    remaining = act(running, pb.ListReviewsRequest()).reviews
    assert {one.possible_family_id for one in remaining} == {target}, "reviews follow the families"
    decide(running, remaining[0].review_id, same=True)
    assert act(running, pb.ListReviewsRequest()).reviews == [], "a question between what is one is settled"
    undo(running, third.family_id)
    assert held(running, target, third.family_id) == before
    assert {one.family_id for one in act(running, pb.ListReviewsRequest()).reviews} == {third.family_id}
    undo(running, first.consequences.regrouping_id)
    assert reason(undo(running, first.consequences.regrouping_id)) == "NOTHING_TO_UNDO"
    assert reason(undo(running, known.family_id)) == "NOTHING_TO_UNDO"
    assert reason(undo(running, "fam-0000000000000")) == "UNKNOWN_FAMILY"
    assert {one.review_id for one in act(running, pb.ListReviewsRequest()).reviews} == at_first


def test_a_merge_under_another_waits(running: Process) -> None:
    """The family that it was merged into is itself merged away: the later act is taken back first."""
    (elder,) = running.submit(perhaps(1, reference="elder", source="daisy-lanarkshire"))
    known_event = event(1, SEVERE)
    known_event.household.postcode = "EH1 1ZZ"
    (known,) = running.submit(known_event)
    youngest = perhaps(1, reference="youngest", source="chsp-lanarkshire")
    youngest.household.postcode = "G1 1ZZ"
    (third,) = running.submit(youngest)
    reviews = {
        frozenset((one.family_id, one.possible_family_id)): one.review_id
        for one in act(running, pb.ListReviewsRequest()).reviews
    }
    inner = decide(running, reviews[frozenset((third.family_id, known.family_id))], same=True)
    assert inner.consequences.decisions[0].family_id == known.family_id
    outer = decide(running, reviews[frozenset((known.family_id, elder.family_id))], same=True)
    assert outer.consequences.decisions[0].family_id == elder.family_id
    assert reason(undo(running, third.family_id)) == "MERGED_AGAIN"
    undo(running, outer.consequences.regrouping_id)
    undo(running, third.family_id)
    assert rows_of(running, third.family_id).events


def test_a_split_and_its_way_back(running: Process) -> None:
    """All versions go to a new family and come back to the same people and episode; the lead stays with what stays."""
    (known,) = running.submit(event(1, SEVERE))
    accept(running, known)
    (wrong,) = running.submit(event(1, choice("substance_use", "current"), yes("suicidal_intent"), source="daisy-fife"))
    running.submit(event(1, choice("substance_use", "current"), source="daisy-fife", version=2))
    before = held(running, known.family_id)
    answer = split(running, known.family_id, wrong.referral_id)
    new = held(running, answer.to_family_id)[answer.to_family_id]
    assert len(new[0]) == 2, "both versions"
    assert {state for _, _, state in new[1].values()} == {LeadState.PROPOSED}
    decisions = {one.family_id: one for one in answer.consequences.decisions}
    assert [one.trigger for one in decisions[answer.to_family_id].safety] == ["suicidal-intent"]
    assert not decisions[known.family_id].safety
    assert wrong.decision_id in {one.decision_id for one in answer.consequences.rested}
    (lead,) = rows_of(running, known.family_id).leads
    assert (lead.service, lead.state) == (known.lead.service, LeadState.ACCEPTED)
    back = split(running, answer.to_family_id, wrong.referral_id, to=known.family_id)
    assert back.to_family_id == known.family_id
    assert held(running, known.family_id) == before


def test_what_was_split_off_is_not_joined_again_by_the_matcher(running: Process) -> None:
    """A later event goes with one of the two, or a person is asked; "same" is refused until that is settled."""
    (known,) = running.submit(event(1, SEVERE))
    (wrong,) = running.submit(event(1, choice("substance_use", "current"), source="daisy-fife"))
    answer = split(running, known.family_id, wrong.referral_id)
    (later,) = running.submit(event(1, MODERATE, source="chsp-fife"))
    assert later.match.outcome == decision_pb2.MATCH_OUTCOME_ASK_A_PERSON
    reviews = {one.possible_family_id: one.review_id for one in act(running, pb.ListReviewsRequest()).reviews}
    assert set(reviews) == {known.family_id, answer.to_family_id}
    decide(running, reviews[known.family_id], same=True)
    assert act(running, pb.ListReviewsRequest()).reviews == []


def test_a_split_by_person_takes_all_that_is_about_her(running: Process) -> None:
    """And a split that would leave nothing, or names what is not there, is refused."""
    (known,) = running.submit(event(1, SEVERE))
    unlike = event(1, choice("substance_use", "current"), source="daisy-fife", reference="partner")
    unlike.people.add(ref="partner", role=referral_pb2.PERSON_ROLE_PARTNER).names.add(given="Rory", family="Other")
    (wrong,) = running.submit(unlike)
    partner = next(one for one in rows_of(running, known.family_id).persons if one.role == "partner")
    request = pb.SplitFamilyRequest(
        family_id=known.family_id,
        person_ids=[render("per", partner.person_id)],
        reason=pb.REGROUPING_REASON_NEW_EVIDENCE,
    )
    answer = act(running, request)
    assert set(held(running, answer.to_family_id)[answer.to_family_id][0]) == {parse("ref", wrong.referral_id)}
    assert reason(split(running, known.family_id, known.referral_id)) == "NOTHING_WOULD_STAY"
    assert reason(split(running, known.family_id, wrong.referral_id)) == "UNKNOWN_REFERRAL"
    assert reason(split(running, known.family_id, known.referral_id, to=known.family_id)) == "INVALID_FIELD"
    assert reason(split(running, "fam-0000000000000", known.referral_id)) == "UNKNOWN_FAMILY"
    request.request_id, request.person_ids[0] = next_id(), "per-0000000000000"
    assert reason(act(running, request)) == "UNKNOWN_PERSON"


def move(running: Process, family_id: str, person_id: int, kind: Any, **more: str) -> Any:
    """Move an infant."""
    request = pb.MoveInfantRequest(family_id=family_id, person_id=render("per", person_id), kind=kind, **more)
    return act(running, request)


def infant_in(running: Process, family_id: str) -> int:
    """Return the infant of a family."""
    return next(one.person_id for one in rows_of(running, family_id).persons if one.role == "infant")


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
    assert reason(move(running, known.family_id, people["mother"], pb.INFANT_MOVE_KIND_ADOPTION)) == "UNKNOWN_PERSON"
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
    assert reason(undo(running, known.family_id)) == "NOTHING_TO_UNDO", "a move is no merge"
    assert reason(undo_move(running, other.family_id)) == "NOTHING_TO_UNDO"
    assert reason(undo_move(running, "fam-0an9ww44r0000")) == "UNKNOWN_FAMILY"
    answer = undo_move(running, moved.to_family_id)
    assert reason(undo_move(running, known.family_id)) == "NOTHING_TO_UNDO"
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
    assert reason(undo_move(running, first.consequences.regrouping_id)) == "MOVED_AGAIN"
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
