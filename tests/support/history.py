"""A small history of made-up families, and everything that a store says of it afterwards.

Run as a module in a checkout of a release, it makes that release's store: see tests/fixtures/schemas/README.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import grpc

from router.rules.loader import load_pack
from router.service.callers import Callers
from router.service.core import Core, utc_now
from router.service.settings import DEFAULT_PACK, IsolatedSettings
from router.service.worker import WorkerServer
from router.store.familyrows import DecisionFilter
from router.store.ids import parse
from router.store.interface import Reader, Store
from router.store.key import load_key
from router.store.open import open_store
from router.v1 import referral_pb2
from router.v1 import routing_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub
from tests.support.requests import DESK, SENDER, choice, event, infant_of, service_context, submit, yes

Run = Callable[[str], list[Any]]

#: The request whose answer a fixture keeps, and the referral that goes on with a newer version.
REPEATED = "history-request-0001"
REFERENCE = "history-1"


@contextmanager
def routing(store: Store, key_file: str | Path) -> Iterator[tuple[RoutingServiceStub, Core]]:
    """Serve a store in this process until the block ends, and close it."""
    marks = Path(key_file).with_name("suspects")
    core = Core(store, load_pack(DEFAULT_PACK), load_key(key_file), Callers(), marks=marks)
    server = WorkerServer(core, IsolatedSettings(port=0))
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            yield RoutingServiceStub(channel), core
    finally:
        server.stop()


def first_request(version: int = 1) -> pb.SubmitReferralRequest:
    """Return the history's first request, or the same referral in a later version."""
    message = event(1, choice("parent_illness_severity", "moderate"), reference=REFERENCE, version=version)
    if version > 1:
        message.observations.append(yes("psychosis_suspected"))
    return submit(message, REPEATED if version == 1 else f"history-request-0001-{version}")


def play(stub: RoutingServiceStub, core: Core) -> None:
    """Submit, repeat, withdraw, accept, decline, quarantine and acknowledge; one notice goes unacknowledged."""
    ids = (f"history-request-{number:04d}" for number in range(2, 100))
    stub.SubmitReferral(first_request())
    stub.SubmitReferral(first_request())
    for message in _referrals():
        stub.SubmitReferral(submit(message, next(ids)))
    stub.SubmitReferral(submit(event(4, choice("parent_illness_severity", "moderate")), next(ids)))
    listed = stub.ListDecisions(pb.ListDecisionsRequest(context=DESK, page_size=100)).decisions
    proposed = [one for one in listed if one.state == 1 and one.lead.service]
    for response, reason, decision in (
        (pb.RESPONSE_KIND_ACCEPT, pb.DECLINE_REASON_UNSPECIFIED, proposed[0]),
        (pb.RESPONSE_KIND_DECLINE, pb.DECLINE_REASON_LACK_OF_CAPACITY, proposed[1]),
    ):
        context = service_context(decision.lead.service, decision.lead.board_code)
        stub.RespondToReferral(
            pb.RespondToReferralRequest(
                request_id=next(ids),
                context=context,
                decision_id=decision.decision_id,
                response=response,
                decline_reason=reason,
            )
        )
    for reference in ("r-5", "r-6"):
        withdrawal = pb.WithdrawReferralRequest(
            request_id=next(ids),
            context=SENDER,
            source_system="badgernet-lanarkshire",
            source_reference=reference,
            reason=pb.WITHDRAW_REASON_SENT_IN_ERROR,
        )
        withdrawal.occurred_at.GetCurrentTime()
        stub.WithdrawReferral(withdrawal)
    stub.SubmitQuarantined(
        pb.SubmitQuarantinedRequest(
            request_id=next(ids),
            context=SENDER,
            source_system="badgernet-lanarkshire",
            reason="UNREADABLE_MESSAGE",
            raw=b"made up; she speaks of suicide",
            board_code="S08000032",
        )
    )
    desk = stub.ListNotices(pb.ListNoticesRequest(context=DESK, recipient="triage-lanarkshire", page_size=100)).notices
    urgent = [one for one in desk if one.HasField("act_by")]
    stub.AcknowledgeNotice(pb.AcknowledgeNoticeRequest(context=DESK, notice_id=urgent[0].notice_id))
    core.now = lambda: utc_now() + timedelta(days=3)
    core.escalate_now()
    core.now = utc_now


def _referrals() -> Iterator[referral_pb2.ReferralEvent]:
    """Yield one referral of each kind."""
    twins = event(2, yes("planning_pregnancy"))
    twins.people[1].birth_order = 1
    second = infant_of(2)
    second.ref, second.names[0].given, second.birth_order = "infant-2", "Other", 2
    twins.people.append(second)
    yield twins
    yield event(3, yes("bruising_not_mobile", "infant-1"), choice("parent_illness_severity", "severe"))
    for number in range(4, 9):
        yield event(number, choice("parent_illness_severity", "moderate"))
    yield event(5, yes("suicidal_intent"), version=2)
    # the same family as 3, by another system
    yield event(3, choice("substance_use", "current"), source="substance-lanarkshire", reference="other-3")
    yield event(9, board="")
    # perhaps the family of 3, which is in danger: the mother's name and birth date, and no more
    perhaps = event(3, yes("planning_pregnancy"), source="gp-lanarkshire", reference="perhaps-3")
    del perhaps.people[0].identifiers[:], perhaps.people[0].phones[:], perhaps.people[1]
    perhaps.household.postcode = "KY1 1ZZ"
    yield perhaps


def everything(reader: Reader, run: Run) -> dict[str, Any]:
    """Return what every method of a reader says of every row, in plain values; ``run`` asks for what rows there are."""

    def ids(column: str, table: str) -> list[Any]:
        return [value for (value,) in run(f"SELECT {column} FROM {table} ORDER BY {column}")]

    sources = sorted({tuple(row) for row in run("SELECT source_system, source_reference FROM event")})
    recipients = sorted({value for (value,) in run("SELECT recipient FROM notice")})
    desks = sorted({value for (value,) in run("SELECT desk FROM desk_item")})
    return {
        "answers": plain(reader.answers(ids("request_id", "answer"))),
        "families_of_keys": plain(reader.families_of_keys(ids("key", "blocking"))),
        "families": plain(reader.families(ids("family_id", "family"))),
        "family_versions": plain(reader.family_versions(ids("family_id", "family"))),
        "referral_versions": plain({" ".join(one): reader.referral_versions([one]) for one in sources}),
        "decisions_by_id": plain(reader.decisions_by_id(ids("decision_id", "decision"))),
        "list_decisions": plain(reader.list_decisions(DecisionFilter(limit=1000))),
        "notices_by_id": plain(reader.notices_by_id(ids("notice_id", "notice"))),
        "list_notices": plain({one: reader.list_notices(one, after=0, limit=1000) for one in recipients}),
        "overdue_notices": plain(reader.overdue_notices(1 << 62, limit=1000)),
        "list_desk_items": plain({one: reader.list_desk_items(one, limit=1000) for one in desks}),
        "list_audit": plain(reader.list_audit(after=0, limit=1000)),
        "events_by_id": plain(reader.events_by_id(ids("event_id", "event"))),
        "pack": plain({one: reader.pack(one) for one in ids("digest", "pack")}),
        "pack_acts": plain(reader.pack_acts()),
        "counts": plain(reader.counts()),
    }


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it; bytes by their digest."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return f"sha256:{hashlib.sha256(value).hexdigest()}"
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if hasattr(value, "items"):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value


def table_digests(run: Run, columns: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """Return how many rows each table has, and a digest of them, whatever order they lie in."""
    found = {}
    for table, names in sorted(columns.items()):
        rows = sorted(
            json.dumps([bytes(one).hex() if isinstance(one, bytes | memoryview) else one for one in row])
            for row in run("SELECT {} FROM {}".format(", ".join(f'"{name}"' for name in names), table))
        )
        digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        found[table] = {"columns": names, "rows": len(rows), "digest": digest}
    return found


def _make(folder: Path) -> None:
    from router.store.sqlite_file import connect_writer  # noqa: PLC0415 - only here, past the store

    folder.mkdir(parents=True)
    url, key_file, path = f"sqlite:///{folder}/router.db", folder / "router.key", folder / "router.db"
    with routing(open_store(url, key_file), key_file) as (stub, core):
        play(stub, core)
    connection = connect_writer(path, load_key(key_file))
    connection.execute("VACUUM")

    def run(query: str) -> list[Any]:
        return list(connection.execute(query).fetchall())

    tables = [
        name for (name,) in run("SELECT name FROM sqlite_schema WHERE type = 'table'") if not name.startswith("sqlite_")
    ]
    columns = {one: [row[1] for row in run(f"PRAGMA table_info({one})")] for one in tables if one != "alembic_version"}
    store = open_store(url, key_file, create=False)
    with store.read() as reader:
        said = everything(reader, run)
        answer = reader.answers([REPEATED])[REPEATED].answer
        decision = pb.SubmitReferralResponse.FromString(answer).decision
    contents = {
        "tables": table_digests(run, columns),
        "reader": said,
        "repeated": {"request": _text(first_request().SerializeToString()), "answer": _text(answer)},
        "family": {"request": _text(first_request(2).SerializeToString()), "of": parse("fam", decision.family_id)},
    }
    store.close()
    connection.close()
    (folder / "contents.json").write_text(json.dumps(contents, indent=1, sort_keys=True) + "\n")


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


if __name__ == "__main__":
    _make(Path(sys.argv[1]))
