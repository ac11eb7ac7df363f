"""Invariant 5: what is unknown becomes a question where some answer changes the outcome, and the witness is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from router.model.danger import TRIGGERS_BY_FACT
from router.model.facts import About, FactView, Known
from router.model.referral import FactValue
from router.routing.decide import Decider
from router.routing.decision import Decision, DeskReason, Question
from router.rules.evaluation import STAY, Circumstances, Evaluation
from router.rules.pack import Pack, Rule
from router.rules.reference import evaluate
from tests.support.answers import answers_to, words_for
from tests.support.events import WHEN, cases, deciders, quick

ASKED_FOR = (None, DeskReason.NO_SERVICE_ELIGIBLE)


def answered(pack: Pack, views: Sequence[FactView], fact: str, value: FactValue) -> Iterator[list[FactView]]:
    """Yield the views once the fact is known: of each infant by itself, or of the family as a whole."""
    held = Known(value, "answer", WHEN)
    missing = [place for place, view in enumerate(views) if not isinstance(view.get(fact), Known)]
    groups = [[place] for place in missing] if pack.facts[fact].about is About.INFANT else [missing]
    for group in groups:
        yield [{**view, fact: held} if place in group else view for place, view in enumerate(views)]


def decided(pack: Pack, views: Sequence[FactView], circumstances: Circumstances, **answers: FactValue) -> Evaluation:
    """Evaluate anew; an answer that shows a danger raises the urgency."""
    shown = [
        trigger.urgency
        for fact, value in answers.items()
        if (trigger := TRIGGERS_BY_FACT.get(fact)) is not None and trigger.shown_by(value)
    ]
    danger = max([*shown, *([circumstances.danger] if circumstances.danger else [])], default=None)
    return evaluate(pack, views, replace(circumstances, danger=danger))


def outcomes(pack: Pack, decision: Decision, question: Question) -> Iterator[Evaluation]:
    """Yield what follows from a question's witness, alone or together with each answer to its companion."""
    views = [view.facts for view in decision.views]
    for value in answers_to(pack, question.fact):
        if words_for(pack.facts[question.fact], value) != question.witness:
            continue
        for told in answered(pack, views, question.fact, value):
            if not question.together_with:
                yield decided(pack, told, decision.circumstances, **{question.fact: value})
                continue
            for other in answers_to(pack, question.together_with):
                for both in answered(pack, told, question.together_with, other):
                    given_answers = {question.fact: value, question.together_with: other}
                    yield decided(pack, both, decision.circumstances, **given_answers)


def effect_of(pack: Pack, evaluation: Evaluation) -> str:
    """Say what an evaluation leads to, as a question does."""
    label = pack.services[evaluation.lead].label
    return f"the {label} would lead" if evaluation.move == STAY else f"care would move to the {label}"


@quick(120)
@given(data=st.data(), decider=deciders())
def test_the_witness_of_every_question_changes_the_outcome(data: st.DataObject, decider: Decider) -> None:
    """Given the witness, the reference evaluator comes to another lead or move, and to the one that was said."""
    decision = decider.decide(data.draw(cases(decider.pack)))
    assume(decision.desk_reason in ASKED_FOR and not (decision.desk_reason and decision.accepted))
    now = (decision.evaluation.lead, decision.evaluation.move)
    for question in decision.questions:
        assert question.ask
        others = [one for one in outcomes(decider.pack, decision, question) if (one.lead, one.move) != now]
        assert others
        # where two answers are needed, they may let a still better service in
        if not question.together_with:
            assert question.effect in {effect_of(decider.pack, one) for one in others}


@quick(80)
@given(data=st.data(), decider=deciders())
def test_no_single_answer_that_changes_the_lead_goes_unasked(data: st.DataObject, decider: Decider) -> None:
    """Trying every answer to every missing fact finds no change that no question spoke of, but for silent criteria."""
    pack = decider.pack
    decision = decider.decide(data.draw(cases(pack, most=2)))
    assume(decision.desk_reason in ASKED_FOR and not (decision.desk_reason and decision.accepted))
    asked = {one.fact for one in decision.questions if not one.together_with}
    views = [view.facts for view in decision.views]
    now = (decision.evaluation.lead, decision.evaluation.move)
    rules: list[Rule] = [*pack.services.values(), *pack.moves.values()]
    used = {criterion.condition.fact for rule in rules for criterion in rule.criteria.values()}
    for fact in sorted(used - asked - set(TRIGGERS_BY_FACT)):
        for value in answers_to(pack, fact):
            for told in answered(pack, views, fact, value):
                after = evaluate(pack, told, decision.circumstances)
                if (after.lead, after.move) == now:
                    continue
                followed: list[Rule] = [pack.services[after.lead]]
                followed += [pack.moves[after.move]] if after.move != STAY else []
                asks = [
                    criterion
                    for rule in followed
                    for criterion in rule.criteria.values()
                    if criterion.condition.fact == fact and criterion.asks
                ]
                assert not asks, f"{fact} = {value} would lead to {after.lead} by {after.move}"


@quick(60)
@given(data=st.data(), decider=deciders())
def test_a_question_is_asked_once_and_only_of_what_is_missing(data: st.DataObject, decider: Decider) -> None:
    """Each fact is asked for once, is unknown in some view, and those that one answer settles come first."""
    decision = decider.decide(data.draw(cases(decider.pack)))
    facts = [one.fact for one in decision.questions]
    assert len(set(facts)) == len(facts)
    for fact in facts:
        assert any(not isinstance(view.facts.get(fact), Known) for view in decision.views)
    alone = [not one.together_with for one in decision.questions]
    assert alone == sorted(alone, reverse=True)
