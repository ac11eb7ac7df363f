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
    PACK_INSTALLED = "service:pack:installed"
    PACK_FOLDER_DIFFERS = "service:pack:folder-differs"
    PACK_IN_USE = "service:pack:in-use"
    PACK_NOT_LOADED = "service:pack:not-loaded"
    SHADOW_FAILED = "service:shadow:failed"
    REFERRAL_DECIDED = "api:referral:decided"
    REFERRAL_REPEATED = "api:referral:repeated"
    REFERRAL_CHECKED = "api:referral:checked"
    REFERRAL_WITHDRAWN = "api:referral:withdrawn"
    MESSAGE_QUARANTINED = "api:message:quarantined"
    LEAD_ACCEPTED = "api:lead:accepted"
    LEAD_DECLINED = "api:lead:declined"
    DECISION_READ = "api:decision:read"
    DECISIONS_LISTED = "api:decisions:listed"
    REVIEWS_LISTED = "api:reviews:listed"
    REVIEW_READ = "api:review:read"
    REVIEW_CLAIMED = "api:review:claimed"
    REVIEW_RELEASED = "api:review:released"
    REVIEW_JUDGED = "api:review:judged"
    REVIEW_REOPENED = "api:review:reopened"
    FAMILY_READ = "api:family:read"
    FAMILY_SPLIT = "api:family:split"
    MERGE_UNDONE = "api:merge:undone"
    INFANT_MOVED = "api:infant:moved"
    INFANT_MOVE_UNDONE = "api:infant:move-undone"
    EPISODE_DECIDED_AGAIN = "api:episode:decided-again"
    PACK_PROPOSED = "api:pack:proposed"
    PACK_APPROVED = "api:pack:approved"
    PACK_REJECTED = "api:pack:rejected"
    PACK_ACTIVATED = "api:pack:activated"
    PACK_ROLLED_BACK = "api:pack:rolled-back"
    SHADOW_STARTED = "api:shadow:started"
    SHADOW_STOPPED = "api:shadow:stopped"
    PACKS_LISTED = "api:packs:listed"
    PACK_READ = "api:pack:read"
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
    "decision_digest": "SHA-256 of the decision as decided",
    "decision_id": "the decision",
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
    "folder_digest": "the pack in the folder of the settings",
    "lead": "the lead service and its board",
    "live_from": "from when on a pack is to decide",
    "match": "what the matcher concluded",
    "matcher_version": "the matcher and its weights",
    "method": "the remote procedure",
    "move": "the rule that moved care",
    "notice_id": "the notice",
    "other_family": "the family on the other side, as a pseudonym",
    "outcome": "who is accountable",
    "pack_before": "the pack that a proposal changes, or to which was rolled back",
    "pack_digest": "the rule pack",
    "proposal": "the proposal of a pack",
    "purpose": "what the call was made for",
    "rank": "who was turned away, where it was somebody who is turned away last",
    "reader": "what kind of reader called",
    "reason": "the documented reason of a refusal, withdrawal, decline, quarantine or verdict, or the act behind it",
    "recipient": "whose notices were read",
    "referral": "the referral, as a pseudonym",
    "regrouping": "the act that moved events between families",
    "request_id": "the caller's request",
    "rested": "how many decisions rested on what was changed",
    "review_id": "the review",
    "review_state": "how the review stands",
    "service": "the service for which a person acted",
    "source_system": "the sending system",
    "suspect": "what the rule engine was asked, as a pseudonym",
    "urgency": "how soon",
    "verdict": "what a person said of two families",
    "worker": "which worker",
}
"""Every field that an event may carry, with its meaning. A field that is not here is refused when it is written."""
