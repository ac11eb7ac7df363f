"""Facts that are worked out from others: changes of a score, and counts. What is missing stays missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.model.facts import FactView, Known, Missing, Unknown
from router.model.people import Person, Role
from router.model.referral import Observation
from router.routing.case import ReferralState
from router.routing.counting import change_in
from router.routing.facts import views_of
from router.rules.yamlfile import PackError
from tests.support.events import WHEN, case_of, event_of, held_as, moment, said, scottish_decider
from tests.support.small_pack import build, files

PACK = scottish_decider().pack
BABY = (Person("carer", Role.MOTHER), Person("infant-1", Role.INFANT, birth_date=moment(100).date()))
DOMAINS = ("carer", "emotional", "cognitive", "self", "social")


def view(*given: Observation) -> FactView:
    """Return what is held of a family of which this is said."""
    return views_of(case_of([held_as(event_of(*given, people=BABY))]), PACK.facts, ())[0].facts


def score(value: int, days_ago: int, **more: str) -> Observation:
    """Return a total of the Edinburgh scale."""
    return said("epds_total", value, days_ago, **more)


def test_a_change_is_between_the_last_two_times() -> None:
    """With its sign, by whom and when the newer was told; earlier ones do not count."""
    held = view(score(20, 80), score(8, 30), score(14, 2))["epds_rise"]
    assert held == Known(6, "trakcare", moment(2))
    assert view(score(14, 30), score(8, 2))["epds_rise"] == Known(-6, "trakcare", moment(2))


@pytest.mark.parametrize(
    "scores",
    [
        (),
        (score(14, 2),),
        (score(8, 93), score(14, 2)),
        (score(14, 2), replace(score(14, 2), source_system="another")),
        (replace(score(8, 30), value=None), score(14, 2)),
    ],
)
def test_a_change_that_cannot_be_told_is_unknown(scores: tuple[Observation, ...]) -> None:
    """No score, one alone, two too far apart, one told twice, and one that cannot be read."""
    assert view(*scores)["epds_rise"] == Unknown(Missing.NOT_STATED)


def test_two_scores_of_one_moment_are_a_conflict() -> None:
    """Nobody knows by how much it rose."""
    held = view(score(8, 30), score(14, 2), replace(score(13, 2), source_system="another"))["epds_rise"]
    assert held == Unknown(Missing.CONFLICT)


def test_a_change_is_never_taken_from_a_sender() -> None:
    """One that is sent is not read; and a version that was replaced says nothing any more."""
    assert view(said("epds_rise", 9), score(14, 2))["epds_rise"] == Unknown()
    older = held_as(event_of(score(8, 30), people=BABY), 1, ReferralState.SUPERSEDED)
    newer = held_as(event_of(score(14, 2), people=BABY, source_version=2), 2)
    assert views_of(case_of([older, newer]), PACK.facts, ())[0].facts["epds_rise"] == Unknown()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 30)), max_size=6), st.integers(1, 200))
def test_a_change_does_not_depend_on_the_order_in_which_scores_came(scores: list[tuple[int, int]], within: int) -> None:
    """And what is known adds up: the earlier score and the change give the newer."""
    seen = [(WHEN - timedelta(days=days), value, "a") for days, value in scores]
    held = change_in(seen, within)
    assert change_in(reversed(seen), within) == held
    if isinstance(held, Known):
        times = sorted({when for when, _, _ in seen})
        (now,), (before,) = ({value for when, value, _ in seen if when == time} for time in times[:-3:-1])
        assert held.value == now - before
        assert times[-1] - times[-2] <= timedelta(days=within)


def counted(*values: int | None, days_ago: int = 0) -> tuple[Observation, ...]:
    """Return the indicators in each domain, those that are not None."""
    return tuple(
        said(f"imh_indicators_{name}", value, days_ago, subject_ref="infant-1")
        for name, value in zip(DOMAINS, values, strict=True)
        if value is not None
    )


def test_domains_are_counted_and_indicators_added() -> None:
    """Where each domain is known, none with nothing in it counts."""
    held = view(*counted(2, 0, 1, 0, 3))
    assert held["imh_indicators"] == Known(6, "trakcare", WHEN)
    assert held["imh_domains"] == Known(3, "trakcare", WHEN)


def test_a_domain_that_is_not_known_leaves_the_count_unknown() -> None:
    """It is not taken for none."""
    assert "imh_domains" not in view(*counted(2, 0, 1, None, 3))


def test_a_count_that_is_told_stands_unless_something_newer_is_counted() -> None:
    """The newest word counts, as of any fact."""
    told = said("imh_domains", 5, 1, subject_ref="infant-1")
    assert view(told, *counted(1, 0, 0, 0, 0, days_ago=2))["imh_domains"] == Known(5, "trakcare", moment(1))
    assert view(told, *counted(1, 0, 0, 0, 0, days_ago=0))["imh_domains"] == Known(1, "trakcare", WHEN)


FACT = '  rise: {label: "Rise", about: infant, type: number, unit: months, ask: "?", change_of: age_months, within_days: 9}\n'


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("age_months, w", "age_month, w", "'age_month' is not a fact of facts.yaml; did you mean 'age_months'?"),
        (", within_days: 9", "", "fact 'rise' needs change_of and within_days together"),
        ("change_of: age_months", "change_of: level", "'rise' and 'level' must both be numbers"),
        ("change_of: age_months", "change_of: rise", "'rise' is worked out itself; name a fact that is sent"),
        ("about: infant", "about: parent", "'rise' must say the same as 'age_months' in about and privacy"),
        ("change_of", "derived: weeks_postnatal, change_of", "fact 'rise' is worked out in two ways; keep one"),
        ("within_days: 9", "within_days: 9000", "'within_days': input should be less than or equal to 730"),
    ],
)
def test_a_fact_that_cannot_be_worked_out_is_refused(old: str, new: str, fault: str) -> None:
    """With its place, and what to do."""
    texts = files()
    texts["facts.yaml"] += FACT.replace(old, new)
    with pytest.raises(PackError, match=r"facts\.yaml:\d+:\d+: ") as caught:
        build(texts)
    assert fault in str(caught.value)


def test_a_sign_of_danger_is_never_worked_out() -> None:
    """A person states it."""
    texts = files()
    texts["facts.yaml"] = texts["facts.yaml"].replace(
        'epds_item_10: {label: "Thoughts of self-harm (Edinburgh scale, item 10)"',
        'epds_item_10: {sum_of: [age_months, age_months], label: "x"',
    )
    with pytest.raises(PackError, match="'epds_item_10' is a sign of danger: a person states it"):
        build(texts)
