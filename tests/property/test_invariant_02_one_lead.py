"""Invariant 2: an episode has at most one lead; others stand beside it, each with a role."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from router.model.truth import Truth
from router.routing.decide import Decider
from router.rules.evaluation import is_offered, provider_board
from router.rules.pack import SupportRole
from tests.support.events import cases, deciders, quick


@quick(100)
@given(data=st.data(), decider=deciders())
def test_supporters_are_distinct_and_never_the_lead(data: st.DataObject, decider: Decider) -> None:
    """Each supporter stands once, beside the lead, with a role, at a board that provides it."""
    pack = decider.pack
    decision = decider.decide(data.draw(cases(pack)))
    names = [one.service for one in decision.supporting]
    assert len(set(names)) == len(names)
    assert decision.lead not in names
    for one in decision.supporting:
        assert one.role in set(SupportRole)
        assert one.reason
        assert is_offered(pack, one.service, decision.board)
        assert one.board == provider_board(pack, one.service, decision.board)


@quick(100)
@given(data=st.data(), decider=deciders())
def test_only_services_whose_criteria_are_met_stand_beside_a_lead(data: st.DataObject, decider: Decider) -> None:
    """No service supports on an unknown fact, and none that declined is asked again."""
    decision = decider.decide(data.draw(cases(decider.pack)))
    for one in decision.supporting:
        assert decision.evaluation.verdict(one.service) is Truth.MET
        assert one.service not in decision.circumstances.declined


@quick(60)
@given(data=st.data(), decider=deciders())
def test_only_a_service_that_may_lead_is_proposed(data: st.DataObject, decider: Decider) -> None:
    """A service that works beside a lead is never put in its place."""
    decision = decider.decide(data.draw(cases(decider.pack)))
    assert not decision.lead or decider.pack.services[decision.lead].can_lead
