"""``router rules lint``: what is likely to be wrong with a pack that loads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape

from router.authoring.lint import MEANING, Code, Finding, Severity, from_faults, lint
from router.authoring.lint.sarif import as_sarif
from router.cli.connection import Caller, PemFile
from router.cli.unapproved import unapproved
from router.rules.loader import load_pack
from router.rules.yamlfile import PackError
from router.service.settings import DEFAULT_PACK

FOUND = 1
UNUSABLE = 2
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def lint_pack(
    pack: Annotated[Path, typer.Argument(help="Folder of the rule pack.")] = DEFAULT_PACK,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    sarif: Annotated[
        Path | None, typer.Option(help="Write the findings as SARIF to this file; - prints them.", show_default=False)
    ] = None,
    today: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The day to judge review dates by."),
    ] = None,
    live: Annotated[
        str,
        typer.Option(
            metavar="HOST:PORT", help="Ask this router too, which services have not approved.", show_default=False
        ),
    ] = "",
    caller: Caller = "rules-console",
    ca: PemFile = None,
    cert: PemFile = None,
    key: PemFile = None,
    notes: Annotated[bool, typer.Option("--notes", help="Show each note, not only how many there are.")] = False,
) -> None:
    """Find overdue reviews, unconfirmed sources, words of the trade, birthdays that move people, and more."""
    try:
        loaded = load_pack(pack)
        findings = lint(loaded, today.date() if today else _today())
        if live:
            findings += unapproved(loaded, live, caller, ca, cert, key)
    except PackError as error:
        findings = from_faults(error.faults)
    if sarif is not None:
        _write(sarif, json.dumps(as_sarif(findings, _as_uri(pack)), indent=2))
    if as_json:
        typer.echo(json.dumps({"findings": [asdict(one) for one in findings]}))
    elif sarif != Path("-"):
        _show(findings, notes=notes)
    found = {one.severity for one in findings}
    if Severity.ERROR in found:
        raise typer.Exit(UNUSABLE)
    if Severity.WARNING in found:
        raise typer.Exit(FOUND)


def _write(file: Path, text: str) -> None:
    if file == Path("-"):
        typer.echo(text)
    else:
        file.write_text(f"{text}\n", encoding="utf-8")


def _as_uri(pack: Path) -> str:
    # Review pages show a finding beside its line where the path begins at the root of the repository.
    return "" if pack.is_absolute() and not pack.is_relative_to(Path.cwd()) else _relative(pack).as_posix()


def _relative(pack: Path) -> Path:
    return pack.relative_to(Path.cwd()) if pack.is_absolute() else pack


def _show(findings: Sequence[Finding], *, notes: bool) -> None:
    console = Console(soft_wrap=True, highlight=False)
    counted: Counter[str] = Counter()
    said = ""
    for one in findings:
        if one.severity is Severity.NOTE and not notes:
            counted[one.code] += 1
            continue
        place = f"{one.file}:{one.line}:{one.column}" if one.line else one.file
        colour = _COLOURS[one.severity]
        console.print(f"[{colour}]{one.severity.value}[/{colour}] {escape(f'{place}: {one.message}')} ({one.code})")
        if one.remedy != said:
            console.print(f"        {escape(one.remedy)}")
        said = one.remedy
    for code, number in counted.items():
        console.print(f"[cyan]{number} notes[/cyan] {code}: {MEANING[Code(code)]}. --notes shows each")
    serious = sum(one.severity is not Severity.NOTE for one in findings)
    console.print(f"{serious} to mend, {len(findings) - serious} notes")


def _today() -> date:
    return datetime.now(ZoneInfo("Europe/London")).date()
