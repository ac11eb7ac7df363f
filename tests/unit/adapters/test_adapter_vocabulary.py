"""The adapters' tables agree with the pack's vocabulary and directory, and every fact can be sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from adapters.codes import CodeMap, CodeTable, Finding, Unmapped, load_codes
from adapters.services import DIRECTORY_IDS, directory_id
from adapters.vocabulary import DANGER, FACTS, Value, is_danger, of_partner

RULES = Path(__file__).parents[3] / "rules" / "scotland"
FOLDERS = ("neonatal", "perinatal", "substance", "health_visiting")
IN_NO_MESSAGE: frozenset[str] = frozenset()
"""Facts that no source can carry."""
FROM_MAPPINGS = frozenset(
    {
        "imh_indicators",
        "imh_domains",
        *(f"imh_indicators_{domain}" for domain in ("carer", "emotional", "cognitive", "self", "social")),
        "developmental_domains_of_concern",
        "registered_with_gp",
    }
)
"""Facts that are counted or concluded, not read from one code."""


def _vocabulary() -> dict[str, Any]:
    document = YAML(typ="safe", pure=True).load((RULES / "facts.yaml").read_text())
    return {name: fact for name, fact in document["facts"].items() if not {"derived", "change_of"} & fact.keys()}


def _sent_by(codes: CodeMap) -> set[str]:
    found = {finding.fact for finding in codes.findings.values()}
    return found | {fact for table in codes.tables.values() for entry in table.codes.values() for fact in entry.facts}


def test_facts_are_the_packs() -> None:
    """Names, kinds, whom they are about and choices are those of the pack, and none is missing."""
    pack = {
        name: (fact["about"], fact["type"], tuple(map(str, fact.get("choices", ()))))
        for name, fact in _vocabulary().items()
    }
    assert {name: (fact.about, fact.kind, fact.choices) for name, fact in FACTS.items()} == pack


def test_danger_facts_are_the_packs_section() -> None:
    """The facts under the heading "danger" of the vocabulary are the adapters' danger facts."""
    section = (RULES / "facts.yaml").read_text().split("# --- danger", 1)[1]
    assert {name for name in _vocabulary() if f"\n  {name}:" in section} == DANGER


def test_services_are_in_the_directory() -> None:
    """Every service that a code names has a file in the directory, and every file has a code."""
    files = {path.stem for path in (RULES / "services").glob("*.yaml")}
    assert set(DIRECTORY_IDS.values()) == files
    assert directory_id(" imh ") == "imh"
    assert directory_id("OSTEO") == ""


def test_every_fact_can_be_sent() -> None:
    """Each fact of the vocabulary is in at least one source's code map, or is counted by a mapping."""
    sent = set().union(*(_sent_by(load_codes(folder)) for folder in FOLDERS))
    assert set(FACTS) - sent - FROM_MAPPINGS == IN_NO_MESSAGE


@pytest.mark.parametrize(
    ("folder", "cannot"),
    [
        ("neonatal", {"unborn_protection_concern"}),  # the baby is born
        ("perinatal", set()),
        ("substance", set()),
        ("health_visiting", set()),
    ],
)
def test_danger_has_a_code_in_every_source(folder: str, cannot: set[str]) -> None:
    """Each source can say every danger that its message has room for."""
    assert DANGER - _sent_by(load_codes(folder)) == cannot


@pytest.mark.parametrize(
    ("fact", "value", "danger"),
    [
        ("suicidal_intent", True, True),
        ("suicidal_intent", None, True),
        ("suicidal_intent", False, False),
        ("epds_item_10", 1, True),
        ("epds_item_10", 0, False),
        ("epds_item_10", None, True),
        ("parent_illness_severity", "severe", False),
    ],
)
def test_unknown_code_of_a_danger_is_danger(fact: str, value: Value | None, *, danger: bool) -> None:
    """A code without a meaning under a danger fact is kept as if it were one; an explicit no is not."""
    assert is_danger(fact, value) is danger


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("parent_illness_severity", "severe", ("partner_illness_severity", "severe")),
        ("substance_use", "current", ("partner_substance_use", True)),
        ("substance_use", "past", ("partner_substance_use", False)),
        ("psychosis_suspected", True, ("partner_acute_mental_illness", True)),
        ("psychosis_suspected", False, None),
        ("domestic_abuse_disclosed", True, ("domestic_abuse_disclosed", True)),
        ("epds_total", 12, None),
        ("child_protection_concern", True, ("child_protection_concern", True)),
    ],
)
def test_partner_facts(fact: str, value: Value, expected: tuple[str, object] | None) -> None:
    """What is said of a partner never becomes a fact about the mother."""
    assert of_partner(fact, value) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [("Y", True), ("y", True), ("N", False), ("", None), (" ", None), ("9", None), ("1", Unmapped(code="1"))],
)
def test_yes_no_reading(text: str, value: object) -> None:
    """Y and N are values, blank and 9 are silence, anything else is a code without a meaning."""
    assert Finding(display="x", fact="injecting", kind="yes_no").read(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("30", 30), ("31", Unmapped(code="31")), ("-1", Unmapped(code="-1")), ("1.5", Unmapped(code="1.5"))],
)
def test_number_reading(text: str, value: object) -> None:
    """A number off its scale is no score but a code such as "99, not done"."""
    assert Finding(display="x", fact="epds_total", kind="number", lowest=0, highest=30).read(text) == value


def test_longest_beginning_wins() -> None:
    """Of an ICD-10 chapter and its exact code, the exact code counts."""
    table = load_codes("perinatal").tables["diagnosis"]
    assert table.find("F32.1") == table.codes["F32"]
    assert table.find("f32.3") == table.codes["F32.3"]
    assert table.find("X00") is None


@pytest.mark.parametrize(
    "table",
    [
        {"system": "s", "codes": {"A": {"display": "a", "facts": {"injecting": "yes"}}}},
        {"system": "s", "codes": {"A": {"display": "a", "facts": {"parent_illness_severity": "awful"}}}},
        {"system": "s", "codes": {"A": {"display": "a", "facts": {"epds_total": True}}}},
        {"system": "s", "unmapped": ["no_such_fact"], "codes": {}},
    ],
)
def test_code_table_is_held_to_the_vocabulary(table: dict[str, object]) -> None:
    """A code map that states a value its fact cannot take does not load."""
    with pytest.raises(ValueError, match=r"fact|takes"):
        CodeTable.model_validate(table)
