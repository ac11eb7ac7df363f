"""What is turned away last, and what turning away says and writes down."""

from __future__ import annotations

from typing import Any

import pytest
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from router.model.danger import TRIGGERS, TRIGGERS_BY_FACT
from router.routing.case import HeldReferral, ReferralState
from router.routing.safety import findings
from router.service import shedding
from router.service.admission import Admission, Place, Rank
from router.service.decode import decode_event
from router.service.shedding import Door, may_be_dangerous, overloaded_status, rank_of
from router.v1 import referral_pb2
from router.v1 import routing_service_pb2 as pb
from tests.support.events import quick
from tests.support.requests import choice, event, submit, yes

UNMAPPED = referral_pb2.CodedConcept(system="http://example.org", code="X1")


def about(fact: str, **value: Any) -> referral_pb2.ReferralEvent:
    """Return a referral that says one thing."""
    return event(1, referral_pb2.Observation(fact=fact, subject_ref="mother", observed_by="midwife", **value))


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda one: one.name)
def test_every_trigger_of_the_floor_is_danger(trigger: Any) -> None:
    """Shown, unknown, or said in a form that nobody can read: danger. Denied: not."""
    shown = {"yes_no": True} if trigger.at_least is None else {"number": trigger.at_least}
    denied = {"yes_no": False} if trigger.at_least is None else {"number": trigger.at_least - 1}
    for value in (shown, {"unmapped": UNMAPPED}, {"choice": "no"}, {}):
        assert may_be_dangerous(about(trigger.fact, **value)), value
    assert not may_be_dangerous(about(trigger.fact, **denied))


_FACTS = st.sampled_from([*TRIGGERS_BY_FACT, "parent_illness_severity"])
_VALUES = st.one_of(
    st.builds(lambda one: {"yes_no": one}, st.booleans()),
    st.builds(lambda one: {"number": one}, st.integers(-2, 3)),
    st.builds(lambda one: {"choice": one}, st.sampled_from(["yes", "severe"])),
    st.just({"unmapped": UNMAPPED}),
)


@quick(40)
@given(said=st.lists(st.tuples(_FACTS, _VALUES), max_size=5))
def test_whatever_the_floor_finds_is_danger_here(said: list[tuple[str, dict[str, Any]]]) -> None:
    """The quick look before admission never misses what the floor sees in the whole event."""
    made = event(1, *(referral_pb2.Observation(fact=fact, **value) for fact, value in said))
    decoded = decode_event(made)
    if findings((HeldReferral(1, decoded, ReferralState.OPEN, {}),), decoded.occurred_at):
        assert may_be_dangerous(made)


def test_ranks_of_requests() -> None:
    """What serves families whose care has begun is above intake; danger, an emergency and words of it above all."""
    calm, alarming = event(1, choice("parent_illness_severity", "severe")), event(1, yes("psychosis_suspected"))
    emergency = event(1)
    emergency.urgency = referral_pb2.URGENCY_EMERGENCY
    ranks = {
        Rank.ORDINARY: [
            submit(calm),
            pb.CheckRequest(event=calm),
            pb.SubmitQuarantinedRequest(raw=b"a calm message"),
            pb.WithdrawReferralRequest(),
            pb.GetDecisionRequest(),
            pb.ListDecisionsRequest(),
        ],
        Rank.BEGUN: [pb.RespondToReferralRequest(), pb.AcknowledgeNoticeRequest(), pb.ListNoticesRequest()],
        Rank.DANGER: [
            submit(alarming),
            submit(emergency),
            pb.CheckRequest(event=alarming),
            pb.SubmitQuarantinedRequest(raw=b"she speaks of suicide"),
            # too long to be looked through while others wait
            pb.SubmitQuarantinedRequest(raw=b" " * 20_000),
        ],
    }
    for rank, requests in ranks.items():
        assert [rank_of(one) for one in requests] == [rank] * len(requests)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Collect what is written down."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(shedding, "record", lambda event, **fields: found.append({"event": event.value, **fields}))
    return found


def full_door(rank: Rank, clock: Clock) -> Door:
    """Return a door behind which there is no room for a rank."""
    admission = Admission(queue_seconds=0.04)
    while admission.take(rank):
        pass
    return Door(admission, clock=clock)


def test_a_flood_is_a_line_a_second(lines: list[dict[str, Any]]) -> None:
    """A thousand refusals in three seconds are four lines, and every one of them is counted."""
    clock = Clock()
    door = full_door(Rank.ORDINARY, clock)
    for _ in range(1000):
        assert not isinstance(door.enter(submit(event(1))), Place)
        clock.now += 0.003
    door.tell()
    door.tell()
    assert len(lines) == 4
    assert sum(int(one["count"]) for one in lines) == 1000
    assert {(one["event"], one["reason"]) for one in lines} == {("api:call:refused", "OVERLOADED")}


def test_danger_that_is_turned_away_is_told_of_each_time(lines: list[dict[str, Any]]) -> None:
    """Each has a line of its own, and is told to wait for what is under way and nobody else."""
    clock = Clock()
    door = full_door(Rank.DANGER, clock)
    for _ in range(500):
        door.enter(submit(event(1)))
    ordinary = door.turn_away("SubmitReferral", Rank.ORDINARY)
    clock.now += 0.1
    later = door.turn_away("SubmitReferral", Rank.ORDINARY)
    before = len(lines)
    refused = [door.enter(submit(event(1, yes("suicidal_intent")))) for _ in range(3)]
    assert not any(isinstance(one, Place) for one in refused)
    assert [one["rank"] for one in lines[before:]] == ["danger"] * 3
    assert door.turn_away("SubmitReferral", Rank.DANGER) < later
    assert ordinary <= later


def test_danger_is_let_in_where_nobody_else_is() -> None:
    """An ordinary call is turned away, and the next, dangerous one is let in."""
    door = full_door(Rank.ORDINARY, Clock())
    assert not isinstance(door.enter(submit(event(1))), Place)
    assert isinstance(door.enter(submit(event(1, yes("suicidal_intent")))), Place)


@pytest.mark.parametrize("retry_ms", [20, 980, 1000, 4540])
def test_the_status_has_one_reason_and_the_time_to_wait(retry_ms: int) -> None:
    """Exactly one ErrorInfo, RetryInfo with the time, and the same time for gRPC's own retries."""
    status = overloaded_status(retry_ms)
    metadata = dict(status.trailing_metadata)
    details = status_pb2.Status.FromString(metadata["grpc-status-details-bin"]).details
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    assert [info.MergeFromString(one.value) for one in details if one.Is(info.DESCRIPTOR)]
    assert [retry.MergeFromString(one.value) for one in details if one.Is(retry.DESCRIPTOR)]
    assert len(details) == 2
    assert info.reason == "OVERLOADED"
    assert retry.retry_delay.ToMilliseconds() == retry_ms
    assert metadata["grpc-retry-pushback-ms"] == str(retry_ms)
    assert overloaded_status(retry_ms) is status, "made once"
