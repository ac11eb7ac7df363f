"""Coded errors. A message says what is wrong, where, and what to do; never a patient's data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a request was refused. Documented in ``docs/errors.md``; a test holds the two together."""

    INVALID_FIELD = "INVALID_FIELD"
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    SOURCE_VERSION_REUSED = "SOURCE_VERSION_REUSED"
    UNKNOWN_REFERRAL = "UNKNOWN_REFERRAL"
    UNKNOWN_DECISION = "UNKNOWN_DECISION"
    UNKNOWN_NOTICE = "UNKNOWN_NOTICE"
    DECISION_NOT_CURRENT = "DECISION_NOT_CURRENT"
    NOT_YOURS_TO_ANSWER = "NOT_YOURS_TO_ANSWER"
    NOT_YOURS_TO_READ = "NOT_YOURS_TO_READ"
    NOT_A_REVIEWER = "NOT_A_REVIEWER"
    UNKNOWN_REVIEW = "UNKNOWN_REVIEW"
    UNKNOWN_FAMILY = "UNKNOWN_FAMILY"
    UNKNOWN_PERSON = "UNKNOWN_PERSON"
    REVIEW_CLAIMED = "REVIEW_CLAIMED"
    REVIEW_CLOSED = "REVIEW_CLOSED"
    REVIEW_NOT_DIFFERENT = "REVIEW_NOT_DIFFERENT"
    SECOND_PERSON_NEEDED = "SECOND_PERSON_NEEDED"
    JUDGED_DIFFERENT = "JUDGED_DIFFERENT"
    NOTHING_TO_UNDO = "NOTHING_TO_UNDO"
    MERGED_AGAIN = "MERGED_AGAIN"
    MOVED_AGAIN = "MOVED_AGAIN"
    NOTHING_WOULD_STAY = "NOTHING_WOULD_STAY"
    UNKNOWN_PACK = "UNKNOWN_PACK"
    NOT_A_RULE_KEEPER = "NOT_A_RULE_KEEPER"
    PACK_DOES_NOT_LOAD = "PACK_DOES_NOT_LOAD"
    PACK_TESTS_FAIL = "PACK_TESTS_FAIL"
    PACK_NOT_SAFE = "PACK_NOT_SAFE"
    PACK_NOT_OPEN = "PACK_NOT_OPEN"
    LIVE_PACK_CHANGED = "LIVE_PACK_CHANGED"
    APPROVED_ALREADY = "APPROVED_ALREADY"
    APPROVALS_MISSING = "APPROVALS_MISSING"
    OTHER_PACK_DUE = "OTHER_PACK_DUE"
    NOTHING_TO_ROLL_BACK = "NOTHING_TO_ROLL_BACK"
    SHADOW_RUNNING = "SHADOW_RUNNING"
    NO_SHADOW = "NO_SHADOW"
    DECLINE_NEEDS_REASON = "DECLINE_NEEDS_REASON"
    CALLER_NOT_LISTED = "CALLER_NOT_LISTED"
    BAD_PAGE_TOKEN = "BAD_PAGE_TOKEN"
    OVERLOADED = "OVERLOADED"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One faulty field: ``field`` is its path (never its value), ``description`` says what to do."""

    field: str
    description: str


class RouterError(Exception):
    """A refusal with its documented reason. Nothing was changed."""

    def __init__(self, reason: Reason, message: str, *, faults: tuple[FieldFault, ...] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.faults = faults
