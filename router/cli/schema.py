"""``router rules schema``: JSON Schemas with which editors complete and check rule files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from router.authoring.editing import FOLDER, modeline, schemas
from router.rules.loader import load_pack
from router.service.settings import DEFAULT_PACK


def write_schemas(
    pack: Annotated[Path, typer.Argument(help="Folder of the rule pack.")] = DEFAULT_PACK,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to.", show_default=f"{FOLDER} in the pack's folder")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Write a JSON Schema for each kind of rule file, with the pack's own facts, sources, services and needs."""
    made = schemas(load_pack(pack))
    folder = out or pack / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (folder / name).write_text(f"{text}\n", encoding="utf-8")
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "files": sorted(made)}))
        return
    typer.echo(f"{len(made)} schemas written to {folder}")
    if out is None:
        typer.echo(f"An editor takes them from the first line of a rule file, such as {modeline('services/x.yaml')}")
