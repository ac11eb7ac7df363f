"""The four formats are views of one model: the same content gives the same observations from each that can carry it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from adapters.population.bundles import (
    bundle,
    condition,
    medication,
    observation,
    red_flag,
    written,
)
from adapters.population.messages import obx
from adapters.vocabulary import DANGER, FACTS, Value
from tests.unit.adapters.native import (
    DAY,
    FAMILY,
    Fact,
    event_of,
    facts,
    health_visiting,
    neonatal,
    perinatal,
    substance,
)

BABY_REFERENCE = {"reference": "Patient/infant-1"}
Row = dict[str, str]


def _need(code: str) -> Row:
    return {"parent_support_need": code}


def _listed(code: str) -> Row:
    return {"concerns": code}


def _said(code: str, value: Value) -> dict[str, Any]:
    return observation(code, value, DAY)


NEONATAL: dict[str, tuple[Row, Fact]] = {
    "gestation_weeks": ({"gest_weeks": "29"}, ("gestation_weeks", "infant", 29)),
    "birth_weight_g": ({"weight_g": "1180"}, ("birth_weight_g", "infant", 1180)),
    "birth_weight_below_3rd_centile": ({"weight_below_3rd": "Y"}, ("birth_weight_below_3rd_centile", "infant", True)),
    "in_neonatal_unit": ({"still_admitted": "Y"}, ("in_neonatal_unit", "infant", True)),
    "complex_needs": ({"complex_needs": "N"}, ("complex_needs", "infant", False)),
    "brain_injury": ({"diagnoses": "P52.1"}, ("brain_injury", "infant", True)),
    "meningitis": ({"diagnoses": "G00.1"}, ("meningitis", "infant", True)),
    "proven_sepsis": ({"diagnoses": "P36.0"}, ("proven_sepsis", "infant", True)),
    "faltering_growth": ({"diagnoses": "L-FALTER"}, ("faltering_growth", "infant", True)),
    "bruising_not_mobile": ({"diagnoses": "L-BRUISE"}, ("bruising_not_mobile", "infant", True)),
    "marked_withdrawal_or_lost_skills": (
        {"diagnoses": "L-WITHDRAWN"},
        ("marked_withdrawal_or_lost_skills", "infant", True),
    ),
    "parent_illness_severity": (_need("MH-MOD"), ("parent_illness_severity", "mother", "moderate")),
    "distress_linked_to_birth_or_loss": (_need("DISTRESS"), ("distress_linked_to_birth_or_loss", "mother", True)),
    "parent_infant_relationship_concern": (
        _need("BOND-SIG"),
        ("parent_infant_relationship_concern", "infant", "significant"),
    ),
    "history_bipolar_or_psychosis": (_need("BP-PP-HX"), ("history_bipolar_or_psychosis", "mother", True)),
    "substance_use": (_need("SUBST"), ("substance_use", "mother", "current")),
    "support_wanted": (_need("PRACTICAL"), ("support_wanted", "family", True)),
    "parenting_support_wanted": (_need("PARENTING"), ("parenting_support_wanted", "mother", True)),
    "relationship_difficulty": (_need("RELATION"), ("relationship_difficulty", "family", True)),
    "housing_insecure": (_need("HOUSING"), ("housing_insecure", "family", True)),
    "information_only_wanted": (_need("INFO"), ("information_only_wanted", "family", True)),
    "pregnancy_loss_or_infant_death": (_need("BEREAVED"), ("pregnancy_loss_or_infant_death", "family", True)),
    "child_protection_concern": (_need("CP"), ("child_protection_concern", "family", True)),
    "domestic_abuse_disclosed": (_need("DA"), ("domestic_abuse_disclosed", "mother", True)),
    "marac_high_risk": (_need("DA-HIGH"), ("marac_high_risk", "mother", True)),
    "partner_violence": (_need("P-VIOLENT"), ("partner_violence", "family", True)),
    "partner_acute_mental_illness": (_need("P-ACUTE"), ("partner_acute_mental_illness", "family", True)),
    "partner_substance_use": (_need("P-SUBST"), ("partner_substance_use", "family", True)),
    "psychosis_suspected": (_need("PSYCHOSIS"), ("psychosis_suspected", "mother", True)),
    "suicidal_intent": (_need("SUICIDE"), ("suicidal_intent", "mother", True)),
    "recent_mental_state_change": (_need("CHANGE"), ("recent_mental_state_change", "mother", True)),
    "new_violent_self_harm": (_need("SELFHARM"), ("new_violent_self_harm", "mother", True)),
    "estrangement_from_infant": (_need("ESTRANGED"), ("estrangement_from_infant", "mother", True)),
    "severe_sleep_difficulty": (_need("SLEEP"), ("severe_sleep_difficulty", "mother", True)),
    "overdose_recent": (_need("OVERDOSE"), ("overdose_recent", "mother", True)),
}

SUBSTANCE: dict[str, Row] = {
    "parent_illness_severity": {"co_occurring_health": "MH-MOD"},
    "distress_linked_to_birth_or_loss": {"co_occurring_health": "PERINATAL"},
    "history_bipolar_or_psychosis": {"co_occurring_health": "BP-PP-HX"},
    "on_psychotropic_medication": {"co_occurring_health": "MEDICATION"},
    "parent_infant_relationship_concern": _listed("BOND-SIG"),
    "substance_use": {"substances": "COCAINE|WEEKLY|NASAL"},
    "injecting": {"injecting": "Y"},
    "prescribed_ost": {"prescribed_ost": "N"},
    "wants_substance_treatment": {"wants_treatment": "Y"},
    "support_wanted": _listed("PRACTICAL"),
    "parenting_support_wanted": _listed("PARENTING"),
    "relationship_difficulty": _listed("RELATION"),
    "housing_insecure": {"accommodation": "HOSTEL"},
    "information_only_wanted": _listed("INFO"),
    "care_experienced": _listed("CARE-EXP"),
    "pregnancy_loss_or_infant_death": _listed("LOSS"),
    "child_protection_concern": {"child_at_risk": "Y"},
    "unborn_protection_concern": _listed("UNBORN"),
    "domestic_abuse_disclosed": _listed("DA"),
    "marac_high_risk": _listed("DA-HIGH"),
    "partner_violence": _listed("P-VIOLENT"),
    "partner_acute_mental_illness": _listed("P-ACUTE"),
    "partner_substance_use": _listed("P-SUBST"),
    "psychosis_suspected": _listed("PSYCHOSIS"),
    "suicidal_intent": _listed("SUICIDE"),
    "recent_mental_state_change": _listed("CHANGE"),
    "new_violent_self_harm": _listed("SELFHARM"),
    "estrangement_from_infant": _listed("ESTRANGED"),
    "severe_sleep_difficulty": _listed("SLEEP"),
    "overdose_recent": _listed("OVERDOSE"),
    "bruising_not_mobile": _listed("BRUISE"),
    "faltering_growth": _listed("FALTER"),
    "marked_withdrawal_or_lost_skills": _listed("WITHDRAWN"),
}

PERINATAL: dict[str, dict[str, Any]] = {
    "gestation_weeks": _said("gestation-weeks", 29),
    "birth_weight_g": _said("birth-weight", 1180),
    "parent_illness_severity": condition("F32.1", "Depression", DAY, severity="moderate"),
    "distress_linked_to_birth_or_loss": _said("linked-to-birth-or-loss", value=True),
    "history_bipolar_or_psychosis": _said("history-bipolar-or-ppp", value=True),
    "on_psychotropic_medication": medication("0403030", "Sertraline"),
    "parent_infant_relationship_concern": _said("relationship-concern", "significant"),
    "substance_use": _said("substance-use", "current"),
    "injecting": _said("injecting", value=True),
    "prescribed_ost": _said("prescribed-ost", value=False),
    "wants_substance_treatment": _said("wants-substance-treatment", value=True),
    "support_wanted": _said("support-wanted", value=True),
    "parenting_support_wanted": _said("parenting-support-wanted", value=True),
    "relationship_difficulty": _said("relationship-strain", value=True),
    "housing_insecure": _said("no-settled-home", value=True),
    "information_only_wanted": _said("information-only", value=True),
    "care_experienced": _said("care-experienced", value=True),
    "pregnancy_loss_or_infant_death": _said("pregnancy-loss", value=True),
    "partner_substance_use": _said("partner-substance-use", value=True),
    "child_protection_concern": red_flag("child-protection", DAY),
    "unborn_protection_concern": red_flag("unborn-protection", DAY),
    "bruising_not_mobile": red_flag("bruising-not-mobile", DAY),
    "faltering_growth": red_flag("faltering-growth", DAY),
    "marked_withdrawal_or_lost_skills": red_flag("withdrawal-or-lost-skills", DAY),
    "domestic_abuse_disclosed": red_flag("domestic-abuse", DAY),
    "marac_high_risk": red_flag("domestic-abuse-high-risk", DAY),
    "partner_violence": red_flag("partner-violence", DAY),
    "partner_acute_mental_illness": red_flag("partner-acute-illness", DAY),
    "psychosis_suspected": red_flag("psychosis", DAY),
    "suicidal_intent": red_flag("suicidal-intent", DAY),
    "recent_mental_state_change": red_flag("mental-state-change", DAY),
    "new_violent_self_harm": red_flag("violent-self-harm", DAY),
    "estrangement_from_infant": red_flag("estrangement", DAY),
    "severe_sleep_difficulty": red_flag("severe-sleep-difficulty", DAY),
    "overdose_recent": red_flag("overdose", DAY),
    "epds_total": _said("epds-total", 14),
    "epds_item_10": _said("epds-item-10", 1),
    "phq9_total": _said("phq9-total", 11),
    "gad7_total": _said("gad7-total", 9),
    "whooley_positive": _said("whooley", value=True),
    "first_time_mother": _said("first-baby", value=True),
    "primary_carer": _said("primary-carer", value=True),
    "looked_after_child": _said("looked-after", value=True),
    "kinship_or_foster_care": _said("kinship-or-foster-care", value=True),
    "adoption_planned": _said("adoption-planned", value=True),
    "planning_pregnancy": _said("planning-pregnancy", value=True),
    "family_history_bipolar_or_psychosis": _said("family-history-bipolar-or-ppp", value=True),
    "partner_illness_severity": _said("partner-illness-severity", "mild"),
}

HEALTH_VISITING: dict[str, str] = {
    "gestation_weeks": obx("GEST_WEEKS", 29),
    "birth_weight_g": obx("BIRTH_WEIGHT", 1180),
    "birth_weight_below_3rd_centile": obx("BW_BELOW_3", "Y"),
    "in_neonatal_unit": obx("IN_NNU", "Y"),
    "complex_needs": obx("COMPLEX", "N"),
    "brain_injury": obx("BRAIN_INJ", "Y"),
    "meningitis": obx("MENINGITIS", "Y"),
    "proven_sepsis": obx("SEPSIS", "Y"),
    "parent_illness_severity": obx("ILLNESS_SEV", "MO"),
    "partner_illness_severity": obx("P_ILLNESS_SEV", "MI"),
    "distress_linked_to_birth_or_loss": obx("DISTRESS", "Y"),
    "history_bipolar_or_psychosis": obx("BP_PP_HX", "Y"),
    "family_history_bipolar_or_psychosis": obx("BP_PP_FHX", "Y"),
    "on_psychotropic_medication": obx("PSYCH_MED", "Y"),
    "parent_infant_relationship_concern": obx("REL_CONCERN", "G"),
    "substance_use": obx("SUBST_USE", "C"),
    "injecting": obx("INJECTING", "Y"),
    "prescribed_ost": obx("OST", "N"),
    "wants_substance_treatment": obx("WANTS_SMS", "Y"),
    "support_wanted": obx("SUPPORT", "Y"),
    "parenting_support_wanted": obx("PARENTING", "Y"),
    "relationship_difficulty": obx("STRAIN", "Y"),
    "housing_insecure": obx("NO_HOME", "Y"),
    "information_only_wanted": obx("INFO_ONLY", "Y"),
    "care_experienced": obx("CARE_EXP", "Y"),
    "pregnancy_loss_or_infant_death": obx("LOSS", "Y"),
    "partner_substance_use": obx("P_SUBST", "Y"),
    "first_time_mother": obx("FIRST_BABY", "Y"),
    "primary_carer": obx("MAIN_CARER", "Y"),
    "looked_after_child": obx("LAC", "Y"),
    "kinship_or_foster_care": obx("KINSHIP", "Y"),
    "adoption_planned": obx("ADOPTION", "Y"),
    "planning_pregnancy": obx("PLANNING", "Y"),
    "epds_total": obx("EPDS_TOTAL", 14),
    "epds_item_10": obx("EPDS_Q10", 1),
    "phq9_total": obx("PHQ9_TOTAL", 11),
    "gad7_total": obx("GAD7_TOTAL", 9),
    "whooley_positive": obx("WHOOLEY", "Y"),
    "child_protection_concern": obx("CP", "Y"),
    "unborn_protection_concern": obx("UNBORN_CP", "Y"),
    "bruising_not_mobile": obx("BRUISE_NM", "Y"),
    "faltering_growth": obx("FALTER", "Y"),
    "marked_withdrawal_or_lost_skills": obx("WITHDRAWN", "Y"),
    "domestic_abuse_disclosed": obx("DA", "Y"),
    "marac_high_risk": obx("MARAC", "Y"),
    "psychosis_suspected": obx("PSYCHOSIS", "Y"),
    "suicidal_intent": obx("SUICIDE", "Y"),
    "recent_mental_state_change": obx("MS_CHANGE", "Y"),
    "new_violent_self_harm": obx("SELF_HARM", "Y"),
    "estrangement_from_infant": obx("ESTRANGED", "Y"),
    "severe_sleep_difficulty": obx("SLEEP", "Y"),
    "overdose_recent": obx("OVERDOSE", "Y"),
    "partner_acute_mental_illness": obx("P_ACUTE", "Y"),
    "partner_violence": obx("P_VIOLENT", "Y"),
}
SENDERS: dict[str, tuple[dict[str, Any], Callable[[Any], bytes]]] = {
    "neonatal": (
        {name: row for name, (row, _) in NEONATAL.items()},
        lambda row: neonatal({"still_admitted": ""} | row),
    ),
    "substance": (SUBSTANCE, substance),
    "perinatal": (PERINATAL, perinatal),
    "health-visiting": (HEALTH_VISITING, health_visiting),
}
ONE_SOURCE = {
    "neonatal_care_level",
    "needs_inpatient_care",
    "deprivation_most_deprived",
    "early_learning_place_wanted",
    "hpi",
    "imh_indicators",
    "imh_domains",
    "developmental_concern",
    "developmental_domains_of_concern",
    "child_emotional_disorder",
    *(f"imh_indicators_{domain}" for domain in ("carer", "emotional", "cognitive", "self", "social")),
}
"""Facts that only one source can carry."""
IN_TWO = sorted({name for sent, _ in SENDERS.values() for name in sent} - {"registered_with_gp"})


def _stated(source: str, fact: str) -> set[Fact]:
    sent, write = SENDERS[source]
    return {one for one in facts(event_of(source, write(sent[fact]))) if one[0] == fact}


@pytest.mark.parametrize("fact", IN_TWO)
def test_same_fact_from_every_source(fact: str) -> None:
    """One fact, sent by each source that can, is about the same person and has the same value."""
    stated = {source: _stated(source, fact) for source, (sent, _) in SENDERS.items() if fact in sent}
    assert len(stated) >= 2, "say in ONE_SOURCE why only one source carries it"
    first = next(iter(stated.values()))
    assert len(first) == 1
    assert all(one == first for one in stated.values()), stated


def test_every_fact_is_compared_or_excepted() -> None:
    """No fact of the vocabulary is forgotten here."""
    assert set(IN_TWO) | ONE_SOURCE | {"registered_with_gp"} == set(FACTS)
    assert not set(IN_TWO) & ONE_SOURCE


def test_danger_comes_from_three_sources_or_more() -> None:
    """Each danger is carried by all sources, or by all but one that cannot meet it."""
    for fact in DANGER:
        assert sum(fact in sent for sent, _ in SENDERS.values()) >= 3, fact


def test_expected_date_in_two_formats() -> None:
    """A pregnancy is the same unborn child in the perinatal message and the substance-use extract."""
    due = date(2027, 2, 14)
    team = event_of("perinatal", written(bundle(replace(FAMILY, babies=(), due=due), DAY, [])))
    row = {"pregnant": "Y", "edd": "14/02/2027", "youngest_child_name": "", "youngest_child_dob": ""}
    service = event_of("substance", substance(row))
    assert team.people[1] == service.people[1]


def test_one_baby_in_two_formats() -> None:
    """The baby of the unit's row is the baby of the health visitor's message."""
    unit = event_of("neonatal", neonatal({"birth_order": "", "multiplicity": ""}))
    visitor = event_of("health-visiting", health_visiting())
    assert unit.people[1] == visitor.people[1]
    assert unit.household == visitor.household
