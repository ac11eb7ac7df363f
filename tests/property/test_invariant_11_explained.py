"""Invariant 11: every criterion and every alternative is accounted for, and what would change the outcome is true."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from router.model.danger import TRIGGERS_BY_FACT
from router.model.facts import Known
from router.model.referral import FactValue, Observation
from router.model.truth import Truth
from router.routing.case import Case
from router.routing.counterfactuals import changes
from router.routing.decide import Decider
from tests.support.answers import answers_to, words_for
from tests.support.events import WHEN, cases, deciders, observed, quick


@quick(100)
@given(data=st.data(), decider=deciders())
def test_every_criterion_and_every_alternative_is_accounted_for(data: st.DataObject, decider: Decider) -> None:
    """Each criterion has a truth in each view, each rule its citation, and each service that does not lead a reason."""
    pack = decider.pack
    decision = decider.decide(data.draw(cases(pack)))
    assert set(decision.why_not) == set(pack.services) - {decision.lead}
    assert all(decision.why_not.values())
    assert decision.main_reason
    assert len(decision.evaluation.criteria) == len(decision.views)
    stands = decision.circumstances.moves_decide
    for truths in decision.evaluation.criteria:
        services = pack.at(decision.circumstances.board).services
        for rule in (*services.values(), *(pack.moves.values() if stands else ())):
            assert list(truths[rule.name]) == list(rule.criteria)
            assert set(truths[rule.name].values()) <= set(Truth)
            assert all(one.citation and one.label and one.ask for one in rule.criteria.values())


@quick(60)
@given(data=st.data(), decider=deciders())
def test_every_known_fact_has_its_source_and_date(data: st.DataObject, decider: Decider) -> None:
    """What a criterion rests on can be traced to who said it and when, or was worked out from dates."""
    case = data.draw(cases(decider.pack))
    everyone = (*case.referrals, *case.perhaps)
    said = {
        (seen.fact, seen.value, seen.source_system, seen.observed_at)
        for one in everyone
        for seen in one.event.observations
    }
    for view in decider.decide(case).views:
        for fact, held in view.facts.items():
            if not isinstance(held, Known) or held.source_system == "derived":
                continue
            if fact in TRIGGERS_BY_FACT and TRIGGERS_BY_FACT[fact].at_least is not None:
                # the worst value stands from the first sight on, and the two may be two observations
                assert (fact, held.source_system) in {(name, source) for name, _, source, _ in said}
            else:
                assert (fact, held.value, held.source_system, held.observed_at) in said


@quick(80)
@given(data=st.data(), decider=deciders())
def test_the_reason_why_another_does_not_lead_is_true(data: st.DataObject, decider: Decider) -> None:
    """A reason that speaks of criteria agrees with the verdict on them."""
    decision = decider.decide(data.draw(cases(decider.pack)))
    assume(decision.lead)
    for service, reason in decision.why_not.items():
        verdict = decision.evaluation.verdict(service)
        if reason == "its criteria are not met":
            assert verdict is Truth.NOT_MET
        elif reason == "it is not known whether its criteria are met":
            assert verdict is Truth.UNKNOWN
        elif "where the family lives" not in reason:
            assert verdict is Truth.MET


def supposed(case: Case, fact: str, value: FactValue) -> Case:
    """Return the case with one thing more known: newer than all else, and about everybody whom the fact may be about."""
    seen = Observation(fact, value, WHEN + timedelta(days=30), "a-new-source", "", "Dr A")
    place = case.referrals.index(case.open_referrals[0])
    return observed(case, place, seen)


@quick(60)
@given(data=st.data(), decider=deciders())
def test_what_would_change_the_lead_is_true(data: st.DataObject, decider: Decider) -> None:
    """Deciding the whole case anew, with the one fact otherwise, comes to the lead that was said."""
    pack = decider.pack
    case = data.draw(cases(pack, most=2))
    decision = decider.decide(case)
    found = {one.trigger.fact for one in decision.safety}
    for one in changes(pack, decision):
        assert one.lead != decision.lead
        # what is worked out from dates cannot be observed, and what the floor holds cannot be unsaid by another source
        if pack.facts[one.fact].derivation or one.fact in found:
            continue
        leads = {
            decider.decide(supposed(case, one.fact, value)).lead
            for value in answers_to(pack, one.fact)
            if one.change.endswith(f": {words_for(pack.facts[one.fact], value)}")
        }
        assert leads == {one.lead}


@quick(60)
@given(data=st.data(), decider=deciders())
def test_a_question_and_what_would_change_agree(data: st.DataObject, decider: Decider) -> None:
    """A fact that one answer makes tell stands among those that would change the lead, but for a single infant's."""
    pack = decider.pack
    decision = decider.decide(data.draw(cases(pack, most=2)))
    assume(decision.desk_reason is None and len(decision.views) == 1)
    would = {one.fact for one in changes(pack, decision)}
    moved = decision.circumstances.moves_decide
    for question in decision.questions:
        if not question.together_with and question.fact not in ("gestation_weeks", "planning_pregnancy") and not moved:
            assert question.fact in would
