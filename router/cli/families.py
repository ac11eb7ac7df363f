"""``router families``: what is done with families as a whole."""

from __future__ import annotations

import typer

from router.cli import loading

app = typer.Typer(no_args_is_help=True, help="Load families of a register.")
app.command("load")(loading.load_families)
