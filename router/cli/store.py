"""``router store``: moves a store into another one, and checks one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from router.cli.options import STORE_OPTIONS, takes_settings
from router.service.promised import DANGER_NOTICES
from router.service.settings import Settings
from router.store import copying
from router.store.checking import CHECKS, Result, check_store
from router.store.copying import Copied, StillServedError
from router.store.open import open_store

app = typer.Typer(no_args_is_help=True, help="Move the store into another one, or check it.")

#: The exit code of a copy whose source was still being written to.
STILL_SERVED = 3
_MOST_NAMED = 20


@app.command("copy")
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="URL of the store to copy.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="URL of an empty store, or of one to be made.")],
    key_file: Annotated[Path, typer.Option(help="The key of both stores.")] = Path("data/router.key"),
) -> None:
    """Copy a store into an empty one and compare every row. Stopped at any moment, it goes on where it was.

    Exit code 1 if rows differ, 3 if the source is still being written to.
    """
    began = time.monotonic()
    with _bars() as bars:
        try:
            done = copying.copy(source, target, key_file, bars)
        except StillServedError as fault:
            typer.echo(f"router: {fault}", err=True)
            raise typer.Exit(STILL_SERVED) from None
    _show(done, time.monotonic() - began)
    if done.differences:
        raise typer.Exit(1)


@app.command("check")
@takes_settings(*STORE_OPTIONS)
def check(
    settings: Settings,
    *,
    most: Annotated[int, typer.Option(min=1, help="How many wrong rows to name for each check.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each check.")] = False,
) -> None:
    """Check that the store's rows agree with each other. Changes nothing. Exit code 1 if anything is wrong."""
    store = open_store(settings.store_url, settings.key_file, create=False)
    sound = True
    try:
        for result in check_store(store, (*CHECKS, DANGER_NOTICES), most=most):
            sound = sound and not result.found.wrong
            typer.echo(_as_json(result) if as_json else _as_text(result))
    finally:
        store.close()
    if not sound:
        raise typer.Exit(1)


def _as_json(result: Result) -> str:
    found = result.found
    content = {
        "check": result.check.name,
        "sentence": result.check.sentence,
        "looked_at": found.looked_at,
        "wrong": found.wrong,
        "examples": list(found.examples),
    }
    return json.dumps(content)


def _as_text(result: Result) -> str:
    found = result.found
    if not found.wrong:
        return f"ok     {result.check.name} ({found.looked_at}): {result.check.sentence}"
    named = "; ".join(found.examples)
    more = f" and {found.wrong - len(found.examples)} more" if found.wrong > len(found.examples) else ""
    counts = f"{found.wrong} of {found.looked_at}"
    return f"WRONG  {result.check.name} ({counts}): {result.check.sentence} Not so: {named}{more}"


def _show(done: Copied, seconds: float) -> None:
    table = Table("table", "rows", "copied now")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, rows in done.compared.items():
        table.add_row(name, str(rows), str(done.written[name]))
    Console().print(table)
    for one in done.differences[:_MOST_NAMED]:
        typer.echo(f"{one.table} {one.key} {one.what}", err=True)
    compared, written = sum(done.compared.values()), sum(done.written.values())
    rate = int((compared + written) / max(seconds, 0.001))
    typer.echo(f"{written} rows copied, {compared} compared, {len(done.differences)} differ; {rate} rows a second")
    if done.differences:
        typer.echo("router: the copy is not finished; remove it and begin anew", err=True)


class _Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} rows/s" if task.speed else "")


class _Bars:
    """Shows each phase as a bar. Shows nothing where nobody watches."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._phase = ""
        self._task = progress.add_task("", total=0, visible=False)

    def begin(self, phase: str, rows: int) -> None:
        """Begin a phase in which about so many rows are gone through."""
        self._phase = phase
        self._task = self._progress.add_task(phase, total=rows)

    def advance(self, table: str, rows: int) -> None:
        """Say that so many rows more of a table are done."""
        self._progress.update(self._task, advance=rows, description=f"{self._phase} {table}")


@contextmanager
def _bars() -> Iterator[_Bars]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:32}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield _Bars(progress)
