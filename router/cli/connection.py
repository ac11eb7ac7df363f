"""How commands reach a router that serves: its address, who calls, and what a refusal says."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar, get_type_hints

import grpc
import typer
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from rich.console import Console

from router.service.callers import is_loopback
from router.v1 import routing_service_pb2 as api

WAIT_SECONDS = 30.0
#: The exit code of a command that the router refused.
REFUSED = 1

Answer = TypeVar("Answer")

Address = Annotated[str, typer.Option(metavar="HOST:PORT", help="Where the router listens.")]
Caller = Annotated[str, typer.Option(help="Who you are, as the router's list of callers has it.")]
PemFile = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True)]
AsJson = Annotated[bool, typer.Option("--json", help="Print the router's answer as JSON.")]

Answered = tuple[Message, Callable[[Console], None]]
"""What a command gets from the router, and what shows it to a person."""

DEFAULT_ADDRESS = "127.0.0.1:50051"
DEFAULT_CALLER = "desk-console"


@dataclass(frozen=True, slots=True)
class Connection:
    """An open channel, and who calls over it."""

    channel: grpc.Channel
    caller: str

    def context(self, *, purpose: api.Purpose | None = None) -> api.CallContext:
        """Return the context of a desk's call."""
        return api.CallContext(
            caller=self.caller,
            reader=api.READER_KIND_DESK,
            purpose=api.PURPOSE_DIRECT_CARE if purpose is None else purpose,
        )

    def request_id(self) -> str:
        """Return an id for a new request."""
        return f"{self.caller[:24]}-{uuid.uuid4().hex}"


@contextmanager
def connected(address: str, caller: str, ca: Path | None, cert: Path | None, key: Path | None) -> Iterator[Connection]:
    """Open a channel to the router; over TLS to another machine, with a certificate of one's own."""
    host, separator, port = address.rpartition(":")
    if not separator or not host or not port.isdigit():
        raise typer.BadParameter("expected HOST:PORT", param_hint="--address")
    if (cert is None) != (key is None):
        raise typer.BadParameter("a certificate and its key go together", param_hint="--cert, --key")
    if ca is not None or cert is not None:
        credentials = grpc.ssl_channel_credentials(*(path.read_bytes() if path else None for path in (ca, key, cert)))
        channel = grpc.secure_channel(address, credentials)
    elif is_loopback(host):
        channel = grpc.insecure_channel(address)
    else:
        message = "another machine is reached over TLS: give --ca, --cert and --key"
        raise typer.BadParameter(message, param_hint="--address")
    with channel:
        yield Connection(channel, caller)


def over_a_connection(
    command: Callable[..., Answered], *, caller_unless_said: str | None = DEFAULT_CALLER
) -> Callable[..., None]:
    """Give a command the options by which it reaches the router, and ``--json``.

    The command takes the connection first, and returns the router's answer with what shows it. Who calls must be said
    where ``caller_unless_said`` is None.
    """

    def run(
        *,
        address: Address = DEFAULT_ADDRESS,
        caller: Caller,
        ca: PemFile = None,
        cert: PemFile = None,
        key: PemFile = None,
        as_json: AsJson = False,
        **given: Any,
    ) -> None:
        with connected(address, caller, ca, cert, key) as to:
            answer, show = command(to, **given)
        if as_json:
            typer.echo(MessageToJson(answer, preserving_proto_field_name=True))
        else:
            show(Console(highlight=False))

    kinds = {**get_type_hints(command, include_extras=True), **get_type_hints(run, include_extras=True)}
    own = [one for one in signature(command).parameters.values() if one.name != "to"]
    more = [one for one in signature(run).parameters.values() if one.kind is Parameter.KEYWORD_ONLY]
    who = Parameter.empty if caller_unless_said is None else caller_unless_said
    more = [one.replace(default=who) if one.name == "caller" else one for one in more]
    named = wraps(command)(run)
    asked = [one.replace(annotation=kinds[one.name]) for one in (*own, *more)]
    vars(named)["__signature__"] = Signature(asked, return_annotation=None)
    named.__annotations__ = {one.name: one.annotation for one in asked}
    return named


def call(method: Callable[..., Answer], request: Any, *, seconds: float = WAIT_SECONDS) -> Answer:
    """Call the router; a refusal ends the command with its reason and sentence."""
    try:
        return method(request, timeout=seconds)
    except grpc.RpcError as fault:
        _refused(fault)


def _refused(fault: Any) -> NoReturn:
    status = rpc_status.from_call(fault)
    if status is None:
        typer.echo(f"router: the router cannot be reached ({fault.code().name.lower()}); check --address", err=True)
        sys.exit(REFUSED)
    reason, fields = "", []
    for detail in status.details:
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            reason = f"{info.reason}: "
        elif detail.Unpack(bad):
            fields = [f"{one.field} {one.description}" for one in bad.field_violations]
    typer.echo(f"router: {reason}{status.message}", err=True)
    for field in fields:
        typer.echo(f"  {field}", err=True)
    sys.exit(REFUSED)
