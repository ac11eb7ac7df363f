"""The way from a command to a router that serves: TLS to other machines, plain text on loopback only."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import grpc
import typer


def channel_to(target: str, ca: Path | None, cert: Path | None, key: Path | None) -> grpc.Channel:
    """Return a channel. Raises ``typer.BadParameter`` where it would carry families' data unprotected."""
    host, separator, port = target.rpartition(":")
    if not separator or not host or not port.isdigit():
        raise typer.BadParameter("expected HOST:PORT", param_hint="--to")
    if (cert is None) != (key is None):
        raise typer.BadParameter("a certificate and its key go together", param_hint="--cert, --key")
    if ca is not None or cert is not None:
        credentials = grpc.ssl_channel_credentials(*(path.read_bytes() if path else None for path in (ca, key, cert)))
        return grpc.secure_channel(target, credentials)
    if not _is_loopback(host):
        raise typer.BadParameter("families' data goes to another machine over TLS: give --ca", param_hint="--to")
    return grpc.insecure_channel(target)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
