"""``router``: serve, show settings, demo, check rules, read the audit log, move and check the store."""

from __future__ import annotations

import sys

import typer

from router.cli import audit, demo, families, rules, serve, settings, store
from router.rules.yamlfile import PackError
from router.service.callers import CallersFileError
from router.service.lifeline import WorkerStartError
from router.service.settings import SettingsError
from router.store.interface import StoreError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # An unforeseen fault is told without the values at hand: one of them may be the store's password.
    pretty_exceptions_show_locals=False,
    help="Decides, for a family with a baby, which service takes the lead, and says why.",
)
app.command("serve")(serve.serve)
app.command("migrate")(serve.migrate)
app.command("settings")(settings.show_settings)
app.command("demo")(demo.demo)
app.add_typer(rules.app, name="rules")
app.add_typer(audit.app, name="audit")
app.add_typer(store.app, name="store")
app.add_typer(families.app, name="families")


def run() -> None:
    """Run a command; a fault that a person can mend is said in one line, without a traceback."""
    try:
        app()
    except (StoreError, PackError, CallersFileError, SettingsError, WorkerStartError, OSError) as fault:
        typer.echo(f"router: {fault}", err=True)
        sys.exit(2)
