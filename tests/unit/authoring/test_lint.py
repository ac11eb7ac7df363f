"""``router rules lint``: each kind of finding is planted once, and found at its line; the shipped pack is clean."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from router.authoring.lint import MEANING, Code, Finding, Severity, lint
from router.authoring.lint.jargon import abbreviations, agreed, jargon
from router.authoring.lint.sarif import as_sarif
from router.cli.main import app
from router.rules.loader import load_pack
from router.service.settings import DEFAULT_PACK
from tests.support import small_pack

TODAY = date(2026, 6, 1)
CLINIC = "services/clinic.yaml"
MOVES = "pathways/moves.yaml"
_WEEKS = '  weeks: {label: "Weeks", about: infant, type: number, unit: weeks, ask: "?", derived: weeks_postnatal}\n'
_BIRTH = (
    '  part: {label: "Part", about: family, type: choice, choices: [pregnant, postnatal], ask: "?", derived: stage}\n'
)


def two_ways() -> dict[str, str]:
    """Return the small pack with a way down from the clinic, in a file of its own."""
    files = small_pack.files()
    down = files[MOVES].replace("to-clinic:", "from-clinic:").replace("step_up", "step_down")
    down = down.replace("from: [gp]\n    to: clinic", "from: [clinic]\n    to: gp").replace(
        "To the clinic", "To the practice"
    )
    return {**files, "pathways/down.yaml": down.replace("at_least: severe", "at_most: none")}


def planted(name: str, old: str, new: str, facts: str = "") -> dict[str, str]:
    """Return the small pack with one text of one file changed, and facts added."""
    files = two_ways()
    assert old in files[name]
    files[name] = files[name].replace(old, new)
    files["facts.yaml"] += facts
    return files


def found(files: dict[str, str], today: date = TODAY) -> list[Finding]:
    """Return what lint finds."""
    return lint(small_pack.build(files), today)


def place(findings: list[Finding], code: Code) -> tuple[str, int, int]:
    """Return where the one finding of a kind stands."""
    (one,) = (finding for finding in findings if finding.code is code)
    return one.file, one.line, one.column


def test_the_small_pack_is_clean() -> None:
    """Nothing is found where nothing is wrong."""
    assert found(two_ways()) == []


def test_a_ladder_that_only_goes_up_is_named_with_its_services() -> None:
    """Without a way down, or with one that comes back to the same tier; a way by another service will do."""
    (only_up,) = found(small_pack.files())
    assert (only_up.code, only_up.file, only_up.line) == (Code.ONLY_UP, CLINIC, 1)
    assert "families step up to 'clinic' from gp" in only_up.message
    files = two_ways()
    other = files["services/cmht.yaml"].replace("tier: 0", "tier: 1")
    aside = files["pathways/down.yaml"].replace("step_down", "transfer").replace("to: gp", "to: cmht")
    files |= {"services/cmht.yaml": other, "pathways/down.yaml": aside}
    assert [one.code for one in found(files)] == [Code.ONLY_UP]
    onward = two_ways()["pathways/down.yaml"].replace("from-clinic", "from-cmht").replace("[clinic]", "[cmht]")
    assert found({**files, "pathways/onward.yaml": onward}) == []


def test_the_shipped_pack_has_nothing_to_mend() -> None:
    """On the day of its last review the example pack has notes only."""
    findings = lint(load_pack(DEFAULT_PACK), date(2026, 10, 1))
    assert [one for one in findings if one.severity is not Severity.NOTE] == []


def line_of(files: dict[str, str], name: str, text: str) -> int:
    """Return the line on which a text stands."""
    return 1 + files[name][: files[name].index(text)].count("\n")


def test_a_review_is_overdue_the_day_after_it_was_due() -> None:
    """Until the day it is a note, from the next day a warning; before the last thirty days nothing is said."""
    files = planted(CLINIC, "next: 2027-01-01", "next: 2026-06-30")
    line = line_of(files, CLINIC, "review:")
    codes = {day: [one.code for one in found(files, date(2026, *day))] for day in ((5, 30), (5, 31), (6, 30), (7, 1))}
    assert codes[5, 30] == []
    assert codes[5, 31] == codes[6, 30] == [Code.REVIEW_DUE_SOON]
    assert codes[7, 1] == [Code.REVIEW_OVERDUE]
    assert place(found(files, date(2026, 7, 1)), Code.REVIEW_OVERDUE) == (CLINIC, line, 28)


@pytest.mark.parametrize(("status", "severity"), [("illustrative", Severity.NOTE), ("approved", Severity.WARNING)])
def test_an_unconfirmed_source_is_a_note_until_the_pack_says_approved(status: str, severity: Severity) -> None:
    """A pack that says it is approved may not rest on what nobody has read."""
    files = planted("sources.yaml", "read: true", "read: false")
    files["pack.yaml"] = files["pack.yaml"].replace("illustrative", status)
    findings = [one for one in found(files) if one.code is Code.SOURCE_UNCONFIRMED]
    assert {one.severity for one in findings} == {severity}
    assert (MOVES, 11, 9) in {(one.file, one.line, one.column) for one in findings}
    assert any("'young' of service 'clinic' rests on 'book'" in one.message for one in findings)


TEXTS: dict[str, tuple[str, str, str]] = {
    "a criterion's label": (CLINIC, 'label: "Under a year"', 'label: "Under EPDS 10, {}"'),
    "a service's sentence for parents": (CLINIC, 'plain: "A clinic."', 'plain: "A clinic for EPDS and {}."'),
    "a move's label": (MOVES, 'label: "To the clinic"', 'label: "EPDS and {}"'),
    "a question": ("facts.yaml", 'ask: "How old is the baby?"', 'ask: "EPDS and {}?"'),
    "a fact's label": ("facts.yaml", 'label: "Age"', 'label: "EPDS and {}"'),
    "a need": ("lead.yaml", 'need-of-gp: "need-of-gp"', 'need-of-gp: "EPDS and {}"'),
    "a parent's letter": ("letters.yaml", 'parent: {reason: "Because {reason}."}', 'parent: {reason: "EPDS and {}."}'),
}


@pytest.mark.parametrize("text", TEXTS)
def test_words_of_the_trade_are_found_in(text: str) -> None:
    """An abbreviation and a word of the trade are found, at their text, with what to say instead."""
    name, old, new = TEXTS[text]
    new = new.replace("{}", "postnatal ideation")
    files = planted(name, old, new)
    findings = found(files)
    assert {one.code for one in findings} == {Code.ABBREVIATION, Code.JARGON}
    assert {(one.file, one.line) for one in findings} == {(name, line_of(files, name, new))}
    assert {one.remedy for one in findings} == {
        "Write it out; the abbreviation may follow in brackets: written out (EPDS)",
        "Say: after the birth",
        "Say: thoughts",
    }


def test_a_service_may_have_any_name_but_an_abbreviation() -> None:
    """A label is the service's own name, there and where others speak of it."""
    files = planted(CLINIC, 'label: "Clinic"', 'label: "Antenatal clinic"')
    files[CLINIC] = files[CLINIC].replace('plain: "A clinic."', 'plain: "The antenatal clinic."')
    assert found(files) == []
    assert {one.code for one in found(planted(CLINIC, 'label: "Clinic"', 'label: "PND clinic"'))} == {Code.ABBREVIATION}


def test_brackets_and_placeholders_explain() -> None:
    """What follows plain words in brackets is fine, and so are what everybody knows and what is filled in."""
    assert not list(abbreviations("Patient Health Questionnaire (PHQ-9), and the GP and GPs of the NHS"))
    assert list(abbreviations("(PHQ-9) and GAD-7")) == ["PHQ-9", "GAD-7"]
    assert not list(abbreviations("A {service} in Scotland, I think"))
    assert not list(jargon("The lightest 3 in 100 (below the third centile)"))
    assert not list(jargon("The Edinburgh Postnatal Depression Scale"))
    assert list(jargon("Gestational age")) == [("Gestational", "weeks of pregnancy")]


def test_the_list_of_words_offers_something_else() -> None:
    """No word is explained by another that is on the list."""
    for word, plain in agreed().plain.items():
        assert not list(jargon(plain)), word


def _by_age(when: str, **more: str) -> dict[str, str]:
    """Return the small pack with a move or service that asks for nothing but what ``when`` says."""
    return planted(MOVES, "{fact: level, at_least: severe}", when, **more)


GRADUATIONS: dict[str, tuple[Callable[[], dict[str, str]], str]] = {
    "a handover by weeks": (lambda: _by_age("{fact: weeks, at_least: 52}", facts=_WEEKS), MOVES),
    "a service by weeks": (
        lambda: planted(CLINIC, "{all: [young, ill]}", "{any: [young, ill]}", _WEEKS)
        | {CLINIC: two_ways()[CLINIC].replace("{all: [young, ill]}", "{any: [young, ill]}").replace("fact: age_months", "fact: weeks")},
        CLINIC,
    ),
    "a service by stage and weeks": (
        lambda: planted("facts.yaml", "facts:\n", f"facts:\n{_WEEKS}{_BIRTH}")
        | {CLINIC: two_ways()[CLINIC].replace("fact: age_months", "fact: weeks").replace("{fact: level, at_least: mild}", "{fact: part, is: postnatal}")},
        CLINIC,
    ),
}  # fmt: skip


@pytest.mark.parametrize("graduation", GRADUATIONS)
def test_a_birthday_that_is_a_need_by_itself_is_found(graduation: str) -> None:
    """A way in, or on, that asks for age and stage only."""
    plant, name = GRADUATIONS[graduation]
    files = plant()
    key = "when: {all: [ill]}" if name == MOVES else "eligible_when:"
    assert place(found(files), Code.GRADUATION)[:2] == (name, line_of(files, name, key))


def test_what_is_no_graduation() -> None:
    """A need beside the age, joint work, a universal service, and a birth by itself are all in order."""
    beside = planted(CLINIC, "fact: age_months", "fact: weeks", _WEEKS)
    joint = _by_age("{fact: weeks, at_least: 52}", facts=_WEEKS)
    joint[MOVES] = joint[MOVES].replace("step_up", "joint_work")
    universal = planted("services/gp.yaml", "{fact: colour, is: red}", "{fact: weeks, at_least: 0}", _WEEKS)
    birth = _by_age("{fact: part, is: postnatal}", facts=_BIRTH)
    for files in (beside, joint, universal, birth):
        assert found(files) == []


def test_a_service_that_no_board_offers_is_found() -> None:
    """A service that each board lacks, and nobody provides, is reached by no family."""
    files = two_ways()
    files["boards.yaml"] = (
        files["boards.yaml"]
        .replace("desk: triage-first", "desk: triage-first, lacks: [clinic]")
        .replace("served_by: {clinic: S08000015}", "lacks: [clinic]")
    )
    assert place(found(files), Code.SERVICE_NOWHERE) == (CLINIC, 1, 1)


def written(folder: Path, files: dict[str, str]) -> str:
    """Write a pack's files to a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text)
    return str(folder)


def run(*words: str) -> Any:
    """Run ``router rules lint``."""
    return CliRunner().invoke(app, ["rules", "lint", *words])


def test_exit_codes(tmp_path: Path) -> None:
    """0 with notes only, 1 with a warning, 2 for a pack that does not load; a criterion never used is told."""
    folder = written(tmp_path, planted("sources.yaml", "read: true", "read: false"))
    assert run(folder, "--today", "2026-06-01").exit_code == 0
    overdue = run(folder, "--today", "2027-01-02")
    assert overdue.exit_code == 1
    assert "warning services/clinic.yaml:17:28: service 'clinic' was to be reviewed by 2027-01-01" in overdue.output
    unused = {**two_ways(), CLINIC: two_ways()[CLINIC].replace("[young, ill]", "[young]")}
    unusable = run(written(tmp_path, unused), "--json")
    assert unusable.exit_code == 2
    (told,) = json.loads(unusable.stdout)["findings"]
    assert (told["code"], told["severity"], told["line"], told["column"]) == ("unusable", "error", 12, 3)
    assert told["message"] == "criterion 'ill' is not used; name it in 'eligible_when' or delete it"


def test_notes_are_counted_and_shown_when_asked_for(tmp_path: Path) -> None:
    """Notes do not bury what is to be mended."""
    folder = written(tmp_path, planted("sources.yaml", "read: true", "read: false"))
    short, full = (run(folder, "--today", "2026-06-01", *words).output for words in ((), ("--notes",)))
    assert "notes source-unconfirmed" in short
    assert "clinic.yaml" not in short
    assert "note services/clinic.yaml:11:5" in full


def test_sarif_says_the_same(tmp_path: Path) -> None:
    """The log has a result for each finding, at its line, of a kind that it describes."""
    folder = written(tmp_path / "pack", planted(CLINIC, 'label: "Ill"', 'label: "EPDS"'))
    out = tmp_path / "log.sarif"
    assert run(folder, "--sarif", str(out), "--today", "2026-06-01").exit_code == 1
    (log,) = json.loads(out.read_text())["runs"]
    (result,) = log["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (result["ruleId"], result["level"], region) == (
        "abbreviation",
        "warning",
        {"startLine": 13, "startColumn": 5},
    )
    assert {rule["id"] for rule in log["tool"]["driver"]["rules"]} == set(Code) == set(MEANING)
    assert json.loads(run(folder, "--sarif", "-", "--today", "2026-06-01").stdout)["runs"] == [log]


def test_paths_in_sarif_begin_where_they_are_told() -> None:
    """A review page finds the file by its path from the repository's root."""
    finding = Finding(Code.UNUSABLE, Severity.ERROR, "pack.yaml", 0, 0, "is missing", "Add it")
    (result,) = as_sarif([finding], "rules/scotland")["runs"][0]["results"]
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "rules/scotland/pack.yaml"}}}]
