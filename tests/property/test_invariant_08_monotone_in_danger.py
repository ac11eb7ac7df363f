"""Invariant 8: adding a danger, or raising acuity, never lowers urgency or tier."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.danger import TRIGGERS, Trigger
from router.model.referral import Observation, Urgency
from router.routing.case import Case
from router.routing.decide import Decider
from router.routing.decision import Decision, Outcome
from tests.support.events import (
    SOURCES,
    WHEN,
    case_of,
    cases,
    changed,
    deciders,
    event_of,
    held_as,
    observed,
    quick,
    said,
    scottish_decider,
)

SCOTLAND = scottish_decider()
REFS = ("", "carer", "partner", "infant-1", "infant-2", "sibling-1")


@st.composite
def dangers(draw: st.DrawFn, trigger: Trigger) -> Observation:
    """Draw an observation that shows a danger."""
    value = True if trigger.at_least is None else draw(st.integers(trigger.at_least, 3))
    when = WHEN - timedelta(days=draw(st.integers(-1, 5)))
    return Observation(trigger.fact, value, when, draw(st.sampled_from(SOURCES)), draw(st.sampled_from(REFS)))


def assert_no_lower(before: Decision, after: Decision) -> None:
    """Assert that urgency, tier and what was found have not fallen, and that nobody lost a lead to a desk."""
    assert (after.urgency or 0) >= (before.urgency or 0)
    assert after.tier >= before.tier
    clocks = {(one.trigger, one.source_system, one.subject, one.person_id): one.act_by for one in after.safety}
    for one in before.safety:
        assert clocks[one.trigger, one.source_system, one.subject, one.person_id] <= one.act_by
    assert before.outcome is Outcome.DESK or after.outcome is not Outcome.DESK


@quick(150)
@given(data=st.data(), decider=deciders(), trigger=st.sampled_from(TRIGGERS))
def test_a_danger_more_lowers_nothing(data: st.DataObject, decider: Decider, trigger: Trigger) -> None:
    """Urgency, tier and findings stay or rise when one observation of danger is added anywhere."""
    case = data.draw(cases(decider.pack))
    place = data.draw(st.integers(0, len(case.referrals) - 1))
    before = decider.decide(case)
    after = decider.decide(observed(case, place, data.draw(dangers(trigger))))
    assert_no_lower(before, after)
    assert after.urgency is not None
    assert after.urgency >= trigger.urgency


@quick(80)
@given(data=st.data(), decider=deciders(), urgency=st.sampled_from(Urgency))
def test_a_higher_stated_urgency_lowers_nothing(data: st.DataObject, decider: Decider, urgency: Urgency) -> None:
    """A referrer who says more urgent than before is not heard as less."""
    case = data.draw(cases(decider.pack))
    place = data.draw(st.integers(0, len(case.referrals) - 1))
    stated = case.referrals[place].event.urgency
    raised = changed(case, place, urgency=max(urgency, stated or Urgency.ROUTINE))
    assert_no_lower(decider.decide(case), decider.decide(raised))


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda one: one.name)
@pytest.mark.parametrize("stated", [None, *Urgency])
def test_the_higher_of_what_is_stated_and_what_danger_demands_counts(trigger: Trigger, stated: Urgency | None) -> None:
    """Neither hides the other, in whichever order the two come."""
    seen = said(trigger.fact, value=True if trigger.at_least is None else trigger.at_least)
    calm = held_as(event_of(urgency=stated), 1)
    alarm = held_as(event_of(seen, source_reference="r2", urgency=Urgency.ROUTINE), 2)
    for held in ([calm, alarm], [alarm, calm]):
        assert SCOTLAND.decide(case_of(held)).urgency == max(stated or Urgency.ROUTINE, trigger.urgency)
    assert SCOTLAND.decide(case_of([calm])).urgency == stated


def _lead(decision: Decision) -> tuple[str, str, bool]:
    return decision.lead, decision.lead_board, decision.outcome is Outcome.DESK


@quick(150)
@given(data=st.data(), decider=deciders(), trigger=st.sampled_from(TRIGGERS))
def test_a_danger_more_gives_the_same_owner_no_more_time(
    data: st.DataObject, decider: Decider, trigger: Trigger
) -> None:
    """Whoever owns the family both before and after must answer no later for a danger more."""
    case = data.draw(cases(decider.pack))
    place = data.draw(st.integers(0, len(case.referrals) - 1))
    before = decider.decide(case)
    after = decider.decide(observed(case, place, data.draw(dangers(trigger))))
    if _lead(before) == _lead(after):
        assert after.respond_by <= before.respond_by


@quick(60)
@given(data=st.data(), decider=deciders())
def test_the_danger_of_another_family_that_may_be_this_one_lowers_nothing(
    data: st.DataObject, decider: Decider
) -> None:
    """Judged over both, danger is never less than over one."""
    case: Case = data.draw(cases(decider.pack))
    alone = decider.decide(replace(case, perhaps=()))
    assert_no_lower(alone, decider.decide(case))
