"""The closed vocabulary of audit events, ``source:subject:action``. Documented in ``docs/audit.md``; a test holds both.

No field of any event may hold a name, an identifier of a person, an address, a phone, a birth date or free text.
Families and referrals appear as keyed pseudonyms.
"""

from __future__ import annotations

from enum import StrEnum


class AuditEvent(StrEnum):
    """Everything that is written down."""

    SERVICE_STARTED = "service:process:started"
    SERVICE_STOPPED = "service:process:stopped"
    WORKER_RESTARTED = "service:worker:restarted"
    KEY_CREATED = "store:key:created"
    REFERRAL_DECIDED = "api:referral:decided"
    REFERRAL_REPEATED = "api:referral:repeated"
    REFERRAL_CHECKED = "api:referral:checked"
    REFERRAL_WITHDRAWN = "api:referral:withdrawn"
    MESSAGE_QUARANTINED = "api:message:quarantined"
    LEAD_ACCEPTED = "api:lead:accepted"
    LEAD_DECLINED = "api:lead:declined"
    DECISION_READ = "api:decision:read"
    DECISIONS_LISTED = "api:decisions:listed"
    NOTICES_LISTED = "api:notices:listed"
    NOTICE_ACKNOWLEDGED = "api:notice:acknowledged"
    NOTICE_ESCALATED = "clock:notice:escalated"
    FAMILIES_LOADED = "cli:families:loaded"
    ENGINE_CRASHED = "engine:evaluation:crashed"
    CALL_REFUSED = "api:call:refused"
    CALL_FAILED = "api:call:failed"


FIELDS: dict[str, str] = {
    "address": "where the process listens",
    "basis_digest": "SHA-256 of what the decision was made from",
    "caller": "the calling system",
    "correlation_id": "the caller's own correlation",
    "count": "how many rows an answer holds, calls were turned away, or records were loaded",
    "danger": "the floor's triggers that the arrival shows",
    "deaths": "how many processes ended over it",
    "decision_id": "the decision",
    "decision_digest": "SHA-256 of the decision as decided",
    "desk_reason": "why a desk holds it",
    "disagreements": "decisions on which the engine and the reference evaluator differed",
    "engine_hits": "evaluations answered from memory",
    "engine_misses": "evaluations run",
    "episode": "the episode, as a pseudonym",
    "error": "the type of an unforeseen fault",
    "event_digest": "SHA-256 of the event as received",
    "exit_code": "how a worker ended",
    "family": "the family, as a pseudonym",
    "fault_fields": "the paths of faulty fields",
    "lead": "the lead service and its board",
    "match": "what the matcher concluded",
    "matcher_version": "the matcher and its weights",
    "method": "the remote procedure",
    "move": "the rule that moved care",
    "notice_id": "the notice",
    "outcome": "who is accountable",
    "pack_digest": "the rule pack",
    "purpose": "what the call was made for",
    "rank": "who was turned away, where it was somebody who is turned away last",
    "reader": "what kind of reader called",
    "reason": "the documented reason of a refusal, withdrawal, decline or quarantine",
    "recipient": "whose notices were read",
    "referral": "the referral, as a pseudonym",
    "request_id": "the caller's request",
    "source_system": "the sending system",
    "suspect": "what the rule engine was asked, as a pseudonym",
    "urgency": "how soon",
    "worker": "which worker",
}
"""Every field that an event may carry, with its meaning. A field that is not here is refused when it is written."""
