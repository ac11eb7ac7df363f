"""``router audit``: reads the audit record."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from router.service.settings import Settings
from router.store.interface import Reader
from router.store.open import open_store

app = typer.Typer(no_args_is_help=True, help="Read and verify the audit record.")
Data = Annotated[Path, typer.Option(help="Folder of the store and its key.")]
PAGE = 500


@app.command("list")
def list_(data: Data = Path("data"), limit: Annotated[int, typer.Option(help="How many rows.")] = 50) -> None:
    """Print audit records, one JSON object a line, oldest first."""
    settings = Settings(data=data)
    store = open_store(settings.store_url, settings.key_file, create=False)
    try:
        with store.read() as reader:
            for row in reader.list_audit(after=0, limit=limit):
                typer.echo(row.leaf.decode())
    finally:
        store.close()


@app.command("verify")
def verify(data: Data = Path("data")) -> None:
    """Check every audit record against its digest."""
    settings = Settings(data=data)
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
