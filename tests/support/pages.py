"""Reads a written page as a browser would see it: headings, tables, text, and whether every element is closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

_VOID = frozenset({"meta", "br", "link", "img", "input", "hr"})


@dataclass
class Seen:
    """What stands on a page. A table is its caption, then its rows of cells."""

    text: str = ""
    headings: list[tuple[int, str]] = field(default_factory=list)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    elements: dict[str, int] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = Seen()
        self.open: list[str] = []
        self.caught = ""
        self.rows: list[list[str]] = []
        self.caption = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.elements[tag] = self.seen.elements.get(tag, 0) + 1
        self.seen.addresses += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href"}]
        assert not [name for name, _ in attrs if name.startswith("on")], "an attribute would run a script"
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "table":
            self.rows = []
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            assert tag == "td" or dict(attrs).get("scope") in {"col", "row"}, "a header cell says of what"
        if tag in {"td", "th", "caption", "h1", "h2", "h3", "title"}:
            self.caught = ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.elements[tag] = self.seen.elements.get(tag, 0) + 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> does not close what is open"
        if tag in {"td", "th"}:
            self.rows[-1].append(self.caught)
        elif tag == "caption":
            self.caption = self.caught
        elif tag == "table":
            self.seen.tables[self.caption] = self.rows
        elif tag in {"h1", "h2", "h3"}:
            self.seen.headings.append((int(tag[1]), self.caught))
        elif tag == "title":
            self.seen.titles.append(self.caught)

    def handle_data(self, data: str) -> None:
        self.caught += data
        if self.open and self.open[-1] != "style":
            self.seen.text += data


def seen(html: str) -> Seen:
    """Return what stands on a page; fail where it is not whole, or would load or run anything."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"{reader.open} are not closed"
    found = reader.seen
    assert html.startswith("<!DOCTYPE html>\n<html lang=")
    assert "script" not in found.elements
    assert all(one.startswith("#") for one in found.addresses), "something would be loaded from elsewhere"
    assert [level for level, _ in found.headings].count(1) == 1
    levels = [level for level, _ in found.headings]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), "a level is left out"
    return found
