"""The commands by which people put rules into force, on a router that runs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from router.cli import packshow
from router.cli.connection import Answered, Connection, call, over_a_connection
from router.routing.derive import LONDON
from router.v1 import routing_service_pb2 as api
from router.v1 import rule_service_pb2 as pb
from router.v1.rule_service_pb2_grpc import RuleServiceStub

#: To load a pack, run its tests and prove it takes seconds; a large one on a busy machine, some minutes.
WAIT_SECONDS = 330.0

PackName = Annotated[
    str, typer.Argument(metavar="PACK", help="The first 8 or more signs of the pack's digest, or its proposal's id.")
]
Service = Annotated[str, typer.Option(help="The service for which you say it, such as cpmht.")]
Why = Annotated[str, typer.Option("--reason", help="In your own words, for the others. No patient's data.")]

#: Whoever puts rules into force says who they are.
by_name = partial(over_a_connection, caller_unless_said=None)


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


@by_name
def propose(
    to: Connection,
    pack: Annotated[Path, typer.Argument(metavar="PACK", help="Folder of the rule pack.")],
    *,
    reason: Why,
) -> Answered:
    """Propose a pack: the router loads it, runs its tests, proves its safety, and says who must approve."""
    if not pack.is_dir():
        raise typer.BadParameter(f"{pack} is not a folder; name the folder of a rule pack", param_hint="PACK")
    files = [
        pb.PackFile(name=path.relative_to(pack).as_posix(), content=path.read_bytes())
        for path in sorted(pack.rglob("*.yaml"))
    ]
    request = pb.ProposePackRequest(request_id=to.request_id(), context=_context(to), files=files, why=reason)
    return _with_pack(call(_stub(to).ProposePack, request, seconds=WAIT_SECONDS))


@by_name
def approve(to: Connection, pack: PackName, *, service: Service = "", reason: Why = "") -> Answered:
    """Approve a pack for your service."""
    context = _context(to, service)
    request = pb.ApprovePackRequest(request_id=to.request_id(), context=context, pack=pack, reason=reason)
    return _with_pack(call(_stub(to).ApprovePack, request))


@by_name
def reject(to: Connection, pack: PackName, *, service: Service = "", reason: Why) -> Answered:
    """Reject a pack, for good. One that waits for its date does not come into force."""
    context = _context(to, service)
    request = pb.RejectPackRequest(request_id=to.request_id(), context=context, pack=pack, reason=reason)
    return _with_pack(call(_stub(to).RejectPack, request))


@by_name
def activate(
    to: Connection,
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
) -> Answered:
    """Put a pack into force that has every approval, now or at a date."""
    request = pb.ActivatePackRequest(request_id=to.request_id(), context=_context(to), pack=pack, reason=reason)
    if at is not None:
        request.live_from.FromDatetime(at.replace(tzinfo=LONDON))
    return _with_pack(call(_stub(to).ActivatePack, request, seconds=WAIT_SECONDS))


@by_name
def run_in_shadow(
    to: Connection,
    pack: PackName,
    action: Annotated[ShadowAction, typer.Argument(help="Whether it begins or ends.")] = ShadowAction.START,
) -> Answered:
    """Decide each new case under a pack too, without any effect, to see what it would change."""
    request = pb.ShadowPackRequest(
        request_id=to.request_id(), context=_context(to), pack=pack, action=f"SHADOW_ACTION_{action.name}"
    )
    return _with_pack(call(_stub(to).ShadowPack, request))


@by_name
def roll_back(to: Connection, *, reason: Why) -> Answered:
    """Put the pack before the live one into force again, at once. One person may do that."""
    request = pb.RollBackPackRequest(request_id=to.request_id(), context=_context(to), reason=reason)
    answer = call(_stub(to).RollBackPack, request)

    def show(console: Console) -> None:
        packshow.pack(console, answer.rolled_back)
        packshow.pack(console, answer.pack)

    return answer, show


@partial(over_a_connection, caller_unless_said="rules-console")
def list_packs(
    to: Connection,
    pack: Annotated[str, typer.Argument(metavar="[PACK]", help="One pack, with all that was done about it.")] = "",
) -> Answered:
    """Show which pack is live, which is due and when, what waits for whom, and what a shadow found."""
    if not pack:
        every = call(_stub(to).ListPacks, pb.ListPacksRequest(context=_context(to)))
        return every, lambda console: packshow.packs(console, every)
    one = call(_stub(to).GetPack, pb.GetPackRequest(context=_context(to), pack=pack))

    def show(console: Console) -> None:
        packshow.pack(console, one.pack)
        packshow.timeline(console, one.timeline)

    return one, show


def _with_pack(answer: Any) -> Answered:
    """Return an answer about one pack with what shows it."""
    return answer, lambda console: packshow.pack(console, answer.pack)


def _context(to: Connection, service: str = "") -> api.CallContext:
    return api.CallContext(
        caller=to.caller, reader=api.READER_KIND_RULES, service=service, purpose=api.PURPOSE_OPERATIONS
    )


def _stub(to: Connection) -> RuleServiceStub:
    return RuleServiceStub(to.channel)  # type: ignore[no-untyped-call]
