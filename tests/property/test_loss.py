"""Infant death: nothing routine concerns a baby who has died, danger is told all the same, and the mother has an owner.

Over generated families, histories and packs, with deaths told, left out, contradicted and withdrawn.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from router.model.danger import TRIGGERS_BY_FACT
from router.model.facts import About, FactDefinition
from router.model.people import CHILDREN_OF_EPISODE, LifeStatus, Person
from router.model.referral import Observation
from router.routing.case import Case, HeldReferral, ReferralState
from router.routing.counterfactuals import changes
from router.routing.decide import Decider
from router.routing.decision import Decision, NoticeKind, Outcome
from router.routing.facts import speaks_of_a_baby
from router.routing.loss import Life, ends_of
from tests.support.events import FOREIGN, WHEN, case_of, cases, deciders, quick, scottish_decider

FOR_BABIES = {
    "health-visiting", "maternity", "fnp", "imh", "camhs", "neonatal-follow-up", "neurodevelopmental", "mbu",
    "early-learning-centre",
}  # fmt: skip
SAFETY = {NoticeKind.SAFEGUARDING, NoticeKind.RED_FLAG}
WORDS = (None, None, None, LifeStatus.ALIVE, *LifeStatus)


@st.composite
def after_deaths(draw: st.DrawFn, decider: Decider) -> Case:
    """Draw a case in which somebody says that at least one child has died."""
    case = draw(cases(decider.pack).filter(lambda one: bool(one.children)))
    chosen = draw(st.sampled_from(case.children)).person_id
    referrals = tuple(_with_words(draw, one) for one in case.referrals)
    place = draw(st.sampled_from([n for n, one in enumerate(referrals) if chosen in one.people.values()]))
    status = draw(st.sampled_from((LifeStatus.DIED, LifeStatus.STILLBORN, LifeStatus.PREGNANCY_LOST)))
    told = tuple(
        replace(person, life_status=status) if referrals[place].people[person.ref] == chosen else person
        for person in referrals[place].event.people
    )
    dead = replace(referrals[place], event=replace(referrals[place].event, people=told))
    return replace(case, referrals=(*referrals[:place], dead, *referrals[place + 1 :]))


def _with_words(draw: st.DrawFn, held: HeldReferral) -> HeldReferral:
    def said(person: Person) -> Person:
        return replace(person, life_status=draw(st.sampled_from(WORDS))) if is_child(person) else person

    return replace(held, event=replace(held.event, people=tuple(map(said, held.event.people))))


def is_child(person: Person) -> bool:
    """Return whether a person is a child of the episode."""
    return person.role in CHILDREN_OF_EPISODE


def without_needs(case: Case, facts: dict[str, FactDefinition]) -> Case:
    """Return the case without what was observed of the needs of babies who have died, or may have."""
    ends = ends_of(case)
    nobody_lives = all(child.person_id in ends for child in case.children)

    def is_need(held: HeldReferral, one: Observation) -> bool:
        definition = facts.get(one.fact)
        if definition is None or definition.about is not About.INFANT or one.fact in TRIGGERS_BY_FACT:
            return False
        return nobody_lives or held.people.get(one.subject_ref) in ends

    return replace(
        case,
        referrals=tuple(
            replace(
                held,
                event=replace(
                    held.event, observations=tuple(one for one in held.event.observations if not is_need(held, one))
                ),
            )
            for held in case.referrals
        ),
    )


def routine(decision: Decision) -> set[tuple[str, str, str, str]]:
    """Return the notices that are not of danger."""
    return {(n.recipient, n.kind, n.level, n.text) for n in decision.notices if n.kind not in SAFETY}


@quick(80)
@given(data=st.data(), decider=deciders())
def test_the_needs_of_a_baby_who_died_change_nothing(data: st.DataObject, decider: Decider) -> None:
    """Lead, helpers, questions, move and routine notices are the same whether or not anybody observed them."""
    case = data.draw(after_deaths(decider))
    decision, bare = decider.decide(case), decider.decide(without_needs(case, dict(decider.pack.facts)))
    for part in ("outcome", "lead", "lead_board", "supporting", "questions", "move", "desk_reason", "tier"):
        assert getattr(decision, part) == getattr(bare, part)
    assert routine(decision) == routine(bare)


@quick(80)
@given(data=st.data())
def test_nothing_routine_concerns_a_baby_who_died(data: st.DataObject) -> None:
    """Where no child is known to live, nobody is asked about one, nobody is sent to one, nothing supposes one."""
    decider = scottish_decider()
    case = data.draw(after_deaths(decider))
    ends = ends_of(case)
    decision = decider.decide(case)
    if not all(child.person_id in ends for child in case.children):
        assert {view.child.person_id for view in decision.views if view.child}.isdisjoint(ends)
        return
    facts = decider.pack.facts
    asked = {fact for one in decision.questions for fact in (one.fact, one.together_with) if fact}
    assert not any(speaks_of_a_baby(facts[fact]) for fact in asked)
    assert not any(speaks_of_a_baby(facts[one.fact]) for one in changes(decider.pack, decision))
    assert FOR_BABIES.isdisjoint(one.service for one in decision.supporting)
    stands = case.standing.accepted.service if case.standing.accepted else ""
    assert decision.lead == stands or decision.lead not in FOR_BABIES


@quick(80)
@given(data=st.data(), decider=deciders())
def test_danger_is_noticed_all_the_same(data: st.DataObject, decider: Decider) -> None:
    """The same findings, and the same people told of them as soon, as if nobody had died."""
    case = data.draw(after_deaths(decider))
    alive = replace(case, referrals=tuple(_without_deaths(one) for one in case.referrals))

    def told(decision: Decision) -> set[tuple[str, str, object]]:
        return {(n.recipient, n.text.partition(":")[0], n.act_by) for n in decision.notices if n.kind in SAFETY}

    after, before = decider.decide(case), decider.decide(alive)
    assert after.safety == before.safety
    assert after.urgency == before.urgency
    assert told(after) == told(before)


def _without_deaths(held: HeldReferral) -> HeldReferral:
    people = tuple(replace(person, death_date=None, life_status=None) for person in held.event.people)
    return replace(held, event=replace(held.event, people=people))


@quick(60)
@given(data=st.data(), decider=deciders())
def test_the_mother_has_an_owner(data: st.DataObject, decider: Decider) -> None:
    """A lead or a desk, as ever; and in Scotland's pack her lead is never lost to a baby's death by itself."""
    case = data.draw(after_deaths(decider))
    decision = decider.decide(case)
    assert bool(decision.lead) != (decision.outcome is Outcome.DESK)
    accepted = case.standing.accepted
    if accepted is not None:
        assert decision.held_by.name == accepted.service
    if any(end.life is Life.IN_DOUBT for end in ends_of(case).values()):
        assert decision.desk_reason is not None
        assert any(n.kind is NoticeKind.DESK_ITEM and n.recipient == decision.desk for n in decision.notices)


@quick(80)
@given(data=st.data())
def test_silence_and_order_take_nothing_back(data: st.DataObject) -> None:
    """More referrals that do not know, later versions that leave it out, withdrawals, in any order: the death holds."""
    case = data.draw(after_deaths(scottish_decider()))
    ends = ends_of(case)
    unaware = []
    for number, held in enumerate(case.referrals):
        later = _without_deaths(held)
        event = replace(later.event, source_version=later.event.source_version + 5, occurred_at=WHEN)
        unaware.append(replace(later, referral_id=900 + number, event=event))
        foreign = replace(event, source_system=FOREIGN, occurred_at=WHEN + timedelta(hours=number))
        unaware.append(replace(later, referral_id=950 + number, event=foreign))
    referrals = data.draw(st.permutations((*case.referrals, *unaware)))
    withdrawn = data.draw(st.sampled_from(case.referrals)).referral_id
    more = case_of(
        [replace(one, state=ReferralState.WITHDRAWN) if one.referral_id == withdrawn else one for one in referrals],
        perhaps=case.perhaps,
        as_of=case.as_of,
    )
    after = ends_of(more)
    for person_id, end in ends.items():
        if end.life is Life.LOST:
            assert after[person_id].life is Life.LOST
        else:
            assert person_id in after
