"""The facts that adapters may send: whom each is about and what values it takes.

The rule pack's vocabulary is the authority; a test holds this table to it. It is repeated here because adapters know
the router by its public contract only, and an observation must point to the right person of the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

About = Literal["parent", "infant", "partner", "family"]
Kind = Literal["yes_no", "choice", "number"]
Value = bool | int | str


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``choices`` are in rising order, so that of two the later is the worse."""

    about: About
    kind: Kind
    choices: tuple[str, ...] = ()


_YES_NO: dict[About, str] = {
    "parent": """planning_pregnancy first_time_mother care_experienced primary_carer parenting_support_wanted
        history_bipolar_or_psychosis family_history_bipolar_or_psychosis needs_inpatient_care
        distress_linked_to_birth_or_loss on_psychotropic_medication whooley_positive injecting prescribed_ost
        wants_substance_treatment domestic_abuse_disclosed marac_high_risk psychosis_suspected suicidal_intent
        recent_mental_state_change new_violent_self_harm estrangement_from_infant severe_sleep_difficulty
        overdose_recent""",
    "infant": """looked_after_child kinship_or_foster_care adoption_planned early_learning_place_wanted
        birth_weight_below_3rd_centile brain_injury meningitis proven_sepsis in_neonatal_unit complex_needs
        child_emotional_disorder bruising_not_mobile faltering_growth marked_withdrawal_or_lost_skills""",
    "partner": "partner_substance_use partner_acute_mental_illness partner_violence",
    "family": """deprivation_most_deprived housing_insecure support_wanted relationship_difficulty
        information_only_wanted registered_with_gp pregnancy_loss_or_infant_death child_protection_concern
        unborn_protection_concern""",
}
_NUMBERS: dict[About, str] = {
    "parent": "epds_total epds_item_10 phq9_total gad7_total",
    "infant": """imh_indicators imh_domains imh_indicators_carer imh_indicators_emotional imh_indicators_cognitive
        imh_indicators_self imh_indicators_social gestation_weeks birth_weight_g developmental_domains_of_concern""",
}
_SEVERITY = ("none", "mild", "moderate", "severe")
_CONCERN = ("none", "some", "significant")

FACTS: dict[str, Fact] = {
    **{name: Fact(about, "yes_no") for about, names in _YES_NO.items() for name in names.split()},
    **{name: Fact(about, "number") for about, names in _NUMBERS.items() for name in names.split()},
    "parent_illness_severity": Fact("parent", "choice", _SEVERITY),
    "partner_illness_severity": Fact("partner", "choice", _SEVERITY),
    "substance_use": Fact("parent", "choice", ("none", "past", "current", "dependent")),
    "parent_infant_relationship_concern": Fact("infant", "choice", _CONCERN),
    "developmental_concern": Fact("infant", "choice", _CONCERN),
    "neonatal_care_level": Fact(
        "infant", "choice", ("normal", "transitional", "special", "high_dependency", "intensive")
    ),
    "hpi": Fact("infant", "choice", ("core", "additional")),
}

_DANGER = """child_protection_concern unborn_protection_concern bruising_not_mobile faltering_growth
    marked_withdrawal_or_lost_skills domestic_abuse_disclosed marac_high_risk psychosis_suspected suicidal_intent
    recent_mental_state_change new_violent_self_harm estrangement_from_infant severe_sleep_difficulty overdose_recent
    partner_acute_mental_illness partner_violence"""
DANGER = frozenset(_DANGER.split())
"""Facts that the safety floor reads. Yes, or a code without a meaning, is never left behind; see ``is_danger``."""

_ACUTE = frozenset(
    {
        "new_violent_self_harm",
        "overdose_recent",
        "psychosis_suspected",
        "recent_mental_state_change",
        "suicidal_intent",
    }
)


def is_danger(fact: str, value: Value | None) -> bool:
    """Return whether an observation may be a danger. ``value`` is None when the sender's code has no agreed meaning."""
    if fact == "epds_item_10":
        return value is None or value != 0
    return fact in DANGER and value is not False


def of_partner(fact: str, value: Value) -> tuple[str, Value] | None:
    """Return what a fact about a parent says when the person is the partner; None when it says nothing agreed.

    Without this a partner's illness or substance use would be read as the mother's.
    """
    if FACTS[fact].about != "parent":
        return fact, value
    if fact == "parent_illness_severity":
        return "partner_illness_severity", value
    if fact == "substance_use":
        return "partner_substance_use", value in ("current", "dependent")
    if fact in _ACUTE:
        # One kind of acute illness denied is not acute illness denied.
        return ("partner_acute_mental_illness", True) if value is True else None
    return (fact, value) if fact in DANGER else None
