"""What proofs say of guards and of the ages that services state: each fault is planted, found, and mended."""

from __future__ import annotations

import pytest
import z3

from router.authoring.proof.findings import Finding, Kind
from router.authoring.proof.prove import prove
from router.authoring.proof.symbols import Family
from router.rules.loader import load_pack
from router.service.settings import DEFAULT_PACK
from tests.support.small_pack import build, files

CLINIC = "services/clinic.yaml"
MOVES = "pathways/moves.yaml"
STAGES = (
    '  stage: {label: "Stage", about: family, type: choice, choices: [preconception, pregnant, postnatal], ask: "?", '
    "derived: stage}\n"
    '  months: {label: "Months", about: infant, type: number, unit: months, ask: "?", derived: infant_age_months}\n'
)


def found(texts: dict[str, str], kind: Kind) -> list[Finding]:
    """Return what is proved to be wrong, of one kind."""
    return [one for one in prove(build(texts)).findings if one.kind is kind]


def to_and_fro(up: str = "", down: str = "") -> dict[str, str]:
    """Return the small pack with a way back on the same condition, and guards on the two."""
    texts = files()
    back = texts[MOVES].replace("to-clinic:", "from-clinic:").replace("step_up", "step_down")
    back = back.replace("from: [gp]\n    to: clinic", "from: [clinic]\n    to: gp")
    return {
        **texts,
        MOVES: texts[MOVES].replace("    review:", f"{up}    review:"),
        "pathways/back.yaml": back.replace("    review:", f"{down}    review:"),
    }


@pytest.mark.parametrize(
    ("up", "down", "is_circle"),
    [
        ("", "", True),
        ("", "    guard: {back_needs_news: true}\n", False),
        # it slows the circle down, and does not end it
        ("", "    guard: {settled_days: 30}\n", True),
        # danger passes it
        ("    guard: {back_needs_news: true}\n", "", True),
    ],
)
def test_a_guard_ends_a_way_to_and_fro(up: str, down: str, is_circle: bool) -> None:
    """Only one that needs news and that danger does not pass."""
    circles = found(to_and_fro(up, down), Kind.CYCLE)
    assert [set(one.subjects) for one in circles] == ([{"clinic", "gp"}] if is_circle else [])
    assert all("guard: {back_needs_news: true}" in one.message for one in circles)


def aged(ages: str, criterion: str = "{fact: months, less_than: 12}") -> dict[str, str]:
    """Return the small pack with a clinic that states its ages."""
    texts = files()
    clinic = texts[CLINIC].replace("{fact: age_months, less_than: 12}", criterion).replace("age_months: 3", "months: 3")
    return {
        **texts,
        "facts.yaml": texts["facts.yaml"] + STAGES,
        CLINIC: clinic.replace("tier: 1\n", f"tier: 1\nages: {ages}\n"),
    }


@pytest.mark.parametrize(
    ("ages", "is_outside"),
    [
        ("{from: postnatal, until_months: 12}", False),
        ("{from: preconception}", False),
        ("{from: postnatal, until_months: 13}", False),
        ("{from: postnatal, until_months: 11}", True),
    ],
)
def test_a_service_keeps_to_the_ages_that_it_states(ages: str, is_outside: bool) -> None:
    """A family of another age whom it accepts is shown."""
    outside = found(aged(ages), Kind.OUTSIDE_AGES)
    assert [one.subjects for one in outside] == ([("clinic",)] if is_outside else [])
    if is_outside:
        assert outside[0].witness is not None
        assert outside[0].witness.given["months"] == 11


def test_a_stage_before_the_first_is_outside() -> None:
    """A clinic from pregnancy on that takes families before conception is found."""
    texts = aged("{from: pregnant}", "{fact: stage, is: preconception}")
    texts[CLINIC] = texts[CLINIC].replace("months: 3", "stage: preconception")
    assert len(found(texts, Kind.OUTSIDE_AGES)) == 1


def test_a_year_has_365_days() -> None:
    """So no baby of twelve months is 51 weeks old, whatever the months were."""
    family = Family(load_pack(DEFAULT_PACK))
    solver = z3.Solver()
    weeks, age = family.facts["weeks_postnatal"], family.facts["infant_age_months"]
    solver.add(family.possible, weeks.stated(), age.stated(), age.value >= 12)
    assert solver.check(weeks.value == 51) == z3.unsat
    assert solver.check(weeks.value == 52) == z3.sat
