"""The names of facts that are worked out from dates. ``routing.facts`` works them out; files may only name these."""

DERIVATIONS = frozenset(
    {
        "stage",
        "pregnancy_weeks",
        "weeks_postnatal",
        "infant_age_months",
        "infant_age_months_at_referral",
        "corrected_age_months",
        "parent_age_years",
    }
)
