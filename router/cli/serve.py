"""``router serve`` and ``router migrate``."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from router.audit.log import configure
from router.service.settings import DEFAULT_PACK, Settings
from router.service.supervisor import Supervisor
from router.store.migrate import sentence
from router.store.open import migrate_store

Data = Annotated[Path, typer.Option(help="Folder of the store and its key.")]


def serve(
    data: Data = Path("data"),
    pack: Annotated[Path, typer.Option(help="Folder of the rule pack.")] = DEFAULT_PACK,
    host: Annotated[str, typer.Option(help="Address to listen on; other than loopback needs TLS.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes any free one.")] = 50051,
    workers: Annotated[int, typer.Option(help="Worker processes on the one port.")] = 1,
    tls_cert: Annotated[Path | None, typer.Option(help="The server's certificate.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's private key.")] = None,
    client_ca: Annotated[Path | None, typer.Option(help="Who signs callers' certificates.")] = None,
    callers: Annotated[Path | None, typer.Option(help="The list of callers, as YAML.")] = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM. Log lines go to standard error."""
    configure()
    settings = Settings(
        data=data,
        pack=pack,
        host=host,
        port=port,
        workers=workers,
        tls_certificate=tls_cert,
        tls_key=tls_key,
        tls_client_ca=client_ca,
        callers=callers,
    )
    supervisor = Supervisor(settings)
    if supervisor.made_key:
        typer.echo(f"A new store with a new key: {settings.key_file} (mode 0600).")
        typer.echo("Keep a copy of the key in a safe place: without it nobody can read the store.")
    signal.signal(signal.SIGTERM, lambda *_: supervisor.interrupt())
    signal.signal(signal.SIGINT, lambda *_: supervisor.interrupt())
    supervisor.start()
    typer.echo(f"router serves on {supervisor.address} ({workers} worker{'s' * (workers > 1)}); Ctrl-C stops it.")
    supervisor.run()
    supervisor.stop()


def migrate(
    data: Data = Path("data"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be applied.")] = False,
) -> None:
    """Bring the store's schema up to date. With --dry-run nothing is changed; exit code 1 if anything is pending."""
    settings = Settings(data=data)
    revisions = migrate_store(settings.store_url, settings.key_file, dry_run=dry_run)
    for revision in revisions:
        typer.echo(f"{'would apply' if dry_run else 'applied'} {revision}: {sentence(revision)}")
    if not revisions:
        typer.echo("the schema is up to date")
    elif dry_run:
        raise typer.Exit(1)
