"""``router rules cover``: what no test has seen is named, with a test that passes once it is pasted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from router.authoring.cases import run_cases
from router.authoring.coverage import Coverage, Point, cover
from router.cli.main import app
from router.rules.loader import load_pack
from router.rules.pack import Pack
from router.service.settings import DEFAULT_PACK
from tests.support import small_pack

CLINIC = "services/clinic.yaml"


def points(covered: Coverage, rule: str) -> set[tuple[str, str]]:
    """Return what is missing of a rule, as criterion and outcome."""
    return {(one.point.criterion, one.point.outcome) for one in covered.missing if one.point.rule == rule}


def pasted(files: dict[str, str], covered: Coverage) -> dict[str, str]:
    """Return a pack's files with each missing test at the place for which it was written."""
    files = dict(files)
    for one in covered.missing:
        assert one.case, one.point
        if one.file.startswith("cases/"):
            files.setdefault(one.file, "cases:\n")
        indent = "    " if one.file.startswith("pathways/") else ""
        files[one.file] += "".join(f"{indent}{line}\n" for line in one.case.splitlines())
    return files


def test_what_the_tests_of_the_small_pack_have_not_seen() -> None:
    """Its one test of the clinic has both criteria met, and nothing else of it was ever seen."""
    covered = cover(small_pack.build(small_pack.files()))
    every = {(name, outcome) for name in ("young", "ill", "") for outcome in ("met", "not_met", "unknown")}
    assert points(covered, "clinic") == every - {("young", "met"), ("ill", "met"), ("", "met")}
    assert points(covered, "to-clinic") == {
        ("ill", "met"), ("ill", "not_met"), ("", "met"), ("", "not_met"), ("", "followed"), ("", "not_followed"),
    }  # fmt: skip
    assert covered.percent < 50


def test_pasting_what_is_offered_covers_all_of_it_and_every_test_passes() -> None:
    """The tests pass as they are offered, and nothing is missing any more."""
    files = small_pack.files()
    whole = small_pack.build(pasted(files, cover(small_pack.build(files))))
    assert [(one.file, one.name, one.faults) for one in run_cases(whole) if one.faults] == []
    after = cover(whole)
    assert (after.missing, after.percent) == ((), 100.0)


def test_a_joint_move_is_followed_when_it_is_met() -> None:
    """Joint work leaves the lead where it is, and counts as followed; its test names who joins."""
    files = small_pack.files()
    files["pathways/moves.yaml"] = files["pathways/moves.yaml"].replace("step_up", "joint_work")
    (case,) = (
        one.case for one in cover(small_pack.build(files)).missing if one.point == Point("to-clinic", "", "followed")
    )
    assert "supporting: [clinic" in case
    assert "move_kind: stay" in case
    assert cover(small_pack.build(pasted(files, cover(small_pack.build(files))))).missing == ()


def test_a_test_that_is_offered_was_tried() -> None:
    """Where the first board has no such service, the test of the move is of a board that has."""
    files = small_pack.files()
    files["boards.yaml"] = files["boards.yaml"].replace("desk: triage-first", "desk: triage-first, lacks: [clinic]")
    files["boards.yaml"] = files["boards.yaml"].replace(", served_by: {clinic: S08000015}", "")
    (case,) = (
        one.case for one in cover(small_pack.build(files)).missing if one.point == Point("to-clinic", "", "followed")
    )
    assert "board: S08000029" in case
    assert "lead: clinic" in case


def test_a_case_of_the_whole_pack_counts_for_every_rule() -> None:
    """One family of whom a level is known settles that criterion of every service that asks for it."""
    files = small_pack.files()
    files["cases/one.yaml"] = (
        'cases:\n  - name: "Well"\n    board: S08000015\n    given: {level: none}\n    expect: {outcome: desk}\n'
    )
    before, after = (points(cover(small_pack.build(one)), "clinic") for one in (small_pack.files(), files))
    assert before - after == {("ill", "not_met"), ("young", "unknown"), ("", "not_met")}


def test_what_nobody_can_show_is_not_asked_for() -> None:
    """A criterion that everybody meets need not be seen missed: the solver says that nobody could."""
    files = small_pack.files()
    before = cover(small_pack.build(files))
    files[CLINIC] = files[CLINIC].replace("at_least: mild", "at_least: none")
    after = cover(small_pack.build(files))
    assert ("ill", "not_met") not in points(after, "clinic")
    assert after.points == before.points - 1


@pytest.fixture(scope="module")
def shipped() -> Pack:
    """Return the shipped pack."""
    return load_pack(DEFAULT_PACK)


def test_the_shipped_pack_is_covered_by_its_own_tests(shipped: Pack) -> None:
    """Every criterion, service and move has been seen in every state that it can have."""
    covered = cover(shipped)
    assert [one.point for one in covered.missing] == []
    assert covered.points > 800


def run(*words: str) -> Any:
    """Run ``router rules cover``."""
    return CliRunner().invoke(app, ["rules", "cover", *words])


def test_the_command_tells_a_person_and_a_program(tmp_path: Path) -> None:
    """It prints each missing point with its test, and ends with exit code 1."""
    for name, text in small_pack.files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    person = run(str(tmp_path))
    assert person.exit_code == 1
    assert "not seen criterion 'ill' of 'clinic' not met" in person.output
    assert "a test for services/clinic.yaml" in person.output
    told = json.loads(run(str(tmp_path), "--json").stdout)
    assert {"rule": "clinic", "criterion": "ill", "outcome": "unknown"}.items() <= next(
        one
        for one in told["missing"]
        if one["rule"] == "clinic" and one["criterion"] == "ill" and one["outcome"] == "unknown"
    ).items()
    assert told["percent"] < 100
