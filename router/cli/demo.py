"""``router demo``: a service of its own, a small synthetic population, and what was decided."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Annotated

import grpc
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from adapters.client import Client, Fate, Sent
from adapters.outcome import Item
from adapters.population import population
from adapters.read import read
from router.audit.log import configure
from router.cli.show import decision_in_full, decisions_table
from router.service.settings import DEFAULT_PACK, IsolatedSettings, Settings
from router.service.supervisor import Supervisor
from router.v1 import decision_pb2
from router.v1 import routing_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub

CONTEXT = pb.CallContext(caller="router-demo", reader=pb.READER_KIND_DESK, purpose=pb.PURPOSE_OPERATIONS)
WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the messages: each with the system that sent it."""

    sent: tuple[tuple[str, Sent], ...]

    def count(self, fate: Fate) -> int:
        """Return how many messages ended so."""
        return sum(one.fate is fate for _, one in self.sent)


def demo(
    data: Annotated[Path, typer.Option(help="Folder of the demonstration's own store.")] = Path("build/demo"),
    pack: Annotated[Path, typer.Option(help="Folder of the rule pack.")] = DEFAULT_PACK,
) -> None:
    """Start the service, send it a synthetic population's messages, and show what was decided.

    A second run finds the data of the first and changes nothing.
    """
    console = Console(highlight=False)
    data.mkdir(parents=True, exist_ok=True)
    items = list(_messages(data))
    with (data / "router.log").open("ab") as log, (data / "demo.log").open("a") as own_log:
        configure(own_log)
        with (
            _serving(IsolatedSettings(data=data, pack=pack, port=0), log, console) as address,
            grpc.insecure_channel(address) as channel,
        ):
            console.print(
                f"The router serves on [bold]{address}[/bold]; everybody in this demonstration is invented.\n"
            )
            before = {one.decision_id for one in all_decisions(channel)}
            told = _send(channel, items, console)
            decisions = all_decisions(channel)
            new = [one for one in decisions if one.decision_id not in before]
            console.print(decisions_table(decisions, _senders(told)))
            _summary(console, told, decisions, new)
            _one_in_full(console, decisions, _senders(told))
            _where_next(console, data)


def all_decisions(channel: grpc.Channel) -> list[decision_pb2.Decision]:
    """Return every decision, oldest first, as the desk sees it."""
    stub = RoutingServiceStub(channel)  # type: ignore[no-untyped-call]
    found: list[decision_pb2.Decision] = []
    token = ""
    while True:
        request = pb.ListDecisionsRequest(context=CONTEXT, page_size=500, page_token=token)
        page = stub.ListDecisions(request, timeout=WAIT_SECONDS)
        found.extend(page.decisions)
        token = page.next_page_token
        if not token:
            return found[::-1]


def _messages(data: Path) -> Iterator[tuple[str, Item]]:
    """Write the population's native files once, so that a second run sends the very same messages, and read them."""
    folder = data / "messages"
    made_on = data / "population.json"
    if made_on.exists():
        as_at = date.fromisoformat(json.loads(made_on.read_text())["as_at"])
    else:
        as_at = datetime.now(UTC).date()
    for file in population(as_at=as_at):
        target = folder / file.source / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)
        for item in read(file.source, target):
            yield file.source, item
    made_on.write_text(json.dumps({"as_at": as_at.isoformat()}))


@contextmanager
def _serving(settings: Settings, log: IO[bytes], console: Console) -> Iterator[str]:
    supervisor = Supervisor(settings, log=log)
    if supervisor.told:
        # A store of an earlier run goes on with its own rules: to try others, remove it.
        console.print(f"{supervisor.told} Or remove {settings.data}, and run the demonstration anew.", soft_wrap=True)
    supervisor.start()
    keeper = threading.Thread(target=supervisor.run, name="supervisor", daemon=True)
    keeper.start()
    try:
        yield supervisor.address
    finally:
        supervisor.interrupt()
        keeper.join()
        supervisor.stop()


def _send(channel: grpc.Channel, items: list[tuple[str, Item]], console: Console) -> Told:
    sent: list[tuple[str, Sent]] = []
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=False
    )
    client = Client(channel, batch=16)
    sources = list(dict.fromkeys(source for source, _ in items))
    with bar as progress:
        task = progress.add_task("Sending native messages", total=len(items))
        for source in sources:
            for one in client.send(item for name, item in items if name == source):
                sent.append((source, one))
                progress.advance(task)
    return Told(tuple(sent))


def _senders(told: Told) -> dict[str, str]:
    return {one.decision_id: source for source, one in told.sent if one.decision_id}


def _summary(
    console: Console, told: Told, decisions: list[decision_pb2.Decision], new: list[decision_pb2.Decision]
) -> None:
    families = {one.family_id for one in decisions}
    latest = {one.episode_id: one for one in decisions}
    at_desk = sum(one.outcome == decision_pb2.OUTCOME_DESK for one in latest.values())
    console.print(
        f"\n{len(told.sent)} messages: {told.count(Fate.SENT)} decided, {told.count(Fate.WITHDRAWN)} withdrawn, "
        f"{told.count(Fate.QUARANTINED)} could not be read and lie on a desk, {told.count(Fate.FAILED)} not delivered."
    )
    console.print(f"{len(families)} families; a desk holds {at_desk} of them.")
    if not new:
        console.print("[bold]Nothing has changed[/bold]: every message was known, and got the same answer as before.")


def _one_in_full(console: Console, decisions: list[decision_pb2.Decision], senders: dict[str, str]) -> None:
    def tells_much(one: decision_pb2.Decision) -> tuple[bool, bool, int]:
        return bool(one.duplicate_of), bool(one.safety), len(one.questions) + len(one.supporting)

    chosen = max((one for one in decisions if one.HasField("lead")), key=tells_much)
    console.rule("One decision in full, as the desk sees it")
    decision_in_full(console, chosen, senders.get(chosen.decision_id, ""))


def _where_next(console: Console, data: Path) -> None:
    console.rule("Where to look next")
    console.print(f"  {data}/messages        the native messages that were sent")
    console.print(f"  {data}/router.log      the audit log: one JSON object a line, no personal data")
    console.print("  rules/scotland/        the rule pack: edit a threshold, then `router rules test`")
    console.print("  README.md              one path each for upstream systems, rule authors and operators")
