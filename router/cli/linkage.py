"""``router families evaluate | generate | train``: how good the matcher is, and where its weights come from."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from router.linkage import public_data
from router.linkage.evaluate import Progress as Tell
from router.linkage.evaluate import evaluate as evaluate_families
from router.linkage.generate import as_json_line
from router.linkage.generate import generate as generate_families
from router.linkage.memory import no_cycle_search
from router.linkage.rates import Rates
from router.linkage.summary import Summary, summarise
from router.linkage.tables import family_tables, public_table
from router.linkage.train import FAMILIES, RANDOM_PAIRS, TRAINING_SEED, as_text, in_use
from router.linkage.train import train as train_weights

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Seed = Annotated[int, typer.Option(help="Seed of chance: the same seed makes the same families.")]
ChangedRates = Annotated[
    list[str] | None, typer.Option("--rate", help="NAME=VALUE: make a thing more or less frequent; may be repeated.")
]

FAILED = 1
UNUSABLE = 2
EVALUATION_SEED = 1
_MANY = 100_000
_MOST_EVENTS_OF_A_FAMILY = 40


def register(app: typer.Typer) -> None:
    """Add the commands to ``router families``."""
    app.command("evaluate")(evaluate)
    app.command("generate")(generate)
    app.command("train")(train)


def evaluate(
    families: Annotated[int, typer.Option(min=1, help="Families that are held at the start.")] = _MANY,
    events: Annotated[int, typer.Option(min=1, help="Events that come after them.")] = _MANY,
    seed: Seed = EVALUATION_SEED,
    rate: ChangedRates = None,
    only: Annotated[str, typer.Option(help="Measure only `public-data` or only `families`.")] = "",
    as_json: AsJson = False,
) -> None:
    """Measure the matcher: on public test data beside Splink, and on families that training never saw."""
    if only not in {"", "public-data", "families"}:
        raise typer.BadParameter(f"{only!r} is neither public-data nor families", param_hint="--only")
    if seed == TRAINING_SEED:
        raise typer.BadParameter(f"{seed} is the seed that the weights were trained with", param_hint="--seed")
    if events > _MOST_EVENTS_OF_A_FAMILY * families:
        said = f"{events} events are more than {_MOST_EVENTS_OF_A_FAMILY} for each of {families} families"
        raise typer.BadParameter(said, param_hint="--events")
    rates = _rates(rate)
    content: dict[str, Any] = {}
    console = Console(highlight=False)
    if only != "families":
        lacking = public_data.missing()
        if lacking:
            said = f"{', '.join(lacking)} not installed: {public_data.HOW_TO_INSTALL}"
            content["public_data"] = {"left_out": said}
            if only:
                typer.echo(f"router: {said}", err=True)
                raise typer.Exit(UNUSABLE)
            _say(console, f"FEBRL and Splink left out: {said}.", as_json=as_json)
        else:
            compared = list(public_data.compare())
            content["public_data"] = {one.name: asdict(one) for one in compared}
            _say(console, public_table(compared), as_json=as_json)
    if only != "public-data":
        with no_cycle_search(), _progress() as tell:
            summary = summarise(evaluate_families(families, events, seed, rates, progress=tell), seed)
        content["families"] = summary.as_json()
        _show(console, summary, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(content))


def _say(console: Console, said: Any, *, as_json: bool) -> None:
    if not as_json:
        console.print(said, soft_wrap=isinstance(said, str))


def _show(console: Console, summary: Summary, *, as_json: bool) -> None:
    for table in family_tables(summary):
        _say(console, table, as_json=as_json)


def generate(
    families: Annotated[int, typer.Option(min=1, help="Families to make, at least.")],
    seed: Seed = EVALUATION_SEED,
    rate: ChangedRates = None,
) -> None:
    """Print synthetic families' events with their truth, a line of JSON each."""
    out = sys.stdout.buffer
    for one in generate_families(families, seed, _rates(rate)):
        out.write(as_json_line(one))


def train(
    families: Annotated[int, typer.Option(min=100, help="Families to learn from.")] = FAMILIES,
    seed: Seed = TRAINING_SEED,
    pairs: Annotated[int, typer.Option(min=1000, help="Random pairs to count chance agreement in.")] = RANDOM_PAIRS,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write; without it, only tell whether it is the one in use."),
    ] = None,
    version: Annotated[str, typer.Option(help="Version of the new file; the present one's if not given.")] = "",
) -> None:
    """Learn the matcher's weights anew: m from pairs that agree on CHI, u from random pairs."""
    with no_cycle_search(), _progress() as tell:
        text = as_text(train_weights(families, seed, pairs, version=version, progress=tell))
    if out is not None:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"Wrote {out}.")
    elif text == in_use():
        typer.echo("The weights in use are reproduced to the byte.")
    else:
        typer.echo("These are not the weights in use; --out writes them to a file.", err=True)
        raise typer.Exit(FAILED)


def _rates(changes: list[str] | None) -> Rates:
    parsed: dict[str, float] = {}
    for change in changes or ():
        name, _, value = change.partition("=")
        try:
            parsed[name] = float(value)
        except ValueError:
            raise typer.BadParameter(f"{change!r} is not NAME=VALUE with a number", param_hint="--rate") from None
    try:
        return Rates().with_changes(parsed)
    except ValueError as fault:
        raise typer.BadParameter(str(fault), param_hint="--rate") from None


@contextmanager
def _progress() -> Iterator[Tell]:
    """Show on standard error what is being done, where somebody looks."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=of)
            bar.update(tasks[what], completed=done)

        yield tell
