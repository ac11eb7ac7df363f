"""Invariant 4: only an explicit, later, attributed denial by the same source about the same person clears a danger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from router.model.danger import TRIGGERS, Trigger
from router.model.facts import Known
from router.model.referral import Observation
from router.routing.case import Case, HeldReferral, ReferralState
from router.routing.safety import findings
from tests.support.events import FOREIGN, PERSON_IDS, WHEN, cases, quick, scottish_decider

SCOTLAND = scottish_decider()
SOURCE = "the-source"
REFS = ("", "carer", "partner", "infant-1", "infant-2", "sibling-1", "sibling-2", "nobody")
triggers = st.sampled_from(TRIGGERS)
refs = st.sampled_from(REFS)
hours = st.integers(1, 500)


def value_of(trigger: Trigger, *, shows: bool) -> bool | int:
    """Return a value that shows or denies a danger."""
    if trigger.at_least is None:
        return shows
    return trigger.at_least if shows else trigger.at_least - 1


@st.composite
def dangerous(draw: st.DrawFn, trigger: Trigger, ref: str) -> tuple[Case, HeldReferral, Observation]:
    """Draw a case, and put a danger from a source of its own into one of its referrals."""
    case = draw(cases(SCOTLAND.pack, most=2))
    place = draw(st.integers(0, len(case.referrals) - 1))
    seen = Observation(trigger.fact, value_of(trigger, shows=True), WHEN, SOURCE, ref)
    old = case.referrals[place]
    event = replace(old.event, observations=(*old.event.observations, seen), source_system=SOURCE)
    people = {**PERSON_IDS, **old.people}
    held = replace(old, event=event, people=people)
    return replace(case, referrals=(*case.referrals[:place], held, *case.referrals[place + 1 :])), held, seen


def later(held: HeldReferral, *observations: Observation, source: str = SOURCE) -> HeldReferral:
    """Return a newer version of a referral that says nothing but these."""
    event = replace(
        held.event, source_system=source, source_version=held.event.source_version + 1, observations=observations
    )
    return replace(held, referral_id=900, event=event, state=ReferralState.OPEN)


def stands(case: Case, trigger: Trigger, source: str = SOURCE) -> bool:
    """Return whether a source's danger stands."""
    found = {(one.trigger, one.source_system) for one in findings(case.referrals, case.as_of)}
    return (trigger, source) in found


@quick(80)
@given(data=st.data(), trigger=triggers, ref=refs)
def test_leaving_a_danger_out_does_not_clear_it(data: st.DataObject, trigger: Trigger, ref: str) -> None:
    """A newer version without it, and a withdrawal, leave the danger standing."""
    case, held, _ = data.draw(dangerous(trigger, ref))
    assert stands(case, trigger)
    for state in (ReferralState.SUPERSEDED, ReferralState.WITHDRAWN):
        others = tuple(one for one in case.referrals if one is not held)
        silent = replace(case, referrals=(*others, replace(held, state=state), later(held)))
        assert stands(silent, trigger)
        decision = SCOTLAND.decide(silent)
        assert (trigger, SOURCE) in {(one.trigger, one.source_system) for one in decision.safety}
        assert decision.urgency is not None
        assert decision.urgency >= trigger.urgency


@quick(120)
@given(data=st.data(), trigger=triggers, ref=refs, after=hours)
def test_a_denial_that_falls_short_does_not_clear_a_danger(
    data: st.DataObject, trigger: Trigger, ref: str, after: int
) -> None:
    """Unattributed, by another source, not later, or about somebody else: the worse holds."""
    case, held, seen = data.draw(dangerous(trigger, ref))
    denial = replace(
        seen, value=value_of(trigger, shows=False), observed_at=WHEN + timedelta(hours=after), observed_by="Dr A"
    )
    other = data.draw(refs.filter(lambda one: one not in (ref, "nobody") and (one or ref != "nobody")))
    falls_short = data.draw(
        st.sampled_from(
            (
                replace(denial, observed_by=""),
                replace(denial, source_system=FOREIGN),
                replace(denial, observed_at=WHEN),
                replace(denial, observed_at=WHEN - timedelta(hours=after)),
                replace(denial, subject_ref=other),
                replace(denial, value=None),
                replace(denial, value="no"),
            )
        )
    )
    assert stands(replace(case, referrals=(*case.referrals, later(held, falls_short))), trigger)
    assert stands(replace(case, referrals=(*case.referrals, later(held, falls_short, source=FOREIGN))), trigger)


@quick(80)
@given(data=st.data(), trigger=triggers, ref=refs, after=hours)
def test_an_attributed_later_denial_by_the_same_source_clears_a_danger(
    data: st.DataObject, trigger: Trigger, ref: str, after: int
) -> None:
    """It clears that source's danger about that person, until the source sees it again."""
    case, held, seen = data.draw(dangerous(trigger, ref))
    denial = replace(
        seen, value=value_of(trigger, shows=False), observed_at=WHEN + timedelta(hours=after), observed_by="Dr A"
    )
    denied = replace(case, referrals=(*case.referrals, later(held, denial)))
    assert not stands(denied, trigger)
    again = replace(seen, observed_at=denial.observed_at + timedelta(hours=data.draw(st.integers(0, 5))))
    seen_again = replace(later(held, again), referral_id=901)
    assert stands(replace(denied, referrals=(*denied.referrals, seen_again)), trigger)


@quick(60)
@given(data=st.data(), trigger=triggers, ref=st.sampled_from(("", "carer", "partner")))
def test_what_the_floor_holds_is_a_fact_whatever_others_say(data: st.DataObject, trigger: Trigger, ref: str) -> None:
    """Every view says that the danger is there, though a newer message by another source denies it."""
    case, held, seen = data.draw(dangerous(trigger, ref))
    denial = replace(
        seen, value=value_of(trigger, shows=False), observed_at=WHEN + timedelta(hours=1), source_system=FOREIGN
    )
    decision = SCOTLAND.decide(replace(case, referrals=(*case.referrals, later(held, denial, source=FOREIGN))))
    for view in decision.views:
        fact = view.facts[trigger.fact]
        assert isinstance(fact, Known)
        assert trigger.shown_by(fact.value)


@quick(60)
@given(data=st.data(), trigger=triggers, ref=st.sampled_from(("", "carer", "infant-1")), after=hours)
def test_a_denial_about_one_family_clears_nothing_in_another(
    data: st.DataObject, trigger: Trigger, ref: str, after: int
) -> None:
    """While a person is asked whether two families are one, each keeps its own dangers and denials."""
    case, held, seen = data.draw(dangerous(trigger, ref))
    denial = replace(
        seen, value=value_of(trigger, shows=False), observed_at=WHEN + timedelta(hours=after), observed_by="Dr A"
    )
    mine = later(held, denial)
    ours = replace(case, referrals=(mine,), perhaps=case.referrals)
    decision = SCOTLAND.decide(ours)
    assert (trigger, SOURCE) in {(one.trigger, one.source_system) for one in decision.safety}
