"""Invariant 7: the same in any order, and the same every time."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from router.routing.case import Case
from router.routing.decide import Decider
from router.routing.decision import Decision
from tests.support.events import cases, deciders, quick, scottish_decider

SCOTLAND = scottish_decider()


@quick(100)
@given(data=st.data(), decider=deciders())
def test_the_order_of_referrals_changes_nothing(data: st.DataObject, decider: Decider) -> None:
    """Any order in which referrals are held gives the same decision, down to its last word."""
    case = data.draw(cases(decider.pack))
    shuffled = replace(
        case,
        referrals=tuple(data.draw(st.permutations(case.referrals))),
        perhaps=tuple(data.draw(st.permutations(case.perhaps))),
    )
    assert decider.decide(shuffled) == decider.decide(case)


def _renumbered(case: Case, order: list[int]) -> Case:
    ids = dict(zip((one.referral_id for one in case.referrals), order, strict=True))
    held = tuple(replace(one, referral_id=ids[one.referral_id]) for one in case.referrals)
    return replace(case, referrals=held, arrived=ids.get(case.arrived, 0))


def _without_ids(decision: Decision) -> Decision:
    found = tuple(replace(one, referral_id=0) for one in decision.safety)
    return replace(decision, safety=found, duplicates=())


@quick(80)
@given(data=st.data(), decider=deciders())
def test_the_order_of_arrival_changes_nothing(data: st.DataObject, decider: Decider) -> None:
    """Ids say in what order messages came; the decision depends on what they say and not on that."""
    case = data.draw(cases(decider.pack))
    order = data.draw(st.permutations(sorted(one.referral_id for one in case.referrals)))
    again = decider.decide(_renumbered(case, list(order)))
    assert _without_ids(again) == _without_ids(decider.decide(case))


@quick(100)
@given(data=st.data(), decider=deciders())
def test_the_order_of_children_changes_nothing(data: st.DataObject, decider: Decider) -> None:
    """Twins are named in no order of merit: only the order of their views follows that of the children."""
    case = data.draw(cases(decider.pack, most=2))
    turned = replace(case, children=tuple(data.draw(st.permutations(case.children))))
    one, other = decider.decide(case), decider.decide(turned)
    assert sorted(map(repr, one.views)) == sorted(map(repr, other.views))
    blank = replace(one.evaluation, criteria=(), verdicts=())
    assert blank == replace(other.evaluation, criteria=(), verdicts=())
    assert replace(one, views=(), evaluation=blank) == replace(other, views=(), evaluation=blank)


@quick(60)
@given(data=st.data())
def test_the_same_case_gives_the_same_decision(data: st.DataObject) -> None:
    """A second look, and another process's compiled pack, come to the same."""
    case = data.draw(cases(SCOTLAND.pack))
    decision = SCOTLAND.decide(case)
    assert SCOTLAND.decide(case) == decision
    assert _FRESH.decide(case) == decision


_FRESH = Decider(SCOTLAND.pack)
