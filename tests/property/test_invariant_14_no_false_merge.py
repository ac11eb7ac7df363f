"""Invariant 14, as far as routing goes: in doubt, danger is judged over both families and both holders are told."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from router.routing.case import HeldReferral, MatchOutcome
from router.routing.decide import Decider
from router.routing.decision import NoticeKind, NoticeLevel
from router.routing.notices import address
from router.routing.safety import findings
from tests.support.events import cases, deciders, quick

ASK = MatchOutcome.ASK_A_PERSON


@quick(80)
@given(data=st.data(), decider=deciders())
def test_in_doubt_danger_is_judged_over_both(data: st.DataObject, decider: Decider) -> None:
    """What holds in either family stands in the decision, and its urgency counts."""
    case = data.draw(cases(decider.pack, match=ASK))
    decision = decider.decide(case)
    wanted = set(findings(case.referrals, case.as_of)) | set(findings(case.perhaps, case.as_of))
    assert set(decision.safety) == wanted
    for one in wanted:
        assert decision.urgency is not None
        assert decision.urgency >= one.trigger.urgency


@quick(80)
@given(data=st.data(), decider=deciders())
def test_in_doubt_a_person_is_asked_and_the_other_side_learns_that_much(data: st.DataObject, decider: Decider) -> None:
    """The desk gets a review; whoever holds the other family learns that this one exists, and no more."""
    case = data.draw(cases(decider.pack, match=ASK))
    decision = decider.decide(case)
    assert (decision.desk, NoticeKind.REVIEW) in {(one.recipient, one.kind) for one in decision.notices}
    arrived = any(one.referral_id == case.arrived for one in case.referrals)
    for service, board in case.perhaps_holders if arrived else ():
        told = [
            one
            for one in decision.notices
            if one.recipient == address(service, board) and one.kind is NoticeKind.ALSO_REFERRED
        ]
        assert NoticeLevel.EXISTENCE in {one.level for one in told}


@quick(60)
@given(data=st.data(), decider=deciders())
def test_in_doubt_only_danger_crosses_over(data: st.DataObject, decider: Decider) -> None:
    """No other fact, request, board or child of a family that this may be plays a part, but a baby's death."""
    case = data.draw(cases(decider.pack, match=ASK))

    def harmless_one(one: HeldReferral) -> HeldReferral:
        people = tuple(replace(person, death_date=None, life_status=None) for person in one.event.people)
        return replace(one, event=replace(one.event, observations=(), people=people))

    harmless = tuple(harmless_one(one) for one in case.perhaps)
    calm = decider.decide(replace(case, perhaps=harmless))
    alone = decider.decide(replace(case, perhaps=()))
    assert calm == alone


@quick(60)
@given(data=st.data(), decider=deciders(), match=st.sampled_from((MatchOutcome.SAME_FAMILY, MatchOutcome.NEW_FAMILY)))
def test_without_doubt_nobody_is_asked(data: st.DataObject, decider: Decider, match: MatchOutcome) -> None:
    """A certain match makes no review."""
    decision = decider.decide(data.draw(cases(decider.pack, match=match)))
    assert NoticeKind.REVIEW not in {one.kind for one in decision.notices}
