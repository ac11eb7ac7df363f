"""``router rules docs``: every service, criterion, source, review, board and way of a move stands on the page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from router.authoring.sheet.diagram import diagrams
from router.authoring.sheet.page import sheet
from router.authoring.sheet.words import boards, condition
from router.cli.main import app
from router.rules.loader import load_pack
from router.rules.pack import MoveKind, Pack
from router.service.settings import DEFAULT_PACK
from tests.support import small_pack
from tests.support.pages import Seen, seen


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return the shipped pack."""
    return load_pack(DEFAULT_PACK)


@pytest.fixture(scope="module")
def shown(pack: Pack) -> Seen:
    """Return the page of the shipped pack."""
    return seen(sheet(pack, date(2026, 11, 26)))


def test_every_service_has_its_row(pack: Pack, shown: Seen) -> None:
    """Label, tier, criteria with sources, review dates and boards, the most intensive first."""
    rows = shown.tables["Services by tier, the most intensive first"]
    assert len(rows) == len(pack.services) + 1
    tiers = [int(row[1]) for row in rows[1:]]
    assert tiers == sorted(tiers, reverse=True)
    for service in pack.services.values():
        (row,) = [one for one in rows if one[0].startswith(service.label + service.plain)]
        for name in {name for name, _ in service.formula.criteria()}:
            assert f"{service.criteria[name].label} [{service.criteria[name].citation}]" in row[3]
        assert service.review_due.isoformat() in row[5]
        assert row[6] == boards(pack, service.name)


def test_every_way_of_a_move_is_drawn(pack: Pack) -> None:
    """An arrow for each giver and receiver, a box for each service, and a title that says the same in words."""
    for kind in MoveKind:
        moves = [one for one in pack.moves.values() if one.kind is kind]
        drawn = "".join(pictures := diagrams(pack, kind))
        ways = {(giver, one.receiver) for one in moves for giver in one.givers}
        found = drawn.count("<path d=") - len(pictures)
        assert found == len(ways)
        boxes = {name for way in ways for name in way} if len(pictures) == 1 else set()
        assert drawn.count("<rect") == (len(boxes) or len(ways) + len(pictures))
        assert all(one.count("<title>") == 1 for one in pictures)
        for giver, taker in ways:
            assert f"{pack.services[giver].label} to {pack.services[taker].label}" in drawn


def test_every_move_and_source_is_listed(pack: Pack, shown: Seen) -> None:
    """Each move has a row with its criteria, and each source is named."""
    for move in pack.moves.values():
        assert any(row[0] == move.label for rows in shown.tables.values() for row in rows)
    for rule in (*pack.services.values(), *pack.moves.values()):
        for criterion in rule.criteria.values():
            assert criterion.citation in shown.text


def test_one_fact_is_shown_side_by_side(pack: Pack, shown: Seen) -> None:
    """What each service asks of a fact stands in one row, in words and with the unit."""
    rows = {row[0]: row[1] for row in shown.tables["What each service asks of a fact"][1:]}
    for service in pack.services.values():
        for criterion in service.criteria.values():
            said = f"{service.label}: {condition(pack, criterion)}"
            assert said in rows[pack.facts[criterion.condition.fact].label]
    young = pack.services["cpmht"].criteria["before-first-birthday"]
    assert condition(pack, young) == "is less than 12 months"


def test_where_a_service_is_offered_is_said() -> None:
    """Boards that lack it, and those that another board serves."""
    small = small_pack.build(small_pack.files())
    assert boards(small, "clinic") == "Every board but Second; in Third by First"
    assert boards(small, "gp") == "Every board"


def test_an_overdue_review_is_marked() -> None:
    """Only after its date."""
    small = small_pack.build(small_pack.files())
    assert "(overdue)" not in sheet(small, date(2027, 1, 1))
    assert sheet(small, date(2027, 1, 2)).count("(overdue)") == len(small.services) + len(small.moves)


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    """To a file, or to standard output."""
    for name, text in small_pack.files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    page = tmp_path / "sheet.html"
    written = CliRunner().invoke(app, ["rules", "docs", str(tmp_path), "--html", str(page)])
    printed = CliRunner().invoke(app, ["rules", "docs", str(tmp_path)])
    assert (written.exit_code, printed.exit_code) == (0, 0)
    assert page.read_text() == printed.stdout


def test_a_label_cannot_write_into_the_page() -> None:
    """Markup in a rule file is shown as text, in tables and pictures."""
    label = "</title></svg><script>alert(1)</script>"
    files = small_pack.files()
    files["services/clinic.yaml"] = files["services/clinic.yaml"].replace('label: "Clinic"', f'label: "{label}"')
    assert label in seen(sheet(small_pack.build(files))).text
