"""``router rules compare``: what a new pack would change, before it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from router.authoring.compare.picture import picture
from router.authoring.compare.proved import LeadChange, prove_changes
from router.authoring.compare.replayed import Tally, made_up, tally
from router.authoring.compare.telling import (
    Comparison,
    as_json,
    boards_in_words,
    lead_in_words,
    name_of,
    rule_in_words,
    warnings,
    witness_lines,
)
from router.authoring.compare.vocabulary import Packs, together
from router.authoring.compare.written import differences
from router.cli.recorded import opened, recorded
from router.rules.loader import load_pack
from router.rules.pack import Pack
from router.service.storeurl import check_store_url

CHANGES = 1
DEFAULT_FAMILIES = 2_000


def compare_packs(
    old: Annotated[Path, typer.Argument(help="Folder of the pack as it is.", show_default=False)],
    new: Annotated[Path, typer.Argument(help="Folder of the pack as it would be.", show_default=False)],
    families: Annotated[int, typer.Option(min=1, help="How many made-up families to try both on.")] = DEFAULT_FAMILIES,
    seed: Annotated[int, typer.Option(help="The same seed makes the same families.")] = 1,
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="Try both on this store's recorded decisions instead.")
    ] = None,
    key_file: Annotated[Path, typer.Option(help="The key of the store.")] = Path("data/router.key"),
    html: Annotated[Path | None, typer.Option(help="Write a page with pictures to this file.")] = None,
    seconds: Annotated[float, typer.Option(help="Seconds for each question to the solver.")] = 10.0,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Show what changes between two packs: as written, proved for everybody, and tried on many families.

    Exit code 0 if nothing but words changes, 1 if something does or is not settled, 2 if a pack does not load.
    """
    before, after = load_pack(old), load_pack(new)
    packs = together(before, after)
    console = Console(soft_wrap=True, stderr=as_json_, highlight=False)
    with console.status("") as status:
        proved = prove_changes(packs, seconds_a_question=seconds, tell=lambda what: status.update(f"proving: {what}"))
        status.update("trying both packs")
        counted, tried_on = _tried(packs, before, families, seed, store, key_file)
    found = Comparison(packs, differences(before, after), proved, counted, tried_on)
    if html is not None:
        html.write_text(picture(found), encoding="utf-8")
    if as_json_:
        typer.echo(json.dumps(as_json(found, before)))
    else:
        _show(found, console)
    if found.something_changes:
        raise typer.Exit(CHANGES)


def _tried(packs: Packs, old: Pack, families: int, seed: int, store: str | None, key_file: Path) -> tuple[Tally, str]:
    if store is None:
        return tally(made_up(packs, families, seed)), f"{families:,} made-up families (seed {seed})"
    try:
        check_store_url(store)
    except ValueError as fault:
        raise typer.BadParameter(str(fault), param_hint="--store") from None
    with opened(store, key_file) as place, place.read() as reader:
        counted = Tally()
        for pair in recorded(old, packs.new, reader, counted.skipped):
            counted.add(pair)
    return counted, "the decisions recorded in the store"


def _show(found: Comparison, console: Console) -> None:
    packs, proved = found.packs, found.proved
    if not found.something_changes:
        console.print("[green]Nothing changes for anybody.[/green]")
    for one in warnings(packs):
        console.print(f"[red]first[/red]  {escape(one)}")
    if found.written:
        table = Table(title="Written otherwise", title_justify="left")
        for name in ("where", "before", "now"):
            table.add_column(name, overflow="fold")
        for difference in found.written:
            words = " [dim](words only)[/dim]" if difference.words_only else ""
            place = f"{escape(difference.place)}{words}"
            told = f"\n[yellow]told in the same words[/yellow]: '{escape(difference.told_as)}'"
            now = f"{escape(difference.now) or '-'}{told if difference.told_as else ''}"
            table.add_row(place, escape(difference.was) or "-", now)
        console.print(table)
    console.print(
        f"[green]proved[/green]  {len(proved.same)} services and moves answer alike for every family: nobody is "
        "accepted or moved under one pack and not the other"
    )
    for change in proved.rules:
        console.print(f"[yellow]changes[/yellow]  {escape(rule_in_words(packs, change))}:")
        _lines(console, list(witness_lines(packs, change)))
    for lead in proved.leads:
        if not lead.giver:
            where = boards_in_words(packs, lead.boards)
            console.print(f"[yellow]leads[/yellow]  {escape(lead_in_words(packs, lead))} (in {escape(where)}):")
            _lines(console, list(witness_lines(packs, lead)))
    _moves(console, packs, [one for one in proved.leads if one.giver])
    for what in proved.open:
        console.print(f"[yellow]not settled[/yellow]  {escape(what)}: give it more --seconds")
    _tally(console, found)


def _moves(console: Console, packs: Packs, changes: list[LeadChange]) -> None:
    """Print one line for each service that hands over, since one change of a receiver touches many."""
    by_giver: dict[str, list[str]] = {}
    for one in changes:
        was = "stays" if one.was == one.giver else name_of(packs, one.was)
        now = "stays" if one.now == one.giver else name_of(packs, one.now)
        by_giver.setdefault(one.giver, []).append(f"{was} -> {now}")
    for giver, ways in by_giver.items():
        told = escape(f"from {name_of(packs, giver)}, families go elsewhere than before: {'; '.join(ways)}")
        console.print(f"[yellow]moves[/yellow]  {told}")
    if changes:
        console.print("        (a family that shows each of these is in --json and --html)")


def _lines(console: Console, lines: list[str]) -> None:
    for line in lines:
        console.print(f"          {escape(line)}")


def _tally(console: Console, found: Comparison) -> None:
    packs, counted = found.packs, found.tally
    for why, count in counted.skipped.items():
        console.print(f"left out  {count:,} {escape(why)}")
    if counted.changed:
        table = Table("led before by", "led now by", "families", "such as", title="Who sends to whom")
        table.title_justify = "left"
        table.columns[2].justify = "right"
        for (was, now), count in counted.changed.most_common():
            examples = ", ".join(counted.examples[was, now])
            table.add_row(escape(name_of(packs, was)), escape(name_of(packs, now)), f"{count:,}", examples)
        console.print(table)
    moved = [row for row in counted.intake() if row[1] != row[2]]
    if moved:
        table = Table("service", "before", "now", "change", title="Intake", title_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for name, came, comes in moved:
            table.add_row(escape(name_of(packs, name)), f"{came:,}", f"{comes:,}", f"{comes - came:+,}")
        console.print(table)
    console.print(
        f"Tried on {found.tried_on}: {counted.looked_at:,} looked at, {counted.decisions_changed:,} led otherwise, "
        f"{counted.helped_otherwise:,} led alike and helped by others."
    )
