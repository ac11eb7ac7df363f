"""What each reader may see of a decision. Every answer passes through here, and only here.

A fact is shown to a reader who supplied it, or who may see its kind. A criterion on a kind of fact that the reader may
not see is withheld whatever its truth is, so that the withholding itself tells nothing; a service that can be eligible
only by such facts is withheld whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, MutableSequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from router.model.danger import TRIGGERS_BY_NAME
from router.model.facts import Privacy
from router.rules.pack import Pack
from router.service.document import Document
from router.store.parts import Joined
from router.v1 import decision_pb2 as pb

Part = TypeVar("Part")
# Bounds by starting afresh: what can be closed has many combinations, of which callers meet few.
MOST_CLOSED = 64
MOST_CANDIDATES = 1_024
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
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Rights:
    """What one reader may see.

    ``service`` and ``board`` name a reading service. ``own`` are source systems whose facts the reader supplied.
    """

    reader: Reader
    service: str = ""
    board: str = ""
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Closed:
    """What is withheld of candidates: facts, whole services, and every reason where the lead is withheld."""

    facts: frozenset[str]
    services: frozenset[str]
    names_lead: bool


class Projector:
    """Projects decisions of one pack. Not to be shared by threads, but for ``project``."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._privacy = {name: definition.privacy for name, definition in pack.facts.items()}
        self._sensitive = {
            name: frozenset(
                criterion.condition.fact
                for service in pack.versions(name)
                for criterion in service.criteria.values()
                if self._privacy[criterion.condition.fact] not in _ORDINARY
            )
            for name in pack.services
        }
        self._private = frozenset(name for name, privacy in self._privacy.items() if privacy not in _ORDINARY)
        self._revealing = {name: self._reveals(name) for name in pack.services}
        self._known: dict[tuple[frozenset[Privacy], frozenset[str]], tuple[frozenset[str], frozenset[str]]] = {}
        self._candidates: dict[_Closed, dict[bytes, bytes]] = {}

    def project(self, decision: pb.Decision, rights: Rights) -> pb.Decision:
        """Return what the reader may see of ``decision``, which is changed in place."""
        seen, closed = self._project(decision, rights)
        if closed is not None:
            self._withhold_candidates(seen, closed)
        return seen

    def project_document(self, document: Document, rights: Rights) -> Joined:
        """Return the same of a document, as bytes; its head is changed in place."""
        seen, closed = self._project(document.head, rights)
        head = seen.SerializeToString()
        if seen is not document.head:
            return Joined.of(head, ())
        if closed is None:
            return Joined.of(head, document.candidates)
        if len(self._candidates) >= MOST_CLOSED:
            self._candidates.clear()
        known = self._candidates.setdefault(closed, {})
        if len(known) >= MOST_CANDIDATES:
            known.clear()
        for one in document.candidates:
            if one not in known:
                decision = pb.Decision.FromString(one)
                self._withhold_candidates(decision, closed)
                known[one] = decision.SerializeToString()
        return Joined.of(head, [known[one] for one in document.candidates])

    def _project(self, decision: pb.Decision, rights: Rights) -> tuple[pb.Decision, _Closed | None]:
        """Return what the reader may see, and what is yet to be withheld of its candidates."""
        match rights.reader:
            case Reader.DESK:
                return decision, None
            case Reader.PARENT:
                return self._for_parent(decision), None
            case Reader.AUDITOR:
                return self._for_auditor(decision), None
            case Reader.RULES:
                # Refused at the door: who keeps the rules reads of no family.
                return existence_of(decision), None
            case Reader.SERVICE if not self._takes_part(decision, rights):
                return existence_of(decision), None
            case Reader.SERVICE:
                leads = decision.lead.service == rights.service
                may_see = _ORDINARY | self._pack.services[rights.service].may_see
                closed = self._withhold(decision, may_see, rights.own)
                if decision.match.outcome != pb.MATCH_OUTCOME_SAME_FAMILY:
                    _withhold_match(decision)
                decision.explanation.for_referrer = ""
                if not leads:
                    decision.explanation.for_receiver = ""
                    decision.explanation.for_parent = ""
                    decision.ClearField("safe_contact")
                return decision, closed
            case _:
                closed = self._withhold(decision, _ORDINARY, rights.own)
                _withhold_match(decision)
                decision.explanation.for_parent = ""
                decision.explanation.for_receiver = ""
                decision.ClearField("safe_contact")
                return decision, closed

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

    def _withhold(self, decision: pb.Decision, may_see: frozenset[Privacy], own: Collection[str]) -> _Closed:
        """Withhold what the reader may not see of everything but the candidates, and return what is closed."""
        told = {one.fact for one in decision.facts if one.source_system in own}
        told |= {TRIGGERS_BY_NAME[one.trigger].fact for one in decision.safety if one.source_system in own}
        facts, services = self._closed_by(may_see, frozenset(told & self._private))
        self._withhold_services(decision, services)
        # Even that something is held of a closed fact would tell that somebody spoke of it.
        _drop(decision.facts, lambda one: one.fact in facts)
        _drop(decision.safety, lambda one: one.source_system not in own and not self._may_know(one, may_see))
        # Nobody knows what a code without a meaning discloses.
        _drop(decision.unmapped, lambda one: one.source_system not in own)
        _drop(decision.what_would_change, lambda one: one.fact in facts or one.lead in services)
        return _Closed(facts, services, names_lead=bool(decision.lead.service))

    def _closed_by(self, may_see: frozenset[Privacy], told: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Return the facts and services that a reader may not know of who told these private facts."""
        known = self._known.get((may_see, told))
        if known is None:
            facts = frozenset(fact for fact in self._private if self._privacy[fact] not in may_see) - told
            services = frozenset(
                name
                for name, kinds in self._revealing.items()
                if kinds - may_see and not (self._sensitive[name] & told)
            )
            if len(self._known) >= MOST_CLOSED:
                self._known.clear()
            known = self._known[may_see, told] = (facts, services)
        return known

    def _withhold_candidates(self, decision: pb.Decision, closed: _Closed) -> None:
        _drop(decision.candidates, lambda one: one.service.service in closed.services)
        for candidate in decision.candidates:
            # A reason that names the lead would name a hidden one too.
            if not closed.names_lead:
                candidate.why_not_lead = ""
            if self._sensitive[candidate.service.service] & closed.facts:
                _withhold_candidate(candidate, closed.facts)

    def _may_know(self, finding: pb.SafetyFinding, may_see: frozenset[Privacy]) -> bool:
        trigger = TRIGGERS_BY_NAME[finding.trigger]
        return self._privacy[trigger.fact] in may_see

    def _withhold_services(self, decision: pb.Decision, hidden: Collection[str]) -> None:
        _drop(decision.supporting, lambda one: one.service.service in hidden)
        _drop(decision.questions, lambda one: self._names(one, hidden))
        if decision.lead.service in hidden:
            decision.lead.CopyFrom(_HIDDEN_SERVICE)
            decision.main_reason = ""
        if decision.held_by_meanwhile.service in hidden:
            decision.held_by_meanwhile.CopyFrom(_HIDDEN_SERVICE)
        if {decision.move.from_service, decision.move.to_service} & set(hidden):
            decision.ClearField("move")

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


def _withhold_match(decision: pb.Decision) -> None:
    """Leave the match's conclusion: what agrees and what differs tells of a family that may be another's."""
    match = decision.match
    shown = pb.MatchSummary(outcome=match.outcome, matcher_version=match.matcher_version, review_id=match.review_id)
    match.CopyFrom(shown)


def _withhold_candidate(candidate: pb.CandidateExplanation, closed: Collection[str]) -> None:
    for criterion in candidate.criteria:
        if criterion.fact in closed:
            criterion.truth = pb.TRUTH_WITHHELD
    # The verdict could be worked back to what was withheld.
    candidate.eligible = pb.TRUTH_WITHHELD
    candidate.why_not_lead = ""


def _drop(field: MutableSequence[Part], is_withheld: Callable[[Part], bool]) -> None:
    """Take out of a repeated field what is withheld."""
    for place in reversed([place for place, one in enumerate(field) if is_withheld(one)]):
        del field[place]
