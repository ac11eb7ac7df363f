"""Properties that every pack must have, each ready to be called in a test file of its author.

.. code-block:: python

    PACK = load_pack(Path(__file__).parent)
    test_a_birthday_moves_nobody = properties.needs_not_birthdays(PACK)

Each returns a test that looks at generated families (``router.authoring.strategies``). The same families are looked at
every time, so that a red run means a change. ``holds_for_families`` makes a test of an author's own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from types import CodeType, MappingProxyType
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from router.authoring import strategies
from router.model.danger import TRIGGERS, Trigger
from router.model.facts import FactDefinition, FactType, Known
from router.model.referral import FactValue
from router.model.truth import Truth
from router.routing.case import Case, ReferralState
from router.routing.decide import Decider
from router.routing.decision import Decision, Outcome
from router.rules.derivations import DERIVATIONS
from router.rules.evaluation import is_offered
from router.rules.pack import HANDOVERS, Pack
from router.rules.reference import evaluate

EXAMPLES = 100
"""How many families a property looks at, unless told otherwise."""
FEWEST = 10
"""How many of them must be such as the property supposes: of fewer it would say nothing."""

Test = Callable[[], None]
_YEARS = timedelta(days=800)
_LEADS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Family:
    """A generated family and what is decided about it. It is told in full when a property does not hold for it."""

    pack: Pack
    case: Case
    decision: Decision

    @property
    def is_new(self) -> bool:
        """Whether no service leads yet."""
        return self.case.standing.accepted is None

    def suppose(self, condition: bool) -> None:  # noqa: FBT001 - a condition, as in ``assert``
        """Look at this family only where the condition holds. A property that finds too few such families fails."""
        assume(condition)

    def fact(self, name: str) -> FactValue | None:
        """Return the value of a fact, as the rules see it; None where it is unknown or cannot exist."""
        if name not in self.pack.facts:
            raise ValueError(f"'{name}' is not a fact of facts.yaml")
        held = self.decision.views[0].facts.get(name)
        value = held.value if isinstance(held, Known) else None
        return value if isinstance(value, (bool, int, str)) else None

    def __repr__(self) -> str:
        known = {name: held.value for name, held in self.decision.views[0].facts.items() if isinstance(held, Known)}
        standing = self.case.standing.accepted
        led = f", led by {standing.service}" if standing else ""
        return f"a family of {self.decision.board}{led}: {known}; lead {self.decision.lead or 'none'}"


def holds_for_families(pack: Pack, *, examples: int = EXAMPLES) -> Callable[[Callable[[Family], None]], Test]:
    """Make a test of a function that looks at one family and asserts something about it.

    Nearly every family that is drawn tells the facts that the function names, half of them with the values that it
    names. What it supposes of a family (``Family.suppose``) must hold for ``FEWEST`` of them, else the test fails.
    """
    decider = Decider(pack)

    def decorate(check: Callable[[Family], None]) -> Test:
        met = 0

        def test(case: Case) -> None:
            __tracebackhide__ = True
            nonlocal met
            check(Family(pack, case, decider.decide(case)))
            met += 1

        drawn = _test(test, examples, case=strategies.cases(pack, aim=_aim(pack, check)))

        def run() -> None:
            __tracebackhide__ = True
            nonlocal met
            met = 0
            with contextlib.suppress(Unsatisfiable):
                drawn()
            few = min(FEWEST, examples)
            assert met >= few, (
                f"only {met} families were such as this property supposes, and it needs {few}: "
                "suppose less, or look at more families with examples="
            )

        run.__name__ = run.__qualname__ = check.__name__
        run.__doc__ = check.__doc__
        return run

    return decorate


def _aim(pack: Pack, check: Callable[..., object]) -> strategies.Aim:
    """Return the facts that a function names, each with those of the values named that it may have."""
    named = list(_literals(check.__code__))
    facts = [pack.facts[one] for one in dict.fromkeys(named) if isinstance(one, str) and one in pack.facts]
    return {one.name: tuple(value for value in named if _is_value(one, value)) for one in facts}


def _literals(code: CodeType) -> Iterator[Any]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _literals(one)
        elif isinstance(one, (tuple, frozenset)):
            yield from one
        else:
            yield one


def _is_value(fact: FactDefinition, value: object) -> bool:
    match fact.type:
        case FactType.YES_NO:
            return isinstance(value, bool)
        case FactType.NUMBER:
            return type(value) is int and value >= 0
        case _:
            return value in fact.choices


def one_owner(pack: Pack, *, examples: int = EXAMPLES) -> Test:
    """Test that each family has one owner: a service that may lead and is offered there, or a desk with a reason."""
    decider = Decider(pack)

    def test_one_owner(case: Case) -> None:
        decision = decider.decide(case)
        if decision.outcome is Outcome.DESK:
            assert not decision.lead, f"both {decision.lead} and {decision.desk} hold the family"
            assert decision.desk, "a desk without a name holds the family"
            assert decision.desk_reason is not None, f"{decision.desk} is not told why it holds the family"
            return
        assert pack.services[decision.lead].can_lead, f"{decision.lead} leads, and never may"
        assert decision.accepted or is_offered(pack, decision.lead, decision.board), f"no {decision.lead} there"

    return _test(test_one_owner, examples, case=strategies.cases(pack))


def one_lead(pack: Pack, *, examples: int = EXAMPLES) -> Test:
    """Test that there is one lead: no service stands beside itself, and none stands there twice."""
    decider = Decider(pack)

    def test_one_lead(case: Case) -> None:
        decision = decider.decide(case)
        beside = [one.service for one in decision.supporting]
        assert decision.lead not in beside, f"{decision.lead} leads and stands beside itself"
        assert len(set(beside)) == len(beside), f"a service stands beside the lead twice: {beside}"

    return _test(test_one_lead, examples, case=strategies.cases(pack))


def danger_is_sticky(pack: Pack, *, examples: int = EXAMPLES) -> Test:
    """Test that a newer version of a referral that leaves a danger out does not clear it."""
    decider = Decider(pack)

    def test_danger_is_sticky(case: Case, trigger: Trigger) -> None:
        first = _with_danger(pack, case, trigger).referrals[0]
        newer = replace(case.referrals[0], referral_id=90, event=replace(case.referrals[0].event, source_version=2))
        silent = replace(newer.event, observations=tuple(_without(newer.event.observations, trigger.fact)))
        older = replace(first, state=ReferralState.SUPERSEDED)
        after = decider.decide(replace(case, referrals=(older, replace(newer, event=silent), *case.referrals[1:])))
        assert trigger.name in {one.trigger.name for one in after.safety}, f"'{trigger.label}' was lost"
        assert after.urgency is not None, f"'{trigger.label}' is not urgent any more"
        assert after.urgency >= trigger.urgency, f"'{trigger.label}' is less urgent than it was"

    return _test(test_danger_is_sticky, examples, case=strategies.cases(pack, danger=False), trigger=_triggers(pack))


def unknown_is_not_false(pack: Pack, *, examples: int = EXAMPLES) -> Test:
    """Test that nothing decided of a rule with a fact missing is undone by the fact, whatever it turns out to be."""
    rules = (*pack.services, *pack.moves)

    def test_unknown_is_not_false(data: st.DataObject) -> None:
        view = data.draw(strategies.views(pack))
        circumstances = data.draw(strategies.circumstances(pack))
        known = [name for name, held in view.items() if isinstance(held, Known)]
        assume(known)
        left_out = data.draw(st.sampled_from(known))
        full = evaluate(pack, [view], circumstances)
        less = evaluate(pack, [{name: held for name, held in view.items() if name != left_out}], circumstances)
        for name in rules:
            before = less.verdicts[0].get(name, less.moves.get(name))
            after = full.verdicts[0].get(name, full.moves.get(name))
            assert before in (None, Truth.UNKNOWN, after), f"{name} is {before} without {left_out}, and {after} with it"

    return _test(test_unknown_is_not_false, examples, data=st.data())


def needs_not_birthdays(pack: Pack, *, examples: int = EXAMPLES) -> Test:
    """Test that a lead of whose family nothing but dates is known goes on whatever birthdays pass."""
    decider = Decider(pack)

    def test_needs_not_birthdays(case: Case, days: int, leads: list[str]) -> None:
        for lead in leads:
            led = strategies.led_by(pack, case, lead)
            # A birth is no birthday: where it moves the family on, that has happened before.
            if decider.decide(led).lead != lead:
                continue
            later = decider.decide(replace(led, as_of=case.as_of + timedelta(days=days)))
            why = f"{later.move.rule} hands the family from {lead} to {later.lead}" if later.move else later.lead
            assert later.lead == lead, f"{days} days later and with no need stated, {why}"

    # Whoever is young has most birthdays ahead, and only a lead from whom some move by time takes over can lose by one.
    young = {name: (0, 5, 11) for name, one in pack.facts.items() if one.derivation == "infant_age_months"}
    days = st.one_of(st.integers(1, _YEARS.days), st.integers(_YEARS.days // 2, _YEARS.days))
    leads = _who_may_lose_by_time(pack) or tuple(name for name, one in pack.services.items() if one.can_lead)
    some = st.lists(st.sampled_from(leads), min_size=1, max_size=_LEADS_AT_ONCE, unique=True)
    case = strategies.cases(pack, accepted=False, silent=True, aim=young)
    return _test(test_needs_not_birthdays, examples, case=case, days=days, leads=some)


def _who_may_lose_by_time(pack: Pack) -> tuple[str, ...]:
    """Return the services from which some move takes over that asks for the time."""
    times = {name for name, one in pack.facts.items() if one.derivation in DERIVATIONS - {"stage"}}
    moves = [one for one in pack.moves.values() if one.kind in HANDOVERS]
    asking = [one for one in moves if times & {each.condition.fact for each in one.criteria.values()}]
    return tuple(dict.fromkeys(giver for one in asking for giver in one.givers))


def monotone_in_danger(pack: Pack, *, examples: int = EXAMPLES) -> Test:
    """Test that one danger more lowers neither urgency nor tier, and sends nobody to a desk."""
    decider = Decider(pack)

    def test_monotone_in_danger(case: Case, trigger: Trigger) -> None:
        before = decider.decide(case)
        after = decider.decide(_with_danger(pack, case, trigger))
        assert (after.urgency or 0) >= (before.urgency or 0), f"'{trigger.label}' lowers the urgency"
        assert after.tier >= before.tier, f"'{trigger.label}' lowers the tier from {before.tier} to {after.tier}"
        assert before.outcome is Outcome.DESK or after.outcome is not Outcome.DESK, f"'{trigger.label}' ends at a desk"

    return _test(test_monotone_in_danger, examples, case=strategies.cases(pack), trigger=_triggers(pack))


def order_free(pack: Pack, *, examples: int = EXAMPLES) -> Test:
    """Test that until a lead has accepted, the order in which referrals arrive does not tell."""
    decider = Decider(pack)

    def test_order_free(case: Case) -> None:
        told = [_told(decider.decide(replace(case, referrals=one))) for one in (case.referrals, case.referrals[::-1])]
        assert told[0] == told[1], f"one order gives {told[0]}, the other {told[1]}"

    return _test(test_order_free, examples, case=strategies.cases(pack, accepted=False, referrals=3))


def continuity(pack: Pack, *, examples: int = EXAMPLES) -> Test:
    """Test that a lead that has accepted goes on unless a move that hands over says otherwise, with its reason."""
    decider = Decider(pack)

    def test_continuity(case: Case) -> None:
        lead = case.standing.accepted
        assert lead is not None
        decision = decider.decide(case)
        if decision.lead == lead.service:
            return
        assert decision.move is not None, f"{lead.service} loses the lead to {decision.lead or 'a desk'}, by no move"
        assert decision.move.kind in HANDOVERS, f"{decision.move.rule} hands over, and is {decision.move.kind}"
        assert lead.service in pack.moves[decision.move.rule].givers, f"{decision.move.rule} takes from another"
        assert decision.move.reason, f"{decision.move.rule} gives no reason"
        assert decision.held_by.name == lead.service, f"{lead.service} lets go before {decision.lead} has accepted"

    return _test(test_continuity, examples, case=strategies.cases(pack, accepted=True))


def capacity_never_lowers_urgency(pack: Pack, *, examples: int = EXAMPLES) -> Test:
    """Test that were every service full, urgency and tier would be no lower, and nobody would be dropped."""
    decider, full = Decider(pack), Decider(_all_full(pack))

    def test_capacity_never_lowers_urgency(case: Case) -> None:
        before, after = decider.decide(case), full.decide(case)
        assert after.urgency == before.urgency, f"full services change the urgency from {before.urgency}"
        assert after.tier >= before.tier, f"full services lower the tier from {before.tier} to {after.tier}"
        assert before.outcome is Outcome.DESK or after.outcome is not Outcome.DESK, "full services drop a family"

    return _test(test_capacity_never_lowers_urgency, examples, case=strategies.cases(pack))


def _all_full(pack: Pack) -> Pack:
    boards = {code: replace(one, capacity=dict.fromkeys(pack.services, "closed")) for code, one in pack.boards.items()}
    return replace(pack, boards=MappingProxyType(boards), digest=f"{pack.digest}-full")


def _test(check: Callable[..., None], examples: int, **drawn: st.SearchStrategy[Any]) -> Test:
    steady = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        # What Hypothesis explains of lines that ran is of its own inside, and says nothing to an author.
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    return steady(given(**drawn)(check))


def _triggers(pack: Pack) -> st.SearchStrategy[Trigger]:
    return st.sampled_from([one for one in TRIGGERS if one.fact in pack.facts])


def _with_danger(pack: Pack, case: Case, trigger: Trigger) -> Case:
    first, *others = case.referrals
    value = True if trigger.at_least is None else trigger.at_least
    seen = strategies.observation(pack, trigger.fact, value, first.event.source_system, days_ago=0)
    rest = _without(first.event.observations, trigger.fact)
    told = replace(first, event=replace(first.event, observations=(*rest, seen)))
    return replace(case, referrals=(told, *others))


def _without(observations: Any, fact: str) -> list[Any]:
    return [one for one in observations if one.fact != fact]


def _told(decision: Decision) -> tuple[object, ...]:
    beside = [(one.service, one.role) for one in decision.supporting]
    asked = [one.fact for one in decision.questions]
    return decision.lead, decision.desk, decision.urgency, decision.tier, tuple(beside), tuple(asked)
