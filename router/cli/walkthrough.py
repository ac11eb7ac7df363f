"""``router rules walkthrough``: one invented family through its months, through the eyes of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from router.authoring.walkthrough.page import as_json, written
from router.authoring.walkthrough.scenes import Walkthrough
from router.cli.walking import StoryError, walk
from router.rules.loader import build_pack, load_pack
from router.rules.pack import Pack
from router.rules.schema import StoryFile
from router.service.settings import DEFAULT_PACK

UNUSABLE = 2


def walk_through(
    family: Annotated[
        Path | None, typer.Argument(help="File of a story; without it, the first of the pack.", show_default=False)
    ] = None,
    pack: Annotated[Path, typer.Option(help="Folder of the rule pack.")] = DEFAULT_PACK,
    html: Annotated[Path | None, typer.Option(help="Write a page to this file.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Walk one invented family through its months: what each of those concerned sees, is told and waits for.

    Exit code 2 if the pack or the story cannot be used.
    """
    try:
        loaded, story = _story(load_pack(pack), family)
        found = walk(loaded, story)
    except StoryError as fault:
        typer.echo(f"router: {fault}", err=True)
        raise typer.Exit(UNUSABLE) from None
    if html is not None:
        html.write_text(written(found), encoding="utf-8")
    if as_json_:
        typer.echo(json.dumps(as_json(found)))
    else:
        _show(found)


def _story(pack: Pack, family: Path | None) -> tuple[Pack, StoryFile]:
    """Return the story, checked with the pack. Raises ``PackError`` with the line of each fault."""
    if family is None:
        if not pack.stories:
            raise StoryError("the pack has no stories; name the file of one")
        return pack, next(iter(pack.stories.values()))
    name = f"stories/{family.name}"
    checked = build_pack({**pack.files, name: family.read_bytes()})
    story = checked.stories.get(family.stem)
    if story is None:
        raise StoryError(f"{family} is not a story: its file must end in .yaml")
    # Decided by the pack as it is: a story under trial is no part of it.
    return pack, story


def _show(found: Walkthrough) -> None:
    console = Console(highlight=False)
    console.print(f"[bold]{escape(found.title)}[/bold] ({escape(found.board)}; everybody is invented)")
    for scene in found.scenes:
        console.print(f"\n[bold]{scene.on.isoformat()}[/bold]  {escape(scene.what)}\n  {escape(scene.outcome)}")
        for line in scene.safety:
            console.print(f"  [red]{escape(line)}[/red]")
        table = Table()
        for name in ("through the eyes of", "sees", "is told", "waits for"):
            table.add_column(name, overflow="fold")
        for one in scene.perspectives:
            who = f"{one.who.value}\n{one.name}" if one.name else one.who.value
            table.add_row(escape(who), *(escape("\n".join(part)) for part in (one.sees, one.told, one.waits)))
        console.print(table)
