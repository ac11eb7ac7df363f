"""Sending: idempotent, with deadlines, tried again when the router is busy, and a person behind every refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import grpc
import protovalidate
import pytest

from adapters.client import Backoff, Client, Fate, Sent
from adapters.identity import digest, quarantine_id, submit_id
from adapters.outcome import Item, Mapped, Quarantined, Withdrawn
from adapters.read import RAW_LIMIT, read
from router.v1 import routing_service_pb2 as pb
from tests.unit.adapters.fake_router import FakeRouter, serving
from tests.unit.adapters.native import event_of, health_visiting, neonatal, perinatal, substance

REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")
THREE = list(read("neonatal", neonatal({"reference": "A"}, {"reference": "B"}, {"reference": "C"})))


class Waits:
    """Notes how long the client would have waited."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def backoff(self, attempts: int = 4) -> Backoff:
        """Return a backoff that waits in no time."""
        return Backoff(attempts=attempts, first_seconds=1, sleep=self.seconds.append, random=lambda: 1.0)


@pytest.fixture
def router() -> FakeRouter:
    """Make a router that takes everything."""
    return FakeRouter()


@pytest.fixture
def waits() -> Waits:
    """Make a record of waits."""
    return Waits()


@pytest.fixture
def client(router: FakeRouter, waits: Waits) -> Iterator[Client]:
    """Make a client of the router."""
    with serving(router) as address, grpc.insecure_channel(address) as channel:
        yield Client(channel, backoff=waits.backoff())


def fates(sent: list[Sent]) -> list[str]:
    """Return what became of each item."""
    return [one.fate.value for one in sent]


def test_request_ids_are_of_the_content() -> None:
    """The same event has the same id, another version or content another; all fit the contract."""
    first, again = (event_of("neonatal", neonatal({})) for _ in range(2))
    assert submit_id(first) == submit_id(again)
    others = [{"version": "2"}, {"reference": "NN-9"}, {"free_text": "Seen."}]
    ids = {submit_id(event_of("neonatal", neonatal(row))) for row in others} | {submit_id(first)}
    assert len(ids) == 4
    assert all(REQUEST_ID.fullmatch(one) for one in ids)
    assert digest(first) == digest(again)


def test_quarantine_ids_are_of_the_bytes() -> None:
    """The same broken message has the same id; another one, or another place, has another."""
    items = [*read("neonatal", b"x"), *read("neonatal", b"y"), *read("substance", b"x")]
    ids = {quarantine_id(item) for item in items if isinstance(item, Quarantined)}
    assert len(ids) == 3
    assert all(REQUEST_ID.fullmatch(one) for one in ids)


def test_quarantine_ids_are_of_the_board() -> None:
    """A row of two boards' extracts is two requests: the router refuses one request id with two boards."""
    first = neonatal({"birth_dt": "2026-02-30"})
    other = first.replace(b"board=S08000032", b"board=S08000029")
    ids = [
        quarantine_id(item)
        for data in (first, first, other)
        for item in read("neonatal", data)
        if isinstance(item, Quarantined)
    ]
    assert ids[0] == ids[1] != ids[2]


def test_everything_sent_fits_the_contract(router: FakeRouter, client: Client) -> None:
    """Requests of each kind are valid by the contract's own rules."""
    row = {"status": "WITHDRAWN", "withdrawn_reason": "ERROR"}
    items: list[Item] = [*THREE, *read("neonatal", neonatal(row)), *read("neonatal", b"#broken")]
    assert fates(list(client.send(items))) == ["sent", "sent", "sent", "withdrawn", "quarantined"]
    for request in (*router.submitted.values(), *router.withdrawn.values(), *router.quarantined.values()):
        protovalidate.validate(request)
    (quarantined,) = router.quarantined.values()
    assert (quarantined.reason, quarantined.location, quarantined.raw) == ("CSV_BAD_HEADER", "line 1", b"#broken")
    assert (quarantined.format, quarantined.source_system) == ("csv", "neonatal")


def test_context_names_the_caller(router: FakeRouter, client: Client) -> None:
    """A caller is the item's own system, or the name that the client was given."""
    list(client.send(THREE[:1]))
    (request,) = router.submitted.values()
    assert request.context.caller == "badgernet-lanarkshire"
    assert (request.context.reader, request.context.purpose) == (pb.READER_KIND_REFERRER, pb.PURPOSE_DIRECT_CARE)
    assert request.context.correlation_id == request.request_id
    router.submitted.clear()
    named = Client(client.channel, caller="regional-hub")
    list(named.send(THREE[:1]))
    assert next(iter(router.submitted.values())).context.caller == "regional-hub"


def test_sending_again_is_the_same_requests(router: FakeRouter, client: Client) -> None:
    """A file sent twice makes no new request."""
    data = neonatal(
        {"reference": "A"}, {"birth_dt": "2026-02-30"}, {"status": "WITHDRAWN", "withdrawn_reason": "ERROR"}
    )
    first = [one.request_id for one in client.send(read("neonatal", data))]
    again = [one.request_id for one in client.send(read("neonatal", data))]
    assert first == again
    assert (len(router.submitted), len(router.quarantined), len(router.withdrawn)) == (1, 1, 1)


def test_one_message_twice_in_a_file(client: Client) -> None:
    """Two equal rows are one request, and both are reported."""
    items = list(read("neonatal", neonatal({"reference": "A"}, {"reference": "A"})))
    assert [one.location for one in client.send(items)] == ["line 3", "line 4"]


def test_a_withdrawal_does_not_overtake_its_referral(router: FakeRouter, client: Client) -> None:
    """What waits in a batch goes before the withdrawal that follows it."""
    data = health_visiting() + health_visiting(trigger="I14", version=2, reason="DECLINED")
    assert fates(list(client.send(read("health-visiting", data)))) == ["sent", "withdrawn"]
    assert router.order == ["HV0007", "withdraw HV0007"]


def test_every_call_has_a_deadline(router: FakeRouter, client: Client) -> None:
    """No call waits for ever."""
    list(client.send([*THREE, *read("neonatal", b"x")]))
    item = THREE[0]
    assert isinstance(item, Mapped)
    assert client.submit_one(item).decision_id == "decision of A"
    assert len(router.deadlines) == 3
    assert all(left is not None and left < 60 for left in router.deadlines)


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_a_busy_router_is_asked_again(router: FakeRouter, client: Client, waits: Waits, code: grpc.StatusCode) -> None:
    """The stream goes on where it broke off, under the same request ids, after longer and longer waits."""
    router.fail, router.fail_after = [(code, ""), (code, "")], 1
    sent = list(client.send(THREE))
    assert sorted(one.location for one in sent) == ["line 3", "line 4", "line 5"]
    assert {one.fate for one in sent} == {Fate.SENT}
    assert len(router.submitted) == 3
    assert len(waits.seconds) == 2
    assert waits.seconds == sorted(waits.seconds)


def test_a_busy_answer_to_one_item_is_asked_again(router: FakeRouter, client: Client) -> None:
    """An item that the router had no room for is sent again; the others are not."""
    router.refuse = {"B": [(8, "OVERLOADED"), (14, "OVERLOADED")]}
    assert {one.fate for one in client.send(THREE)} == {Fate.SENT}
    assert sorted(router.seen.values()) == [1, 1, 3]


@pytest.mark.parametrize(("reason", "fate"), [("", "sent"), ("INTERNAL", "failed")])
def test_a_connection_that_broke_is_no_fault_of_the_router(
    router: FakeRouter, client: Client, reason: str, fate: str
) -> None:
    """The router gives a reason with each of its faults; a connection that broke in an answer has none."""
    router.fail = [(grpc.StatusCode.INTERNAL, reason)]
    assert fates(list(client.send(THREE[:1]))) == [fate]


def test_single_calls_are_tried_again(router: FakeRouter, client: Client, waits: Waits) -> None:
    """A quarantined message waits for a busy router too."""
    router.fail = [(grpc.StatusCode.UNAVAILABLE, "")] * 3
    assert fates(list(client.send(read("neonatal", b"x")))) == ["quarantined"]
    assert len(waits.seconds) == 3


def test_a_router_that_stays_away_is_reported(router: FakeRouter, client: Client) -> None:
    """What could not be delivered is reported, each item by itself, and can be sent again."""
    router.fail = [(grpc.StatusCode.UNAVAILABLE, "")] * 50
    sent = list(client.send([*THREE[:2], *read("neonatal", b"x")]))
    assert fates(sent) == ["failed", "failed", "failed"]
    assert {one.reason for one in sent} == {"UNAVAILABLE"}


def test_a_refused_event_becomes_an_item_of_the_desk(router: FakeRouter, client: Client) -> None:
    """What the router will not take is given to a person, with the router's reason and the native message."""
    router.refuse = {"B": [(3, "BOARD_UNKNOWN")]}
    sent = list(client.send(THREE))
    assert sorted(fates(sent)) == ["quarantined", "sent", "sent"]
    (request,) = router.quarantined.values()
    item = THREE[1]
    assert isinstance(item, Mapped)
    assert (request.reason, request.raw, request.format) == ("BOARD_UNKNOWN", item.raw, "csv")
    assert request.source_system == "badgernet-lanarkshire"


def test_a_refusal_without_a_reason_has_the_adapters(router: FakeRouter, client: Client) -> None:
    """The desk's item always has a coded reason."""
    router.refuse = {"A": [(9, "")]}
    list(client.send(THREE[:1]))
    assert [one.reason for one in router.quarantined.values()] == ["ROUTER_REFUSED"]


def test_a_refused_withdrawal_becomes_an_item_of_the_desk(router: FakeRouter, client: Client) -> None:
    """A withdrawal of a referral that the router never had is for a person."""
    router.fail = [(grpc.StatusCode.NOT_FOUND, "REFERRAL_UNKNOWN")]
    items = list(read("health-visiting", health_visiting(trigger="I14", version=2, reason="DECLINED")))
    assert isinstance(items[0], Withdrawn)
    assert fates(list(client.send(items))) == ["quarantined"]
    assert [one.reason for one in router.quarantined.values()] == ["REFERRAL_UNKNOWN"]


def test_a_missing_permission_is_no_fault_of_the_message(router: FakeRouter, client: Client, waits: Waits) -> None:
    """An error that says nothing of the message is reported at once and quarantines nothing."""
    router.fail = [(grpc.StatusCode.PERMISSION_DENIED, "CALLER_UNKNOWN")]
    sent = list(client.send(THREE))
    assert {(one.fate, one.reason) for one in sent} == {(Fate.FAILED, "CALLER_UNKNOWN")}
    assert not router.quarantined
    assert not waits.seconds


@pytest.mark.parametrize(
    ("source", "data", "board"),
    [
        ("neonatal", neonatal({"birth_dt": "2026-02-30"}), "S08000032"),
        ("substance", substance({"dob": "31/02/1994"}), "S08000029"),
        ("perinatal", perinatal(doNotPerform=True), "S08000032"),
        ("health-visiting", health_visiting(trigger="I13", version=0), "S08000032"),
        ("neonatal", b"x", ""),
    ],
)
def test_a_quarantined_message_names_its_board(
    router: FakeRouter, client: Client, source: str, data: bytes, board: str
) -> None:
    """The router is told whose desk should see the message; nothing where that is not known."""
    assert fates(list(client.send(read(source, data)))) == ["quarantined"]
    (request,) = router.quarantined.values()
    protovalidate.validate(request)
    assert request.board_code == board


@pytest.mark.parametrize("board", ["ML", "S080000320", "S08000032\n", "s08000032", "S0800003\u0662"])
def test_only_a_board_code_is_sent(router: FakeRouter, client: Client, board: str) -> None:
    """What is no S08 code is left out: the router would refuse the message for it."""
    list(client.send([Quarantined("CSV_BAD_DATE", "line 3", "", b"x", "csv", "neonatal", board)]))
    (request,) = router.quarantined.values()
    protovalidate.validate(request)
    assert request.board_code == ""


@pytest.mark.parametrize(
    ("home", "of_part", "board"),
    [
        ("S08000029", "S08000032", "S08000029"),
        ("", "S08000032", "S08000032"),
        ("FIFE", "S08000032", "S08000032"),
        ("FIFE", "", ""),
    ],
)
@pytest.mark.parametrize("single", [True, False])
def test_a_refused_event_names_its_familys_board(
    router: FakeRouter, client: Client, *, home: str, of_part: str, board: str, single: bool
) -> None:
    """The family's own board is asked first, then the one that was known before mapping."""
    item = replace(next(one for one in THREE if isinstance(one, Mapped)), board=of_part)
    event = type(item.event)()
    event.CopyFrom(item.event)
    event.household.board_code = home
    item = replace(item, event=event)
    if single:
        router.fail = [(grpc.StatusCode.INVALID_ARGUMENT, "TOO_LONG")]
        client.submit_one(item)
    else:
        router.refuse = {"A": [(3, "TOO_LONG")]}
        list(client.send([item]))
    assert [one.board_code for one in router.quarantined.values()] == [board]


def test_a_refused_withdrawal_names_its_board(router: FakeRouter, client: Client) -> None:
    """A withdrawal has no household; the board is its message's."""
    router.fail = [(grpc.StatusCode.NOT_FOUND, "REFERRAL_UNKNOWN")]
    data = health_visiting(trigger="I14", version=2, reason="DECLINED")
    list(client.send(read("health-visiting", data)))
    assert [one.board_code for one in router.quarantined.values()] == ["S08000032"]


def test_a_long_refused_message_is_given_whole(router: FakeRouter, client: Client) -> None:
    """A refused message longer than the desk takes at once comes in pieces."""
    data = perinatal(note=[{"text": "word " * 5_000}] * 1) + b" " * RAW_LIMIT
    router.refuse = {"PM0007": [(3, "TOO_LONG")]}
    (sent,) = client.send(read("perinatal", data))
    assert sent.fate is Fate.QUARANTINED
    assert len(router.quarantined) == 2
    for request in router.quarantined.values():
        protovalidate.validate(request)


def test_an_empty_file_reaches_the_desk(router: FakeRouter, client: Client) -> None:
    """Even a file with nothing in it is somebody's to look at."""
    assert fates(list(client.send(read("neonatal", b"")))) == ["quarantined"]
    (request,) = router.quarantined.values()
    protovalidate.validate(request)


def test_danger_words_come_back(client: Client) -> None:
    """The danger that the router saw in a message that nobody could read is reported."""
    (sent,) = client.send(read("health-visiting", b"she speaks of suicide"))
    assert sent.danger == ("suicidal-intent",)


def test_many_items_go_in_batches(router: FakeRouter, client: Client) -> None:
    """More items than a batch holds all arrive."""
    rows = [{"reference": f"N{number}"} for number in range(150)]
    assert fates(list(client.send(read("neonatal", neonatal(*rows))))) == ["sent"] * 150
    assert len(router.submitted) == 150


@pytest.mark.parametrize("whole", [True, False])
def test_a_router_that_says_how_long_to_wait_is_believed(
    router: FakeRouter, client: Client, waits: Waits, whole: bool
) -> None:
    """The time that a refusal states, of a call, of a stream or of one item, is waited, and a part of it besides."""
    router.retry_ms = 4_000
    if whole:
        router.fail = [(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")]
    else:
        router.refuse = {"B": [(8, "OVERLOADED")]}
    assert {one.fate for one in client.send(THREE)} == {Fate.SENT}
    router.fail = [(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")]
    assert fates(list(client.send(read("neonatal", b"x")))) == ["quarantined"]
    assert waits.seconds == [6.0, 6.0]


def test_a_wait_that_was_told_has_a_bound_and_is_spread() -> None:
    """Nobody waits for ever because a router says so, and those who were told the same do not come back together."""
    waited: list[float] = []
    parts = iter([0.0, 1.0, 0.0, 0.0])
    backoff = Backoff(first_seconds=1, most_seconds=4, sleep=waited.append, random=lambda: next(parts))
    for told in (2.0, 2.0, 1_000.0, 0.1):
        backoff.wait(0, told)
    assert waited == [2.0, 3.0, 4.0, 0.5]


def test_waits_grow_to_a_limit() -> None:
    """Waits double up to the longest, with a random part below it."""
    waited: list[float] = []
    backoff = Backoff(first_seconds=1, most_seconds=4, sleep=waited.append, random=lambda: 0.0)
    for attempt in range(4):
        backoff.wait(attempt)
    assert waited == [0.5, 1.0, 2.0, 2.0]
