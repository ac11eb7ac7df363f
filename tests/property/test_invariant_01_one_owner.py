"""Invariant 1: every decision ends with exactly one accountable owner, and that owner is told."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from hypothesis import given
from hypothesis import strategies as st

from router.model.referral import Consent
from router.routing.case import Case, ReferralState, Standing
from router.routing.decide import Decider
from router.routing.decision import Decision, DeskReason, NoticeKind, Outcome
from router.routing.notices import address
from router.rules.engine import EngineFaultError
from router.rules.pack import Pack
from tests.support.events import cases, deciders, quick, scottish_decider

SCOTLAND = scottish_decider()


def assert_one_owner(pack: Pack, case: Case, decision: Decision) -> None:
    """Assert that a lead or a desk owns the family, never both, and that the owner has word of it."""
    told = {(one.recipient, one.kind) for one in decision.notices}
    assert decision.desk in pack.desk_labels
    if decision.outcome is Outcome.DESK:
        assert (decision.lead, decision.lead_board, decision.supporting) == ("", "", ())
        assert decision.desk_reason in set(DeskReason)
        assert (decision.held_by.name, decision.held_by.is_desk) == (decision.desk, True)
        assert (decision.desk, NoticeKind.DESK_ITEM) in told
        return
    assert decision.lead in pack.services
    if decision.accepted:
        accepted = case.standing.accepted
        assert accepted is not None
        assert (decision.lead, decision.lead_board) == (accepted.service, accepted.board)
    else:
        assert decision.desk_reason is None
        assert (address(decision.lead, decision.lead_board), NoticeKind.LEAD_PROPOSED) in told


@quick(100)
@given(data=st.data(), decider=deciders())
def test_every_decision_has_one_owner(data: st.DataObject, decider: Decider) -> None:
    """A lead service or a desk with a coded reason holds the family, and never both or neither."""
    case = data.draw(cases(decider.pack))
    assert_one_owner(decider.pack, case, decider.decide(case))


@quick(60)
@given(data=st.data())
def test_a_family_that_the_rules_can_place_is_placed(data: st.DataObject) -> None:
    """The desk holds one only where all is withdrawn, consent is refused, the board is unknown or no service can."""
    case = data.draw(cases(SCOTLAND.pack, standing=Standing()))
    decision = SCOTLAND.decide(case)
    speaking = case.open_referrals
    agreed = any(one.event.consent is not Consent.REFUSED for one in speaking)
    assert (decision.outcome is not Outcome.DESK) == bool(agreed and decision.board and decision.evaluation.lead)


class _Broken:
    """An engine that does not come to an answer."""

    def evaluate(self, *_: object) -> NoReturn:
        """Fail, as an engine may."""
        raise EngineFaultError("broken on purpose")


class _Lying:
    """An engine that answers with another lead than the rules give."""

    def evaluate(self, *asked: object) -> object:
        """Answer wrongly."""
        right = SCOTLAND.engine.evaluate(*asked)  # type: ignore[arg-type]
        return replace(right, lead="third-sector" if right.lead != "third-sector" else "gp")


@quick(40)
@given(data=st.data(), engine=st.sampled_from((_Broken(), _Lying())))
def test_a_faulty_engine_sends_the_family_to_a_person(data: st.DataObject, engine: _Broken | _Lying) -> None:
    """The desk owns a family that the engine has no answer for; a lead that accepted goes on, and the desk is told."""
    case = data.draw(cases(SCOTLAND.pack))
    decision = Decider(SCOTLAND.pack, engine).decide(case)  # type: ignore[arg-type]
    assert_one_owner(SCOTLAND.pack, case, decision)
    wanted = DeskReason.ENGINE_FAILED if isinstance(engine, _Broken) else DeskReason.EVALUATORS_DISAGREE
    assert decision.desk_reason is wanted
    assert decision.accepted == (case.standing.accepted is not None)
    assert (decision.desk, NoticeKind.DESK_ITEM) in {(one.recipient, one.kind) for one in decision.notices}


@quick(40)
@given(data=st.data())
def test_a_family_whose_referrals_are_all_withdrawn_still_has_an_owner(data: st.DataObject) -> None:
    """The desk, or the lead that accepted, owns what no open referral speaks for."""
    case = data.draw(cases(SCOTLAND.pack, most=2))
    silent = replace(case, referrals=tuple(replace(one, state=ReferralState.WITHDRAWN) for one in case.referrals))
    decision = SCOTLAND.decide(silent)
    assert_one_owner(SCOTLAND.pack, silent, decision)
    assert decision.desk_reason is DeskReason.ALL_REFERRALS_WITHDRAWN
