"""``router families``: what is done with families as a whole."""

from __future__ import annotations

import typer

from router.cli import reviews

app = typer.Typer(no_args_is_help=True, help="Work the review list, and take back what was put together wrongly.")
reviews.register(app)
