"""The documents hang together: links lead somewhere, decisions have one shape, and the demo is shown as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from adapters.outcome import Quarantined
from adapters.population import FAMILIES, population
from adapters.read import read
from router.cli.show import decisions_table
from router.rules.loader import load_pack
from router.service.settings import DEFAULT_PACK
from tests.unit.docs.pages import PAGES, ROOT, anchors, fences, links, page, prose

DECISIONS = sorted((ROOT / "docs" / "adr").iterdir())


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_relative_links_resolve(path: Path) -> None:
    """Each link leads to a file or folder of the repository, and its anchor to a heading there."""
    for link in links(path.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        found = (path.parent / target).resolve() if target else path
        assert found.is_relative_to(ROOT), link
        assert found.exists(), link
        if anchor:
            assert anchor in anchors(found.read_text(encoding="utf-8")), link


def test_the_readme_leads_to_every_page() -> None:
    """Nobody has to know that a page exists to find it."""
    reached = {(ROOT / link.partition("#")[0]).resolve() for link in links(page("README.md")) if "://" not in link}
    for path in PAGES[1:]:
        assert path in reached or path.parent in reached, _name(path)


def test_every_package_is_in_the_layout() -> None:
    """The README's layout has each package of the router but the generated one."""
    reached = set(links(page("README.md")))
    packages = {_name(one.parent) for one in (ROOT / "router").glob("*/__init__.py")}
    assert packages - {"router/v1"} <= reached


@pytest.mark.parametrize("path", DECISIONS, ids=_name)
def test_a_decision_has_context_decision_and_consequences(path: Path) -> None:
    """It has the three parts in order, fits on a page, and its number is that of its file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]
    assert len(lines) < 40
    number, _, _ = path.name.partition("-")
    assert lines[0].startswith(f"# {int(number)}. ")


def test_decisions_are_numbered_without_gaps() -> None:
    """The first is 1, and each next one more."""
    assert [int(path.name.partition("-")[0]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_table_in_the_readme_is_the_demos() -> None:
    """Its columns are those that the demo prints, and its leads are services of the example pack."""
    shown = fences(page("README.md"), "text")[0]
    header = next(line for line in shown.splitlines() if line.startswith("┃"))
    columns = [cell.strip() for cell in header.strip("┃").split("┃")]
    assert columns == [str(column.header) for column in decisions_table([], {}).columns]
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in shown.splitlines() if line[:1] == "│"]
    leads: list[str] = []
    for row in cells:
        if row[0]:
            leads.append(row[2])
        elif row[2]:
            leads[-1] += f" {row[2]}"
    assert leads
    assert set(leads) <= {service.label for service in load_pack(DEFAULT_PACK).services.values()}


@pytest.mark.parametrize("as_at", [date(2026, 11, 21), date(2028, 2, 29)])
def test_the_demo_sends_as_many_messages_as_the_readme_says(as_at: date) -> None:
    """Some seventy messages of so many families, whatever the day, of which so many cannot be read."""
    items = [item for file in population(as_at=as_at) for item in read(file.source, file.data)]
    assert f"some seventy messages of {FAMILIES} invented families" in prose(page("README.md"))
    assert 70 <= len(items) < 80
    unread = sum(isinstance(item, Quarantined) for item in items)
    assert f"{unread} could not be read and lie on a desk" in page("README.md")


def test_lines_fit() -> None:
    """Prose is wrapped, so that a change shows as the lines it changes."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for block in (*fences(text, "text"), *fences(text, "json")):
            text = text.replace(block, "")
        long = [line for line in text.splitlines() if len(line) > 120 and not line.startswith("|")]
        assert long == [], _name(path)


def test_pages_are_plain_text() -> None:
    """No page holds control characters, and each ends with one line end."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        assert text.endswith("\n"), _name(path)
        assert not text.endswith("\n\n"), _name(path)
        assert all(sign == "\n" or sign.isprintable() for sign in text), _name(path)
