"""``router rules cover``: what the tests in the rule files have not seen."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from router.authoring.coverage import Coverage, Missing, cover
from router.rules.loader import load_pack
from router.service.settings import DEFAULT_PACK

MISSING = 1


def cover_pack(
    pack: Annotated[Path, typer.Argument(help="Folder of the rule pack.")] = DEFAULT_PACK,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Say which criteria, services and moves no test has seen met, not met, unknown or followed."""
    covered = cover(load_pack(pack))
    if as_json:
        missing = [{**asdict(one.point), "file": one.file, "case": one.case} for one in covered.missing]
        told = {"points": covered.points, "missing": missing, "percent": covered.percent}
        typer.echo(json.dumps(told))
    else:
        _show(covered)
    if covered.missing:
        raise typer.Exit(MISSING)


def _show(covered: Coverage) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for one in covered.missing:
        console.print(f"[yellow]not seen[/yellow] {escape(_said(one))}")
        if one.case:
            console.print(f"        a test for {one.file}, with what comes of it today:")
            for line in one.case.splitlines():
                console.print(f"          {escape(line)}")
        else:
            console.print("        no test was found by trying; router rules prove tells whether anybody can")
    seen = covered.points - len(covered.missing)
    console.print(f"{covered.percent:g}% covered: {seen} of {covered.points}")


def _said(missing: Missing) -> str:
    point = missing.point
    what = f"criterion '{point.criterion}' of '{point.rule}'" if point.criterion else f"'{point.rule}'"
    return f"{what} {point.outcome.replace('_', ' ')}"
