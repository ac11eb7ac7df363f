"""Whom a decision tells, of what, and in how much detail, on examples written out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.model.people import Person, Role
from router.model.referral import Consent, Involvement, Observation, Referrer, Urgency
from router.routing.case import Case, MatchOutcome, Proposal, ReferralState, Standing
from router.routing.decision import Notice, NoticeKind, NoticeLevel
from router.routing.notices import address
from tests.support.events import FIFE, LOTHIAN, ORKNEY, WHEN, case_of, event_of, held_as, moment, said, scottish_decider

DECIDER = scottish_decider()
PEOPLE = (Person("carer", Role.MOTHER), Person("infant-1", Role.INFANT, birth_date=moment(100).date()))
ILL = said("parent_illness_severity", "moderate")
CPMHT = f"cpmht@{LOTHIAN}"
GRAMPIAN = "S08000020"


def arrival(
    *more: Observation, reference: str = "r1", referral_id: int = 1, sender: str = "gp", **fields: object
) -> Case:
    """Return a case of one arrival that the perinatal team would lead."""
    event = event_of(ILL, *more, people=PEOPLE, source_reference=reference, referrer=Referrer(service=sender), **fields)
    return case_of([held_as(event, referral_id)], arrived=referral_id)


def then(first: Case, second: Case, **more: object) -> Case:
    """Return a case in which ``second`` arrived after ``first``."""
    return replace(second, referrals=(*first.referrals, *second.referrals), **more)  # type: ignore[arg-type]


def notices(case: Case, *kinds: NoticeKind) -> list[tuple[str, NoticeKind, NoticeLevel]]:
    """Return who is told what, of some kinds."""
    made = DECIDER.decide(case).notices
    return [(one.recipient, one.kind, one.level) for one in made if not kinds or one.kind in kinds]


def texts(case: Case, kind: NoticeKind) -> list[Notice]:
    """Return the notices of a kind."""
    return [one for one in DECIDER.decide(case).notices if one.kind is kind]


def test_a_first_referral_asks_the_lead_and_its_supporters() -> None:
    """The lead sees everything; those beside it get a summary; nobody else hears."""
    assert notices(arrival()) == [
        (CPMHT, NoticeKind.LEAD_PROPOSED, NoticeLevel.FULL),
        (f"health-visiting@{LOTHIAN}", NoticeKind.SUPPORT_PROPOSED, NoticeLevel.SUMMARY),
        (f"gp@{LOTHIAN}", NoticeKind.SUPPORT_PROPOSED, NoticeLevel.SUMMARY),
    ]


def test_a_danger_is_told_to_its_recipients_and_the_desk_before_all_else() -> None:
    """In words that name nobody, about a role, with the hours."""
    case = arrival(said("bruising_not_mobile", value=True, subject_ref="infant-1"))
    first = DECIDER.decide(case).notices[:3]
    assert [one.recipient for one in first] == [f"social-work@{LOTHIAN}", f"gp@{LOTHIAN}", "triage-lothian"]
    for one in first:
        assert (one.kind, one.level, one.urgency) == (
            NoticeKind.SAFEGUARDING,
            NoticeLevel.SUMMARY,
            Urgency.EMERGENCY,
        )
        assert one.text == ("Bruising in a baby who cannot yet move about: reported about a baby. Act within 4 hours.")


@pytest.mark.parametrize(
    ("ref", "whom"),
    [
        ("carer", "a parent"),
        ("infant-1", "a baby"),
        ("partner", "a partner"),
        ("sibling-1", "a child of the household"),
        ("", "a family"),
        ("nobody", "a family"),
    ],
)
def test_a_safety_notice_says_about_whom_in_a_word(ref: str, whom: str) -> None:
    """A role, never a name."""
    people = (*PEOPLE, Person("partner", Role.PARTNER), Person("sibling-1", Role.SIBLING))
    event = event_of(said("child_protection_concern", value=True, subject_ref=ref), people=people)
    (one, *_) = texts(case_of([held_as(event)], arrived=1), NoticeKind.SAFEGUARDING)
    assert f"reported about {whom}." in one.text


def test_a_danger_of_an_unknown_board_goes_to_the_national_desk() -> None:
    """No service of no board can be named, so the desk alone is told; and owns the family."""
    case = arrival(said("suicidal_intent", value=True), board="")
    assert notices(case) == [
        ("national-triage", NoticeKind.RED_FLAG, NoticeLevel.SUMMARY),
        ("national-triage", NoticeKind.DESK_ITEM, NoticeLevel.FULL),
    ]


def test_a_danger_on_an_island_goes_to_the_board_that_serves_it() -> None:
    """The perinatal team of another board, the family's own doctor."""
    case = arrival(said("suicidal_intent", value=True), board=ORKNEY)
    assert [one.recipient for one in texts(case, NoticeKind.RED_FLAG)] == [
        f"cpmht@{GRAMPIAN}",
        f"gp@{ORKNEY}",
        "triage-orkney",
    ]


def test_a_danger_that_came_before_is_not_told_again() -> None:
    """A second message without it brings no notice of it; a second message with it does."""
    first = arrival(said("suicidal_intent", value=True))
    assert not texts(then(first, arrival(reference="r2", referral_id=2)), NoticeKind.RED_FLAG)
    again = arrival(said("suicidal_intent", value=True), reference="r2", referral_id=2)
    assert len(texts(then(first, again), NoticeKind.RED_FLAG)) == 3


def test_a_decision_without_an_arrival_tells_no_danger_again() -> None:
    """A decline calls for a new decision; the danger was told when it came."""
    case = replace(arrival(said("suicidal_intent", value=True)), arrived=0)
    assert not texts(case, NoticeKind.RED_FLAG)


def test_refused_consent_stops_no_safety_notice() -> None:
    """The desk owns the family, and everybody is told of the danger as if consent were given."""
    case = arrival(said("suicidal_intent", value=True), consent=Consent.REFUSED)
    assert len(texts(case, NoticeKind.RED_FLAG)) == 3
    (item,) = texts(case, NoticeKind.DESK_ITEM)
    assert "CONSENT_REFUSED" in item.text


def test_a_second_referral_is_told_to_both_senders() -> None:
    """Each learns that there is another, and no more."""
    case = then(arrival(sender="gp"), arrival(reference="r2", referral_id=2, sender="maternity"))
    assert notices(case, NoticeKind.ALSO_REFERRED) == [
        (f"gp@{LOTHIAN}", NoticeKind.ALSO_REFERRED, NoticeLevel.EXISTENCE),
        (f"maternity@{LOTHIAN}", NoticeKind.ALSO_REFERRED, NoticeLevel.EXISTENCE),
    ]


def test_a_newer_version_is_no_second_referral() -> None:
    """Its own sender is not told that somebody else referred."""
    first = arrival()
    older = replace(first, referrals=tuple(replace(one, state=ReferralState.SUPERSEDED) for one in first.referrals))
    assert not texts(then(older, arrival(referral_id=2, source_version=2)), NoticeKind.ALSO_REFERRED)


def test_a_lead_that_accepted_hears_of_a_new_referral_though_the_first_was_withdrawn() -> None:
    """It works with the family, whatever became of the referral that brought it."""
    first = arrival()
    gone = replace(first, referrals=tuple(replace(one, state=ReferralState.WITHDRAWN) for one in first.referrals))
    standing = Standing(accepted=Proposal("cpmht", LOTHIAN, 1))
    case = then(gone, arrival(reference="r2", referral_id=2, sender="maternity"), standing=standing)
    assert notices(case, NoticeKind.ALSO_REFERRED) == [(CPMHT, NoticeKind.ALSO_REFERRED, NoticeLevel.SUMMARY)]


@pytest.mark.parametrize(
    ("involvement", "recipient"),
    [
        (Involvement("maternity", current=True), f"maternity@{LOTHIAN}"),
        (Involvement("maternity", current=True, board_code=FIFE), f"maternity@{FIFE}"),
        (Involvement("maternity", current=True, board_code="S08000018"), f"maternity@{FIFE}"),
        (Involvement("cpmht", current=True, board_code=ORKNEY), f"cpmht@{GRAMPIAN}"),
        (Involvement("mbu", current=True, board_code=LOTHIAN), "mbu"),
        (Involvement("maternity", current=False), None),
        (Involvement("a-choir", current=True), None),
    ],
)
def test_a_service_that_is_involved_is_told_at_its_own_address(involvement: Involvement, recipient: str | None) -> None:
    """By the code in use for the board that provides it; a national service has no board."""
    told = [one.recipient for one in texts(arrival(involvements=(involvement,)), NoticeKind.ALSO_REFERRED)]
    assert told == ([recipient] if recipient else [])


def test_a_sender_of_no_known_board_is_told_through_its_system() -> None:
    """A service without a board is nobody's address."""
    case = then(arrival(board=""), arrival(reference="r2", referral_id=2, sender="maternity"))
    assert "trakcare" in {one.recipient for one in texts(case, NoticeKind.ALSO_REFERRED)}


def test_a_proposal_that_stands_is_said_to_stand() -> None:
    """The lead that was asked is told that more has come; supporters are not asked twice."""
    asked = frozenset({("health-visiting", LOTHIAN), ("gp", LOTHIAN)})
    standing = Standing(proposed=Proposal("cpmht", LOTHIAN, 1), supporting=asked)
    case = replace(arrival(), standing=standing)
    (one,) = DECIDER.decide(case).notices
    assert (one.recipient, one.kind) == (CPMHT, NoticeKind.LEAD_PROPOSED)
    assert "the proposal stands" in one.text


def test_a_service_asked_before_is_stood_down() -> None:
    """It learns that no answer is needed, and nothing of the family."""
    case = replace(arrival(), standing=Standing(proposed=Proposal("imh", LOTHIAN, 1)))
    assert notices(case, NoticeKind.STOOD_DOWN) == [(f"imh@{LOTHIAN}", NoticeKind.STOOD_DOWN, NoticeLevel.EXISTENCE)]


def test_a_move_is_told_to_the_giver_with_its_reason() -> None:
    """The receiver is asked to lead; the giver leads until it accepts."""
    standing = Standing(accepted=Proposal("health-visiting", LOTHIAN, 1))
    (one,) = texts(replace(arrival(), standing=standing), NoticeKind.MOVE_PROPOSED)
    assert (one.recipient, one.level) == (f"health-visiting@{LOTHIAN}", NoticeLevel.SUMMARY)
    assert DECIDER.pack.moves["universal-to-cpmht"].label in one.text
    assert "You lead until it is accepted." in one.text


def test_a_family_that_moved_is_told_to_the_service_it_left() -> None:
    """Its own team is asked where it lives now."""
    case = replace(arrival(), standing=Standing(accepted=Proposal("cpmht", FIFE, 1)))
    (one,) = texts(case, NoticeKind.MOVE_PROPOSED)
    assert one.recipient == f"cpmht@{FIFE}"
    assert "the family has moved to another board" in one.text
    assert notices(case, NoticeKind.LEAD_PROPOSED) == [(CPMHT, NoticeKind.LEAD_PROPOSED, NoticeLevel.FULL)]


def test_a_possible_match_asks_the_desk_and_tells_the_other_holders() -> None:
    """They learn that a referral exists that may be for their family."""
    other = held_as(event_of(people=PEOPLE, source_reference="r9"), 9, people={"carer": 101, "infant-1": 111})
    case = replace(
        arrival(),
        match=MatchOutcome.ASK_A_PERSON,
        perhaps=(other,),
        perhaps_holders=frozenset({("imh", LOTHIAN), ("mbu", "")}),
    )
    assert notices(case, NoticeKind.REVIEW, NoticeKind.ALSO_REFERRED) == [
        ("triage-lothian", NoticeKind.REVIEW, NoticeLevel.FULL),
        (f"imh@{LOTHIAN}", NoticeKind.ALSO_REFERRED, NoticeLevel.EXISTENCE),
        ("mbu", NoticeKind.ALSO_REFERRED, NoticeLevel.EXISTENCE),
    ]


def test_an_address_is_a_service_at_a_board() -> None:
    """A national service stands alone."""
    assert (address("gp", LOTHIAN), address("mbu", "")) == (f"gp@{LOTHIAN}", "mbu")


def test_no_notice_names_anybody_or_quotes_the_family() -> None:
    """Texts are made of the pack's words and the router's own."""
    people = (Person("carer", Role.MOTHER, postcode="EH1 1AA"), *PEOPLE[1:])
    event = event_of(
        ILL,
        said("domestic_abuse_disclosed", value=True),
        people=people,
        free_text="Secret words",
        view_of_parent="Secret wish",
    )
    for one in DECIDER.decide(case_of([held_as(event)], arrived=1)).notices:
        assert "Secret" not in one.text
        assert "EH1" not in one.text
        assert WHEN.isoformat() not in one.text
