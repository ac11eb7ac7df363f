"""Invariant 9: an accepted lead stays unless a named move or a change of board says otherwise, and is told."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from router.model.truth import Truth
from router.routing.decide import FAMILY_MOVED, Decider
from router.routing.decision import NoticeKind, Outcome
from router.routing.notices import address
from router.rules.evaluation import STAY, provider_board
from router.rules.pack import HANDOVERS, MoveKind
from tests.support.events import ACCEPTED, cases, deciders, quick, scottish_decider

SCOTLAND = scottish_decider()


@quick(150)
@given(data=st.data(), decider=deciders())
def test_an_accepted_lead_moves_by_a_named_move_only(data: st.DataObject, decider: Decider) -> None:
    """It stays, or a move of the pack that is met names the receiver, or the family lives in another board now."""
    pack = decider.pack
    case = data.draw(cases(pack, kinds=ACCEPTED))
    decision, accepted = decider.decide(case), case.standing.accepted
    assert accepted is not None
    assert decision.outcome is not Outcome.DESK
    assert decision.move is not None
    assert decision.move.reason
    if decision.accepted:
        assert (decision.lead, decision.lead_board) == (accepted.service, accepted.board)
        assert (decision.move.kind, decision.move.rule) == (MoveKind.STAY, STAY)
    elif decision.move.rule == FAMILY_MOVED:
        assert provider_board(pack, accepted.service, decision.board) != accepted.board
        assert decision.board
    else:
        move = pack.moves[decision.move.rule]
        assert accepted.service in move.givers
        assert decision.lead == move.receiver
        assert decision.evaluation.moves[move.name] is Truth.MET
        assert move.kind in HANDOVERS


@quick(120)
@given(data=st.data(), decider=deciders())
def test_the_giver_holds_until_another_accepts_and_is_told(data: st.DataObject, decider: Decider) -> None:
    """Ownership never ends meanwhile; a service that is to hand a family on learns of it with the reason."""
    case = data.draw(cases(decider.pack, kinds=ACCEPTED))
    decision, accepted = decider.decide(case), case.standing.accepted
    assert accepted is not None
    assert decision.move is not None
    assert (decision.held_by.name, decision.held_by.board) == (accepted.service, accepted.board)
    told = [
        one
        for one in decision.notices
        if one.kind is NoticeKind.MOVE_PROPOSED and one.recipient == address(accepted.service, accepted.board)
    ]
    assert len(told) == (0 if decision.accepted else 1)
    for one in told:
        assert decision.move.reason in one.text


@quick(60)
@given(data=st.data())
def test_where_moves_disagree_the_way_up_is_followed(data: st.DataObject) -> None:
    """A step up goes before a transfer and that before a step down, and the disagreement is flagged."""
    pack = SCOTLAND.pack
    decision = SCOTLAND.decide(data.draw(cases(pack, kinds=("accepted",))))
    if decision.move is None or decision.move.rule not in pack.moves:
        return
    kinds = {pack.moves[name].kind for name, truth in decision.evaluation.moves.items() if truth is Truth.MET}
    handovers = [kind for kind in HANDOVERS if kind in kinds]
    assert decision.move.kind is handovers[0]
    assert decision.move.conflict == (len(handovers) > 1)


@quick(60)
@given(data=st.data(), decider=deciders())
def test_a_service_no_longer_asked_is_stood_down(data: st.DataObject, decider: Decider) -> None:
    """One that was asked and has not answered is told when another is asked in its place, and only then."""
    case = data.draw(cases(decider.pack, kinds=("proposed", "both")))
    decision, proposed = decider.decide(case), case.standing.proposed
    assert proposed is not None
    told = {one.recipient for one in decision.notices if one.kind is NoticeKind.STOOD_DOWN}
    kept = (decision.lead, decision.lead_board) == (proposed.service, proposed.board)
    assert told == (set() if kept else {address(proposed.service, proposed.board)})


@quick(60)
@given(data=st.data(), decider=deciders())
def test_a_service_that_declined_is_not_asked_again(data: st.DataObject, decider: Decider) -> None:
    """What is declined goes to another service or to the desk, and no move leads back."""
    case = data.draw(cases(decider.pack))
    first = decider.decide(case)
    if not first.lead or first.accepted:
        return
    declined = case.standing.declined | {first.lead}
    again = decider.decide(replace(case, standing=replace(case.standing, declined=declined, proposed=None)))
    assert again.lead != first.lead or again.accepted
