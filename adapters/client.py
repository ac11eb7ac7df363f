"""Sends what was read to the router: idempotent, with deadlines, and with a person behind every refusal."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from adapters.dates import timestamp
from adapters.extract import BOARD
from adapters.faults import Reason
from adapters.identity import quarantine_id, submit_id, withdraw_id
from adapters.outcome import Item, Mapped, Quarantined, Withdrawn
from adapters.read import pieces
from router.v1 import routing_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub

RETRIED = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED})
REFUSALS = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.OUT_OF_RANGE,
        grpc.StatusCode.ABORTED,
    }
)
"""The router read the request and will not have it as it is: the message goes to the desk. Other errors, such as a
missing permission, say nothing of the message; it is reported as not delivered and can be sent again."""
_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}

Answer = TypeVar("Answer")


class Fate(StrEnum):
    """What became of one item."""

    SENT = "sent"
    WITHDRAWN = "withdrawn"
    QUARANTINED = "quarantined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one item: where it stood, and the coded reason when it was not sent as a referral.

    ``danger`` lists the trigger names that the desk's item shows. ``decision_id`` is the router's.
    """

    fate: Fate
    location: str
    request_id: str
    reason: str = ""
    message: str = ""
    decision_id: str = ""
    danger: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before sending again, doubling from ``first_seconds``; a random part spreads the senders.

    A router that says how long to wait is believed, up to ``most_seconds``.
    """

    attempts: int = 6
    first_seconds: float = 0.2
    most_seconds: float = 10.0
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random

    def wait(self, attempt: int, told_seconds: float = 0.0) -> None:
        """Wait before attempt number ``attempt + 1``, and no shorter than the router told, within the longest wait.

        Whoever was told the same time at the same moment comes back a little after it, each a little later.
        """
        longest = min(self.most_seconds, self.first_seconds * 2.0**attempt)
        told = min(self.most_seconds, told_seconds)
        spread = self.random()
        self.sleep(max(longest * (0.5 + spread / 2), told * (1 + spread / 2)))


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a call failed: the status, the documented reason and the router's words, which name no patient.

    ``retry_seconds`` is how long the router says to wait, 0 where it does not say.
    """

    code: grpc.StatusCode
    reason: str
    message: str
    retry_seconds: float = 0.0

    @property
    def passes(self) -> bool:
        """Whether the same request may be taken later. ``INTERNAL`` without a reason is a connection that broke."""
        return self.code in RETRIED or (self.code is grpc.StatusCode.INTERNAL and not self.reason)


_CLOSED = _Failure(grpc.StatusCode.UNAVAILABLE, "", "the router closed the stream without an answer")


class _Batch:
    """Events on their way: the requests without a final answer, and the items that each request stands for."""

    def __init__(self, pairs: list[tuple[Mapped, pb.SubmitReferralRequest]]) -> None:
        self.waiting = {request.request_id: request for _, request in pairs}
        self.failure = _CLOSED
        self.retry_seconds = 0.0
        self.items: dict[str, list[Mapped]] = {}
        for item, request in pairs:
            self.items.setdefault(request.request_id, []).append(item)  # one message twice in a file is one request


@dataclass(slots=True)
class Client:
    """Sends items over a channel. ``caller`` is the name to send under; blank for each item's own system."""

    channel: grpc.Channel
    caller: str = ""
    timeout_seconds: float = 10.0
    batch: int = 64
    backoff: Backoff = field(default_factory=Backoff)
    _stub: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._stub = RoutingServiceStub(self.channel)  # type: ignore[no-untyped-call]

    def send(self, items: Iterable[Item]) -> Iterator[Sent]:
        """Send items in order and yield what became of each. Events go in batches over the stream."""
        waiting: list[Mapped] = []
        for item in items:
            if isinstance(item, Mapped):
                waiting.append(item)
                if len(waiting) >= self.batch:
                    yield from self._submit(waiting)
                    waiting = []
                continue
            # A withdrawal must not overtake the referral that it withdraws.
            yield from self._submit(waiting)
            waiting = []
            yield self._withdraw(item) if isinstance(item, Withdrawn) else self._quarantine(item)
        yield from self._submit(waiting)

    def submit_one(self, item: Mapped) -> Sent:
        """Send one event by the single call; for senders that wait for each answer."""
        request = self._request(item)
        answer = self._call(lambda: self._stub.SubmitReferral(request, timeout=self.timeout_seconds))
        if isinstance(answer, _Failure):
            return self._not_taken(item, item.event.source_system, request.request_id, answer)
        return Sent(Fate.SENT, item.location, request.request_id, decision_id=answer.decision.decision_id)

    # --- events ---------------------------------------------------------------------------------------------------

    def _submit(self, items: list[Mapped]) -> Iterator[Sent]:
        batch = _Batch([(item, self._request(item)) for item in items])
        for attempt in range(self.backoff.attempts):
            if not batch.waiting:
                return
            if attempt:
                self.backoff.wait(attempt - 1, batch.retry_seconds)
            yield from self._try_batch(batch)
            if not batch.failure.passes:
                break
        for request_id in batch.waiting:
            for item in batch.items[request_id]:
                yield self._not_taken(item, item.event.source_system, request_id, batch.failure)

    def _try_batch(self, batch: _Batch) -> Iterator[Sent]:
        """Send what still waits, once; what got no final answer goes on waiting under the same request id."""
        batch.failure, batch.retry_seconds = _CLOSED, 0.0
        try:
            for answer in self._stream(list(batch.waiting.values())):
                failure = _of_item(answer)
                if failure is not None and failure.passes:
                    batch.failure = failure
                    batch.retry_seconds = max(batch.retry_seconds, failure.retry_seconds)
                elif batch.waiting.pop(answer.request_id, None) is not None:
                    for item in batch.items[answer.request_id]:
                        yield self._answered(item, answer, failure)
        except grpc.RpcError as error:
            batch.failure = _of_call(error)
            batch.retry_seconds = max(batch.retry_seconds, batch.failure.retry_seconds)

    def _stream(self, requests: list[pb.SubmitReferralRequest]) -> Iterator[pb.SubmitReferralsResponse]:
        wrapped = (pb.SubmitReferralsRequest(request=request) for request in requests)
        # One batch has the time of one call, and a little for each item behind the first.
        timeout = self.timeout_seconds * (1 + len(requests) / self.batch)
        yield from self._stub.SubmitReferrals(wrapped, timeout=timeout)

    def _answered(self, item: Mapped, answer: pb.SubmitReferralsResponse, failure: _Failure | None) -> Sent:
        if failure is not None:
            return self._not_taken(item, item.event.source_system, answer.request_id, failure)
        decision = answer.response.decision
        return Sent(Fate.SENT, item.location, answer.request_id, decision_id=decision.decision_id)

    def _request(self, item: Mapped) -> pb.SubmitReferralRequest:
        request_id = submit_id(item.event)
        context = self._context(item.event.source_system, request_id)
        return pb.SubmitReferralRequest(request_id=request_id, context=context, event=item.event)

    # --- withdrawals and the desk ---------------------------------------------------------------------------------

    def _withdraw(self, item: Withdrawn) -> Sent:
        withdrawal = item.withdrawal
        request_id = withdraw_id(withdrawal)
        request = pb.WithdrawReferralRequest(
            request_id=request_id,
            context=self._context(withdrawal.source_system, request_id),
            source_system=withdrawal.source_system,
            source_reference=withdrawal.source_reference,
            reason=withdrawal.reason,
            occurred_at=timestamp(withdrawal.occurred_at),
        )
        answer = self._call(lambda: self._stub.WithdrawReferral(request, timeout=self.timeout_seconds))
        if isinstance(answer, _Failure):
            return self._not_taken(item, withdrawal.source_system, request_id, answer)
        return Sent(Fate.WITHDRAWN, item.location, request_id, decision_id=answer.decision.decision_id)

    def _quarantine(self, item: Quarantined) -> Sent:
        request_id = quarantine_id(item)
        request = pb.SubmitQuarantinedRequest(
            request_id=request_id,
            context=self._context(item.source_system, request_id),
            source_system=item.source_system,
            reason=item.reason,
            location=item.location[:200],
            raw=item.raw or b"\n",  # the router takes no empty message, and an empty file must reach the desk too
            format=item.format,
            board_code=_board(item.board),
        )
        answer = self._call(lambda: self._stub.SubmitQuarantined(request, timeout=self.timeout_seconds))
        if isinstance(answer, _Failure):
            return Sent(Fate.FAILED, item.location, request_id, answer.reason or answer.code.name, answer.message)
        danger = tuple(answer.danger)
        return Sent(Fate.QUARANTINED, item.location, request_id, item.reason, item.message, danger=danger)

    def _not_taken(self, item: Mapped | Withdrawn, system: str, request_id: str, failure: _Failure) -> Sent:
        """Give the desk what the router refused; report what could not be delivered."""
        if failure.code not in REFUSALS:
            reason = failure.reason or failure.code.name
            return Sent(Fate.FAILED, item.location, request_id, reason, failure.message)
        reason = failure.reason or Reason.ROUTER_REFUSED
        board = _board(item.event.household.board_code if isinstance(item, Mapped) else "", item.board)
        taken = [
            self._quarantine(Quarantined(reason, item.location, failure.message, piece, item.format, system, board))
            for piece in pieces(item.raw)
        ]
        return next((one for one in taken if one.fate is Fate.FAILED), taken[0])

    def _context(self, system: str, request_id: str) -> pb.CallContext:
        return pb.CallContext(
            caller=self.caller or system,
            reader=pb.READER_KIND_REFERRER,
            purpose=pb.PURPOSE_DIRECT_CARE,
            correlation_id=request_id,
        )

    def _call(self, call: Callable[[], Answer]) -> Answer | _Failure:
        for attempt in range(self.backoff.attempts):
            try:
                return call()
            except grpc.RpcError as error:
                failure = _of_call(error)
                if not failure.passes:
                    return failure
            if attempt + 1 < self.backoff.attempts:
                self.backoff.wait(attempt, failure.retry_seconds)
        return failure


def _board(*codes: str) -> str:
    """Return the first that is a board's S08 code; blank, so the national desk, when none is."""
    return next(filter(BOARD.fullmatch, codes), "")


def _of_item(answer: pb.SubmitReferralsResponse) -> _Failure | None:
    if answer.WhichOneof("result") != "error":
        return None
    error = answer.error
    code = _CODES.get(error.code, grpc.StatusCode.UNKNOWN)
    return _Failure(code, error.reason, error.message, error.retry_after_ms / 1000)


def _of_call(error: grpc.RpcError) -> _Failure:
    reason, retry_seconds = "", 0.0
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    for detail in status.details if status is not None else ():
        info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            reason = info.reason
        elif detail.Unpack(retry):
            retry_seconds = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
    return _Failure(error.code(), reason, error.details() or "", retry_seconds)
