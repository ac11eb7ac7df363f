"""``router families``: what is done with families as a whole."""

from __future__ import annotations

import typer

from router.cli import loading, reviews

app = typer.Typer(no_args_is_help=True, help="Load families of a register; work the review list; take merges back.")
app.command("load")(loading.load_families)
reviews.register(app)
