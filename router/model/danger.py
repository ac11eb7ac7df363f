"""The safety floor's triggers: what counts as danger, who is told, and how soon. No rule pack can edit these.

Thresholds and clocks are illustrative until a board's clinicians approve them. A pack may add its own rules; it cannot
narrow a trigger, lengthen its clock or redirect its notice, because it is never asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from router.model.referral import FactValue, Urgency


class SafetyKind(StrEnum):
    """Protection of a child or adult, or clinical danger."""

    SAFEGUARDING = "safeguarding"
    RED_FLAG = "red-flag"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One thing that is dangerous.

    ``fact`` shows it when true, or when at least ``at_least`` for a number. ``act_within_hours`` runs from when the
    router hears of it. ``recipients`` are directory ids; the desk is told besides.
    """

    name: str
    label: str
    kind: SafetyKind
    fact: str
    urgency: Urgency
    act_within_hours: int
    recipients: tuple[str, ...]
    citation: str
    at_least: int | None = None

    def shown_by(self, value: FactValue | None) -> bool:
        """Return whether ``value`` of ``fact`` shows this danger."""
        if self.at_least is None:
            return value is True
        return isinstance(value, int) and not isinstance(value, bool) and value >= self.at_least

    def denied_by(self, value: FactValue | None) -> bool:
        """Return whether ``value`` of ``fact`` explicitly says that this danger is absent."""
        if self.at_least is None:
            return value is False
        return isinstance(value, int) and not isinstance(value, bool) and value < self.at_least


_SAFEGUARDING = SafetyKind.SAFEGUARDING
_RED_FLAG = SafetyKind.RED_FLAG
_PROTECTION = "National Guidance for Child Protection in Scotland 2021 (updated 2023)"
_MARAC = "Multi-agency risk assessment conference criteria"
_SIGN = "SIGN 169, Perinatal mental health conditions; MBRRACE-UK red flags"
_ASSUMED = "General knowledge, unconfirmed"

TRIGGERS: tuple[Trigger, ...] = (
    Trigger(
        "bruising-not-mobile",
        "Bruising in a baby who cannot yet move about",
        _SAFEGUARDING,
        "bruising_not_mobile",
        Urgency.EMERGENCY,
        4,
        ("social-work", "gp"),
        _ASSUMED,
    ),
    Trigger(
        "child-protection",
        "A child protection concern",
        _SAFEGUARDING,
        "child_protection_concern",
        Urgency.URGENT,
        24,
        ("social-work", "health-visiting"),
        _PROTECTION,
    ),
    Trigger(
        "unborn-protection",
        "A protection concern about an unborn baby",
        _SAFEGUARDING,
        "unborn_protection_concern",
        Urgency.URGENT,
        24,
        ("social-work", "maternity"),
        _PROTECTION,
    ),
    Trigger(
        "high-risk-domestic-abuse",
        "High risk of domestic abuse",
        _SAFEGUARDING,
        "marac_high_risk",
        Urgency.URGENT,
        24,
        ("social-work", "domestic-abuse-support"),
        _MARAC,
    ),
    Trigger(
        "partner-violence",
        "Violence, or a threat of it, by the partner",
        _SAFEGUARDING,
        "partner_violence",
        Urgency.URGENT,
        24,
        ("social-work", "domestic-abuse-support"),
        _MARAC,
    ),
    Trigger(
        "domestic-abuse",
        "A disclosure of domestic abuse",
        _SAFEGUARDING,
        "domestic_abuse_disclosed",
        Urgency.URGENT,
        48,
        ("domestic-abuse-support",),
        _MARAC,
    ),
    Trigger(
        "psychosis-suspected",
        "Psychosis is suspected",
        _RED_FLAG,
        "psychosis_suspected",
        Urgency.EMERGENCY,
        4,
        ("cpmht", "gp"),
        _SIGN,
    ),
    Trigger(
        "suicidal-intent",
        "Suicidal intent",
        _RED_FLAG,
        "suicidal_intent",
        Urgency.EMERGENCY,
        4,
        ("cpmht", "gp"),
        _SIGN,
    ),
    Trigger(
        "new-violent-self-harm",
        "New thoughts or acts of violent self-harm",
        _RED_FLAG,
        "new_violent_self_harm",
        Urgency.EMERGENCY,
        4,
        ("cpmht", "gp"),
        _SIGN,
    ),
    Trigger(
        "overdose-recent",
        "A recent overdose",
        _RED_FLAG,
        "overdose_recent",
        Urgency.EMERGENCY,
        4,
        ("substance-misuse", "gp"),
        _ASSUMED,
    ),
    Trigger(
        "recent-mental-state-change",
        "A recent significant change in mental state",
        _RED_FLAG,
        "recent_mental_state_change",
        Urgency.URGENT,
        48,
        ("cpmht", "gp"),
        _SIGN,
    ),
    Trigger(
        "estrangement-from-infant",
        "New and persistent feelings of incompetency or estrangement from the baby",
        _RED_FLAG,
        "estrangement_from_infant",
        Urgency.URGENT,
        48,
        ("cpmht", "gp"),
        _SIGN,
    ),
    Trigger(
        "severe-sleep-difficulty",
        "Severe difficulty in sleeping",
        _RED_FLAG,
        "severe_sleep_difficulty",
        Urgency.URGENT,
        48,
        ("cpmht", "gp"),
        _SIGN,
    ),
    Trigger(
        "thoughts-of-self-harm",
        "Thoughts of self-harm (Edinburgh scale, item 10)",
        _RED_FLAG,
        "epds_item_10",
        Urgency.URGENT,
        48,
        ("cpmht", "gp"),
        _ASSUMED,
        at_least=1,
    ),
    Trigger(
        "faltering-growth",
        "Faltering growth",
        _RED_FLAG,
        "faltering_growth",
        Urgency.URGENT,
        48,
        ("health-visiting", "gp"),
        _ASSUMED,
    ),
    Trigger(
        "withdrawal-or-lost-skills",
        "Marked withdrawal of the baby, or skills lost",
        _RED_FLAG,
        "marked_withdrawal_or_lost_skills",
        Urgency.URGENT,
        48,
        ("health-visiting", "gp"),
        _ASSUMED,
    ),
    Trigger(
        "partner-acute-illness",
        "Acute mental illness of the partner",
        _RED_FLAG,
        "partner_acute_mental_illness",
        Urgency.URGENT,
        24,
        ("cmht", "gp"),
        _ASSUMED,
    ),
)
"""Every trigger, most pressing first."""

TRIGGERS_BY_FACT = {trigger.fact: trigger for trigger in TRIGGERS}
TRIGGERS_BY_NAME = {trigger.name: trigger for trigger in TRIGGERS}
