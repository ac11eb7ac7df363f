"""What explains each service of a decision, as bytes.

It depends on few things, the truths of the service's criteria above all, so its bytes are made once for each
combination.
"""

from __future__ import annotations

from collections import OrderedDict

from router.model.truth import Truth
from router.routing.decision import Decision, Outcome
from router.rules.evaluation import provider_board
from router.rules.pack import Pack, Service
from router.v1 import decision_pb2 as pb

MOST_REMEMBERED = 20_000
MOST_DECISIONS = 4_096
TRUTHS = {Truth.MET: pb.TRUTH_MET, Truth.NOT_MET: pb.TRUTH_NOT_MET, Truth.UNKNOWN: pb.TRUTH_UNKNOWN}


def service_name(pack: Pack, service: str, board: str) -> pb.ServiceName:
    """Return a service's name in words, with the board that provides it."""
    known = pack.services.get(service)
    return pb.ServiceName(service=service, label=known.label if known else service, board_code=board)


class Explainer:
    """Explains the services of one pack. Not to be shared by threads."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._exclusions = {
            name: frozenset(
                criterion
                for service in pack.versions(name)
                for criterion, speaks_for in service.formula.criteria()
                if not speaks_for
            )
            for name in pack.services
        }
        self._known: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._decisions: OrderedDict[tuple[object, ...], tuple[bytes, ...]] = OrderedDict()

    def candidates(self, decision: Decision) -> tuple[bytes, ...]:
        """Return for each service a decision's bytes with nothing but its explanation."""
        evaluation = decision.evaluation
        if evaluation.key is None:
            return self._candidates(decision)
        children = tuple(view.child.label for view in decision.views if view.child)
        key = (evaluation.key, decision.outcome is Outcome.DESK, children)
        known = self._decisions.get(key)
        if known is None:
            known = self._decisions[key] = self._candidates(decision)
            if len(self._decisions) > MOST_DECISIONS:
                self._decisions.popitem(last=False)
        return known

    def _candidates(self, decision: Decision) -> tuple[bytes, ...]:
        """Explain every service; for each infant only where infants differ."""
        parts = []
        several = len(decision.views) > 1
        for name, service in self._pack.at(decision.circumstances.board).services.items():
            truths = [tuple(view[name].values()) for view in decision.evaluation.criteria]
            differ = several and len(set(truths)) > 1
            for place, view_truths in enumerate(truths if differ else truths[:1]):
                child = decision.views[place].child
                label = child.label if differ and child else ""
                verdict = decision.evaluation.verdicts[place][name]
                reason = decision.why_not.get(name, "")
                parts.append(self._candidate(service, view_truths, verdict, reason, label, decision.board))
        return tuple(parts)

    def _candidate(
        self, service: Service, truths: tuple[Truth, ...], verdict: Truth, reason: str, label: str, board: str
    ) -> bytes:
        key = (service.name, truths, reason, label, board)
        known = self._known.get(key)
        if known is None:
            candidate = pb.CandidateExplanation(
                service=service_name(self._pack, service.name, provider_board(self._pack, service.name, board)),
                eligible=TRUTHS[verdict],
                why_not_lead=reason,
                subject=label,
            )
            for criterion, truth in zip(service.criteria.values(), truths, strict=True):
                candidate.criteria.add(
                    criterion=criterion.name,
                    label=criterion.label,
                    truth=TRUTHS[truth],
                    fact=criterion.condition.fact,
                    citation=criterion.citation,
                    excludes=criterion.name in self._exclusions[service.name],
                )
            known = self._known[key] = pb.Decision(candidates=[candidate]).SerializeToString()
            if len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return known
