"""Turning callers away, cheaply: of five calls four may have to go, and the fifth needs the time."""

from __future__ import annotations

import functools
import math
import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
from grpc_status import rpc_status

from router.audit.events import AuditEvent
from router.audit.log import record
from router.model.danger import TRIGGERS_BY_FACT
from router.model.errors import Reason, RouterError
from router.routing.danger_words import danger_in
from router.service.admission import Admission, Place, Rank
from router.service.errors import status_of
from router.v1 import referral_pb2
from router.v1 import routing_service_pb2 as pb

# A longer message is not looked through before there is room for it: it may speak of danger.
_MOST_LOOKED_THROUGH = 16 * 1024
_SECOND = 1.0
# The time to wait is worked out anew this often and not for each call.
_RETRY_HOLDS_SECONDS = 0.02
# Waits are told in steps of this, so that a few dozen statuses serve all calls.
_STEP_MS = 20
_BEGUN = frozenset({pb.RespondToReferralRequest, pb.AcknowledgeNoticeRequest, pb.ListNoticesRequest})


def rank_of(request: Any) -> Rank:
    """Return the rank of a request that was parsed and not yet checked."""
    if isinstance(request, (pb.SubmitReferralRequest, pb.CheckRequest)):
        return Rank.DANGER if may_be_dangerous(request.event) else Rank.ORDINARY
    if isinstance(request, pb.SubmitQuarantinedRequest):
        speaks_of_danger = len(request.raw) > _MOST_LOOKED_THROUGH or danger_in(request.raw)
        return Rank.DANGER if speaks_of_danger else Rank.ORDINARY
    return Rank.BEGUN if type(request) in _BEGUN else Rank.ORDINARY


def may_be_dangerous(event: referral_pb2.ReferralEvent) -> bool:
    """Return whether a referral is an emergency, or names a danger of the safety floor without denying it.

    A code that nobody mapped, and a value of another kind than the fact's, are no denial.
    """
    if event.urgency == referral_pb2.URGENCY_EMERGENCY:
        return True
    for one in event.observations:
        trigger = TRIGGERS_BY_FACT.get(one.fact)
        if trigger is not None and not trigger.denied_by(_value(one)):
            return True
    return False


def _value(one: referral_pb2.Observation) -> Any:
    kind = one.WhichOneof("value")
    return getattr(one, kind) if kind in ("yes_no", "number") else None


class Door:
    """Lets calls in, or turns them away with the time to wait; what it turned away stands in the log."""

    def __init__(self, admission: Admission, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._admission = admission
        self._clock = clock
        self._lock = threading.Lock()
        self._untold = 0
        self._recent = 0
        self._before = 0
        self._second_ends = -math.inf
        self._retry_ms = 0
        self._retry_holds_until = -math.inf

    def enter(self, request: Any) -> Place | grpc.Status:
        """Return a place for a call, or the status that turns it away."""
        # What a call is about matters only where there is no room for an ordinary one.
        place = self._admission.take(Rank.ORDINARY)
        if place is not None:
            return place
        rank = rank_of(request)
        place = self._admission.take(rank) if rank > Rank.ORDINARY else None
        return place or overloaded_status(self.turn_away(_method(request), rank))

    def enter_from_stream(self, request: pb.SubmitReferralRequest, patience_seconds: float) -> Place | int:
        """Return a place for an item of a stream, or the milliseconds to wait."""
        place = self._admission.take(Rank.BULK)
        if place is not None:
            return place
        dangerous = may_be_dangerous(request.event)
        place = self._admission.take(Rank.DANGER) if dangerous else self._admission.wait(Rank.BULK, patience_seconds)
        return place or self.turn_away("SubmitReferrals", Rank.DANGER if dangerous else Rank.BULK)

    def turn_away(self, method: str, rank: Rank) -> int:
        """Count somebody who is turned away, and return how many milliseconds to wait."""
        if rank is Rank.DANGER:
            # A family that may be in danger has to come again: each of them is told of, and waits for nobody else.
            record(AuditEvent.CALL_REFUSED, method=method, reason=Reason.OVERLOADED.value, rank=rank.name.lower())
            return _rounded(self._admission.retry_seconds())
        with self._lock:
            now = self._clock()
            self._untold += 1
            self._recent += 1
            second_ended = now >= self._second_ends
            if second_ended:
                self._before = self._recent if now < self._second_ends + _SECOND else 0
                self._recent = 0
                self._second_ends = now + _SECOND
            if now >= self._retry_holds_until:
                self._retry_ms = _rounded(self._admission.retry_seconds(max(self._recent, self._before)))
                self._retry_holds_until = now + _RETRY_HOLDS_SECONDS
            retry_ms = self._retry_ms
        if second_ended:
            self.tell()
        return retry_ms

    def tell(self) -> None:
        """Write down how many were turned away and are not yet told of."""
        with self._lock:
            count, self._untold = self._untold, 0
        if count:
            record(AuditEvent.CALL_REFUSED, reason=Reason.OVERLOADED.value, count=str(count))


def _rounded(seconds: float) -> int:
    return math.ceil(seconds * 1000 / _STEP_MS) * _STEP_MS


def _method(request: Any) -> str:
    return type(request).__name__.removesuffix("Request")


def overloaded() -> RouterError:
    """Return the refusal of what there is no room for."""
    return RouterError(Reason.OVERLOADED, "the router is busy; wait, then try again with the same request_id")


@functools.lru_cache(maxsize=512)
def overloaded_status(retry_ms: int) -> grpc.Status:
    """Return the refusal's status, made once for each time to wait."""
    status = rpc_status.to_status(status_of(overloaded(), retry_ms=retry_ms))
    # What gRPC's own retries heed; clients without them leave it alone.
    pushback = ("grpc-retry-pushback-ms", str(retry_ms))
    return status._replace(trailing_metadata=(*status.trailing_metadata, pushback))  # type: ignore[attr-defined,no-any-return]
