"""Workers are killed under load: nothing that was acknowledged is lost, and every retry gets the one decision."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from router.v1 import routing_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from tests.support.requests import DESK, choice, event, submit
from tests.support.serving import Service, serving

KILLS = 12
SENDERS = 4
EACH = 120
MOST_TRIES = 200
_RETRIED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)


def deliver(address: str, requests: list[pb.SubmitReferralRequest], done: threading.Semaphore) -> dict[str, bytes]:
    """Send each request until it is answered, under the same id, as the contract asks of senders."""
    answers: dict[str, bytes] = {}
    with grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = RoutingServiceStub(channel)
        for request in requests:
            for _ in range(MOST_TRIES):
                try:
                    answer = stub.SubmitReferral(request, timeout=20, wait_for_ready=True)
                except grpc.RpcError as error:
                    assert error.code() in _RETRIED, error.code()
                    continue
                answers[request.request_id] = answer.SerializeToString()
                break
            done.release()
    return answers


def kill_now_and_then(service: Service, done: threading.Semaphore, total: int) -> int:
    """Kill a worker each time that a share of the load is done, and return how many were killed."""
    chance = random.Random(7)
    killed = 0
    for place in range(1, total + 1):
        done.acquire()
        if place % (total // (2 * KILLS)) == 0 and killed < KILLS:
            with contextlib.suppress(ProcessLookupError):  # dead already and not yet replaced: the next turn kills
                os.kill(chance.choice(service.supervisor.pids), signal.SIGKILL)
                killed += 1
    return killed


def test_killed_workers_lose_nothing(tmp_path: Path) -> None:
    """Every request ends acknowledged; sent again it gets the same bytes; each family has one decision."""
    moderate = choice("parent_illness_severity", "moderate")
    shares = [
        [submit(event(sender * EACH + place + 1, moderate)) for place in range(EACH)] for sender in range(SENDERS)
    ]
    done = threading.Semaphore(0)
    with serving(tmp_path, workers=2) as service:
        with ThreadPoolExecutor(SENDERS + 1) as pool:
            killer = pool.submit(kill_now_and_then, service, done, SENDERS * EACH)
            sending = [pool.submit(deliver, service.address, share, done) for share in shares]
            answers = {name: answer for one in sending for name, answer in one.result().items()}
            assert killer.result() == KILLS
        assert len(answers) == SENDERS * EACH, "every request was acknowledged in the end"
        for share in shares:
            for request in share:
                again = service.stub.SubmitReferral(request, wait_for_ready=True, timeout=20)
                assert again.SerializeToString() == answers[request.request_id]
                decision = again.decision
                listed = service.stub.ListDecisions(
                    pb.ListDecisionsRequest(context=DESK, family_id=decision.family_id), wait_for_ready=True
                ).decisions
                assert [one.decision_id for one in listed] == [decision.decision_id]
