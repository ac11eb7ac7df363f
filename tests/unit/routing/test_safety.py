"""The safety floor, on examples written out; its properties are those of invariants 3 and 4."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from router.model.danger import TRIGGERS, TRIGGERS_BY_FACT
from router.model.people import Person, Role
from router.model.referral import Urgency
from router.routing.case import ReferralState
from router.routing.safety import degree, findings, findings_in_either, urgency_of
from tests.support.events import FOREIGN, WHEN, event_of, held_as, moment, said

TWINS = (
    Person("carer", Role.MOTHER),
    Person("infant-1", Role.INFANT),
    Person("infant-2", Role.INFANT),
    Person("sibling-1", Role.SIBLING),
    Person("sibling-2", Role.SIBLING),
)


def test_a_finding_says_what_about_whom_and_by_when() -> None:
    """Its clock starts when the router heard of it, and its date is that of the observation."""
    held = held_as(event_of(said("suicidal_intent", value=True, days_ago=3)), 7)
    (one,) = findings([held], WHEN)
    assert one.trigger is TRIGGERS_BY_FACT["suicidal_intent"]
    assert (one.subject, one.person_id, one.value, one.source_system) == ("mother", 1, True, "trakcare")
    assert (one.observed_at, one.referral_id, one.act_by) == (moment(3), 7, WHEN + timedelta(hours=4))
    (heard,) = findings([replace(held, heard_at=WHEN - timedelta(hours=3))], WHEN)
    assert heard.act_by == WHEN + timedelta(hours=1)


def test_the_first_sight_of_a_danger_is_what_stands() -> None:
    """Repetition moves neither its date nor its clock; after a denial the first sight since then counts."""
    first, again = said("faltering_growth", value=True, days_ago=5), said("faltering_growth", value=True, days_ago=1)
    (one,) = findings([held_as(event_of(again), 2), held_as(event_of(first), 1)], WHEN)
    assert (one.observed_at, one.referral_id) == (moment(5), 1)
    denial = said("faltering_growth", value=False, days_ago=3)
    (one,) = findings([held_as(event_of(first, denial, again))], WHEN)
    assert one.observed_at == moment(1)


def test_an_older_sight_that_comes_later_gives_no_more_time() -> None:
    """The clock runs from when the router first heard of the danger, whichever sight came first."""
    first = replace(held_as(event_of(said("faltering_growth", value=True, days_ago=1))), heard_at=moment(1))
    late = event_of(said("faltering_growth", value=True, days_ago=5), source_reference="r2")
    (one,) = findings([first, replace(held_as(late, 2), heard_at=WHEN)], WHEN)
    assert (one.observed_at, one.act_by) == (moment(5), moment(1) + timedelta(hours=48))


def test_a_danger_at_the_moment_of_its_denial_stands() -> None:
    """Where the two are of one moment the worse holds."""
    event = event_of(said("faltering_growth", value=True), said("faltering_growth", value=False))
    assert len(findings([held_as(event)], WHEN)) == 1


def test_the_worst_number_is_what_a_finding_shows() -> None:
    """A lower score later, or earlier, takes nothing from a higher one that still holds."""
    scores = [said("epds_item_10", 1, days_ago=4), said("epds_item_10", 3, days_ago=2), said("epds_item_10", 2)]
    (one,) = findings([held_as(event_of(*scores))], WHEN)
    assert (one.value, one.observed_at, degree(one)) == (3, moment(4), 3)
    (one,) = findings([held_as(event_of(*scores, said("epds_item_10", 0, days_ago=1)))], WHEN)
    assert (one.value, one.observed_at) == (2, moment(0))


def test_each_twin_has_dangers_of_its_own() -> None:
    """A denial about one leaves the other's standing."""
    seen = said("bruising_not_mobile", value=True, days_ago=2, subject_ref="infant-1")
    denial = said("bruising_not_mobile", value=False, subject_ref="infant-2")
    (one,) = findings([held_as(event_of(seen, denial, people=TWINS))], WHEN)
    assert (one.subject, one.person_id) == ("infant", 11)
    both = event_of(seen, replace(seen, subject_ref="infant-2"), people=TWINS)
    assert [one.person_id for one in findings([held_as(both)], WHEN)] == [11, 12]


def test_each_sibling_has_dangers_of_its_own() -> None:
    """A denial about one leaves another's standing."""
    seen = said("child_protection_concern", value=True, days_ago=2, subject_ref="sibling-1")
    denial = said("child_protection_concern", value=False, subject_ref="sibling-2")
    (one,) = findings([held_as(event_of(seen, denial, people=TWINS))], WHEN)
    assert one.subject == "sibling"


def test_a_child_is_one_subject_before_and_after_its_birth() -> None:
    """What was seen of the unborn can be denied of the born."""
    unborn = event_of(
        said("unborn_protection_concern", value=True, days_ago=9, subject_ref="infant-1"),
        people=(Person("infant-1", Role.UNBORN),),
    )
    born = event_of(
        said("unborn_protection_concern", value=False, subject_ref="infant-1"), people=TWINS, source_version=2
    )
    assert findings([held_as(unborn), held_as(born, 2)], WHEN) == ()


def test_a_danger_about_nobody_in_particular_is_the_familys() -> None:
    """An empty or unknown reference is never a reason to drop it."""
    for ref in ("", "nobody"):
        (one,) = findings([held_as(event_of(said("partner_violence", value=True, subject_ref=ref)))], WHEN)
        assert (one.subject, one.person_id) == ("family", 0)


def test_each_source_stands_by_what_it_saw() -> None:
    """Two sources make two findings, and the denial of one clears its own."""
    mine, theirs = said("overdose_recent", value=True, days_ago=2), said("overdose_recent", value=True, days_ago=1)
    theirs = replace(theirs, source_system=FOREIGN)
    event = event_of(mine, theirs, said("overdose_recent", value=False))
    assert [one.source_system for one in findings([held_as(event)], WHEN)] == [FOREIGN]


def test_danger_is_read_whatever_became_of_the_referral() -> None:
    """Open, superseded or withdrawn."""
    event = event_of(said("psychosis_suspected", value=True))
    for state in ReferralState:
        assert len(findings([held_as(event, state=state)], WHEN)) == 1


def test_the_most_pressing_comes_first() -> None:
    """By urgency, then in the order of the floor."""
    everything = [said(one.fact, value=True if one.at_least is None else one.at_least) for one in TRIGGERS]
    found = findings([held_as(event_of(*everything))], WHEN)
    order = [one.trigger for one in found]
    assert order == sorted(TRIGGERS, key=lambda one: (-one.urgency, TRIGGERS.index(one)))
    assert urgency_of(found) is Urgency.EMERGENCY
    assert urgency_of(()) is None


def test_a_denial_in_one_of_two_families_clears_nothing_in_the_other() -> None:
    """Even where neither message says about whom it speaks."""
    seen = held_as(event_of(said("child_protection_concern", value=True, days_ago=2, subject_ref="")))
    denial = held_as(event_of(said("child_protection_concern", value=False, subject_ref="")), 2)
    assert findings([seen, denial], WHEN) == ()
    assert len(findings_in_either([seen], [denial], WHEN)) == 1
    assert len(findings_in_either([denial], [seen], WHEN)) == 1
