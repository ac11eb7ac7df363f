"""What each reader may see of a decision. Every answer passes through here, and only here.

A fact is shown to a reader who supplied it, or who may see its kind. A criterion on a kind of fact that the reader may
not see is withheld whatever its truth is, so that the withholding itself tells nothing; a service that can be eligible
only by such facts is withheld whole.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from router.model.danger import TRIGGERS_BY_NAME
from router.model.facts import Privacy
from router.rules.pack import Pack
from router.v1 import decision_pb2 as pb

EVERYTHING = frozenset(Privacy)
_ORDINARY = frozenset({Privacy.ORDINARY})
_HIDDEN_SERVICE = pb.ServiceName(label="a service that the desk will name")


class Reader(StrEnum):
    """The kinds of reader."""

    REFERRER = "referrer"
    SERVICE = "service"
    DESK = "desk"
    PARENT = "parent"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Rights:
    """What one reader may see.

    ``service`` and ``board`` name a reading service. ``own`` are source systems whose facts the reader supplied.
    """

    reader: Reader
    service: str = ""
    board: str = ""
    own: frozenset[str] = frozenset()


class Projector:
    """Projects decisions of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._privacy = {name: definition.privacy for name, definition in pack.facts.items()}
        self._sensitive = {
            name: frozenset(
                c.condition.fact for c in service.criteria.values() if self._privacy[c.condition.fact] not in _ORDINARY
            )
            for name, service in pack.services.items()
        }
        self._revealing = {name: self._reveals(name) for name in pack.services}

    def project(self, decision: pb.Decision, rights: Rights) -> pb.Decision:
        """Return what the reader may see of ``decision``, which is changed in place."""
        match rights.reader:
            case Reader.DESK:
                return decision
            case Reader.PARENT:
                return self._for_parent(decision)
            case Reader.AUDITOR:
                return self._for_auditor(decision)
            case Reader.SERVICE if not self._takes_part(decision, rights):
                return existence_of(decision)
            case Reader.SERVICE:
                leads = decision.lead.service == rights.service
                may_see = _ORDINARY | self._pack.services[rights.service].may_see
                self._withhold(decision, may_see, rights.own)
                decision.explanation.for_referrer = ""
                if not leads:
                    decision.explanation.for_receiver = ""
                    decision.explanation.for_parent = ""
                    decision.ClearField("safe_contact")
                return decision
            case _:
                self._withhold(decision, _ORDINARY, rights.own)
                decision.explanation.for_parent = ""
                decision.explanation.for_receiver = ""
                decision.ClearField("safe_contact")
                return decision

    def _takes_part(self, decision: pb.Decision, rights: Rights) -> bool:
        """Return whether the reading service leads, is asked to lead, supports, or holds the family meanwhile."""
        part = [decision.lead, decision.held_by_meanwhile, *(one.service for one in decision.supporting)]
        mine = (rights.service, rights.board)
        return rights.service in self._pack.services and any((one.service, one.board_code) == mine for one in part)

    def _reveals(self, name: str) -> frozenset[Privacy]:
        """Return what a service's mere presence tells: its criteria's kinds, where none of them is ordinary."""
        service = self._pack.services[name]
        if service.confidential is not None:
            return frozenset({service.confidential})
        kinds = {
            self._privacy[service.criteria[criterion].condition.fact]
            for criterion, speaks_for in service.formula.criteria()
            if speaks_for and not self._pack.facts[service.criteria[criterion].condition.fact].derivation
        }
        return frozenset(kinds) if kinds and Privacy.ORDINARY not in kinds else frozenset()

    def _withhold(self, decision: pb.Decision, may_see: frozenset[Privacy], own: Collection[str]) -> None:
        told = {one.fact for one in decision.facts if one.source_system in own}
        told |= {TRIGGERS_BY_NAME[one.trigger].fact for one in decision.safety if one.source_system in own}
        closed = {fact for fact, privacy in self._privacy.items() if privacy not in may_see and fact not in told}
        hidden = {
            name for name, kinds in self._revealing.items() if kinds - may_see and not (self._sensitive[name] & told)
        }
        self._withhold_services(decision, hidden)
        # Even that something is held of a closed fact would tell that somebody spoke of it.
        _keep(decision.facts, [one for one in decision.facts if one.fact not in closed])
        _keep(
            decision.safety,
            [one for one in decision.safety if one.source_system in own or self._may_know(one, may_see)],
        )
        # Nobody knows what a code without a meaning discloses.
        _keep(decision.unmapped, [one for one in decision.unmapped if one.source_system in own])
        _keep(
            decision.what_would_change,
            [one for one in decision.what_would_change if one.fact not in closed and one.lead not in hidden],
        )
        for candidate in decision.candidates:
            if self._sensitive[candidate.service.service] & closed:
                _withhold_candidate(candidate, closed)

    def _may_know(self, finding: pb.SafetyFinding, may_see: frozenset[Privacy]) -> bool:
        trigger = TRIGGERS_BY_NAME[finding.trigger]
        return self._privacy[trigger.fact] in may_see

    def _withhold_services(self, decision: pb.Decision, hidden: Collection[str]) -> None:
        _keep(decision.supporting, [one for one in decision.supporting if one.service.service not in hidden])
        _keep(decision.candidates, [one for one in decision.candidates if one.service.service not in hidden])
        _keep(decision.questions, [one for one in decision.questions if not self._names(one, hidden)])
        if decision.lead.service in hidden:
            decision.lead.CopyFrom(_HIDDEN_SERVICE)
            decision.main_reason = ""
        if decision.held_by_meanwhile.service in hidden:
            decision.held_by_meanwhile.CopyFrom(_HIDDEN_SERVICE)
        if {decision.move.from_service, decision.move.to_service} & set(hidden):
            decision.ClearField("move")
        # A reason that names the lead would name a hidden one too.
        if not decision.lead.service:
            for candidate in decision.candidates:
                candidate.why_not_lead = ""

    def _names(self, question: pb.Question, hidden: Collection[str]) -> bool:
        return any(self._pack.services[name].label in question.effect for name in hidden)

    def _for_parent(self, decision: pb.Decision) -> pb.Decision:
        self._withhold(decision, _ORDINARY, ())
        shown = pb.Decision(
            decision_id=decision.decision_id,
            as_of=decision.as_of,
            state=decision.state,
            outcome=decision.outcome,
            desk=decision.desk if decision.outcome == pb.OUTCOME_DESK else "",
            urgency=decision.urgency,
            respond_by=decision.respond_by,
            explanation=pb.Explanation(for_parent=decision.explanation.for_parent),
        )
        if decision.HasField("lead"):
            shown.lead.CopyFrom(decision.lead)
        if decision.HasField("held_by_meanwhile"):
            shown.held_by_meanwhile.CopyFrom(decision.held_by_meanwhile)
        for one in decision.supporting:
            shown.supporting.add(service=one.service, role=one.role)
        return shown

    def _for_auditor(self, decision: pb.Decision) -> pb.Decision:
        shown = existence_of(decision)
        shown.pack_digest = decision.pack_digest
        shown.outcome = decision.outcome
        shown.desk_reason = decision.desk_reason
        shown.match.outcome = decision.match.outcome
        shown.match.matcher_version = decision.match.matcher_version
        shown.referral_id = decision.referral_id
        return shown


def existence_of(decision: pb.Decision) -> pb.Decision:
    """Return that a decision exists, and nothing of the family's story."""
    return pb.Decision(
        decision_id=decision.decision_id,
        family_id=decision.family_id,
        as_of=decision.as_of,
        state=decision.state,
    )


def _withhold_candidate(candidate: pb.CandidateExplanation, closed: Collection[str]) -> None:
    for criterion in candidate.criteria:
        if criterion.fact in closed:
            criterion.truth = pb.TRUTH_WITHHELD
    # The verdict could be worked back to what was withheld.
    candidate.eligible = pb.TRUTH_WITHHELD
    candidate.why_not_lead = ""


def _keep(field: object, kept: list) -> None:  # type: ignore[type-arg]  # any repeated field of the contract
    if len(kept) == len(field):  # type: ignore[arg-type]
        return
    copies = [type(one).FromString(one.SerializeToString()) for one in kept]
    del field[:]  # type: ignore[attr-defined]
    field.extend(copies)  # type: ignore[attr-defined]
