"""A router with more to do than it can: who is let in, what the others are told, and that nothing of theirs is begun."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from router.service import servicer as servicer_module
from router.service.admission import FIRST_GUESS_SECONDS
from router.service.core import build_core
from router.service.settings import Settings
from router.service.work import Answer, Work
from router.service.worker import WorkerServer
from router.store.ids import render
from router.v1 import routing_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from tests.support.requests import DESK, choice, event, next_id, service_context, submit, yes
from tests.support.serving import status

MODERATE = choice("parent_illness_severity", "moderate")
SUICIDAL = yes("suicidal_intent")


class Held:
    """A service in this process whose batch thread waits at a gate, so that everything behind it queues.

    A call that nobody holds any more is cancelled, and leaves its place.
    """

    def __init__(self, data: Path) -> None:
        settings = Settings(data=data, port=0)
        self.core = build_core(settings)
        self.server = WorkerServer(self.core, settings)
        self.server.start()
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.server.port}")
        self.stub = RoutingServiceStub(self.channel)  # type: ignore[no-untyped-call]
        self.gate = threading.Event()
        self.begun: list[str] = []
        self.holding = threading.Event()
        self._process = self.core.batcher._process
        self.core.batcher._process = self._wait_and_process

    def _wait_and_process(self, batch: Sequence[Work]) -> list[Answer]:
        self.holding.set()
        assert self.gate.wait(60)
        self.begun.extend(work.request_id for work in batch)
        return self._process(batch)

    def takes(self, send: Callable[[Any], Any], request: Any) -> tuple[bool, Any]:
        """Send a call and return whether it was taken, and the call."""
        before = self.core.admission.under_way
        call = send(request)
        until(lambda: call.done() or self.core.admission.under_way > before)
        return not call.done(), call

    def fill(self) -> list[Any]:
        """Send ordinary referrals until the router is full for them, and return the calls that it took."""
        taken: list[Any] = []
        for number in range(1, 200):
            was_taken, call = self.takes(self.stub.SubmitReferral.future, submit(event(number, MODERATE)))
            if not was_taken:
                return taken
            taken.append(call)
        raise AssertionError("it took everything")

    def close(self) -> None:
        self.gate.set()
        self.channel.close()
        self.server.stop()


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    """Hold a service of its own for each test."""
    made = Held(tmp_path)
    yield made
    made.close()


def retry_ms(error: Any) -> int:
    """Return the time to wait that a refusal states."""
    retry = error_details_pb2.RetryInfo()
    assert [one for one in rpc_status.from_call(error).details if one.Unpack(retry)]
    return int(retry.retry_delay.ToMilliseconds())


def refused(call: Any) -> grpc.RpcError:
    """Return a call's refusal, which must be the one for want of room."""
    with pytest.raises(grpc.RpcError) as caught:
        call.result(timeout=20)
    assert status(caught.value)[:2] == (grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
    assert retry_ms(caught.value) > 0
    assert dict(caught.value.trailing_metadata())["grpc-retry-pushback-ms"] == str(retry_ms(caught.value))  # type: ignore[attr-defined]
    return caught.value


def test_what_there_is_no_room_for_is_refused_at_once_and_not_begun(held: Held) -> None:
    """RESOURCE_EXHAUSTED, one reason and the time to wait; sent again later, it is decided as if it were new."""
    taken = held.fill()
    request = submit(event(500, MODERATE))
    refused(held.stub.SubmitReferral.future(request))
    held.gate.set()
    for call in taken:
        assert call.result(timeout=20).decision.lead.service == "cpmht"
    assert request.request_id not in held.begun
    assert len(held.begun) == len(taken)
    until(lambda: held.core.admission.under_way == 0)
    assert held.stub.SubmitReferral(request).decision.lead.service == "cpmht"
    assert held.begun.count(request.request_id) == 1


def test_danger_is_taken_where_ordinary_calls_are_refused(held: Held) -> None:
    """A red flag, an unknown one, an emergency, words of danger, an answer and an acknowledgement all get in."""
    taken = held.fill()
    unknown = event(601)
    unknown.observations.add(fact="psychosis_suspected", subject_ref="mother").unmapped.code = "X1"
    emergency = event(602, MODERATE)
    emergency.urgency = 3
    referrals = [held.stub.SubmitReferral.future(submit(one)) for one in (event(600, SUICIDAL), unknown, emergency)]
    check = held.stub.Check.future(pb.CheckRequest(context=submit(event(1)).context, event=event(603, SUICIDAL)))
    spoken = pb.SubmitQuarantinedRequest(
        request_id=next_id(),
        context=submit(event(1)).context,
        source_system="badgernet-lanarkshire",
        reason="CSV_BAD_HEADER",
        raw=b"speaks of suicide",
    )
    quarantined = held.stub.SubmitQuarantined.future(spoken)
    notices = held.stub.ListNotices.future(pb.ListNoticesRequest(context=DESK, recipient="cpmht@S08000032"))
    calls = [*referrals, check, quarantined, notices]
    until(lambda: held.core.admission.under_way == len(taken) + len(calls))
    refused(held.stub.SubmitReferral.future(submit(event(604, MODERATE))))
    held.gate.set()
    for call in (*taken, *calls):
        call.result(timeout=20)


def test_answers_to_proposals_get_in_and_are_refused_before_danger_is(held: Held) -> None:
    """A reply keeps its rank, between intake and danger, whatever it says."""
    taken = held.fill()
    reply = pb.RespondToReferralRequest(
        request_id=next_id(),
        context=service_context("cpmht"),
        decision_id=render("dec", 1),
        response="RESPONSE_KIND_ACCEPT",
    )
    replies = [held.takes(held.stub.RespondToReferral.future, reply)]
    while replies[-1][0]:
        replies.append(held.takes(held.stub.RespondToReferral.future, reply))
    assert len(replies) > 5
    refused(replies[-1][1])
    assert held.takes(held.stub.SubmitReferral.future, submit(event(700, SUICIDAL)))[0]
    assert not any(one.done() for one in taken)


def test_even_danger_has_an_end_and_is_refused_with_the_same_words(held: Held) -> None:
    """The reserve is finite: what is beyond it is refused and not left without an answer."""
    calls = [held.stub.SubmitReferral.future(submit(event(number, SUICIDAL))) for number in range(1, 200)]
    until(lambda: any(one.done() for one in calls))
    done = [one for one in calls if one.done()]
    for one in done:
        refused(one)
    held.gate.set()
    for one in calls:
        if one not in done and one.exception(timeout=30) is not None:
            refused(one)


def test_health_answers_meanwhile(held: Held) -> None:
    """A router that sheds is healthy, and says so at once."""
    taken = held.fill()
    stub = health_pb2_grpc.HealthStub(held.channel)
    for _ in range(20):
        answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    assert not any(one.done() for one in taken)


def test_a_flood_leaves_no_call_without_an_answer(held: Held) -> None:
    """Each of 500 calls at once is decided or refused with its reason, and every place comes back."""
    calls = [held.stub.SubmitReferral.future(submit(event(number, MODERATE)), timeout=60) for number in range(1, 501)]
    until(lambda: sum(one.done() for one in calls) > 400)
    held.gate.set()
    decided = 0
    for one in calls:
        if one.exception(timeout=60) is None:
            decided += 1
        else:
            refused(one)
    assert 1 <= decided < 100
    assert len(held.begun) == decided
    until(lambda: held.core.admission.under_way == 0)


def test_callers_who_gave_up_leave_their_places(held: Held) -> None:
    """A deadline that passes frees the place of what was not begun; the batch frees the rest."""
    first = held.stub.SubmitReferral.future(submit(event(1, MODERATE)))
    assert held.holding.wait(60)
    calls = [held.stub.SubmitReferral.future(submit(event(number, MODERATE)), timeout=0.3) for number in range(2, 6)]
    for one in calls:
        with pytest.raises(grpc.RpcError):
            one.result(timeout=60)
    until(lambda: held.core.admission.under_way == 1)
    held.gate.set()
    assert held.begun == [first.result(timeout=60).request_id]
    until(lambda: held.core.admission.under_way == 0)


def test_a_call_that_names_no_deadline_is_given_up_in_the_end(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused with its reason, and is not begun; one that the batch has begun is refused alike, and written."""
    monkeypatch.setattr("router.service.intake.LONGEST_WAIT_SECONDS", 0.05)
    calls = [held.stub.SubmitReferral.future(submit(event(1, MODERATE)))]
    assert held.holding.wait(60)
    calls.append(held.stub.SubmitReferral.future(submit(event(2, MODERATE))))
    for one in calls:
        with pytest.raises(grpc.RpcError) as caught:
            one.result(timeout=60)
        assert status(caught.value)[:2] == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")
    until(lambda: held.core.admission.under_way == 1)
    held.gate.set()
    until(lambda: held.core.admission.under_way == 0)
    assert len(held.begun) == 1
    monkeypatch.undo()
    assert held.stub.SubmitReferral(submit(event(3, MODERATE)), timeout=20).decision.decision_id


def test_a_long_message_is_checked_beside_the_others(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that reads calls goes on while a long one is checked; one whose caller left meanwhile is not begun."""
    held.gate.set()
    monkeypatch.setattr(held.server._calls, "_max_workers", 1)
    checking, go_on = threading.Event(), threading.Event()
    checked: list[str] = []
    check = servicer_module.validate

    def slow(request: Any) -> None:
        checked.append(request.request_id)
        if isinstance(request, pb.SubmitQuarantinedRequest):
            checking.set()
            assert go_on.wait(60)
        check(request)

    monkeypatch.setattr(servicer_module, "validate", slow)
    long = pb.SubmitQuarantinedRequest(
        request_id=next_id(),
        context=submit(event(1)).context,
        source_system="badgernet-lanarkshire",
        reason="CSV_BAD_HEADER",
        raw=b"x" * 40_000,
    )
    call = held.stub.SubmitQuarantined.future(long)
    assert checking.wait(60)
    left = pb.SubmitQuarantinedRequest()
    left.CopyFrom(long)
    left.request_id = next_id()
    with pytest.raises(grpc.RpcError):
        held.stub.SubmitQuarantined(left, timeout=0.2)
    assert held.stub.SubmitReferral(submit(event(1, MODERATE)), timeout=60).decision.decision_id
    assert not call.done()
    until(lambda: len(held.server._calls._open) == 1)
    go_on.set()
    call.result(timeout=60)
    until(lambda: held.core.admission.under_way == 0)
    assert long.request_id in checked
    assert left.request_id not in checked


def test_a_fault_in_checking_is_an_internal_error_and_gives_the_place_back(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong with one call, it has its answer, and the thread that reads calls goes on."""
    held.gate.set()
    monkeypatch.setattr(servicer_module, "validate", None)
    with pytest.raises(grpc.RpcError) as caught:
        held.stub.SubmitReferral(submit(event(1, MODERATE)), timeout=10)
    assert status(caught.value)[:2] == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert held.core.admission.under_way == 0
    monkeypatch.undo()
    assert held.stub.SubmitReferral(submit(event(1, MODERATE)), timeout=20).decision.decision_id


def test_faulty_calls_give_their_places_back(held: Held) -> None:
    """A refusal of its content ends a call as an answer does."""
    held.gate.set()
    for _ in range(100):
        with pytest.raises(grpc.RpcError) as caught:
            held.stub.SubmitReferral(submit(event(1), "short"))
        assert status(caught.value)[1] == "INVALID_FIELD"
    bad = [pb.SubmitReferralsRequest(request=submit(event(number), "short")) for number in range(100)]
    assert {one.error.reason for one in held.stub.SubmitReferrals(iter(bad))} == {"INVALID_FIELD"}
    assert held.core.admission.under_way == 0


def test_the_estimate_is_of_the_batches_that_were_done(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a batch took is what the next callers are let in by."""
    assert held.core.admission.cost_seconds == FIRST_GUESS_SECONDS
    hours = iter((0.0, 3600.0))
    monkeypatch.setattr("router.service.batcher.time", SimpleNamespace(perf_counter=lambda: next(hours)))
    held.gate.set()
    held.stub.SubmitReferral(submit(event(1, MODERATE)), timeout=60)
    until(lambda: held.core.admission.cost_seconds == 3600)


def test_items_of_a_stream_are_refused_alone_and_danger_among_them_is_taken(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An item waits a little for room, then is answered with the time to wait; the stream goes on."""
    monkeypatch.setattr(servicer_module, "PATIENCE_SECONDS", 0.05)
    taken = held.fill()
    items = [submit(event(800 + number, SUICIDAL if number == 3 else MODERATE)) for number in range(6)]
    answers = held.stub.SubmitReferrals(iter([pb.SubmitReferralsRequest(request=one) for one in items]))
    shed = [next(answers) for _ in range(5)]
    assert {one.request_id for one in shed} == {one.request_id for one in items if one is not items[3]}
    for one in shed:
        assert (one.error.code, one.error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED.value[0], "OVERLOADED")
        assert one.error.retry_after_ms > 0
    held.gate.set()
    (last,) = answers
    assert last.request_id == items[3].request_id
    assert last.response.decision.decision_id
    for call in taken:
        call.result(timeout=20)
    assert not {one.request_id for one in shed} & set(held.begun)


def test_a_stream_waits_for_room_and_leaves_some_to_callers(held: Held) -> None:
    """A bulk sender alone is never refused: it is read as fast as it is answered, and never fills the router."""
    items = [submit(event(number, MODERATE)) for number in range(1, 101)]
    answers = held.stub.SubmitReferrals(iter([pb.SubmitReferralsRequest(request=one) for one in items]))
    until(lambda: held.core.admission.under_way > 3)
    time.sleep(0.1)
    was_taken, call = held.takes(held.stub.SubmitReferral.future, submit(event(900, MODERATE)))
    assert was_taken
    held.gate.set()
    assert all(one.response.decision.decision_id for one in answers)
    call.result(timeout=20)


def test_streams_beyond_the_most_are_refused_with_a_reason(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stream holds a thread, so their number has an end."""
    most = servicer_module.MOST_STREAMS
    ends = [threading.Event() for _ in range(most)]

    def slow(end: threading.Event) -> Iterator[pb.SubmitReferralsRequest]:
        end.wait(30)
        yield from ()

    streams = [held.stub.SubmitReferrals(slow(end)) for end in ends]
    until(lambda: held.core.servicer._streams._value == 0)
    with pytest.raises(grpc.RpcError) as caught:
        list(held.stub.SubmitReferrals(iter(())))
    assert status(caught.value)[:2] == (grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
    for end in ends:
        end.set()
    assert [list(one) for one in streams] == [[]] * most
    assert list(held.stub.SubmitReferrals(iter(()))) == []


def test_a_call_without_a_message_and_one_that_is_none_are_refused_and_the_next_is_answered(held: Held) -> None:
    """They are the caller's faults: coded, without a trace on the standard error, and no place stays taken."""
    held.gate.set()
    path = "/router.v1.RoutingService/SubmitReferral"
    for call in (
        lambda: held.channel.stream_unary(path)(iter(()), timeout=10),
        lambda: held.channel.unary_unary(path)(b"\xff\xff\xff", timeout=10),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            call()
        assert status(caught.value)[:2] == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert held.stub.SubmitReferral(submit(event(1, MODERATE)), timeout=20).decision.decision_id
    until(lambda: held.core.admission.under_way == 0)


def test_a_caller_who_goes_before_its_message_is_read_leaves_nothing_behind(held: Held) -> None:
    """Calls that end before they have sent their message are forgotten, and the server can stop."""
    path = "/router.v1.RoutingService/SubmitReferral"
    gone = threading.Event()

    def never() -> Iterator[bytes]:
        gone.wait(30)
        yield from ()

    state = held.server._server._state  # type: ignore[attr-defined]
    calls = [held.channel.stream_unary(path).future(never()) for _ in range(8)]
    until(lambda: len(state.rpc_states) >= len(calls))
    for call in calls:
        call.cancel()
    gone.set()
    until(lambda: not state.rpc_states)
    assert held.core.admission.under_way == 0


def test_a_fault_at_the_door_is_an_internal_error_and_the_next_call_is_answered(held: Held) -> None:
    """The thread that reads calls outlives any fault of the router's own."""
    held.gate.set()
    take = held.core.admission.take
    held.core.admission.take = None  # type: ignore[assignment,method-assign]
    with pytest.raises(grpc.RpcError) as caught:
        held.stub.SubmitReferral(submit(event(1, MODERATE)), timeout=10)
    assert status(caught.value)[:2] == (grpc.StatusCode.INTERNAL, "INTERNAL")
    held.core.admission.take = take  # type: ignore[method-assign]
    assert held.stub.SubmitReferral(submit(event(1, MODERATE)), timeout=20).decision.decision_id
