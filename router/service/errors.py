"""Refusals as ``google.rpc.Status``: exactly one ``ErrorInfo``, and ``BadRequest`` for faults of fields."""

from __future__ import annotations

from typing import NoReturn

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from router.model.errors import FieldFault, Reason, RouterError
from router.v1 import routing_service_pb2 as pb

DOMAIN = "referral-router"
RETRY_MS = 1_000

CODES = {
    Reason.INVALID_FIELD: code_pb2.INVALID_ARGUMENT,
    Reason.REQUEST_ID_REUSED: code_pb2.ALREADY_EXISTS,
    Reason.SOURCE_VERSION_REUSED: code_pb2.ALREADY_EXISTS,
    Reason.UNKNOWN_REFERRAL: code_pb2.NOT_FOUND,
    Reason.UNKNOWN_DECISION: code_pb2.NOT_FOUND,
    Reason.UNKNOWN_NOTICE: code_pb2.NOT_FOUND,
    Reason.DECISION_NOT_CURRENT: code_pb2.FAILED_PRECONDITION,
    Reason.NOT_YOURS_TO_ANSWER: code_pb2.PERMISSION_DENIED,
    Reason.NOT_YOURS_TO_READ: code_pb2.PERMISSION_DENIED,
    Reason.NOT_A_REVIEWER: code_pb2.PERMISSION_DENIED,
    Reason.UNKNOWN_REVIEW: code_pb2.NOT_FOUND,
    Reason.UNKNOWN_FAMILY: code_pb2.NOT_FOUND,
    Reason.UNKNOWN_PERSON: code_pb2.NOT_FOUND,
    Reason.REVIEW_CLAIMED: code_pb2.FAILED_PRECONDITION,
    Reason.REVIEW_CLOSED: code_pb2.FAILED_PRECONDITION,
    Reason.REVIEW_NOT_DIFFERENT: code_pb2.FAILED_PRECONDITION,
    Reason.SECOND_PERSON_NEEDED: code_pb2.FAILED_PRECONDITION,
    Reason.JUDGED_DIFFERENT: code_pb2.FAILED_PRECONDITION,
    Reason.NOTHING_TO_UNDO: code_pb2.FAILED_PRECONDITION,
    Reason.MERGED_AGAIN: code_pb2.FAILED_PRECONDITION,
    Reason.MOVED_AGAIN: code_pb2.FAILED_PRECONDITION,
    Reason.NOTHING_WOULD_STAY: code_pb2.FAILED_PRECONDITION,
    Reason.UNKNOWN_PACK: code_pb2.NOT_FOUND,
    Reason.NOT_A_RULE_KEEPER: code_pb2.PERMISSION_DENIED,
    Reason.PACK_DOES_NOT_LOAD: code_pb2.INVALID_ARGUMENT,
    Reason.PACK_TESTS_FAIL: code_pb2.FAILED_PRECONDITION,
    Reason.PACK_NOT_SAFE: code_pb2.FAILED_PRECONDITION,
    Reason.PACK_NOT_OPEN: code_pb2.FAILED_PRECONDITION,
    Reason.LIVE_PACK_CHANGED: code_pb2.FAILED_PRECONDITION,
    Reason.APPROVED_ALREADY: code_pb2.FAILED_PRECONDITION,
    Reason.APPROVALS_MISSING: code_pb2.FAILED_PRECONDITION,
    Reason.OTHER_PACK_DUE: code_pb2.FAILED_PRECONDITION,
    Reason.NOTHING_TO_ROLL_BACK: code_pb2.FAILED_PRECONDITION,
    Reason.SHADOW_RUNNING: code_pb2.FAILED_PRECONDITION,
    Reason.NO_SHADOW: code_pb2.FAILED_PRECONDITION,
    Reason.DECLINE_NEEDS_REASON: code_pb2.INVALID_ARGUMENT,
    Reason.CALLER_NOT_LISTED: code_pb2.PERMISSION_DENIED,
    Reason.BAD_PAGE_TOKEN: code_pb2.INVALID_ARGUMENT,
    Reason.OVERLOADED: code_pb2.RESOURCE_EXHAUSTED,
    Reason.SHUTTING_DOWN: code_pb2.UNAVAILABLE,
    Reason.DEADLINE_EXCEEDED: code_pb2.DEADLINE_EXCEEDED,
    Reason.STORE_UNAVAILABLE: code_pb2.UNAVAILABLE,
    Reason.INTERNAL: code_pb2.INTERNAL,
}
_RETRY = frozenset({Reason.OVERLOADED, Reason.SHUTTING_DOWN, Reason.STORE_UNAVAILABLE})


def status_of(refusal: RouterError, *, retry_ms: int = RETRY_MS) -> status_pb2.Status:
    """Return the refusal as a status. ``retry_ms`` is told where trying again helps."""
    details = [error_details_pb2.ErrorInfo(reason=refusal.reason.value, domain=DOMAIN)]
    if refusal.faults:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=one.field, description=one.description)
            for one in refusal.faults
        ]
        details.append(error_details_pb2.BadRequest(field_violations=violations))
    if refusal.reason in _RETRY:
        delay = duration_pb2.Duration(seconds=retry_ms // 1000, nanos=retry_ms % 1000 * 1_000_000)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    status = status_pb2.Status(code=CODES[refusal.reason], message=refusal.message)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def abort(context: grpc.ServicerContext, refusal: RouterError) -> NoReturn:
    """End the call with the refusal."""
    context.abort_with_status(rpc_status.to_status(status_of(refusal)))
    raise AssertionError("abort_with_status always raises")


def late() -> RouterError:
    """Return the refusal of what was not answered in time."""
    return RouterError(
        Reason.DEADLINE_EXCEEDED, "the deadline passed before the answer; send it again with the same request_id"
    )


def item_error(refusal: RouterError, *, retry_ms: int = RETRY_MS) -> pb.ItemError:
    """Return the refusal of one item of a stream. ``retry_ms`` is told where trying again helps."""
    return pb.ItemError(
        code=CODES[refusal.reason],
        reason=refusal.reason.value,
        message=refusal.message,
        faults=[pb.FieldFault(field=one.field, description=one.description) for one in refusal.faults],
        retry_after_ms=retry_ms if refusal.reason in _RETRY else 0,
    )


def field_faults(faults: list[FieldFault]) -> RouterError:
    """Return the refusal of a request with faulty fields."""
    return RouterError(
        Reason.INVALID_FIELD, "the request has faulty fields; mend them and send it again", faults=tuple(faults)
    )
