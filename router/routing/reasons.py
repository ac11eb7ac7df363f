"""Why a service leads, and why each other one does not, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from router.model.facts import Privacy
from router.model.truth import Truth, any_of
from router.routing.questions import formula_truth
from router.rules.evaluation import STAY, Circumstances, Evaluation, is_offered
from router.rules.pack import Pack, Service
from router.rules.ranking import Ranking

_BEATEN_BY = {
    "safety": "{lead} answers referrals as urgent as this one",
    "need_tier": "{lead} offers the more specialised help that is needed",
    "incumbent": "{lead} is already involved",
    "fit": "{lead} answers the more pressing need",
    "requested": "{lead} was asked for",
    "locality": "{lead} is closer to home",
    "capacity": "{lead} has more room",
    "tie_break": "{lead} comes first in the agreed order",
}


def main_reason(pack: Pack, evaluation: Evaluation) -> str:
    """Return the main reason why the lead leads, in words that no reader needs to be kept from."""
    if evaluation.move != STAY:
        return pack.moves[evaluation.move].label
    service = pack.services[evaluation.lead]
    speaking_for = {name for name, speaks_for in service.formula.criteria() if speaks_for}
    windows = []
    for name, criterion in service.criteria.items():
        fact = pack.facts[criterion.condition.fact]
        is_met = any(truths[service.name][name] is Truth.MET for truths in evaluation.criteria)
        if not is_met or name not in speaking_for or fact.privacy is not Privacy.ORDINARY:
            continue
        if not fact.derivation:
            return criterion.label
        windows.append(criterion.label)
    return windows[0] if windows else f"needs that the {service.label} answers"


def why_not(pack: Pack, ranking: Ranking, evaluation: Evaluation, circumstances: Circumstances) -> Mapping[str, str]:
    """Return, for each service that does not lead, why not."""
    return {
        name: _why_not(pack, ranking, evaluation, circumstances, service)
        for name, service in pack.services.items()
        if name != evaluation.lead
    }


def _why_not(
    pack: Pack, ranking: Ranking, evaluation: Evaluation, circumstances: Circumstances, service: Service
) -> str:
    verdict = evaluation.verdict(service.name)
    if not is_offered(pack, service.name, circumstances.board):
        return "not offered where the family lives" if circumstances.board else "where the family lives is not known"
    if verdict is not Truth.MET:
        return _unmet(pack, evaluation, service, verdict)
    if service.name in circumstances.declined:
        return "it declined"
    if service.name in circumstances.closed:
        return f"it takes referrals from these only: {service.referrer_words}"
    if not service.can_lead:
        return "it works beside a lead and never leads"
    if not evaluation.lead:
        return "a desk holds the family"
    lead = pack.services[evaluation.lead].label
    if circumstances.moves_decide:
        return f"{lead} leads, and no rule moves care here"
    ranks = ranking.of_services(circumstances)
    if ranks[service.name] > ranks[evaluation.lead]:
        return f"{lead} leads until another has accepted"
    deciding = ranking.deciding(evaluation.lead, service.name, circumstances)
    return _BEATEN_BY[deciding].format(lead=lead)


def _unmet(pack: Pack, evaluation: Evaluation, service: Service, verdict: Truth) -> str:
    narrowed = _narrowed(pack, evaluation, service)
    if verdict is Truth.NOT_MET:
        return f"it asks for more where the family lives: {narrowed}" if narrowed else "its criteria are not met"
    if narrowed:
        return f"it is not known whether what it asks for where the family lives is met: {narrowed}"
    return "it is not known whether its criteria are met"


def _narrowed(pack: Pack, evaluation: Evaluation, service: Service) -> str:
    """Return how a board narrows a service, where only that keeps a family from it; else nothing.

    What a board asks of a private fact is not told: the reason goes to every reader.
    """
    narrowing = service.narrowing
    if narrowing is None:
        return ""
    facts = [pack.facts[service.criteria[name].condition.fact] for name in narrowing.criteria]
    if any(fact.privacy is not Privacy.ORDINARY for fact in facts):
        return ""
    elsewhere = any_of(formula_truth(narrowing.base, truths[service.name]) for truths in evaluation.criteria)
    return narrowing.label if elsewhere is Truth.MET else ""
