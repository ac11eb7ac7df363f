"""A router that keeps what it is sent and answers as it is told to; for tests of the client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from router.v1 import routing_service_pb2 as pb
from router.v1 import routing_service_pb2_grpc as pb_grpc


@dataclass
class FakeRouter(pb_grpc.RoutingServiceServicer):
    """Answers by request id; ``refuse`` holds item errors by source reference, ``fail`` call errors in their order.

    ``retry_ms`` is the time to wait that each of them states.
    """

    submitted: dict[str, pb.SubmitReferralRequest] = field(default_factory=dict)
    quarantined: dict[str, pb.SubmitQuarantinedRequest] = field(default_factory=dict)
    withdrawn: dict[str, pb.WithdrawReferralRequest] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    refuse: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    fail: list[tuple[grpc.StatusCode, str]] = field(default_factory=list)
    fail_after: int = 0
    retry_ms: int = 0
    deadlines: list[float | None] = field(default_factory=list)

    def _maybe_fail(self, context: grpc.ServicerContext) -> None:
        self.deadlines.append(context.time_remaining())
        if self.fail:
            code, reason = self.fail.pop(0)
            detail = AnyMessage()
            detail.Pack(error_details_pb2.ErrorInfo(reason=reason, domain="router"))
            details = [detail] if reason else []
            if self.retry_ms:
                retry = error_details_pb2.RetryInfo()
                retry.retry_delay.FromMilliseconds(self.retry_ms)
                details.append(AnyMessage())
                details[-1].Pack(retry)
            status = status_pb2.Status(code=code.value[0], message="not now", details=details)
            context.abort_with_status(rpc_status.to_status(status))

    def SubmitReferral(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - the contract's
        self._maybe_fail(context)
        self.submitted[request.request_id] = request
        self.order.append(request.event.source_reference)
        return self._answer(request)

    def SubmitReferrals(self, request_iterator: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        self.deadlines.append(context.time_remaining())
        for number, wrapped in enumerate(request_iterator):
            request = wrapped.request
            self.seen[request.request_id] += 1
            if self.fail and number >= self.fail_after:
                self._maybe_fail(context)
            errors = self.refuse.get(request.event.source_reference)
            if errors:
                code, reason = errors.pop(0)
                error = pb.ItemError(
                    code=code, reason=reason, message="look at the field", retry_after_ms=self.retry_ms
                )
                yield pb.SubmitReferralsResponse(request_id=request.request_id, error=error)
                continue
            self.submitted[request.request_id] = request
            self.order.append(request.event.source_reference)
            yield pb.SubmitReferralsResponse(request_id=request.request_id, response=self._answer(request))

    def SubmitQuarantined(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        self._maybe_fail(context)
        self.quarantined[request.request_id] = request
        danger = ["suicidal-intent"] if b"suicid" in request.raw else []
        return pb.SubmitQuarantinedResponse(request_id=request.request_id, desk_item_id="d1", desk="d", danger=danger)

    def WithdrawReferral(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        self._maybe_fail(context)
        self.withdrawn[request.request_id] = request
        self.order.append(f"withdraw {request.source_reference}")
        return pb.WithdrawReferralResponse(request_id=request.request_id)

    def _answer(self, request: Any) -> pb.SubmitReferralResponse:
        answer = pb.SubmitReferralResponse(request_id=request.request_id, referral_id="r1")
        answer.decision.decision_id = f"decision of {request.event.source_reference}"
        return answer


@contextmanager
def serving(router: FakeRouter) -> Iterator[str]:
    """Serve ``router`` on a free port of this machine and give its address."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    pb_grpc.add_RoutingServiceServicer_to_server(router, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
