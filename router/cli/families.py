"""``router families``: what is done with families as a whole."""

from __future__ import annotations

import typer

from router.cli import linkage, loading, reviews

app = typer.Typer(no_args_is_help=True, help="Load families, work the review list, undo, and measure the matching.")
app.command("load")(loading.load_families)
reviews.register(app)
linkage.register(app)
