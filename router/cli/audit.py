"""``router audit``: reads the audit record."""

from __future__ import annotations

import hashlib
from typing import Annotated

import typer

from router.cli.options import STORE_OPTIONS, takes_settings
from router.service.settings import Settings
from router.store.interface import Reader
from router.store.open import open_store

app = typer.Typer(no_args_is_help=True, help="Read and verify the audit record.")
PAGE = 500


@app.command("list")
@takes_settings(*STORE_OPTIONS)
def list_(settings: Settings, *, limit: Annotated[int, typer.Option(help="How many rows.")] = 50) -> None:
    """Print audit records, one JSON object a line, oldest first."""
    store = open_store(settings.store_url, settings.key_file, create=False)
    try:
        with store.read() as reader:
            for row in reader.list_audit(after=0, limit=limit):
                typer.echo(row.leaf.decode())
    finally:
        store.close()


@app.command("verify")
@takes_settings(*STORE_OPTIONS)
def verify(settings: Settings) -> None:
    """Check every audit record against its digest."""
    store = open_store(settings.store_url, settings.key_file, create=False)
    try:
        with store.read() as reader:
            checked, altered = _verify(reader)
    finally:
        store.close()
    for sequence in altered:
        typer.echo(f"audit record {sequence} does not match its digest", err=True)
    typer.echo(f"{checked} audit records checked, {len(altered)} altered")
    if altered:
        raise typer.Exit(1)


def _verify(reader: Reader) -> tuple[int, list[int]]:
    checked, after, altered = 0, 0, []
    while rows := reader.list_audit(after=after, limit=PAGE):
        altered += [row.sequence for row in rows if hashlib.sha256(row.leaf).digest() != row.leaf_digest]
        checked += len(rows)
        after = rows[-1].sequence
    return checked, altered
