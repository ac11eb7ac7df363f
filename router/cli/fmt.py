"""``router rules fmt``: writes rule files as all of them are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from router.authoring.formatting import formatted
from router.rules.yamlfile import Fault, PackError, read_text
from router.service.settings import DEFAULT_PACK

WOULD_CHANGE = 1
UNUSABLE = 2


def format_pack(
    pack: Annotated[Path, typer.Argument(help="Folder of the rule pack.")] = DEFAULT_PACK,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing, and name the files that would change.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Write rule files with keys, indentation and lines as all of them have; comments and meaning stay."""
    changed: list[str] = []
    faults: list[Fault] = []
    if not pack.is_dir():
        raise PackError([Fault(str(pack), 0, 0, "is not a folder; name the folder of a rule pack")])
    for path in sorted(pack.rglob("*.yaml")):
        name = path.relative_to(pack).as_posix()
        try:
            text = read_text(path, name)
            result = formatted(name, text)
        except PackError as error:
            faults += error.faults
            continue
        if result != text:
            changed.append(name)
            if not check:
                path.write_text(result, encoding="utf-8", newline="\n")
    _tell(changed, faults, check=check, as_json=as_json)
    if faults:
        raise typer.Exit(UNUSABLE)
    if changed and check:
        raise typer.Exit(WOULD_CHANGE)


def _tell(changed: list[str], faults: list[Fault], *, check: bool, as_json: bool) -> None:
    if as_json:
        told = [{"file": one.file, "line": one.line, "column": one.column, "message": one.message} for one in faults]
        typer.echo(json.dumps({"changed": changed, "written": not check, "faults": told}))
        return
    for name in changed:
        typer.echo(f"{name}: would change; run router rules fmt" if check else f"{name}: formatted")
    for fault in faults:
        typer.echo(str(fault), err=True)
    if not changed and not faults:
        typer.echo("Every file is formatted")
