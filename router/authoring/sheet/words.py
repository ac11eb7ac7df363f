"""Says rules in the words of their own labels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from router.authoring.html import Html, day, el, joined
from router.routing.questions import in_words
from router.rules.evaluation import is_offered
from router.rules.pack import Ages, Board, Criterion, Formula, Move, MoveKind, Pack, Response, Rule
from router.rules.schema import COMPARISONS

KINDS: Mapping[MoveKind, str] = {
    MoveKind.STEP_UP: "Step up",
    MoveKind.TRANSFER: "Transfer",
    MoveKind.STEP_DOWN: "Step down",
    MoveKind.JOINT_WORK: "Joint work",
}
MODES: Mapping[str, str] = {
    "treat": "Works with the family",
    "assess": "Assesses, and says who should help",
    "advise": "Gives advice and information",
}
_FROM = {"preconception": "from before conception", "pregnant": "from pregnancy", "postnatal": "from the birth"}
_COMPARED = {
    "is_": "is {}",
    "one_of": "is one of {}",
    "at_least": "is at least {}",
    "more_than": "is more than {}",
    "at_most": "is at most {}",
    "less_than": "is less than {}",
}
_GROUPS = (("all", "All of:"), ("any", "At least one of:"), ("none", "None of:"))


def criteria(rule: Rule) -> Html:
    """Return a rule's criteria as nested lists, each with its source."""
    return _formula(rule, rule.formula)


def condition(pack: Pack, criterion: Criterion) -> str:
    """Return what a criterion compares its fact with: "is less than 12 months"."""
    definition = pack.facts[criterion.condition.fact]
    parts = []
    for name in COMPARISONS:
        given = getattr(criterion.condition, name)
        if given is not None:
            values = given if isinstance(given, tuple) else (given,)
            parts.append(_COMPARED[name].format(", ".join(in_words(definition, one) for one in values)))
    return " and ".join(parts)


def ages(given: Ages) -> str:
    """Return the ages that a service states."""
    parts = [_FROM[given.start]]
    if given.until_months is not None:
        counted = "at referral" if given.at_referral else "now"
        years, months = divmod(given.until_months, 12)
        age = f"{given.until_months} months" if months else f"{years} {'year' if years == 1 else 'years'}"
        parts.append(f"until the baby is {age} old, counted {counted}")
    return ", ".join(parts)


def guard(move: Move) -> Html | None:
    """Return what holds a move back."""
    if move.guard is None:
        return None
    parts = []
    if move.guard.settled_days:
        parts.append(f"not within {move.guard.settled_days} days of the last time that care changed hands")
    if move.guard.back_needs_news:
        parts.append("not back to whom care came from, unless something was seen since")
    return el("div", f"Waits: {'; '.join(parts)}")


def review(rule: Rule, today: date | None) -> Html:
    """Return when a rule was reviewed and is due again, and that it is overdue."""
    overdue = today is not None and rule.review_due < today
    return joined(
        "Last ",
        day(rule.reviewed),
        el("br"),
        "Next ",
        day(rule.review_due),
        el("strong", " (overdue)") if overdue else None,
    )


def answers(response: Response) -> str:
    """Return how soon a service answers."""
    urgent, emergency = response.urgent_hours, response.emergency_hours
    parts = [f"routine {response.routine_days} days"]
    parts.append(f"urgent {urgent} hours" if urgent is not None else "no urgent referrals")
    parts.append(f"emergency {emergency} hours" if emergency is not None else "no emergencies")
    return ", ".join(parts)


def boards(pack: Pack, service: str) -> str:
    """Return where a service is offered, and by whom where that is another board."""
    if pack.services[service].provision == "national":
        return "Every board, by one national service"
    offered = [one for one in pack.boards.values() if is_offered(pack, service, one.code)]
    lacking = [one.name for one in pack.boards.values() if not is_offered(pack, service, one.code)]
    parts = []
    if not lacking:
        parts.append("Every board")
    elif len(offered) > len(lacking):
        parts.append(f"Every board but {', '.join(lacking)}")
    else:
        parts.append(", ".join(one.name for one in offered) or "No board")
    parts += [f"in {one.name} by {provider(pack, one, service)}" for one in offered if service in one.served_by]
    return "; ".join(parts)


def provider(pack: Pack, board: Board, service: str) -> str:
    """Return the name of the board that provides a service to families of another."""
    other = pack.board(board.served_by[service])
    return other.name if other else board.served_by[service]


def _formula(rule: Rule, formula: Formula) -> Html:
    groups = []
    for name, words in _GROUPS:
        parts = getattr(formula, name)
        if parts:
            listed = (el("li", _part(rule, one)) for one in parts)
            groups.append(joined(el("div", words), el("ul", *listed)))
    return joined(*groups)


def _part(rule: Rule, part: str | Formula) -> Html:
    if isinstance(part, Formula):
        return _formula(rule, part)
    criterion = rule.criteria[part]
    return joined(criterion.label, " ", el("small", f"[{criterion.citation}]"))
