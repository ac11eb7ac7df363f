"""``router serve`` and ``router migrate``."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from router.audit.log import configure
from router.cli.options import ALL_OPTIONS, STORE_OPTIONS, takes_settings
from router.service.settings import Settings
from router.service.supervisor import Supervisor
from router.store.migrate import sentence
from router.store.open import migrate_store


@takes_settings(*ALL_OPTIONS)
def serve(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM. Log lines go to standard error."""
    configure()
    supervisor = Supervisor(settings)
    if supervisor.made_key:
        typer.echo(f"A new store with a new key: {settings.key_file} (mode 0600).")
        typer.echo("Keep a copy of the key in a safe place: without it nobody can read the store.")
    if supervisor.told:
        typer.echo(supervisor.told)
    signal.signal(signal.SIGTERM, lambda *_: supervisor.interrupt())
    signal.signal(signal.SIGINT, lambda *_: supervisor.interrupt())
    supervisor.start()
    workers = f"{settings.workers} worker{'s' * (settings.workers > 1)}"
    typer.echo(f"router serves on {supervisor.address} ({workers}); Ctrl-C stops it.")
    supervisor.run()
    supervisor.stop()


@takes_settings(*STORE_OPTIONS)
def migrate(
    settings: Settings,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be applied.")] = False,
) -> None:
    """Bring the store's schema up to date. With --dry-run nothing is changed; exit code 1 if anything is pending."""
    revisions = migrate_store(settings.store_url, settings.key_file, dry_run=dry_run)
    for revision in revisions:
        typer.echo(f"{'would apply' if dry_run else 'applied'} {revision}: {sentence(revision)}")
    if not revisions:
        typer.echo("the schema is up to date")
    elif dry_run:
        raise typer.Exit(1)
