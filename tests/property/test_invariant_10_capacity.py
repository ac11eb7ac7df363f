"""Invariant 10: capacity may change who holds and who helps. It never lowers urgency and never drops anybody."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from router.routing.decide import Decider
from router.routing.decision import NoticeKind
from router.rules.pack import Pack
from tests.support.events import cases, quick, scottish_decider

SCOTLAND = scottish_decider()


def _with_capacity(pack: Pack, state: str) -> Pack:
    capacity = dict.fromkeys(pack.services, state)
    return replace(pack, boards={code: replace(board, capacity=capacity) for code, board in pack.boards.items()})


OPEN, CLOSED = (Decider(_with_capacity(SCOTLAND.pack, state)) for state in ("open", "closed"))


@quick(100)
@given(data=st.data())
def test_capacity_drops_nobody_and_delays_no_danger(data: st.DataObject) -> None:
    """With every service short of room, the same families are placed, as urgently, with the same safety notices."""
    case = data.draw(cases(SCOTLAND.pack))
    roomy, full = OPEN.decide(case), CLOSED.decide(case)
    assert (full.outcome, full.desk_reason) == (roomy.outcome, roomy.desk_reason)
    assert (full.urgency, full.tier, full.safety) == (roomy.urgency, roomy.tier, roomy.safety)
    assert full.evaluation.verdicts == roomy.evaluation.verdicts
    safety = (NoticeKind.SAFEGUARDING, NoticeKind.RED_FLAG)
    assert [one for one in full.notices if one.kind in safety] == [one for one in roomy.notices if one.kind in safety]
