"""The tools look at a board's own rules as they look at the national ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import cast

import pytest

from router.authoring.cases import run_cases
from router.authoring.compare.proved import prove_changes
from router.authoring.compare.telling import rule_in_words
from router.authoring.compare.vocabulary import together
from router.authoring.compare.written import differences
from router.authoring.coverage import Point, cover
from router.authoring.lint import Code, lint
from router.authoring.places import Places
from router.authoring.proof.findings import Finding, Kind, Witness
from router.authoring.proof.prove import prove
from router.authoring.proof.telling import where
from router.authoring.sheet.page import sheet
from router.routing.reasons import why_not
from router.rules.evaluation import Circumstances
from router.rules.loader import load_pack
from router.rules.pack import Formula, Pack, Rule
from router.rules.ranking import Ranking
from router.rules.reference import evaluate
from router.service.settings import DEFAULT_PACK
from tests.support.small_pack import build, files
from tests.unit.rules.test_boards import FIRST, OVERLAY, SECOND, told, with_overlay

GLASGOW, LOTHIAN = "S08000031", "S08000024"


@pytest.fixture(scope="module")
def small() -> Pack:
    """Return the small pack with a board that differs."""
    return build(with_overlay())


@pytest.fixture(scope="module")
def shipped() -> Pack:
    """Return the shipped pack."""
    return load_pack(DEFAULT_PACK)


def test_a_boards_tests_are_run_by_its_own_criteria(small: Pack) -> None:
    """One that expects the national outcome fails there."""
    wrong = OVERLAY.replace(
        "given: {}\n        expect: {outcome: unknown}",
        "given: {age_months: 10, level: severe, colour: red}\n        expect: {outcome: met}",
    )
    (failed,) = (one for one in run_cases(build(with_overlay(wrong))) if one.faults and one.file == "boards/first.yaml")
    assert "expected met, got not_met" in failed.faults[0]
    assert [one.faults for one in run_cases(small) if one.file == "boards/first.yaml"] == [()]


def test_cover_asks_for_what_a_board_adds_and_offers_tests_that_are_tried(small: Pack) -> None:
    """Each criterion of the board, and the service as it is there; what is pasted counts."""
    missing = {one.point: one for one in cover(small).missing if one.point.rule == f"clinic@{FIRST}"}
    assert {one.criterion for one in missing} == {"young-here", "red", ""}
    offered = missing[Point(f"clinic@{FIRST}", "red", "not_met")]
    assert offered.file == "boards/first.yaml"
    pasted = "".join(f"    {line}\n" for line in offered.case.splitlines())
    after = build(with_overlay(OVERLAY + pasted))
    assert Point(f"clinic@{FIRST}", "red", "not_met") not in {one.point for one in cover(after).missing}
    assert all(not one.faults for one in run_cases(after) if one.file == "boards/first.yaml")


def findings(pack: Pack, kind: Kind) -> list[Finding]:
    """Return what is proved to be wrong, of one kind."""
    return [one for one in prove(pack).findings if one.kind is kind]


def planted(pack: Pack, formula: Formula) -> Pack:
    """Return the pack with another formula for the board's clinic, as no file could give it."""
    there = replace(pack.narrowed[FIRST]["clinic"], formula=formula)
    return replace(pack, narrowed={FIRST: {"clinic": there}})


def test_prove_finds_a_board_that_takes_more_than_the_nation_does(small: Pack) -> None:
    """Nothing is found in what loads; a formula that forgets a criterion is found, with a family."""
    assert findings(small, Kind.WIDENS) == []
    (taken, open_) = findings(planted(small, Formula(all=("ill", "red"))), Kind.WIDENS)
    assert taken.subjects == ("clinic", FIRST)
    (place,) = where(small, Places(small), taken)
    assert place.startswith("boards/first.yaml:")
    family = cast("Witness", taken.witness)
    assert family.board == FIRST
    assert cast("int", family.given.get("age_months", 12)) >= 12
    assert "leaves this family open" in open_.message


def test_prove_finds_a_gap_that_one_board_opened() -> None:
    """Where the only service that takes a family asks for more in one board, that board has a gap."""
    texts = with_overlay(OVERLAY.replace("{fact: colour, is: red}", "{fact: colour, is: green}"))
    texts["services/gp.yaml"] = texts["services/gp.yaml"].replace("is: red", "one_of: [red, green]")
    assert findings(build(texts), Kind.GAP) == []
    texts["services/gp.yaml"] = (
        texts["services/gp.yaml"]
        .replace("  red:", "  mild:\n    label: Mild\n    when: {fact: level, at_most: mild}\n    source: book\n  red:")
        .replace("{all: [red]}", "{all: [mild, red]}")
    )
    gaps = {one.subjects[0] for one in findings(build(texts), Kind.GAP)}
    assert FIRST in gaps


def test_lint_looks_at_a_boards_dates_and_words(small: Pack) -> None:
    """An overdue review of a board's own criteria is told at its own place."""
    (overdue,) = (
        one
        for one in lint(small, date(2027, 6, 1))
        if one.code is Code.REVIEW_OVERDUE and one.file == "boards/first.yaml"
    )
    assert overdue.line > 10
    assert f"in board {FIRST}" in overdue.message


def test_compare_says_in_which_board_a_service_changes(small: Pack) -> None:
    """A board that begins to narrow a service changes it there, and nowhere else."""
    packs = together(build(files()), small)
    found = prove_changes(packs)
    assert "clinic" not in found.same
    assert {one.board for one in found.rules} == {FIRST}
    assert "Clinic (clinic) in First no longer accepts" in " ".join(rule_in_words(packs, one) for one in found.rules)
    assert {board for one in found.leads for board in one.boards} == {FIRST}
    assert [one.place for one in differences(packs.old, packs.new)] == [f"board {FIRST} narrows clinic"]
    assert prove_changes(together(small, small)).rules == ()


def test_the_sheet_shows_where_boards_differ(shipped: Pack) -> None:
    """Each board's own service, what it asks for besides, who serves it instead and what it lacks."""
    page = sheet(shipped)
    part = page[page.index("Where boards differ") : page.index("The same fact in different services")]
    for words in (
        "In Greater Glasgow and Clyde the infant mental health service starts at the birth",
        "A service of its own.",
        "is less than 6 months",
        "By Grampian",
        "Not there",
        "Room: limited",
    ):
        assert words in part


def test_a_boards_narrowing_is_the_reason_in_plain_words(shipped: Pack) -> None:
    """Where only that keeps a family from a service, the reason says so; elsewhere the reason is another."""
    view = told(
        stage="pregnant", parent_infant_relationship_concern="significant", marked_withdrawal_or_lost_skills=False
    )
    for board, words in ((GLASGOW, "it asks for more where the family lives: In Greater Glasgow"), (LOTHIAN, None)):
        circumstances = Circumstances(board=board)
        found = evaluate(shipped, [view], circumstances)
        reasons = why_not(shipped.at(board), Ranking(shipped), found, circumstances)
        assert reasons.get("imh", "").startswith(words) if words else found.lead == "imh"


def test_three_boards_of_the_shipped_pack_truly_differ(shipped: Pack) -> None:
    """A large one with more of its own, an island served by another, and one without an infant mental health team."""
    large, island, rural = (shipped.boards[code] for code in (GLASGOW, "S08000025", "S08000016"))
    assert [name for name, one in shipped.services.items() if one.boards == {large.code}] == [
        "special-needs-in-pregnancy"
    ]
    assert shipped.narrowed[large.code].keys() == {"imh", "mnpi"}
    assert island.served_by["imh"] == "S08000020"
    assert shipped.at(island.code).services["cpmht"].response.routine_days == 42
    assert "imh" in rural.lacks
    assert "imh" not in rural.served_by
    rules: tuple[Rule, ...] = shipped.rules()
    assert len(rules) == len(shipped.services) + len(shipped.moves) + 3
    assert rural.code == SECOND
