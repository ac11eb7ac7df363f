"""The ``adapters`` command: read a source's files, and send what they say to the router."""

from __future__ import annotations

import ipaddress
from collections import Counter
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import grpc
import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from adapters.client import Client, Fate, Sent
from adapters.display import as_json
from adapters.extract import SYSTEM
from adapters.outcome import Quarantined
from adapters.read import SOURCES, read, source_of

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


class Exit(IntEnum):
    """What the command's exit code says."""

    ALL_SENT = 0
    NOT_DELIVERED = 1
    USAGE = 2
    SOME_QUARANTINED = 3


def _known_source(name: str) -> str:
    try:
        return source_of(name).name
    except KeyError:
        raise typer.BadParameter(f"expected one of {', '.join(SOURCES)}") from None


SourceName = Annotated[str, typer.Argument(metavar="SOURCE", callback=_known_source, help=f"{', '.join(SOURCES)}")]
ExistingFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
ExistingFiles = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)]
KeyFile = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True)]


@app.command("read")
def read_command(source: SourceName, file: ExistingFile) -> None:
    """Print what FILE says as canonical JSON, and send nothing."""
    items = list(read(source, file))
    typer.echo(as_json(items))
    if any(isinstance(item, Quarantined) for item in items):
        raise typer.Exit(Exit.SOME_QUARANTINED)


@app.command("send")
def send_command(
    source: SourceName,
    files: ExistingFiles,
    to: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where the router listens.")],
    *,
    caller: Annotated[str, typer.Option(help="Name to send under; each message's own system if left out.")] = "",
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for one answer.")] = 10.0,
    ca: KeyFile = None,
    cert: KeyFile = None,
    key: KeyFile = None,
    plaintext: Annotated[bool, typer.Option("--plaintext", help="Send without TLS to another machine.")] = False,
) -> None:
    """Send what FILES say to the router. Exit code: 0 all sent, 3 some went to the desk, 1 some were not delivered."""
    if caller and not SYSTEM.fullmatch(caller):
        raise typer.BadParameter("expected lower-case letters, digits and hyphens", param_hint="--caller")
    counts: Counter[Fate] = Counter()
    with _channel(to, ca, cert, key, plaintext=plaintext) as channel, _progress() as progress:
        client = Client(channel, caller=caller, timeout_seconds=timeout)
        for file in files:
            items = list(read(source, file))
            task = progress.add_task(file.name, total=len(items))
            for sent in client.send(items):
                counts[sent.fate] += 1
                _report(file, sent)
                progress.advance(task)
    shown = (f"{counts[fate]} {fate}" for fate in Fate if counts[fate] or fate in {Fate.SENT, Fate.QUARANTINED})
    _out.print(", ".join(shown))
    if counts[Fate.FAILED]:
        raise typer.Exit(Exit.NOT_DELIVERED)
    if counts[Fate.QUARANTINED]:
        raise typer.Exit(Exit.SOME_QUARANTINED)


def _report(file: Path, sent: Sent) -> None:
    if sent.fate in {Fate.QUARANTINED, Fate.FAILED}:
        danger = f" [danger: {', '.join(sent.danger)}]" if sent.danger else ""
        text = f"{file.name}: {sent.location}: {sent.fate}, {sent.reason}: {sent.message}{danger}"
        _err.print(text, markup=False)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=_err, transient=True)


def _channel(target: str, ca: Path | None, cert: Path | None, key: Path | None, *, plaintext: bool) -> grpc.Channel:
    host, separator, port = target.rpartition(":")
    if not separator or not host or not port.isdigit():
        raise typer.BadParameter("expected HOST:PORT", param_hint="--to")
    if (cert is None) != (key is None):
        raise typer.BadParameter("a certificate and its key go together", param_hint="--cert, --key")
    if ca is not None or cert is not None:
        credentials = grpc.ssl_channel_credentials(*(path.read_bytes() if path else None for path in (ca, key, cert)))
        return grpc.secure_channel(target, credentials)
    if not plaintext and not _is_loopback(host):
        raise typer.BadParameter(
            "families' data goes to another machine over TLS: give --ca, or --plaintext if something else encrypts",
            param_hint="--to",
        )
    return grpc.insecure_channel(target)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def run() -> None:
    """Run the command."""
    app()
