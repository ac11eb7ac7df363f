"""Turns one decision into the rows that are written with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from router.audit.events import AuditEvent
from router.audit.log import Fields, leaf
from router.audit.pseudonym import Pseudonyms
from router.routing.case import Case, HeldReferral, Proposal
from router.routing.decision import Decision, Notice, Outcome
from router.service.decode import micros
from router.service.encode import MatchTold
from router.service.families import handed_document, standing_bytes
from router.service.work import Submit, Withdraw, Work
from router.store.familyrows import AuditRow, DecisionRow, LeadRow, LeadState, NoticeRow
from router.store.ids import IdSource, render

# Callers are asked to keep personal data out of their ids; a number as long as a CHI number is not taken on trust, nor
# one that has lost its leading zero.
_LIKE_CHI = re.compile(r"(?<![^\W_])\d{9,10}(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Recorder:
    """Makes rows. Holds what every row needs and nothing of any family."""

    ids: IdSource
    pseudonyms: Pseudonyms

    def audit(self, event: AuditEvent, at: datetime, fields: Fields) -> AuditRow:
        """Return one audit record."""
        content = leaf(event, at, fields)
        return AuditRow(self.ids.new(), event.value, content, hashlib.sha256(content).digest(), micros(at))

    def call_fields(self, work: Work) -> dict[str, str | None]:
        """Return the fields that every audited call has."""
        source: tuple[str, ...] = ()
        if isinstance(work, Submit):
            source = (work.event.source_system, work.event.source_reference)
        elif isinstance(work, Withdraw):
            source = (work.source_system, work.source_reference)
        return {
            "method": work.method,
            "caller": work.caller.name,
            "reader": work.caller.reader.value,
            "purpose": work.caller.purpose,
            "correlation_id": self._safe(work.caller.correlation_id),
            "request_id": self._safe(work.request_id),
            "referral": self.pseudonyms.of("referral", *source) if source else None,
        }

    def _safe(self, text: str) -> str | None:
        """Return a caller's id as it may be logged: as a pseudonym where it could hold a patient's number."""
        if not text:
            return None
        return f"p-{self.pseudonyms.of('id', text)}" if _LIKE_CHI.search(text) else text

    def decision_fields(
        self, decision: Decision, decision_id: int, family_id: int, episode_id: int, match: MatchTold, pack_digest: str
    ) -> dict[str, str | list[str] | None]:
        """Return the fields that say what was decided, without saying of whom."""
        lead = f"{decision.lead}@{decision.lead_board}" if decision.lead_board else decision.lead
        return {
            "decision_id": render("dec", decision_id) if decision_id else None,
            "family": self.pseudonyms.of("family", family_id) if family_id else None,
            "episode": self.pseudonyms.of("episode", episode_id) if episode_id else None,
            "outcome": decision.outcome.value,
            "lead": lead or None,
            "desk_reason": decision.desk_reason,
            "urgency": decision.urgency.name.lower() if decision.urgency else None,
            "move": decision.move.rule if decision.move else None,
            "danger": sorted({finding.trigger.name for finding in decision.safety}) or None,
            "match": match.outcome.value,
            "matcher_version": match.matcher_version,
            "pack_digest": pack_digest,
        }

    def notices(self, made: tuple[Notice, ...], decision_id: int, family_id: int, at: datetime) -> list[NoticeRow]:
        """Return the outbox rows of a decision's notices."""
        return [
            NoticeRow(
                notice_id=self.ids.new(),
                recipient=one.recipient,
                kind=one.kind.value,
                level=one.level.value,
                urgency=one.urgency or 0,
                decision_id=decision_id,
                family_id=family_id,
                text=one.text,
                created_at=micros(at),
                act_by=micros(one.act_by) if one.act_by else None,
            )
            for one in made
        ]


def decision_row(
    decision: Decision,
    *,
    decision_id: int,
    family_id: int,
    episode_id: int,
    event_id: int,
    as_of: datetime,
    pack_digest: str,
    document: bytes,
    basis: bytes,
) -> DecisionRow:
    """Return the row of a decision."""
    return DecisionRow(
        decision_id=decision_id,
        family_id=family_id,
        episode_id=episode_id,
        event_id=event_id,
        as_of=micros(as_of),
        outcome=decision.outcome.value,
        service=decision.lead or decision.desk,
        board=decision.lead_board,
        urgency=decision.urgency or 0,
        state=state_of(decision),
        pack_digest=pack_digest,
        document=document,
        basis=basis,
    )


def state_of(decision: Decision) -> str:
    """Return the state that a decision starts in."""
    return "accepted" if decision.accepted else "proposed"


def lead_row(decision: Decision, case: Case, decision_id: int, episode_id: int) -> LeadRow:
    """Return who holds the episode after a decision. A giver goes on holding until the receiver has accepted."""
    accepted = case.standing.accepted
    supporting = [(one.service, one.board) for one in decision.supporting]
    declined = case.standing.declined
    at = micros(case.as_of)
    if accepted is not None:
        proposed = None
        if not decision.accepted:
            proposed = Proposal(decision.lead, decision.lead_board, decision_id)
        more = standing_bytes(
            proposed=proposed, supporting=supporting, declined=declined, latest=decision_id, handed=case.standing.handed
        )
        return LeadRow(episode_id, accepted.service, accepted.board, LeadState.ACCEPTED, accepted.decision_id, at, more)
    more = standing_bytes(
        proposed=None, supporting=supporting, declined=declined, latest=decision_id, handed=case.standing.handed
    )
    if decision.outcome is Outcome.DESK:
        return LeadRow(episode_id, decision.desk, "", LeadState.DESK, decision_id, at, more)
    return LeadRow(episode_id, decision.lead, decision.lead_board, LeadState.PROPOSED, decision_id, at, more)


def basis_of(case: Case, match: MatchTold) -> bytes:
    """Return what a decision was made from, so that it can be made again: ids, states and standings, no content."""
    standing = case.standing

    def referral(one: HeldReferral) -> dict[str, object]:
        return {"event": one.referral_id, "state": one.state.value, "people": dict(one.people)}

    def proposal(one: Proposal | None) -> list[object] | None:
        return [one.service, one.board, one.decision_id] if one else None

    return orjson.dumps(
        {
            "referrals": [referral(one) for one in case.referrals],
            "perhaps": [referral(one) for one in case.perhaps],
            "children": [[one.person_id, one.label, one.role.value] for one in case.children],
            "roles": {str(person_id): role.value for person_id, role in case.roles.items()},
            "arrived": case.arrived,
            "standing": {
                "accepted": proposal(standing.accepted),
                "proposed": proposal(standing.proposed),
                "at_desk": standing.at_desk,
                "supporting": sorted(standing.supporting),
                "declined": sorted(standing.declined),
                **({"handed": handed_document(standing.handed)} if standing.handed else {}),
            },
            "perhaps_holders": sorted(case.perhaps_holders),
            "match": match.outcome.value,
            "matching": match.inputs,
            "as_of": micros(case.as_of),
        },
        option=orjson.OPT_SORT_KEYS,
    )


def digests(event: bytes, document: bytes, basis: bytes) -> Mapping[str, str]:
    """Return the digests by which a decision can be proved unaltered."""
    return {
        "event_digest": hashlib.sha256(event).hexdigest(),
        "decision_digest": hashlib.sha256(document).hexdigest(),
        "basis_digest": hashlib.sha256(basis).hexdigest(),
    }
