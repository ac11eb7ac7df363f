"""``router serve`` and ``router migrate``."""

from __future__ import annotations

import signal

import typer

from router.audit.log import configure
from router.cli.options import ALL_OPTIONS, STORE_OPTIONS, takes_settings
from router.service.settings import Settings
from router.service.supervisor import Supervisor
from router.store.open import migrate_store


@takes_settings(*ALL_OPTIONS)
def serve(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM. Log lines go to standard error."""
    configure()
    supervisor = Supervisor(settings)
    if supervisor.made_key:
        typer.echo(f"A new store with a new key: {settings.key_file} (mode 0600).")
        typer.echo("Keep a copy of the key in a safe place: without it nobody can read the store.")
    signal.signal(signal.SIGTERM, lambda *_: supervisor.interrupt())
    signal.signal(signal.SIGINT, lambda *_: supervisor.interrupt())
    supervisor.start()
    workers = f"{settings.workers} worker{'s' * (settings.workers > 1)}"
    typer.echo(f"router serves on {supervisor.address} ({workers}); Ctrl-C stops it.")
    supervisor.run()
    supervisor.stop()


@takes_settings(*STORE_OPTIONS)
def migrate(settings: Settings) -> None:
    """Bring the store's schema up to date."""
    applied = migrate_store(settings.store_url, settings.key_file)
    typer.echo(f"applied: {', '.join(applied)}" if applied else "the schema is up to date")
