"""``router families load``: puts what a register holds of families into the store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from router.cli.options import STORE_OPTIONS, takes_settings
from router.service.registers.loading import load_file
from router.service.registers.records import Refused
from router.service.registers.registering import Advance, Loaded
from router.service.settings import Settings

_MOST_NAMED = 20

RegisterFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")]


@takes_settings(*STORE_OPTIONS)
def load_families(
    settings: Settings,
    *,
    file: RegisterFile,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Load the families of a register from FILE, one JSON object a line. Run again after a stop, it goes on.

    Nothing is decided about them and nobody is told: they are there to be found by referrals. A line that cannot be
    loaded is named and left out. Exit code 1 if there are any.
    """
    with _bar(file.stat().st_size) as advance:
        done = load_file(settings, file, advance)
    for one in done.refused[:_MOST_NAMED]:
        typer.echo(_line(file, one), err=True)
    if done.refusals > _MOST_NAMED:
        typer.echo(f"{file.name}: and {done.refusals - _MOST_NAMED} lines more that cannot be loaded", err=True)
    typer.echo(_as_json(done) if as_json else _as_text(done))
    if done.refusals:
        raise typer.Exit(1)


def _line(file: Path, one: Refused) -> str:
    return f"{file.name}:{one.line}: {one.reason}: {one.message}"


def _rate(done: Loaded) -> int:
    return round(done.records / max(done.seconds, 0.001))


def _as_json(done: Loaded) -> str:
    content = {
        "families": done.families,
        "updated": done.updated,
        "held": done.held,
        "no_keys": done.no_keys,
        "refused": done.refusals,
        "seconds": round(done.seconds, 3),
        "records_per_second": _rate(done),
        "lines": [{"line": one.line, "reason": one.reason, "message": one.message} for one in done.refused],
    }
    return json.dumps(content)


def _as_text(done: Loaded) -> str:
    more = f"; {done.no_keys} of them can be found by nothing: they lack numbers and dates" if done.no_keys else ""
    return (
        f"{done.families} families loaded, {done.updated} further records of known ones{more}; "
        f"{done.held} held already; {done.refusals} lines refused; {_rate(done)} records a second"
    )


class _Rate(ProgressColumn):
    """Records a second, over the whole of the load so far."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.fields['records'] / task.elapsed:,.0f} records/s" if task.elapsed else "")


@contextmanager
def _bar(size: int) -> Iterator[Advance]:
    """Show how much of the file is done with. Shows nothing where nobody watches."""
    console = Console(stderr=True)
    columns = (TextColumn("loading"), BarColumn(), TaskProgressColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("loading", total=size, records=0)

        def advance(of_file: int, records: int) -> None:
            progress.update(task, advance=of_file, records=progress.tasks[0].fields["records"] + records)

        yield advance
