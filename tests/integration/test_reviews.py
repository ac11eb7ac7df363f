"""Reviews through the whole core and a real store: listed, claimed, seen side by side, decided, and obeyed later."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from router.service.decode import decode_event
from router.store.familyrows import NoticeRow
from router.store.ids import parse
from router.v1 import decision_pb2, referral_pb2
from router.v1 import family_service_pb2 as pb
from tests.support.processing import Process, process
from tests.support.requests import FIFE, LANARKSHIRE, choice, event, infant_of, yes
from tests.support.reviewing import SECOND, accept, act, decide, perhaps, reason_of, rows_of, sound, undo

MODERATE = choice("parent_illness_severity", "moderate")
SEVERE = choice("parent_illness_severity", "severe")


def notices(running: Process, recipient: str) -> list[NoticeRow]:
    """Return everything that was told to a recipient."""
    with running.core.store.read() as reader:
        return list(reader.list_notices(recipient, after=0, limit=1000))


def two_people(running: Process) -> None:
    """Let the pack ask for two people."""
    processor = running.core.processor
    pack = dataclasses.replace(processor.tools.pack, review_people=2)
    running.core.decider.pack = pack
    running.core.family_servicer._reads._pack_now = lambda: pack


def test_while_a_review_is_open_nothing_waits_and_danger_is_judged_over_both(running: Process) -> None:
    """The referral has its own family and lead; each side's later decisions show the other's danger."""
    (known,) = running.submit(event(1, SEVERE, yes("bruising_not_mobile", "infant-1")))
    (asked,) = running.submit(perhaps(1))
    assert asked.family_id != known.family_id
    assert asked.HasField("lead")
    told = notices(running, f"{known.lead.service}@{LANARKSHIRE}")[-1]
    assert (told.kind, told.level) == ("also_referred", "existence")
    # A newer version of it, which the matcher no longer asks about, and news of the other family.
    newer = perhaps(1)
    newer.source_version = 2
    (again,) = running.submit(newer)
    assert [one.trigger for one in again.safety] == ["bruising-not-mobile"]
    third = perhaps(1, yes("suicidal_intent"))
    third.source_version = 3
    running.submit(third)
    (other,) = running.submit(event(1, SEVERE, version=2))
    assert {one.trigger for one in other.safety} == {"bruising-not-mobile", "suicidal-intent"}


def test_the_list_has_danger_first_then_the_oldest(running: Process) -> None:
    """By desk, in pages, and nothing that was answered."""
    reviews = {}
    for number, danger, board in ((1, "", LANARKSHIRE), (2, "", LANARKSHIRE), (3, "suicidal_intent", FIFE)):
        running.submit(event(number, MODERATE))
        asked = perhaps(number, *([yes(danger)] if danger else []))
        asked.household.board_code = board
        running.submit(asked)
        (asked_again,) = running.submit(asked)
        reviews[number] = asked_again.match.review_id
    everything = act(running, pb.ListReviewsRequest()).reviews
    assert [one.review_id for one in everything] == [reviews[3], reviews[1], reviews[2]]
    assert [one.desk for one in everything] == ["triage-fife", "triage-lanarkshire", "triage-lanarkshire"]
    assert [one.review_id for one in act(running, pb.ListReviewsRequest(board_code=FIFE)).reviews] == [reviews[3]]
    seen, token = [], ""
    while True:
        page = act(running, pb.ListReviewsRequest(page_size=1, page_token=token))
        seen += [one.review_id for one in page.reviews]
        token = page.next_page_token
        if not token:
            break
    assert seen == [reviews[3], reviews[1], reviews[2]]
    decide(running, reviews[3], same=False)
    assert [one.review_id for one in act(running, pb.ListReviewsRequest()).reviews] == [reviews[1], reviews[2]]


@pytest.mark.parametrize("side", ["the known family", "the one that asks"])
def test_a_review_is_as_pressing_as_the_danger_that_is_known_now(running: Process, side: str) -> None:
    """Danger that arrives later raises it, one denied lowers it; whoever has it in hand keeps it, and it is noted."""
    known, doubtful = event(1, MODERATE), perhaps(1)
    running.submit(known)
    (asked,) = running.submit(doubtful)
    running.submit(event(2, MODERATE))
    (older, newer) = (asked.match.review_id, running.submit(perhaps(2))[0].match.review_id)
    act(running, pb.ClaimReviewRequest(review_id=newer))

    def listed() -> list[str]:
        return [one.review_id for one in act(running, pb.ListReviewsRequest()).reviews]

    assert listed() == [older, newer]
    message = event(2, MODERATE) if side == "the known family" else perhaps(2)
    message.source_version = 2
    message.observations.append(yes("suicidal_intent"))
    running.submit(message)
    assert listed() == [newer, older]
    raised = act(running, pb.ListReviewsRequest()).reviews[0]
    assert raised.danger == referral_pb2.URGENCY_EMERGENCY
    assert raised.claimed_by == "desk-console"
    message.source_version = 3
    message.observations[-1].yes_no = False
    message.observations[-1].observed_by = "Dr Synthetic"
    message.observations[-1].observed_at.FromDatetime(running.now + timedelta(minutes=5))
    running.now += timedelta(minutes=10)
    running.submit(message)
    assert listed() == [older, newer]
    history = act(running, pb.GetReviewRequest(review_id=newer)).history
    assert [(one.kind, one.made_by) for one in history] == [
        ("claimed", "desk-console"),
        ("raised", "router"),
        ("lowered", "router"),
    ]


def test_a_claim_keeps_others_out_until_it_is_over(running: Process) -> None:
    """Its owner may keep it longer, decide, or give it back; another is told that it is taken."""
    running.submit(event(1, MODERATE))
    (asked,) = running.submit(perhaps(1))
    review = asked.match.review_id
    claimed = act(running, pb.ClaimReviewRequest(review_id=review, minutes=10)).review
    assert claimed.claimed_by == "desk-console"
    for request in (pb.ClaimReviewRequest(review_id=review), pb.ReleaseReviewRequest(review_id=review)):
        assert reason_of(act(running, request, SECOND)) == "REVIEW_CLAIMED"
    assert reason_of(decide(running, review, same=True, context=SECOND)) == "REVIEW_CLAIMED"
    longer = act(running, pb.ClaimReviewRequest(review_id=review, minutes=20)).review
    assert longer.claimed_until.seconds - claimed.claimed_until.seconds == 600
    act(running, pb.ReleaseReviewRequest(review_id=review))
    assert act(running, pb.ClaimReviewRequest(review_id=review, minutes=1), SECOND).review.claimed_by == "desk-second"
    running.now = running.now.replace(hour=10)
    assert act(running, pb.ClaimReviewRequest(review_id=review)).review.claimed_by == "desk-console"


def test_a_review_is_seen_side_by_side(running: Process) -> None:
    """Everybody of both families with each source's record, what agrees and differs, leads, dangers, and the history."""
    running.submit(event(1, SEVERE, yes("bruising_not_mobile", "infant-1")))
    (asked,) = running.submit(perhaps(1))
    act(running, pb.ClaimReviewRequest(review_id=asked.match.review_id))
    seen = act(running, pb.GetReviewRequest(review_id=asked.match.review_id))
    assert [len(member.records) for member in seen.family.members] == [1]
    assert {record.source_system for member in seen.possible_family.members for record in member.records} == {
        "badgernet-lanarkshire"
    }
    assert {one.field: one.level for one in seen.comparison.agreeing}["mother.birth_date"] == "exact"
    assert {one.field for one in seen.comparison.differing} == {"household.postcode"}
    assert [gate.gate for gate in seen.comparison.gates] == ["nothing-independent"]
    assert seen.review.gates[0].sentence
    assert list(seen.possible_family.danger) == ["bruising-not-mobile"]
    assert seen.possible_family.leads[0].lead.service == "cpmht"
    assert [entry.kind for entry in seen.history] == ["claimed"]


def test_same_makes_one_family_with_one_lead(running: Process) -> None:
    """The mother is one, keys of both lead there, references resolve, one lead stands, and each holder is told."""
    (known,) = running.submit(event(1, SEVERE))
    (asked,) = running.submit(perhaps(1, yes("suicidal_intent")))
    answer = decide(running, asked.match.review_id, same=True)
    assert answer.review.state == pb.REVIEW_STATE_SAME
    (decision,) = answer.consequences.decisions
    assert decision.family_id == known.family_id
    assert [one.trigger for one in decision.safety] == ["suicidal-intent"]
    assert {one.decision_id for one in answer.consequences.rested} == {known.decision_id, asked.decision_id}
    rows = rows_of(running, known.family_id)
    mothers = {link.people["mother"] for link in rows.links if link.people}
    assert len(mothers) == 1, "the mother of both is one person"
    assert len({link.episode_id for link in rows.links}) == 1
    assert len(rows.leads) == 1
    assert rows_of(running, asked.family_id).events == ()
    # A newer version of what was merged away goes where it is now, and the danger was told to whoever leads.
    newer = perhaps(1)
    newer.source_version = 2
    (later,) = running.submit(newer)
    assert later.family_id == known.family_id
    keys = running.core.processor.key_hash.of(decode_event(perhaps(1)))
    with running.core.store.read() as reader:
        found = reader.families_of_keys(keys)
    assert all(parse("fam", known.family_id) in found[key] for key in keys), "it is found by the keys of both"
    kinds = {one.kind for one in notices(running, f"cpmht@{LANARKSHIRE}")}
    assert {"family_changed", "red_flag"} <= kinds
    assert act(running, pb.GetFamilyRequest(family_id=asked.family_id)).family.family_id == known.family_id
    assert reason_of(decide(running, asked.match.review_id, same=True)) == "REVIEW_CLOSED"


def test_an_accepted_lead_goes_on_whichever_family_it_was_of(running: Process) -> None:
    """Continuity: the family with the accepted lead survives, and the other's proposal is stood down."""
    (known,) = running.submit(event(1, SEVERE))
    (asked,) = running.submit(perhaps(1))
    accept(running, asked)
    answer = decide(running, asked.match.review_id, same=True)
    (decision,) = answer.consequences.decisions
    assert decision.family_id == asked.family_id
    assert asked.lead.service in {decision.lead.service, decision.held_by_meanwhile.service}
    lead = rows_of(running, asked.family_id).leads[0]
    assert (lead.service, lead.state.value) == (asked.lead.service, "accepted")
    told = [one.kind for one in notices(running, f"{known.lead.service}@{LANARKSHIRE}")]
    assert "stood_down" in told or "move_proposed" in told or "lead_proposed" in told


def test_of_two_accepted_leads_the_packs_order_chooses(running: Process) -> None:
    """One holds by the pack's order of leads; the other is told that it does no longer."""
    (known,) = running.submit(event(1, SEVERE))
    (asked,) = running.submit(perhaps(1))
    accept(running, asked)
    running.now = running.now.replace(hour=11)
    accept(running, known)
    answer = decide(running, asked.match.review_id, same=True)
    (decision,) = answer.consequences.decisions
    lead = rows_of(running, decision.family_id).leads[0]
    assert (lead.service, lead.state.value) == (known.lead.service, "accepted")
    told = notices(running, f"{asked.lead.service}@{LANARKSHIRE}")[-1]
    assert (told.kind, told.level) == ("stood_down", "summary")


def test_a_reviewers_pairs_are_heard(running: Process) -> None:
    """An infant that nothing but a person can tell is one with the other family's, if the person says so."""
    (known,) = running.submit(event(1, SEVERE))
    asked = perhaps(1)
    other = infant_of(1, "2026-09-03")
    other.names[0].given = "Callum"
    asked.people.append(other)
    (decision,) = running.submit(asked)
    seen = act(running, pb.GetReviewRequest(review_id=decision.match.review_id))
    infant, theirs = (
        next(one.person_id for one in side.members if one.role == 4) for side in (seen.family, seen.possible_family)
    )
    mother = next(one.person_id for one in seen.possible_family.members if one.role == 1)
    wrong = pb.PersonPair(person_id=infant, possible_person_id=mother)
    assert reason_of(decide(running, decision.match.review_id, same=True, pairs=[wrong])) == "INVALID_FIELD"
    stranger = pb.PersonPair(person_id=mother, possible_person_id=infant)
    assert reason_of(decide(running, decision.match.review_id, same=True, pairs=[stranger])) == "UNKNOWN_PERSON"
    pair = pb.PersonPair(person_id=infant, possible_person_id=theirs)
    decide(running, decision.match.review_id, same=True, pairs=[pair])
    rows = rows_of(running, known.family_id)
    assert {link.people["infant-1"] for link in rows.links if link.people} == {parse("per", theirs)}


def test_different_is_obeyed_by_what_arrives_later(running: Process) -> None:
    """What is surely of one of the two goes there without a question, and neither shows the other's danger."""
    (known,) = running.submit(event(1, SEVERE, yes("bruising_not_mobile", "infant-1")))
    (asked,) = running.submit(perhaps(1))
    answer = decide(running, asked.match.review_id, same=False)
    assert answer.review.state == pb.REVIEW_STATE_DIFFERENT
    (again,) = [one for one in answer.consequences.decisions if one.family_id == asked.family_id]
    assert not again.safety
    # More of the second family: alike to both, and surely of one.
    more = perhaps(1, MODERATE, source="chsp-lanarkshire")
    more.people[0].phones.append("07123456789")
    both = perhaps(1)
    both.people[0].phones.append("07123456789")
    both.source_version = 2
    _, later = running.submit(both, more)
    assert later.family_id == asked.family_id
    assert later.match.outcome == decision_pb2.MATCH_OUTCOME_SAME_FAMILY
    assert act(running, pb.ListReviewsRequest()).reviews == []
    assert known.family_id != later.family_id


def test_same_is_refused_where_a_person_said_different(running: Process) -> None:
    """Two families that are apart do not become one by way of a third."""
    (known,) = running.submit(event(1, SEVERE))
    (second,) = running.submit(perhaps(1))
    decide(running, second.match.review_id, same=False)
    unlike = perhaps(1, reference="third", source="daisy-lanarkshire")
    unlike.household.postcode = "EH1 1ZZ"
    (third,) = running.submit(unlike)
    reviews = {one.possible_family_id: one.review_id for one in act(running, pb.ListReviewsRequest()).reviews}
    assert third.family_id not in {known.family_id, second.family_id}
    assert set(reviews) == {known.family_id, second.family_id}
    decide(running, reviews[known.family_id], same=True)
    # The other question is answered by what was said before.
    assert act(running, pb.ListReviewsRequest()).reviews == []
    answer = decide(running, reviews[second.family_id], same=True)
    assert reason_of(answer) == "REVIEW_CLOSED"


def test_two_people_must_agree_where_the_pack_asks(running: Process) -> None:
    """The first is not the second; what the first said is not shown; a disagreement opens it again."""
    two_people(running)
    running.submit(event(1, SEVERE))
    (asked,) = running.submit(perhaps(1))
    review = asked.match.review_id
    first = decide(running, review, same=True)
    assert first.review.state == pb.REVIEW_STATE_SECOND_WANTED
    assert not first.consequences.decisions
    assert reason_of(decide(running, review, same=True)) == "SECOND_PERSON_NEEDED"
    disputed = decide(running, review, same=False, context=SECOND)
    assert disputed.review.state == pb.REVIEW_STATE_DISPUTED
    assert rows_of(running, asked.family_id).events
    decide(running, review, same=False, context=SECOND)
    agreed = decide(running, review, same=False)
    assert agreed.review.state == pb.REVIEW_STATE_DIFFERENT
    seen = act(running, pb.GetReviewRequest(review_id=review))
    assert [entry.kind for entry in seen.history] == [
        "said_same", "said_different", "disputed", "said_different", "said_different"
    ]  # fmt: skip


def test_an_act_is_done_once(running: Process) -> None:
    """The same request gets the same answer; the same id with other content is refused."""
    running.submit(event(1, SEVERE))
    (asked,) = running.submit(perhaps(1))
    first = decide(running, asked.match.review_id, same=True, request_id="reviewer-0001")
    assert decide(running, asked.match.review_id, same=True, request_id="reviewer-0001") == first
    assert (
        reason_of(decide(running, asked.match.review_id, same=False, request_id="reviewer-0001")) == "REQUEST_ID_REUSED"
    )


def test_looks_and_acts_are_audited_without_personal_data(running: Process) -> None:
    """Each is a record with pseudonyms, and a decision made again has its digests."""
    running.submit(event(1, SEVERE))
    (asked,) = running.submit(perhaps(1))
    act(running, pb.ListReviewsRequest())
    act(running, pb.GetReviewRequest(review_id=asked.match.review_id))
    act(running, pb.GetFamilyRequest(family_id=asked.family_id))
    decide(running, asked.match.review_id, same=True, note="Ailsa is the same person")
    undo(running, asked.family_id)
    with running.core.store.read() as reader:
        rows = reader.list_audit(after=0, limit=100)
    names = [row.name for row in rows]
    for name in ("reviews:listed", "review:read", "family:read", "review:judged", "merge:undone"):
        assert names.count(f"api:{name}") == 1, name
    again = [row.leaf for row in rows if row.name == "api:episode:decided-again"]
    assert again
    assert all(b'"decision_digest"' in leaf and b'"event_digest"' in leaf for leaf in again)
    assert not [row for row in rows if b"Ailsa" in row.leaf or b"fam-" in row.leaf]


def test_a_core_that_starts_anew_obeys(tmp_path: Path) -> None:
    """What people said lies in the store, not in the process."""
    with process(tmp_path) as one:
        one.submit(event(1, SEVERE))
        (asked,) = one.submit(perhaps(1))
        decide(one, asked.match.review_id, same=True)
    newer = perhaps(1)
    newer.source_version = 2
    with process(tmp_path) as another:
        (later,) = another.submit(newer)
        assert later.match.outcome == decision_pb2.MATCH_OUTCOME_SAME_FAMILY
        assert undo(another, asked.family_id).family_id == asked.family_id
        assert sound(another) == []
