"""The reference evaluator: from raw facts to the lead, as plainly as the rules can be said.

It shares no step with the engine. It reads the conditions as the rule files state them, combines them by the truth
tables, and finds the lead by striking out whoever loses each comparison in turn. It runs beside the engine on every
decision. Keep it short enough to read in one sitting, and never make it faster by making it clever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from router.model.facts import FactDefinition, FactView, Known, NotApplicable
from router.model.referral import Urgency
from router.model.truth import MET, NOT_MET, UNKNOWN, Truth, all_of, any_of, none_of
from router.rules.evaluation import STAY, Circumstances, Evaluation, is_offered, provider_board
from router.rules.pack import HANDOVERS, Criterion, Formula, Move, MoveKind, Pack, Service


def evaluate(pack: Pack, views: Sequence[FactView], circumstances: Circumstances) -> Evaluation:
    """Evaluate a pack over one view for each infant of the episode (one view where there is none)."""
    pack = pack.at(circumstances.board)
    # A move is asked about only where a lead stands that it could move from.
    rules = [*pack.services.values(), *(pack.moves.values() if circumstances.moves_decide else ())]
    criteria = tuple(
        {rule.name: {name: _criterion(pack, one, view) for name, one in rule.criteria.items()} for rule in rules}
        for view in views
    )
    verdicts = tuple(
        {name: _formula(service.formula, truths[name]) for name, service in pack.services.items()}
        for truths in criteria
    )
    eligible = {name: any_of(view[name] for view in verdicts) for name in pack.services}
    able = [
        service
        for name, service in pack.services.items()
        if is_offered(pack, name, circumstances.board) and name not in circumstances.declined | circumstances.closed
    ]
    if not circumstances.moves_decide:
        candidates = [service for service in able if service.can_lead and eligible[service.name] is MET]
        lead = _first(pack, candidates, circumstances)
        return Evaluation(criteria, verdicts, {}, lead.name if lead else "", STAY)

    moves = {}
    for move in pack.moves.values():
        if circumstances.accepted in move.givers:
            condition = any_of(_formula(move.formula, truths[move.name]) for truths in criteria)
            may_go = pack.services[move.receiver] in able and move.name not in circumstances.waiting
            receiver_can = MET if may_go else NOT_MET
            moves[move.name] = all_of((condition, eligible[move.receiver], receiver_can))
    met = [pack.moves[name] for name, truth in moves.items() if truth is MET]
    followed = _handover(pack, met, circumstances)
    if followed is None:
        return Evaluation(criteria, verdicts, moves, circumstances.accepted, STAY)
    return Evaluation(criteria, verdicts, moves, followed.receiver, followed.name)


def _criterion(pack: Pack, criterion: Criterion, view: FactView) -> Truth:
    held = view.get(criterion.condition.fact)
    if not isinstance(held, Known):
        return UNKNOWN
    if isinstance(held.value, NotApplicable):
        return NOT_MET
    definition = pack.facts[criterion.condition.fact]
    condition = criterion.condition
    checks: list[bool] = []
    if condition.is_ is not None:
        checks.append(held.value == condition.is_)
    if condition.one_of is not None:
        checks.append(any(held.value == value for value in condition.one_of))
    if condition.at_least is not None:
        checks.append(not _below(definition, held.value, condition.at_least))
    if condition.more_than is not None:
        checks.append(_below(definition, condition.more_than, held.value))
    if condition.at_most is not None:
        checks.append(not _below(definition, condition.at_most, held.value))
    if condition.less_than is not None:
        checks.append(_below(definition, held.value, condition.less_than))
    return MET if all(checks) else NOT_MET


def _below(definition: FactDefinition, left: object, right: object) -> bool:
    if definition.choices:
        return definition.choices.index(str(left)) < definition.choices.index(str(right))
    return left < right  # type: ignore[operator, no-any-return]  # the loader let only comparable types through


def _formula(formula: Formula, truths: Mapping[str, Truth]) -> Truth:
    groups = [all_of(_parts(formula.all, truths))]
    if formula.any:
        groups.append(any_of(_parts(formula.any, truths)))
    if formula.none:
        groups.append(none_of(_parts(formula.none, truths)))
    return all_of(groups)


def _parts(given: Sequence[str | Formula], truths: Mapping[str, Truth]) -> list[Truth]:
    return [truths[part] if isinstance(part, str) else _formula(part, truths) for part in given]


def _first(pack: Pack, candidates: list[Service], circumstances: Circumstances) -> Service | None:
    """Strike out, comparison by comparison, every candidate that another one beats."""
    left = candidates
    for comparison in pack.order.comparisons:
        if not left:
            return None
        place = _COMPARISONS[comparison]
        best = min(place(pack, service, circumstances) for service in left)
        left = [service for service in left if place(pack, service, circumstances) == best]
    return left[0] if left else None


def _handover(pack: Pack, moves: list[Move], circumstances: Circumstances) -> Move | None:
    """Where rules disagree, upwards first; among equals, the receiver that the lead order puts first."""
    for kind in HANDOVERS:
        same = [move for move in moves if move.kind is kind]
        receiver = _first(pack, [pack.services[move.receiver] for move in same], circumstances)
        if receiver:
            return min((move for move in same if move.receiver == receiver.name), key=lambda move: move.name)
    return None


def _safety(_pack: Pack, service: Service, circumstances: Circumstances) -> int:
    if circumstances.danger is Urgency.EMERGENCY:
        return 0 if service.response.emergency_hours is not None else 1
    if circumstances.danger is Urgency.URGENT:
        return 0 if service.response.urgent_hours is not None else 1
    return 0


def _locality(pack: Pack, service: Service, circumstances: Circumstances) -> int:
    provider = provider_board(pack, service.name, circumstances.board)
    home = pack.board(circumstances.board)
    if not provider:
        return 2
    return 0 if home is not None and provider == home.code else 1


def _capacity(pack: Pack, service: Service, circumstances: Circumstances) -> int:
    provider = pack.board(provider_board(pack, service.name, circumstances.board) or circumstances.board)
    said = provider.capacity.get(service.name, "open") if provider else "open"
    return ("open", "limited", "closed").index(said)


_COMPARISONS: Mapping[str, Callable[[Pack, Service, Circumstances], int]] = {
    "safety": _safety,
    "need_tier": lambda _pack, service, _: -service.tier,
    "incumbent": lambda _pack, service, c: 0 if service.name in c.involved or service.name == c.accepted else 1,
    "fit": lambda pack, service, _: min(pack.order.needs_order.index(need) for need in service.offers),
    "requested": lambda _pack, service, c: 0 if service.name in c.requested else 1,
    "locality": _locality,
    "capacity": _capacity,
    "tie_break": lambda pack, service, _: pack.order.tie_break.index(service.name),
}


def joint_moves(pack: Pack, evaluation: Evaluation) -> tuple[Move, ...]:
    """Return the joint-work moves that are met, in order of name."""
    return tuple(
        pack.moves[name]
        for name, truth in sorted(evaluation.moves.items())
        if truth is MET and pack.moves[name].kind is MoveKind.JOINT_WORK
    )
