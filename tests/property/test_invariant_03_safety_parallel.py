"""Invariant 3: danger is told of, whatever else is decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from router.model.danger import TRIGGERS, TRIGGERS_BY_FACT, SafetyKind, Trigger
from router.model.referral import Consent, Observation
from router.routing.case import Case, MatchOutcome, ReferralState, Standing
from router.routing.decide import Decider
from router.routing.decision import Decision, Notice, NoticeKind
from router.routing.notices import address
from router.rules.evaluation import is_offered, provider_board
from router.rules.pack import Pack
from tests.support.events import WHEN, cases, changed, deciders, drawn_deciders, observed, quick, scottish_decider

SCOTLAND = scottish_decider()
SAFETY = (NoticeKind.SAFEGUARDING, NoticeKind.RED_FLAG)


def dangers_of(observations: Iterable[Observation]) -> set[Trigger]:
    """Return the triggers that observations show and that nothing among them denies."""
    shown, denied = set(), set()
    for one in observations:
        trigger = TRIGGERS_BY_FACT.get(one.fact)
        if trigger is not None and trigger.shown_by(one.value):
            shown.add(trigger)
        elif trigger is not None:
            denied.add(trigger)
    return shown - denied


def safety_of(decision: Decision) -> list[Notice]:
    """Return the safety notices of a decision."""
    return [one for one in decision.notices if one.kind in SAFETY]


def arrived_events(case: Case) -> list[Observation]:
    """Return what the arrival observes."""
    return [seen for one in case.referrals if one.referral_id == case.arrived for seen in one.event.observations]


def assert_told(pack: Pack, case: Case, decision: Decision, trigger: Trigger) -> None:
    """Assert that the desk and every offered recipient is told of a danger, with its clock."""
    kind = NoticeKind.SAFEGUARDING if trigger.kind is SafetyKind.SAFEGUARDING else NoticeKind.RED_FLAG
    board = decision.board
    wanted = {decision.desk}
    wanted |= {address(s, provider_board(pack, s, board)) for s in trigger.recipients if is_offered(pack, s, board)}
    heard = next(one.heard_at for one in case.referrals if one.referral_id == case.arrived) or case.as_of
    told = {
        one.recipient
        for one in decision.notices
        if one.kind is kind
        and trigger.label in one.text
        and one.urgency is trigger.urgency
        and one.act_by == heard + timedelta(hours=trigger.act_within_hours)
    }
    assert wanted <= told


@quick(120)
@given(data=st.data(), decider=deciders())
def test_every_danger_of_an_arrival_is_told(data: st.DataObject, decider: Decider) -> None:
    """The desk and each offered recipient get a notice with the trigger's own clock."""
    case = data.draw(cases(decider.pack))
    decision = decider.decide(case)
    for trigger in dangers_of(arrived_events(case)):
        assert_told(decider.pack, case, decision, trigger)


@quick(60)
@given(data=st.data(), trigger=st.sampled_from(TRIGGERS))
def test_one_danger_put_into_any_arrival_is_told(data: st.DataObject, trigger: Trigger) -> None:
    """Whatever the state, consent, match or standing, the notice of that danger is among those sent."""
    case = data.draw(cases(SCOTLAND.pack))
    place = data.draw(st.integers(0, len(case.referrals) - 1))
    value = True if trigger.at_least is None else trigger.at_least
    seen = Observation(trigger.fact, value, WHEN + timedelta(days=1), "a-new-source", "carer")
    case = replace(observed(case, place, seen), arrived=case.referrals[place].referral_id)
    assert_told(SCOTLAND.pack, case, SCOTLAND.decide(case), trigger)


@quick(80)
@given(data=st.data(), decider=deciders())
def test_nothing_suppresses_a_safety_notice(data: st.DataObject, decider: Decider) -> None:
    """Consent, duplicates, match outcome and standing change no safety notice."""
    case = data.draw(cases(decider.pack))
    said = set(safety_of(decider.decide(case)))
    place = next((n for n, one in enumerate(case.referrals) if one.referral_id == case.arrived), None)
    if place is None:
        assert not said
        return
    alone = replace(case, referrals=(case.referrals[place],))
    others = [
        replace(case, standing=Standing()),
        replace(case, match=data.draw(st.sampled_from(MatchOutcome))),
        replace(case, perhaps=(), perhaps_holders=frozenset()),
        *(changed(case, place, consent=consent) for consent in (None, *Consent)),
        changed(case, place, urgency=None, requested_service="information-only"),
    ]
    for other in others:
        assert set(safety_of(decider.decide(other))) == said
    # without the other referrals the board may differ, and with it the addresses
    words = {(one.kind, one.text, one.act_by) for one in said}
    assert {(one.kind, one.text, one.act_by) for one in safety_of(decider.decide(alone))} == words


@quick(40)
@given(data=st.data())
def test_a_withdrawn_or_superseded_arrival_keeps_its_notice(data: st.DataObject) -> None:
    """A late or withdrawn message tells of the danger in it as any other does."""
    case = data.draw(cases(SCOTLAND.pack))
    for place, referral in enumerate(case.referrals):
        for state in ReferralState:
            late = replace(referral, state=state)
            told = (*case.referrals[:place], late, *case.referrals[place + 1 :])
            arrival = replace(case, referrals=told, arrived=referral.referral_id)
            decision = SCOTLAND.decide(arrival)
            for trigger in dangers_of(referral.event.observations):
                assert_told(SCOTLAND.pack, arrival, decision, trigger)


@quick(60)
@given(data=st.data(), other=st.sampled_from(drawn_deciders()))
def test_no_pack_has_a_say_in_what_is_danger(data: st.DataObject, other: Decider) -> None:
    """Any two packs find the same dangers in the same case."""
    case = data.draw(cases(SCOTLAND.pack))
    mine, theirs = SCOTLAND.decide(case), other.decide(replace(case, standing=Standing()))
    assert mine.safety == theirs.safety
    texts = {(one.kind, one.text, one.act_by, one.urgency) for one in safety_of(mine)}
    assert texts == {(one.kind, one.text, one.act_by, one.urgency) for one in safety_of(theirs)}


@quick(40)
@given(data=st.data(), decider=deciders())
def test_safety_notices_come_first_and_once(data: st.DataObject, decider: Decider) -> None:
    """They stand before all others, most pressing first, and no recipient gets one twice."""
    decision = decider.decide(data.draw(cases(decider.pack)))
    safety = safety_of(decision)
    assert list(decision.notices[: len(safety)]) == safety
    assert len(set(decision.notices)) == len(decision.notices)
    urgencies = [one.urgency for one in safety]
    assert urgencies == sorted(urgencies, reverse=True)
