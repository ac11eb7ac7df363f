"""Write a made-up population: ``python -m adapters.population DIR [--families N] [--seed S] [--as-at YYYY-MM-DD]``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.dates import BadDateError, iso_date
from adapters.population import AS_AT, FAMILIES, SEED, population

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def write(
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False)],
    *,
    families: Annotated[int, typer.Option(help="How many families.")] = FAMILIES,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = SEED,
    as_at: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The day that it is.")] = AS_AT.isoformat(),
) -> None:
    """Write the native files of a made-up population to DIR, one folder for each source."""
    try:
        day = iso_date(as_at)
    except BadDateError:
        raise typer.BadParameter("expected a possible date, YYYY-MM-DD", param_hint="--as-at") from None
    try:
        files = population(seed, families, as_at=day)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--families") from None
    for file in files:
        target = folder / file.source / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)
        typer.echo(target)


if __name__ == "__main__":
    app()
