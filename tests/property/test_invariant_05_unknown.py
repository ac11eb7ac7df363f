"""Invariant 5: a missing fact never includes, excludes or steps down, and stays in sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from router.model.danger import TRIGGERS_BY_FACT
from router.model.facts import FactView, Known, Missing, Unknown
from router.model.referral import CodedConcept
from router.model.truth import Truth
from router.routing.decide import Decider
from router.rules.evaluation import STAY, Evaluation
from router.rules.pack import MoveKind, Pack
from router.rules.reference import evaluate
from tests.support.events import UNMAPPED, cases, changed, deciders, quick, scottish_decider

SCOTLAND = scottish_decider()
# Other facts are worked out from these.
ROOTS = ("gestation_weeks", "planning_pregnancy")


def assert_less_is_known(pack: Pack, before: Evaluation, after: Evaluation) -> None:
    """Assert that nothing became met or not met that was not so before."""
    for service in pack.services:
        assert after.verdict(service) in (before.verdict(service), Truth.UNKNOWN)
        for old, new in zip(before.verdicts, after.verdicts, strict=True):
            assert new[service] in (old[service], Truth.UNKNOWN)
    for move, truth in after.moves.items():
        assert truth in (before.moves[move], Truth.UNKNOWN)


def without(views: Sequence[FactView], fact: str, why: Missing | None) -> list[FactView]:
    """Return the views with one fact made unknown; ``why`` None leaves it out altogether."""
    if why is None:
        return [{name: held for name, held in view.items() if name != fact} for view in views]
    return [{**view, fact: Unknown(why)} for view in views]


@quick(80)
@given(data=st.data(), decider=deciders())
def test_making_a_fact_unknown_settles_nothing(data: st.DataObject, decider: Decider) -> None:
    """No service and no move becomes met, or not met, because something known becomes unknown."""
    decision = decider.decide(data.draw(cases(decider.pack)))
    views = [view.facts for view in decision.views]
    before = evaluate(decider.pack, views, decision.circumstances)
    known = sorted({fact for view in views for fact, held in view.items() if isinstance(held, Known)})
    for fact in known:
        less = without(views, fact, data.draw(st.sampled_from((None, *Missing))))
        after = evaluate(decider.pack, less, decision.circumstances)
        assert_less_is_known(decider.pack, before, after)
        assert decider.engine.evaluate(less, decision.circumstances) == after


@quick(60)
@given(data=st.data())
def test_making_a_fact_unknown_never_steps_down(data: st.DataObject) -> None:
    """No family steps down because something known becomes unknown."""
    pack = SCOTLAND.pack
    decision = SCOTLAND.decide(data.draw(cases(pack, kinds=("accepted",))))
    views = [view.facts for view in decision.views]
    before = evaluate(pack, views, decision.circumstances)
    for fact in sorted({fact for view in views for fact in view}):
        after = evaluate(pack, without(views, fact, None), decision.circumstances)
        stepped_down = after.move != STAY and pack.moves[after.move].kind is MoveKind.STEP_DOWN
        assert not stepped_down or after.move == before.move


@quick(120)
@given(data=st.data(), decider=deciders())
def test_nobody_leads_on_an_unknown_fact(data: st.DataObject, decider: Decider) -> None:
    """A lead's criteria are met, but for one that accepted before; so are those of a move that is followed."""
    decision = decider.decide(data.draw(cases(decider.pack)))
    evaluation = decision.evaluation
    if decision.lead and not decision.accepted:
        assert evaluation.verdict(decision.lead) is Truth.MET
    if evaluation.move != STAY:
        assert evaluation.moves[evaluation.move] is Truth.MET
        assert evaluation.verdict(decider.pack.moves[evaluation.move].receiver) is Truth.MET


@quick(60)
@given(data=st.data())
def test_a_code_that_nobody_mapped_settles_nothing(data: st.DataObject) -> None:
    """An observation whose code loses its meaning leaves its fact unknown, and the code in sight."""
    case = data.draw(cases(SCOTLAND.pack))
    times = Counter(seen.fact for one in case.referrals for seen in one.event.observations)
    lone = [
        (place, number)
        for place, one in enumerate(case.referrals)
        for number, seen in enumerate(one.event.observations)
        if times[seen.fact] == 1 and seen.fact not in (*TRIGGERS_BY_FACT, *ROOTS) and one in case.open_referrals
    ]
    assume(lone)
    place, number = data.draw(st.sampled_from(lone))
    said = list(case.referrals[place].event.observations)
    said[number] = replace(said[number], value=None, unmapped=UNMAPPED)
    blurred = SCOTLAND.decide(changed(case, place, observations=tuple(said)))
    before = SCOTLAND.decide(case)
    assert_less_is_known(SCOTLAND.pack, before.evaluation, blurred.evaluation)
    assert UNMAPPED in {one.concept for one in blurred.unmapped}


@quick(60)
@given(data=st.data(), decider=deciders())
def test_every_unmapped_code_stays_in_sight(data: st.DataObject, decider: Decider) -> None:
    """Codes without a meaning, facts that no pack knows, and concerns in a sender's own words stand in the decision."""
    case = data.draw(cases(decider.pack))
    codes = set()
    for event in (one.event for one in case.open_referrals):
        codes |= {(code, event.source_system) for code in event.concerns}
        codes |= {(seen.unmapped, event.source_system) for seen in event.observations if seen.unmapped}
        strange = [seen.fact for seen in event.observations if seen.fact not in decider.pack.facts]
        codes |= {(CodedConcept("fact", fact), event.source_system) for fact in strange}
    assert {(one.concept, one.source_system) for one in decider.decide(case).unmapped} == codes
