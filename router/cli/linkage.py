"""``router families evaluate``: how good the matcher is, and on what."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from router.linkage import public_data
from router.linkage.curve import Quality

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

UNUSABLE = 2


def register(app: typer.Typer) -> None:
    """Add the commands to ``router families``."""
    app.command("evaluate")(evaluate)


def evaluate(as_json: AsJson = False) -> None:
    """Measure the matcher: on public test data beside Splink."""
    content: dict[str, Any] = {}
    console = Console(highlight=False)
    lacking = public_data.missing()
    if lacking:
        content["public_data"] = {"left_out": f"{', '.join(lacking)} not installed: {public_data.HOW_TO_INSTALL}"}
    else:
        compared = list(public_data.compare())
        content["public_data"] = {one.name: asdict(one) for one in compared}
    if as_json:
        typer.echo(json.dumps(content))
    elif lacking:
        console.print(f"FEBRL and Splink left out: {content['public_data']['left_out']}.", markup=False)
    else:
        console.print(_public_table(compared))


def _public_table(compared: list[public_data.Comparison]) -> Table:
    table = Table(title="Public test data, without soc_sec_id", title_justify="left")
    for heading in ("data", "matcher"):
        table.add_column(heading, no_wrap=True)
    for heading in ("best F1", "recall until\nfirst false", "joined", "asked", "joined\nfalsely"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in compared:
        target = public_data.TARGETS[one.name]
        table.add_row(one.name, "router", *_figures(one.ours), "", "", "")
        for setup, figures in one.splink.items():
            table.add_row("", f"Splink, {setup}", *_figures(figures), "", "", "")
        gated = one.gated
        table.add_row("", "router, gates on", "", "", f"{gated.joined:.1%}", f"{gated.asked:.1%}", str(gated.false))
        least = f"{target.recall_before_false:.4f}" if target.recall_before_false else ""
        table.add_row("", "target, at least", f"{target.best_f1:.4f}", least, "", "", "", end_section=True)
    return table


def _figures(figures: Quality) -> tuple[str, str]:
    return f"{figures.best_f1:.4f}", f"{figures.recall_before_false:.4f}"
