"""From a decision to the contract's message.

Much of it is the same for every family with the same tokens and circumstances, so it is made once and remembered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from router.matching.wording import field_in_words, gate_in_words, key_in_words
from router.model.danger import SafetyKind
from router.model.facts import Known, NotApplicable
from router.model.referral import CommunicationNeeds, SafeContact, Urgency
from router.routing.case import MatchOutcome as CaseMatch
from router.routing.decision import Decision, Holder, Outcome
from router.routing.letters import texts_of, when_in_words
from router.routing.questions import in_words
from router.rules.pack import MoveKind, Pack, SupportRole
from router.service.decode import from_micros
from router.service.document import Document
from router.service.explaining import Explainer, service_name
from router.store.ids import render
from router.v1 import decision_pb2 as pb
from router.v1 import referral_pb2

MOST_REMEMBERED = 4_096
URGENCIES = {
    None: referral_pb2.URGENCY_UNSPECIFIED,
    Urgency.ROUTINE: referral_pb2.URGENCY_ROUTINE,
    Urgency.URGENT: referral_pb2.URGENCY_URGENT,
    Urgency.EMERGENCY: referral_pb2.URGENCY_EMERGENCY,
}
OUTCOMES = {
    Outcome.LEAD: pb.OUTCOME_LEAD,
    Outcome.LEAD_WITH_QUESTIONS: pb.OUTCOME_LEAD_WITH_QUESTIONS,
    Outcome.DESK: pb.OUTCOME_DESK,
}
STATES = {
    "proposed": pb.DECISION_STATE_PROPOSED,
    "accepted": pb.DECISION_STATE_ACCEPTED,
    "declined": pb.DECISION_STATE_DECLINED,
    "superseded": pb.DECISION_STATE_SUPERSEDED,
    "withdrawn": pb.DECISION_STATE_WITHDRAWN,
}
_ROLES = {
    SupportRole.JOINT_WORK: pb.SUPPORT_ROLE_JOINT_WORK,
    SupportRole.CONSULTATION: pb.SUPPORT_ROLE_CONSULTATION,
    SupportRole.INFORMED: pb.SUPPORT_ROLE_INFORMED,
}
_MOVES = {
    MoveKind.STAY: pb.MOVE_KIND_STAY,
    MoveKind.STEP_UP: pb.MOVE_KIND_STEP_UP,
    MoveKind.STEP_DOWN: pb.MOVE_KIND_STEP_DOWN,
    MoveKind.JOINT_WORK: pb.MOVE_KIND_JOINT_WORK,
    MoveKind.TRANSFER: pb.MOVE_KIND_TRANSFER,
}
_MATCHES = {
    CaseMatch.SAME_FAMILY: pb.MATCH_OUTCOME_SAME_FAMILY,
    CaseMatch.ASK_A_PERSON: pb.MATCH_OUTCOME_ASK_A_PERSON,
    CaseMatch.NEW_FAMILY: pb.MATCH_OUTCOME_NEW_FAMILY,
}
_SAFETY = {
    SafetyKind.SAFEGUARDING: pb.SAFETY_KIND_SAFEGUARDING,
    SafetyKind.RED_FLAG: pb.SAFETY_KIND_RED_FLAG,
}
_NO_NEEDS, _SAFE = CommunicationNeeds(), SafeContact()


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of one decision; 0 where there is none, as in a dry run."""

    decision: int = 0
    referral: int = 0
    family: int = 0
    episode: int = 0
    review: int = 0


@dataclass(frozen=True, slots=True)
class MatchTold:
    """What the matcher found, as the answer tells it. ``fields`` are (field, level, bits).

    ``found_by`` are the kinds of blocking key that found the family. ``inputs`` is what it was compared with, as ids,
    so that it can be compared again: see ``rematching``. The thresholds are 0 where nothing was matched.
    """

    outcome: CaseMatch
    weight_bits: float
    fields: tuple[tuple[str, str, float], ...]
    gates: tuple[str, ...]
    matcher_version: str
    prior_bits: float = 0.0
    automatic_bits: float = 0.0
    review_bits: float = 0.0
    found_by: tuple[str, ...] = ()
    inputs: Mapping[str, object] | None = None


class Encoder:
    """Writes decisions of one pack. Not to be shared by threads."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        used = {c.condition.fact for name in pack.services for s in pack.versions(name) for c in s.criteria.values()}
        self._told_facts = tuple(name for name in pack.facts if name in used)
        self._explainer = Explainer(pack)
        self._memory: OrderedDict[tuple[object, ...], bytes] = OrderedDict()

    def document(self, decision: Decision, ids: Ids, match: MatchTold, state: str, as_of: datetime) -> Document:
        """Return the whole decision, projected for nobody yet."""
        return Document.of(self._head(decision, ids, match, state, as_of), self._explainer.candidates(decision))

    def _head(self, decision: Decision, ids: Ids, match: MatchTold, state: str, as_of: datetime) -> pb.Decision:
        message = pb.Decision.FromString(self._frame(decision, state, as_of))
        message.decision_id = shown("dec", ids.decision)
        message.referral_id = shown("ref", ids.referral)
        message.family_id = shown("fam", ids.family)
        message.episode_id = shown("epi", ids.episode)
        message.as_of.CopyFrom(stamp(as_of))
        message.respond_by.CopyFrom(stamp(decision.respond_by))
        message.duplicate_of.extend(shown("ref", one) for one in decision.duplicates)
        for finding in decision.safety:
            message.safety.add(
                trigger=finding.trigger.name,
                label=finding.trigger.label,
                kind=_SAFETY[finding.trigger.kind],
                subject=finding.subject,
                act_by=stamp(finding.act_by),
                recipients=finding.trigger.recipients,
                source_system=finding.source_system,
                observed_at=stamp(finding.observed_at),
                citation=finding.trigger.citation,
            )
        for unread in decision.unmapped:
            code = referral_pb2.CodedConcept(
                system=unread.concept.system, code=unread.concept.code, display=unread.concept.display
            )
            message.unmapped.add(concept=code, source_system=unread.source_system)
        self._add_contact(message, decision)
        self._add_match(message, match, ids)
        self._add_facts(message, decision)
        return message

    def _frame(self, decision: Decision, state: str, as_of: datetime) -> bytes:
        """Return what a decision has in common with others, as bytes of the message."""
        when = when_in_words(decision.respond_by, as_of)
        evaluation = decision.evaluation
        if evaluation.key is None:
            return self._make_frame(decision, state, when)
        # All that it depends on besides what follows from the evaluation.
        key = (
            evaluation.key,
            state,
            when,
            decision.outcome,
            decision.accepted,
            decision.lead,
            decision.lead_board,
            decision.desk,
            decision.desk_reason,
            decision.urgency,
            decision.held_by,
            decision.move,
            bool(decision.duplicates),
            bool(decision.safety),
            decision.loss,
            # what may be asked depends on more than the evaluation
            decision.questions if decision.views[0].after_loss else None,
        )
        known = self._memory.get(key)
        if known is None:
            known = self._memory[key] = self._make_frame(decision, state, when)
            if len(self._memory) > MOST_REMEMBERED:
                self._memory.popitem(last=False)
        return known

    def _make_frame(self, decision: Decision, state: str, when: str) -> bytes:
        pack = self._pack
        texts = texts_of(decision, pack, when)
        message = pb.Decision(
            state=STATES[state],
            outcome=OUTCOMES[decision.outcome],
            desk_reason=decision.desk_reason or "",
            desk=decision.desk,
            urgency=URGENCIES[decision.urgency],
            tier=decision.tier,
            held_by_meanwhile=self._holder(decision.held_by),
            main_reason=decision.main_reason,
            explanation=pb.Explanation(
                for_parent=texts.for_parent, for_referrer=texts.for_referrer, for_receiver=texts.for_receiver
            ),
            pack_digest=pack.digest,
            board_code=decision.board,
        )
        if decision.lead:
            message.lead.CopyFrom(service_name(self._pack, decision.lead, decision.lead_board))
        for one in decision.supporting:
            message.supporting.add(
                service=service_name(self._pack, one.service, one.board), role=_ROLES[one.role], reason=one.reason
            )
        if decision.move is not None:
            message.move.kind = _MOVES[decision.move.kind]
            message.move.rule = decision.move.rule
            message.move.from_service = decision.move.from_service
            message.move.to_service = decision.move.to_service
            message.move.reason = decision.move.reason
            message.move.conflict = decision.move.conflict
        for question in decision.questions:
            message.questions.add(
                fact=question.fact,
                ask=question.ask,
                witness=question.witness,
                effect=question.effect,
                together_with=question.together_with,
            )
        return message.SerializeToString()

    def _add_contact(self, message: pb.Decision, decision: Decision) -> None:
        needs, contact = decision.communication_needs, decision.safe_contact
        if needs != _NO_NEEDS:
            message.communication_needs.language = needs.language
            message.communication_needs.interpreter = needs.interpreter
            message.communication_needs.british_sign_language = needs.british_sign_language
            message.communication_needs.formats.extend(needs.formats)
        if contact != _SAFE:
            message.safe_contact.do_not_write = contact.do_not_write
            message.safe_contact.do_not_phone = contact.do_not_phone
            message.safe_contact.instructions = contact.instructions

    def _add_match(self, message: pb.Decision, match: MatchTold, ids: Ids) -> None:
        message.match.outcome = _MATCHES[match.outcome]
        message.match.weight_bits = round(match.weight_bits, 3)
        message.match.gates.extend(match.gates)
        message.match.matcher_version = match.matcher_version
        message.match.review_id = shown("rev", ids.review)
        message.match.prior_bits = match.prior_bits
        message.match.automatic_bits = match.automatic_bits
        message.match.review_bits = match.review_bits
        total = match.prior_bits
        for field, level, bits in match.fields:
            total += bits
            message.match.fields.add(
                field=field, level=level, bits=round(bits, 3), total_bits=round(total, 3), label=field_in_words(field)
            )
        for gate in match.gates:
            message.match.gates_explained.add(gate=gate, sentence=gate_in_words(gate))
        for kind in match.found_by:
            message.match.found_by.add(kind=kind, label=key_in_words(kind))

    def _add_facts(self, message: pb.Decision, decision: Decision) -> None:
        several = len(decision.views) > 1
        # most facts of a message were observed at one moment
        stamps: dict[datetime, Timestamp] = {}
        for view in decision.views:
            for name in self._told_facts:
                held = view.facts.get(name)
                if not isinstance(held, Known) or isinstance(held.value, NotApplicable):
                    continue
                definition = self._pack.facts[name]
                observed_at = stamps.get(held.observed_at)
                if observed_at is None:
                    observed_at = stamps[held.observed_at] = stamp(held.observed_at)
                message.facts.add(
                    fact=name,
                    label=definition.label,
                    value=in_words(definition, held.value),
                    source_system=held.source_system,
                    observed_at=observed_at,
                    subject=view.child.label if several and view.child else "",
                )

    def _holder(self, holder: Holder) -> pb.ServiceName:
        if holder.is_desk:
            return pb.ServiceName(service=holder.name, label=self._pack.desk_labels[holder.name])
        return service_name(self._pack, holder.name, holder.board)


def shown(prefix: str, value: int) -> str:
    """Return an id as callers see it; empty for 0."""
    return render(prefix, value) if value else ""


def stamp(when: datetime) -> Timestamp:
    """Return a moment as the contract's timestamp."""
    return Timestamp(seconds=int(when.timestamp()), nanos=when.microsecond * 1000)


def stamp_micros(value: int) -> Timestamp:
    """Return whole microseconds since the epoch as the contract's timestamp."""
    return stamp(from_micros(value))
