"""``router settings``: what a start with these flags, here and now, would be told, and by whom."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from router.cli.options import ALL_OPTIONS, takes_settings
from router.service.settings import Settings


@takes_settings(*ALL_OPTIONS)
def show_settings(
    settings: Settings, *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False
) -> None:
    """Print every setting, with passwords hidden, and where it comes from. Opens no store."""
    if as_json:
        shown = {name: {"value": settings.shown(name), "origin": settings.origin(name)} for name in ALL_OPTIONS}
        typer.echo(json.dumps(shown))
        return
    table = Table(title="Settings", title_justify="left")
    table.add_column("setting", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("from", overflow="fold")
    for name in ALL_OPTIONS:
        value = settings.shown(name)
        # As text of its own: a path may hold what would be markup.
        table.add_row(name, Text("none" if value is None else str(value)), Text(settings.origin(name)))
    Console(highlight=False).print(table)
