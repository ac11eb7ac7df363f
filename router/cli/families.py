"""``router families``: what concerns the matching of families."""

from __future__ import annotations

import typer

from router.cli import linkage

app = typer.Typer(no_args_is_help=True, help="Measure and train the matching of families.")
linkage.register(app)
