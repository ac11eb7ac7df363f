"""A service that is told to stop finishes what it took."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from router.v1 import routing_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from tests.support.requests import choice, event, submit
from tests.support.serving import serving

SENDERS = 4
EACH = 60


def test_what_was_acknowledged_before_the_stop_is_there_after_it(tmp_path: Path) -> None:
    """SIGTERM under load: every answer given stands when the service comes back; the rest was refused, not lost."""
    moderate = choice("parent_illness_severity", "moderate")
    requests = [submit(event(number, moderate)) for number in range(1, SENDERS * EACH + 1)]
    answers: dict[str, bytes] = {}
    first_answers = threading.Semaphore(0)

    def send(address: str, share: list[pb.SubmitReferralRequest]) -> None:
        with grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            stub = RoutingServiceStub(channel)
            for request in share:
                try:
                    answers[request.request_id] = stub.SubmitReferral(request, timeout=20).SerializeToString()
                except grpc.RpcError as error:
                    assert error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
                    return
                finally:
                    first_answers.release()

    with ThreadPoolExecutor(SENDERS) as pool, serving(tmp_path) as service:
        for place in range(SENDERS):
            pool.submit(send, service.address, requests[place::SENDERS])
        for _ in range(SENDERS * 5):
            first_answers.acquire()
    assert len(answers) >= SENDERS * 4
    with serving(tmp_path) as service:
        for request in requests:
            if request.request_id in answers:
                again = service.stub.SubmitReferral(request)
                assert again.SerializeToString() == answers[request.request_id]
