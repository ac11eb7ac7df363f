"""Says why a service does not lead in a test of the whole pack, to the author who expected that it would.

It names criteria and moves as the rule files do. What readers of a decision are told is in ``router.routing.reasons``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from router.model.truth import Truth
from router.routing.questions import formula_truth
from router.rules.evaluation import STAY, Circumstances, Evaluation, is_offered
from router.rules.pack import Move, Pack
from router.rules.ranking import Ranking


def why_lost(pack: Pack, service: str, evaluation: Evaluation, circumstances: Circumstances) -> Iterator[str]:
    """Yield the reasons for which ``service``, of the pack, does not lead in an evaluation of one view."""
    if circumstances.moves_decide:
        yield from _not_moved_to(pack, service, evaluation, circumstances)
        return
    if closed := _not_able(pack, service, circumstances):
        yield closed
    elif not pack.services[service].can_lead:
        yield f"{service} never leads (can_lead: false)"
    elif evaluation.verdict(service) is not Truth.MET:
        yield _not_eligible(service, evaluation)
    else:
        comparison = Ranking(pack).deciding(evaluation.lead, service, circumstances)
        yield f"{service} is met too; {evaluation.lead} comes first by {comparison} (order, in lead.yaml)"


def told(truths: Mapping[str, Truth]) -> str:
    """Return the criteria by their truth, in words, what is unknown last: of many criteria most are."""
    by_truth = {truth: [name for name, found in truths.items() if found is truth] for truth in Truth}
    return "; ".join(f"{_words(truth)}: {', '.join(names)}" for truth, names in by_truth.items() if names)


def _not_moved_to(pack: Pack, service: str, evaluation: Evaluation, circumstances: Circumstances) -> Iterator[str]:
    incumbent = circumstances.accepted
    if service == incumbent:
        yield f"{evaluation.move} was followed ({told(evaluation.criteria[0][evaluation.move])})"
        return
    moves = [pack.moves[name] for name in evaluation.moves if pack.moves[name].receiver == service]
    if not moves:
        yield f"{incumbent} leads, and no move goes from it to {service}"
    for move in moves:
        yield f"{move.name} {_held_back(pack, move, evaluation, circumstances)}"


def _held_back(pack: Pack, move: Move, evaluation: Evaluation, circumstances: Circumstances) -> str:
    truths = evaluation.criteria[0]
    verdict = formula_truth(move.formula, truths[move.name])
    if verdict is not Truth.MET:
        return f"is {_words(verdict)} ({told(truths[move.name])})"
    if move.name in circumstances.waiting:
        return "is held back by its guard"
    if closed := _not_able(pack, move.receiver, circumstances):
        return f"is met, but {closed}"
    if evaluation.verdict(move.receiver) is not Truth.MET:
        return f"is met, but {_not_eligible(move.receiver, evaluation)}"
    if evaluation.move == STAY:
        return f"is met, but moves nobody ({move.kind.value})"
    return f"is met, but {evaluation.move} was followed"


def _not_able(pack: Pack, service: str, circumstances: Circumstances) -> str:
    if not is_offered(pack, service, circumstances.board):
        return f"{service} is not offered in {circumstances.board}" if circumstances.board else "no board is stated"
    if service in circumstances.declined:
        return f"{service} declined"
    return f"{service} takes no referral from that referrer" if service in circumstances.closed else ""


def _not_eligible(service: str, evaluation: Evaluation) -> str:
    return f"{service} is {_words(evaluation.verdict(service))} ({told(evaluation.criteria[0][service])})"


def _words(truth: Truth) -> str:
    return truth.value.replace("_", " ")
