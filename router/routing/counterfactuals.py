"""What would change a decision: each statement is found, and verified, by evaluating the whole pack again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from router.model.danger import TRIGGERS_BY_FACT
from router.model.facts import FactView, Known
from router.model.referral import FactValue
from router.routing.decision import Decision, DeskReason
from router.routing.facts import speaks_of_a_baby
from router.routing.questions import in_words, telling_values
from router.rules.evaluation import Circumstances
from router.rules.pack import MoveKind, Pack
from router.rules.reference import evaluate
from router.rules.schema import Condition

# Other facts are worked out from these, so to suppose one of them alone would say what is not so.
_ROOTS = frozenset({"gestation_weeks", "planning_pregnancy"})


@dataclass(frozen=True, slots=True)
class WouldChange:
    """One fact that, were it otherwise, would change the lead. ``lead`` is empty where a desk would hold the family."""

    fact: str
    change: str
    result: str
    lead: str


def changes(pack: Pack, decision: Decision) -> tuple[WouldChange, ...]:
    """Return single facts that would change the lead, in order of fact, one statement for each fact and new lead."""
    return tuple(_changes(pack, decision))


def _changes(pack: Pack, decision: Decision) -> Iterator[WouldChange]:
    if decision.desk_reason not in (None, DeskReason.NO_SERVICE_ELIGIBLE, DeskReason.DEATH_IN_DOUBT):
        return  # the desk looks for a reason that no fact would change
    pack = pack.at(decision.circumstances.board)
    conditions: dict[str, list[Condition]] = {}
    for rule in (*pack.services.values(), *pack.moves.values()):
        for criterion in rule.criteria.values():
            conditions.setdefault(criterion.condition.fact, []).append(criterion.condition)
    now = decision.evaluation.lead
    after_loss = all(view.after_loss for view in decision.views)
    roots = _ROOTS | {
        part for one in pack.facts.values() for part in (one.change_of, *one.sum_of, *one.count_of) if part
    }
    for fact in sorted(set(conditions) - roots):
        definition = pack.facts[fact]
        if after_loss and speaks_of_a_baby(definition):
            continue
        told: set[str] = set()
        for value in telling_values(conditions[fact], definition):
            views = [_with(view.facts, fact, Known(value, "supposed", decision.respond_by)) for view in decision.views]
            if all(_is(view.facts, fact, value) for view in decision.views):
                continue
            lead = _lead(pack, views, _circumstances(pack, decision, fact, value))
            if lead != now and lead not in told:
                told.add(lead)
                change = f"if it were so: {definition.label}: {in_words(definition, value)}"
                label = f"the {pack.services[lead].label} would lead" if lead else "a desk would hold the family"
                yield WouldChange(fact, change, label, lead)


def _circumstances(pack: Pack, decision: Decision, fact: str, value: FactValue) -> Circumstances:
    """Return the circumstances with the danger that the supposed value would show, and what danger opens."""
    urgencies = [one.trigger.urgency for one in decision.safety if one.trigger.fact != fact]
    trigger = TRIGGERS_BY_FACT.get(fact)
    if trigger is not None and trigger.shown_by(value):
        urgencies.append(trigger.urgency)
    danger = max(urgencies, default=None)
    known = replace(decision.circumstances, danger=danger)
    if danger is None:
        return known
    waiting = frozenset(name for name in known.waiting if pack.moves[name].kind is not MoveKind.STEP_UP)
    return replace(known, closed=frozenset(), waiting=waiting)


def _lead(pack: Pack, views: list[FactView], circumstances: Circumstances) -> str:
    # where no service can be offered, the one that leads goes on
    return evaluate(pack, views, circumstances).lead or circumstances.accepted


def _with(view: FactView, fact: str, held: Known) -> FactView:
    return {**view, fact: held}


def _is(view: FactView, fact: str, value: object) -> bool:
    held = view.get(fact)
    return isinstance(held, Known) and held.value == value
