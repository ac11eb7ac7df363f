"""``router rules``: what rule authors run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from router.authoring.cases import run_cases
from router.cli.compare import compare_packs
from router.cli.cover import cover_pack
from router.cli.docs import write_docs
from router.cli.fmt import format_pack
from router.cli.golive import register
from router.cli.lint import lint_pack
from router.cli.prove import prove_pack
from router.cli.replay import replay_decisions
from router.cli.schema import write_schemas
from router.cli.walkthrough import walk_through
from router.rules.loader import load_pack
from router.rules.yamlfile import PackError
from router.service.settings import DEFAULT_PACK

app = typer.Typer(no_args_is_help=True, help="Check rule packs, and put them into force.")
app.command("cover")(cover_pack)
app.command("fmt")(format_pack)
app.command("lint")(lint_pack)
app.command("prove")(prove_pack)
app.command("schema")(write_schemas)
app.command("compare")(compare_packs)
app.command("replay")(replay_decisions)
app.command("docs")(write_docs)
app.command("walkthrough")(walk_through)
register(app)
Folder = Annotated[Path, typer.Argument(help="Folder of the rule pack.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

FAILED = 1
UNUSABLE = 2


@app.command("check")
def check(pack: Folder = DEFAULT_PACK, as_json: AsJson = False) -> None:
    """Load a pack and name every fault, with file, line and column."""
    try:
        loaded = load_pack(pack)
    except PackError as error:
        if as_json:
            faults = [
                {"file": one.file, "line": one.line, "column": one.column, "message": one.message}
                for one in error.faults
            ]
            typer.echo(json.dumps({"faults": faults}))
        else:
            typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from None
    if as_json:
        typer.echo(json.dumps({"faults": [], "digest": loaded.digest}))
    else:
        typer.echo(
            f"{loaded.title}: {len(loaded.services)} services, {len(loaded.moves)} moves, {len(loaded.facts)} facts, "
            f"{len(loaded.boards)} boards; digest {loaded.digest[:16]}"
        )


@app.command("test")
def test(pack: Folder = DEFAULT_PACK, as_json: AsJson = False) -> None:
    """Run the tests that stand in the rule files."""
    results = list(run_cases(load_pack(pack)))
    failed = [one for one in results if one.faults]
    if as_json:
        failures = [
            {"file": one.file, "line": one.line, "test": one.name, "faults": list(one.faults)} for one in failed
        ]
        typer.echo(json.dumps({"tests": len(results), "failures": failures}))
    else:
        console = Console(soft_wrap=True)
        for one in failed:
            console.print(f"[red]failed[/red] {one.file}:{one.line}: {one.name}")
            for fault in one.faults:
                console.print(f"       {fault}", markup=False)
        console.print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise typer.Exit(FAILED)
