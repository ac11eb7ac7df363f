"""Reads the documents: sections, tables, fenced blocks, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def page(name: str) -> str:
    """Return the text of a document by its path in the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Return a text without its fenced blocks, each line end a space."""
    return " ".join(_FENCE.sub("", text).split())


def section(text: str, heading: str) -> str:
    """Return what stands under a heading, down to the next one of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"no heading {heading!r}"
    rest = text[found.end() :]
    following = re.search(rf"^#{{1,{len(found[1])}}} ", _without_fences(rest), re.MULTILINE)
    return rest[: following.start()] if following else rest


def table(text: str, *headers: str) -> list[list[str]]:
    """Return the rows of the one table whose header row is ``headers``, as cells."""
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if _cells(line) == list(headers)]
    assert len(starts) == 1, f"{len(starts)} tables with the header {headers}"
    rows = []
    for line in lines[starts[0] + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(_cells(line))
    assert rows
    assert all(len(row) == len(headers) for row in rows), "a row has more or fewer cells than the header"
    return rows


def fences(text: str, language: str) -> list[str]:
    """Return the contents of the fenced blocks in a language."""
    return [content for name, content in _FENCE.findall(text) if name == language]


def spans(text: str) -> list[str]:
    """Return the inline code of a text, fenced blocks left out."""
    return _SPAN.findall(_FENCE.sub("", text))


def code(cell: str) -> str:
    """Return the one piece of inline code that a cell holds."""
    (found,) = spans(cell)
    return found


def links(text: str) -> list[str]:
    """Return the targets of a text's links."""
    return _LINK.findall(_FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """Return the anchors of a text's headings, as repositories' web pages make them."""
    titles = (title for _, title in _HEADING.findall(_FENCE.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def shell_commands() -> Iterator[tuple[str, str]]:
    """Yield each shell command of the documents with the page that shows it, in a block or inline."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        shown = [line for block in fences(text, "sh") for line in block.splitlines()]
        for line in (*shown, *spans(text)):
            if line.startswith(("router ", "adapters ", "make ")):
                yield path.relative_to(ROOT).as_posix(), line.strip()


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []


def _without_fences(text: str) -> str:
    """Blank out fenced blocks, so that a comment in one is no heading; places stay the same."""
    return _FENCE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
