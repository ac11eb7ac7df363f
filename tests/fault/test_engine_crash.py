"""The rule engine's C code crashes under a worker: one worker is lost, no referral, and no notice."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from router.service.settings import Settings
from router.store.open import open_store
from router.v1 import decision_pb2, notice_pb2
from router.v1 import routing_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from tests.support.crashing import CRASHES, WAITS, Gate, install
from tests.support.requests import DESK, SENDER, choice, event, submit, yes
from tests.support.serving import Service, serving

CONNECTIONS = 5
# or all channels of a process share one
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]
LONGEST_SECONDS = 120
OTHERS = 29
POISON = 500
MODERATE = choice("parent_illness_severity", "moderate")
DANGER = yes("suicidal_intent")
TOLD_OF_DANGER = ("cpmht@S08000032", "triage-lanarkshire")


def poisonous(version: int = 1) -> pb.SubmitReferralRequest:
    """Return a referral over which the engine crashes, of a family in danger."""
    return submit(event(POISON, MODERATE, DANGER, CRASHES, version=version))


@dataclass
class Sent:
    """One request on its way, and how often it was sent."""

    request: pb.SubmitReferralRequest
    call: grpc.Future
    tries: int = 1

    def answer(self, address: str) -> pb.SubmitReferralResponse:
        """Return the answer; where the worker went away, that to the same request sent once more."""
        try:
            answer = self.call.result()
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
            self.tries += 1
            # the old connection may not have noticed yet that it is broken
            with grpc.insecure_channel(address, OWN_CONNECTION) as channel:
                stub = RoutingServiceStub(channel)
                answer = stub.SubmitReferral(self.request, timeout=LONGEST_SECONDS, wait_for_ready=True)
        assert isinstance(answer, pb.SubmitReferralResponse)
        return answer


@pytest.fixture
def crashing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Service, Gate]]:
    """Run a service of one worker with an engine that crashes."""
    gate = install(tmp_path / "engine", monkeypatch)
    # Room for all to be in flight at once, whatever they are expected to take.
    with serving(tmp_path / "data", queue_ms=10_000) as service:
        yield service, gate


def events(log: str, name: str) -> list[dict[str, object]]:
    """Return the lines of a log that tell of an event."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == name]


def restarts(supervisors_log: io.StringIO) -> list[object]:
    """Return how each worker ended that was started anew."""
    return [line["exit_code"] for line in events(supervisors_log.getvalue(), "service:worker:restarted")]


def deaths(service: Service) -> list[int]:
    """Return the deaths counted against each suspect."""
    settings = Settings(data=service.data)
    store = open_store(settings.store_url, settings.key_file)
    try:
        with store.read() as reader:
            return list(reader.suspects().values())
    finally:
        store.close()


def dangers(service: Service, decision_id: str) -> list[str]:
    """Return who was told of danger by a decision, each as often as told."""
    return [
        recipient
        for recipient in TOLD_OF_DANGER
        for one in service.stub.ListNotices(pb.ListNoticesRequest(context=DESK, recipient=recipient)).notices
        if one.kind == notice_pb2.NOTICE_KIND_RED_FLAG and one.decision_id == decision_id
    ]


def sent_over(channel: grpc.Channel, request: pb.SubmitReferralRequest) -> Sent:
    """Send a request and do not wait for the answer."""
    call = RoutingServiceStub(channel).SubmitReferral
    return Sent(request, call.future(request, timeout=LONGEST_SECONDS, wait_for_ready=True))


def send(service: Service, gate: Gate, requests: list[pb.SubmitReferralRequest], stack: ExitStack) -> list[Sent]:
    """Send the requests over several connections so that they wait together while the engine is busy with another."""
    channels = [stack.enter_context(grpc.insecure_channel(service.address, OWN_CONNECTION)) for _ in range(CONNECTIONS)]
    sent = [sent_over(channels[0], submit(event(POISON + 1, MODERATE, WAITS)))]
    gate.wait()
    sent += [sent_over(channels[place % CONNECTIONS], request) for place, request in enumerate(requests)]
    for channel in channels:
        # What is asked on the same connections afterwards is answered afterwards.
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=60)
    gate.open()
    return sent


def test_a_crash_in_the_engine_ends_one_worker_and_loses_nothing(
    crashing: tuple[Service, Gate], quiet_log: io.StringIO
) -> None:
    """The others in flight succeed on one retry; what crashed goes to the desk, and its danger is told, once."""
    service, gate = crashing
    requests = [submit(event(number, MODERATE)) for number in range(1, OTHERS + 1)]
    requests.insert(OTHERS // 2, poisonous())
    with ExitStack() as stack:
        sent = send(service, gate, requests, stack)
        with ThreadPoolExecutor(len(sent)) as pool:
            # one retry is enough for each
            answers = list(pool.map(lambda one: one.answer(service.address), sent))
    assert sum(one.tries == 2 for one in sent) > 1, "others than the one that crashed were struck"
    assert restarts(quiet_log) == ["-11"]
    assert [line["deaths"] for line in events(service.log(), "engine:evaluation:crashed")] == [1, 2]
    assert deaths(service) == [2]

    by_id = {one.request.request_id: answer for one, answer in zip(sent, answers, strict=True)}
    poison = requests[OTHERS // 2]
    crashed = by_id.pop(poison.request_id)
    assert all(one.decision.outcome != decision_pb2.OUTCOME_DESK for one in by_id.values())
    assert (crashed.decision.outcome, crashed.decision.desk_reason) == (decision_pb2.OUTCOME_DESK, "ENGINE_CRASHED")
    assert dangers(service, crashed.decision.decision_id) == list(TOLD_OF_DANGER)

    again = service.stub.SubmitReferral(poison, wait_for_ready=True)
    assert again.SerializeToString(deterministic=True) == crashed.SerializeToString(deterministic=True)
    assert dangers(service, crashed.decision.decision_id) == list(TOLD_OF_DANGER)


def test_what_crashed_twice_is_not_tried_again(crashing: tuple[Service, Gate], quiet_log: io.StringIO) -> None:
    """Another id, another version, another family and a dry run of the same go to the desk with no further death."""
    service, _ = crashing
    sent = sent_over(service.channel, poisonous())
    first = sent.answer(service.address)
    assert (sent.tries, first.decision.desk_reason) == (2, "ENGINE_CRASHED")

    other_id = service.stub.SubmitReferral(poisonous(), wait_for_ready=True)
    assert other_id.decision.decision_id == first.decision.decision_id
    newer = service.stub.SubmitReferral(poisonous(version=2))
    assert newer.decision.family_id == first.decision.family_id
    other_family = service.stub.SubmitReferral(submit(event(POISON + 2, MODERATE, DANGER, CRASHES)))
    checked = service.stub.Check(pb.CheckRequest(context=SENDER, event=event(POISON + 3, MODERATE, DANGER, CRASHES)))
    for answer in (newer, other_family, checked):
        assert answer.decision.desk_reason == "ENGINE_CRASHED"
    for answer in (newer, other_family):
        assert dangers(service, answer.decision.decision_id) == list(TOLD_OF_DANGER)

    asked = pb.GetDecisionRequest(context=DESK, decision_id=first.decision.decision_id, include_what_would_change=True)
    assert not service.stub.GetDecision(asked).decision.what_would_change
    assert restarts(quiet_log) == ["-11"]
    assert deaths(service) == [2]
