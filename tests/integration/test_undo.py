"""Taking back, through the whole core and a real store: merges and splits; nothing is overwritten."""

from __future__ import annotations

import pytest

from router.store.familyrows import LeadState
from router.store.ids import parse, render
from router.v1 import decision_pb2, referral_pb2
from router.v1 import family_service_pb2 as pb
from tests.support.processing import Process
from tests.support.requests import choice, event, next_id, yes
from tests.support.reviewing import (
    accept,
    act,
    decide,
    held,
    merged,
    perhaps,
    reason_of,
    rows_of,
    split,
    undo,
)

MODERATE = choice("parent_illness_severity", "moderate")
SEVERE = choice("parent_illness_severity", "severe")


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
    assert reason_of(undo(running, first.consequences.regrouping_id)) == "NOTHING_TO_UNDO"
    assert reason_of(undo(running, known.family_id)) == "NOTHING_TO_UNDO"
    assert reason_of(undo(running, "fam-0000000000000")) == "UNKNOWN_FAMILY"
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
    assert reason_of(undo(running, third.family_id)) == "MERGED_AGAIN"
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
    assert reason_of(split(running, known.family_id, known.referral_id)) == "NOTHING_WOULD_STAY"
    assert reason_of(split(running, known.family_id, wrong.referral_id)) == "UNKNOWN_REFERRAL"
    assert reason_of(split(running, known.family_id, known.referral_id, to=known.family_id)) == "INVALID_FIELD"
    assert reason_of(split(running, "fam-0000000000000", known.referral_id)) == "UNKNOWN_FAMILY"
    request.request_id, request.person_ids[0] = next_id(), "per-0000000000000"
    assert reason_of(act(running, request)) == "UNKNOWN_PERSON"
