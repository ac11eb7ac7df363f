"""Which pack a process begins with: the store's live one, or the folder's where the store knows of none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from router.rules.loader import load_pack
from router.rules.pack import Pack
from router.rules.yamlfile import PackError
from router.service.golive.book import Book
from router.service.packs import kept_pack
from router.store.interface import Reader

_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Start:
    """The pack to begin with. ``live`` is the digest of the one that is live, empty for a store that knows of none."""

    pack: Pack
    live: str


def starting_pack(reader: Reader, folder: Path, now: int) -> Start:
    """Return the pack that a process of this store begins with. Raises ``PackError`` where none loads.

    Where the live pack does not load in this program, the nearest one before it that does is taken: rules that were
    good yesterday are better than none.
    """
    book = Book(reader.pack_acts(), now)
    if book.live is None:
        return Start(load_pack(folder), "")
    fault: PackError | None = None
    for entry in (book.live, *book.before):
        try:
            return Start(kept_pack(entry.digest, reader), book.live.digest)
        except PackError as error:
            fault = fault or error
    assert fault is not None  # noqa: S101 - there is a live one
    raise fault


def told_at_start(start: Start, folder: Path) -> tuple[str, str]:
    """Return the digest of the folder's pack where it is not the one that decides, and a line for whoever starts.

    The digest is empty, and so is the line, where the two are the same.
    """
    if not start.live:
        return "", ""
    try:
        digest = load_pack(folder).digest
    except PackError:
        what = f"the pack in {folder} does not load, and decides nothing"
        digest = "unknown"
    else:
        what = f"the pack in {folder} is another one, {digest[:_SHOWN]}, and decides nothing"
    if digest == start.pack.digest:
        return "", ""
    line = (
        f"The rules in force are those of the store, pack {start.pack.digest[:_SHOWN]}; {what}. "
        "To put it into force: router rules propose"
    )
    return digest, line
