"""``router rules prove``: what a pack does with every possible family."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from router.authoring.places import Places
from router.authoring.proof import prove
from router.authoring.proof.findings import MEANING, Finding, Proof, Witness
from router.authoring.proof.telling import as_case, as_json, said, where
from router.authoring.proof.trying import what_comes_of
from router.rules.loader import load_pack
from router.rules.pack import Pack
from router.service.settings import DEFAULT_PACK

FAILED = 1


def prove_pack(
    pack: Annotated[Path, typer.Argument(help="Folder of the rule pack.")] = DEFAULT_PACK,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    seconds: Annotated[float, typer.Option(help="Seconds for each question to the solver.")] = 10.0,
) -> None:
    """Prove over all possible facts that there are no gaps, overlaps, circles and the like, or show a family."""
    loaded = load_pack(pack)
    console = Console(soft_wrap=True, stderr=as_json_)
    with console.status("") as status:
        proof = prove(loaded, seconds_a_question=seconds, tell=lambda what: status.update(f"looking for {what}"))
    cases = [_case(loaded, one, one.witness) if one.witness else None for one in proof.findings]
    if as_json_:
        typer.echo(json.dumps(as_json(loaded, proof, cases)))
    else:
        _show(loaded, proof, cases, console)
    if proof.findings or proof.open:
        raise typer.Exit(FAILED)


def _case(pack: Pack, finding: Finding, witness: Witness) -> str:
    return as_case(witness, f"Found by prove: {finding.kind.value}", what_comes_of(pack, witness))


def _show(pack: Pack, proof: Proof, cases: Sequence[str | None], console: Console) -> None:
    found, places = {one.kind for one in proof.findings}, Places(pack)
    for kind, words in MEANING.items():
        if kind not in found:
            console.print(f"[green]proved[/green]  {words}")
    for finding, case in zip(proof.findings, cases, strict=True):
        console.print(f"[red]{finding.kind.value}[/red]  {escape(finding.message)}")
        for place in where(pack, places, finding):
            console.print(f"        {escape(place)}", highlight=False)
        if finding.witness is not None:
            for line in said(pack, finding.witness):
                console.print(f"        {escape(line)}", highlight=False)
            console.print("        as a test, with what comes of it today:", highlight=False)
            for line in (case or "").splitlines():
                console.print(f"          {escape(line)}", highlight=False)
    for what in proof.open:
        console.print(f"[yellow]not settled[/yellow]  {escape(what)}: give it more --seconds")
    console.print(
        f"{len(proof.findings)} found, {len(proof.open)} not settled; {proof.questions:,} questions in "
        f"{proof.seconds:.0f} seconds; digest {proof.digest[:16]}"
    )
