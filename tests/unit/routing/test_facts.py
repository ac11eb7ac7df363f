"""What is held of each fact: newest wins, conflicts and unreadable codes leave it unknown, twins are told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from router.model.facts import NOT_APPLICABLE, Held, Known, Missing, Unknown
from router.model.people import Household, Person, Role
from router.routing.case import Case, HeldReferral, ReferralState
from router.routing.facts import board_of, resolve, views_of
from router.routing.safety import findings
from tests.support.events import (
    FIFE,
    FOREIGN,
    LOTHIAN,
    UNMAPPED,
    WHEN,
    case_of,
    event_of,
    held_as,
    moment,
    said,
    scottish_decider,
)

FACTS = scottish_decider().pack.facts
CARER = Person("carer", Role.MOTHER)
TODAY = WHEN.date()
UNKNOWN = Unknown(Missing.NOT_STATED)


def infant(number: int = 1, **more: object) -> Person:
    """Return a baby born a hundred days ago."""
    return Person(f"infant-{number}", Role.INFANT, **{"birth_date": TODAY - timedelta(days=100), **more})  # type: ignore[arg-type]


def views(*held: HeldReferral, case: Case | None = None) -> list[dict[str, Held]]:
    """Return the facts of each view."""
    whole = case or case_of(held)
    return [dict(view.facts) for view in views_of(whole, FACTS, findings(whole.referrals, whole.as_of))]


def fact(name: str, *held: HeldReferral) -> Held:
    """Return what is held of a fact in the only view."""
    (view,) = views(*held)
    return view.get(name, UNKNOWN)


def test_the_newest_observation_counts() -> None:
    """By when it was observed, not by when its message came."""
    old, new = (
        said("parent_illness_severity", "severe", days_ago=3),
        said("parent_illness_severity", "mild", days_ago=1),
    )
    for event in (event_of(old, new), event_of(new, old)):
        assert fact("parent_illness_severity", held_as(event)) == Known("mild", "trakcare", moment(1))
    first, second = held_as(event_of(new)), held_as(event_of(old, source_reference="r2"), 2)
    assert fact("parent_illness_severity", first, second) == Known("mild", "trakcare", moment(1))


def test_two_values_of_one_moment_are_a_conflict() -> None:
    """Unknown, with both values kept; the same value twice is none."""
    one, other = (
        said("parent_illness_severity", "severe"),
        said("parent_illness_severity", "mild", source_system=FOREIGN),
    )
    assert fact("parent_illness_severity", held_as(event_of(one, other))) == Unknown(
        Missing.CONFLICT, ("mild", "severe")
    )
    agreed = replace(other, value="severe")
    assert isinstance(fact("parent_illness_severity", held_as(event_of(one, agreed))), Known)


def test_a_code_that_nobody_mapped_leaves_the_fact_unknown() -> None:
    """Alone it is unmapped; a plain value beside it stands."""
    blurred = said("parent_illness_severity", None, unmapped=UNMAPPED)
    assert fact("parent_illness_severity", held_as(event_of(blurred))) == Unknown(Missing.UNMAPPED)
    plain = said("parent_illness_severity", "mild", days_ago=2)
    assert fact("parent_illness_severity", held_as(event_of(plain, blurred))) == Known("mild", "trakcare", moment(2))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("parent_illness_severity", "dreadful"),
        ("parent_illness_severity", True),
        ("primary_carer", "yes"),
        ("primary_carer", 1),
        ("epds_total", True),
        ("epds_total", "14"),
        ("epds_total", 10**7),
        ("epds_total", date(2026, 1, 1)),
    ],
)
def test_a_value_of_another_kind_is_not_read_as_anything(name: str, value: object) -> None:
    """A yes for a number, a number for a yes and a word that is no choice are all unknown."""
    ref = "infant-1" if name == "primary_carer" else "carer"
    assert fact(name, held_as(event_of(said(name, value, subject_ref=ref)))) == Unknown(Missing.UNMAPPED)  # type: ignore[arg-type]


def test_only_referrals_that_speak_are_read() -> None:
    """A superseded or withdrawn message tells no fact; danger is the exception."""
    event = event_of(said("parent_illness_severity", "mild"), said("suicidal_intent", value=True))
    for state in (ReferralState.SUPERSEDED, ReferralState.WITHDRAWN):
        held = held_as(event, state=state)
        assert fact("parent_illness_severity", held) == UNKNOWN
        assert fact("suicidal_intent", held) == Known(value=True, source_system="trakcare", observed_at=WHEN)


def test_the_worst_of_several_numbers_stands() -> None:
    """Whichever source says less, and whenever."""
    for low, high in (("aaa", "zzz"), ("zzz", "aaa")):
        event = event_of(
            said("epds_item_10", 1, source_system=low), said("epds_item_10", 3, days_ago=2, source_system=high)
        )
        assert fact("epds_item_10", held_as(event)) == Known(3, high, moment(2))


def test_twins_have_views_of_their_own() -> None:
    """What is seen of one is not held of the other; what is seen of the mother or of nobody is held of both."""
    event = event_of(
        said("brain_injury", value=True, subject_ref="infant-1"),
        said("meningitis", value=True, subject_ref=""),
        said("parent_illness_severity", "mild"),
        said("bruising_not_mobile", value=True, subject_ref="infant-2"),
        people=(CARER, infant(1, birth_date=TODAY - timedelta(days=10)), infant(2)),
    )
    one, other = views(held_as(event))
    assert isinstance(one["brain_injury"], Known)
    assert "brain_injury" not in other
    assert one["meningitis"] == other["meningitis"]
    assert one["parent_illness_severity"] == other["parent_illness_severity"]
    assert "bruising_not_mobile" not in one
    assert isinstance(other["bruising_not_mobile"], Known)
    ages = [view["infant_age_months"] for view in (one, other)]
    assert [held.value for held in ages if isinstance(held, Known)] == [0, 3]


@pytest.mark.parametrize("ref", ["partner", "sibling-1", "infant-1"])
def test_what_is_seen_of_one_person_is_not_held_of_another(ref: str) -> None:
    """A partner's, sibling's or baby's illness is not the mother's."""
    people = (CARER, infant(), Person("partner", Role.PARTNER), Person("sibling-1", Role.SIBLING))
    event = event_of(said("parent_illness_severity", "severe", subject_ref=ref), people=people)
    assert fact("parent_illness_severity", held_as(event)) == UNKNOWN


def test_a_derived_fact_cannot_be_sent() -> None:
    """It is worked out from dates, whatever a message says."""
    event = event_of(said("infant_age_months", 40, subject_ref="infant-1"), people=(CARER, infant()))
    assert fact("infant_age_months", held_as(event)) == Known(3, "derived", WHEN)


def test_a_fact_that_the_pack_does_not_know_is_passed_over() -> None:
    """The code stays in sight elsewhere."""
    (view,) = views(held_as(event_of(said("no_such_fact", value=True))))
    assert "no_such_fact" not in view


def test_a_death_leaves_the_loss_and_the_weeks() -> None:
    """The family has had a loss; the baby has no age, and the time since the birth goes on."""
    event = event_of(people=(CARER, infant(death_date=TODAY)))
    (view,) = views(held_as(event))
    assert view["pregnancy_loss_or_infant_death"] == Known(value=True, source_system="derived", observed_at=WHEN)
    assert view["infant_age_months"] == Known(NOT_APPLICABLE, "derived", WHEN)
    assert view["weeks_postnatal"] == Known(14, "derived", WHEN)


def test_a_pregnancy_that_was_lost_is_over() -> None:
    """Nobody is offered the care of a pregnancy that has ended; the time since then counts."""
    lost = Person(
        "infant-1", Role.UNBORN, expected_date=TODAY + timedelta(days=140), death_date=TODAY - timedelta(days=8)
    )
    event = event_of(
        said("first_time_mother", value=True), people=(Person("carer", Role.MOTHER, birth_date=date(2009, 1, 1)), lost)
    )
    (view,) = views(held_as(event))
    assert view["stage"] == Known("postnatal", "derived", WHEN)
    assert view["pregnancy_weeks"] == Known(NOT_APPLICABLE, "derived", WHEN)
    assert view["weeks_postnatal"] == Known(1, "derived", WHEN)
    decision = scottish_decider().decide(case_of([held_as(event)]))
    assert decision.lead not in ("fnp", "maternity")
    assert "pregnancy_weeks" not in {one.fact for one in decision.questions}


def test_the_order_in_which_lost_children_are_named_does_not_tell() -> None:
    """One twin died before the birth and one after it: the later date counts, in whichever order."""
    died = infant(1, birth_date=TODAY - timedelta(days=30), death_date=TODAY - timedelta(days=20))
    lost = Person("infant-2", Role.UNBORN, death_date=TODAY - timedelta(days=60))
    case = case_of([held_as(event_of(people=(CARER, died, lost)))])
    turned = replace(case, children=case.children[::-1])
    assert views(case=case) == views(case=turned)
    assert views(case=case)[0]["weeks_postnatal"] == Known(4, "derived", WHEN)


def test_a_twin_that_lives_has_the_only_view() -> None:
    """The other's facts are not held of it; the loss is."""
    event = event_of(
        said("brain_injury", value=True, subject_ref="infant-1"),
        people=(CARER, infant(1, death_date=TODAY), infant(2)),
    )
    (view,) = views(held_as(event))
    assert "brain_injury" not in view
    assert view["pregnancy_loss_or_infant_death"] == Known(value=True, source_system="derived", observed_at=WHEN)
    assert view["infant_age_months"] == Known(3, "derived", WHEN)


def test_dates_of_two_messages_that_disagree_are_unknown() -> None:
    """The newer message's date counts; of one moment neither does."""
    ago = timedelta(days=3)
    old = held_as(event_of(people=(CARER, infant(birth_date=date(2026, 1, 1))), occurred_at=WHEN - ago))
    new = held_as(event_of(people=(CARER, infant(birth_date=date(2026, 9, 1))), source_reference="r2"), 2)
    assert fact("infant_age_months", old, new) == Known(2, "derived", WHEN)
    same = held_as(event_of(people=(CARER, infant(birth_date=date(2026, 8, 1))), source_reference="r2"), 2)
    assert fact("infant_age_months", new, same) == UNKNOWN


def test_the_age_at_referral_is_that_of_the_first_version_of_the_newest_referral() -> None:
    """A correction does not make a referral newer; another referral does."""
    people = (CARER, infant(birth_date=date(2026, 1, 1)))
    first = held_as(event_of(people=people, occurred_at=WHEN - timedelta(days=200)), 1, ReferralState.SUPERSEDED)
    second = held_as(event_of(people=people, source_version=2), 2)
    assert fact("infant_age_months_at_referral", first, second) == Known(3, "derived", WHEN)
    other = held_as(event_of(people=people, source_reference="r2", occurred_at=WHEN - timedelta(days=31)), 3)
    assert fact("infant_age_months_at_referral", first, second, other) == Known(9, "derived", WHEN)


@pytest.mark.parametrize(
    ("said_boards", "board"),
    [
        ([(0, LOTHIAN)], LOTHIAN),
        ([(3, LOTHIAN), (1, FIFE)], FIFE),
        ([(3, LOTHIAN), (1, "")], LOTHIAN),
        ([(1, LOTHIAN), (1, FIFE)], ""),
        ([(1, "")], ""),
    ],
)
def test_the_newest_message_that_names_a_board_counts(said_boards: list[tuple[int, str]], board: str) -> None:
    """Two boards of one moment are a conflict, and the board is then unknown."""
    held = [
        held_as(event_of(board=code, source_reference=f"r{n}", occurred_at=moment(ago)), n)
        for n, (ago, code) in enumerate(said_boards, start=1)
    ]
    assert board_of(case_of(held)) == board


def test_the_board_to_which_a_baby_goes_home_counts() -> None:
    """Not that of the neonatal unit."""
    household = Household(board_code=LOTHIAN, destination_board_code=FIFE)
    assert board_of(case_of([held_as(event_of(household=household))])) == FIFE


def test_what_was_said_at_the_newest_moment() -> None:
    """Distinct values in the order in which they were said; nothing for silence."""
    assert resolve([]) == ()
    assert resolve([(moment(2), "a"), (moment(1), "b"), (moment(1), "b"), (moment(1), "c")]) == ("b", "c")
