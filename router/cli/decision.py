"""``router show``: one decision in full, as the desk sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import grpc
import typer
from rich.console import Console

from router.cli.channel import channel_to
from router.cli.show import decision_in_full
from router.v1 import routing_service_pb2 as pb
from router.v1.routing_service_pb2_grpc import RoutingServiceStub

WAIT_SECONDS = 30.0
KeyFile = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True)]


def show(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="The decision's id, such as dec-0akw7amkm0000.")],
    to: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where the router listens.")] = "127.0.0.1:50051",
    caller: Annotated[str, typer.Option(help="Name to ask under; the audit log keeps it.")] = "router-show",
    ca: KeyFile = None,
    cert: KeyFile = None,
    key: KeyFile = None,
) -> None:
    """Print one decision in full: its facts, criteria, match and texts, and what would change it."""
    context = pb.CallContext(caller=caller, reader=pb.READER_KIND_DESK, purpose=pb.PURPOSE_OPERATIONS)
    request = pb.GetDecisionRequest(context=context, decision_id=decision, include_what_would_change=True)
    with channel_to(to, ca, cert, key) as channel:
        stub = RoutingServiceStub(channel)  # type: ignore[no-untyped-call]
        try:
            answer = stub.GetDecision(request, timeout=WAIT_SECONDS)
        except grpc.RpcError as refusal:
            typer.echo(f"router: {refusal.details()}", err=True)
            raise typer.Exit(1) from None
    decision_in_full(Console(highlight=False), answer.decision, "")
