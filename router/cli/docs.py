"""``router rules docs``: the criteria of all services side by side, and the pathways, as a page to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from router.authoring.sheet.page import sheet
from router.rules.loader import load_pack
from router.service.core import utc_now
from router.service.settings import DEFAULT_PACK


def write_docs(
    pack: Annotated[Path, typer.Argument(help="Folder of the rule pack.")] = DEFAULT_PACK,
    html: Annotated[Path | None, typer.Option(help="Write the page to this file instead of printing it.")] = None,
) -> None:
    """Write a page with every service's criteria side by side, their sources and reviews, and the pathways."""
    content = sheet(load_pack(pack), utc_now().date())
    if html is None:
        typer.echo(content, nl=False)
        return
    html.write_text(content, encoding="utf-8")
    typer.echo(f"wrote {html}")
