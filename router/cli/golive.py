"""The commands by which people put rules into force, on a router that runs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from rich.console import Console

from router.cli import packshow
from router.cli.connection import DEFAULT_ADDRESS, Address, AsJson, Connection, PemFile, call, connected
from router.routing.derive import LONDON
from router.v1 import routing_service_pb2 as api
from router.v1 import rule_service_pb2 as pb
from router.v1.rule_service_pb2_grpc import RuleServiceStub

#: To load a pack, run its tests and prove it takes seconds; a large one on a busy machine, some minutes.
WAIT_SECONDS = 330.0

PackName = Annotated[
    str, typer.Argument(metavar="PACK", help="The first 8 or more signs of the pack's digest, or its proposal's id.")
]
Person = Annotated[str, typer.Option("--caller", help="Who you are, as the router's list of callers has it.")]
Service = Annotated[str, typer.Option(help="The service for which you say it, such as cpmht.")]
Why = Annotated[str, typer.Option("--reason", help="In your own words, for the others. No patient's data.")]


class ShadowAction(StrEnum):
    """Whether a shadow begins or ends."""

    START = "start"
    STOP = "stop"


def register(app: typer.Typer) -> None:
    """Add the commands to ``router rules``."""
    app.command("propose")(propose)
    app.command("approve")(approve)
    app.command("reject")(reject)
    app.command("activate")(activate)
    app.command("shadow")(run_in_shadow)
    app.command("rollback")(roll_back)
    app.command("packs")(list_packs)


def propose(
    pack: Annotated[Path, typer.Argument(help="Folder of the rule pack.")],
    *,
    reason: Why,
    address: Address = DEFAULT_ADDRESS,
    caller: Person,
    ca: PemFile = None,
    cert: PemFile = None,
    key: PemFile = None,
    as_json: AsJson = False,
) -> None:
    """Propose a pack: the router loads it, runs its tests, proves its safety, and says who must approve."""
    if not pack.is_dir():
        raise typer.BadParameter(f"{pack} is not a folder; name the folder of a rule pack", param_hint="PACK")
    files = [
        pb.PackFile(name=path.relative_to(pack).as_posix(), content=path.read_bytes())
        for path in sorted(pack.rglob("*.yaml"))
    ]
    with connected(address, caller, ca, cert, key) as to:
        request = pb.ProposePackRequest(request_id=to.request_id(), context=_context(to), files=files, why=reason)
        answer = call(_stub(to).ProposePack, request, seconds=WAIT_SECONDS)
    if not _as_json(answer, as_json=as_json):
        packshow.pack(_console(), answer.pack)


def approve(
    pack: PackName,
    *,
    service: Service = "",
    reason: Why = "",
    address: Address = DEFAULT_ADDRESS,
    caller: Person,
    ca: PemFile = None,
    cert: PemFile = None,
    key: PemFile = None,
    as_json: AsJson = False,
) -> None:
    """Approve a pack for your service."""
    with connected(address, caller, ca, cert, key) as to:
        context = _context(to, service)
        request = pb.ApprovePackRequest(request_id=to.request_id(), context=context, pack=pack, reason=reason)
        answer = call(_stub(to).ApprovePack, request)
    if not _as_json(answer, as_json=as_json):
        packshow.pack(_console(), answer.pack)


def reject(
    pack: PackName,
    *,
    service: Service = "",
    reason: Why,
    address: Address = DEFAULT_ADDRESS,
    caller: Person,
    ca: PemFile = None,
    cert: PemFile = None,
    key: PemFile = None,
    as_json: AsJson = False,
) -> None:
    """Reject a pack, for good. One that waits for its date does not come into force."""
    with connected(address, caller, ca, cert, key) as to:
        context = _context(to, service)
        request = pb.RejectPackRequest(request_id=to.request_id(), context=context, pack=pack, reason=reason)
        answer = call(_stub(to).RejectPack, request)
    if not _as_json(answer, as_json=as_json):
        packshow.pack(_console(), answer.pack)


def activate(
    pack: PackName,
    *,
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
            help="From when on it decides, in Scottish time; at once if left out.",
        ),
    ] = None,
    reason: Why = "",
    address: Address = DEFAULT_ADDRESS,
    caller: Person,
    ca: PemFile = None,
    cert: PemFile = None,
    key: PemFile = None,
    as_json: AsJson = False,
) -> None:
    """Put a pack into force that has every approval, now or at a date."""
    with connected(address, caller, ca, cert, key) as to:
        request = pb.ActivatePackRequest(request_id=to.request_id(), context=_context(to), pack=pack, reason=reason)
        if at is not None:
            request.live_from.FromDatetime(at.replace(tzinfo=LONDON))
        answer = call(_stub(to).ActivatePack, request, seconds=WAIT_SECONDS)
    if not _as_json(answer, as_json=as_json):
        packshow.pack(_console(), answer.pack)


def run_in_shadow(
    pack: PackName,
    action: Annotated[ShadowAction, typer.Argument(help="Whether it begins or ends.")] = ShadowAction.START,
    *,
    address: Address = DEFAULT_ADDRESS,
    caller: Person,
    ca: PemFile = None,
    cert: PemFile = None,
    key: PemFile = None,
    as_json: AsJson = False,
) -> None:
    """Decide each new case under a pack too, without any effect, to see what it would change."""
    with connected(address, caller, ca, cert, key) as to:
        request = pb.ShadowPackRequest(
            request_id=to.request_id(), context=_context(to), pack=pack, action=f"SHADOW_ACTION_{action.name}"
        )
        answer = call(_stub(to).ShadowPack, request)
    if not _as_json(answer, as_json=as_json):
        packshow.pack(_console(), answer.pack)


def roll_back(
    *,
    reason: Why,
    address: Address = DEFAULT_ADDRESS,
    caller: Person,
    ca: PemFile = None,
    cert: PemFile = None,
    key: PemFile = None,
    as_json: AsJson = False,
) -> None:
    """Put the pack before the live one into force again, at once. One person may do that."""
    with connected(address, caller, ca, cert, key) as to:
        request = pb.RollBackPackRequest(request_id=to.request_id(), context=_context(to), reason=reason)
        answer = call(_stub(to).RollBackPack, request)
    if not _as_json(answer, as_json=as_json):
        packshow.pack(_console(), answer.rolled_back)
        packshow.pack(_console(), answer.pack)


def list_packs(
    pack: Annotated[str, typer.Argument(metavar="[PACK]", help="One pack, with all that was done about it.")] = "",
    *,
    address: Address = DEFAULT_ADDRESS,
    caller: Person = "rules-console",
    ca: PemFile = None,
    cert: PemFile = None,
    key: PemFile = None,
    as_json: AsJson = False,
) -> None:
    """Show which pack is live, which is due and when, what waits for whom, and what a shadow found."""
    answer: pb.ListPacksResponse | pb.GetPackResponse
    with connected(address, caller, ca, cert, key) as to:
        if pack:
            answer = call(_stub(to).GetPack, pb.GetPackRequest(context=_context(to), pack=pack))
        else:
            answer = call(_stub(to).ListPacks, pb.ListPacksRequest(context=_context(to)))
    if _as_json(answer, as_json=as_json):
        return
    if isinstance(answer, pb.GetPackResponse):
        packshow.pack(_console(), answer.pack)
        packshow.timeline(_console(), answer.timeline)
    else:
        packshow.packs(_console(), answer)


def _context(to: Connection, service: str = "") -> api.CallContext:
    return api.CallContext(
        caller=to.caller, reader=api.READER_KIND_RULES, service=service, purpose=api.PURPOSE_OPERATIONS
    )


def _stub(to: Connection) -> RuleServiceStub:
    return RuleServiceStub(to.channel)  # type: ignore[no-untyped-call]


def _console() -> Console:
    return Console(highlight=False)


def _as_json(answer: Message, *, as_json: bool) -> bool:
    if as_json:
        typer.echo(MessageToJson(answer, preserving_proto_field_name=True))
    return as_json
