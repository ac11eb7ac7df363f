"""Gates: what sends a match to a person whatever its weight. Each is a stable slug with one sentence for the reader."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Gate(StrEnum):
    """Why a person is asked."""

    DIFFERENT_CHI = "different-chi"
    DIFFERENT_NHS_NUMBER = "different-nhs-number"
    FORENAME_DIFFERS = "forename-differs"
    FORENAME_MISSING = "forename-missing"
    BIRTH_DATE_DIFFERS = "birth-date-differs"
    BIRTH_DATE_MISSING = "birth-date-missing"
    NOTHING_INDEPENDENT = "nothing-independent"
    HOUSEHOLD_ONLY = "household-only"
    CHI_ALONE = "chi-alone"
    CHI_CONTRADICTED = "chi-contradicted"
    INFANT_WITHOUT_NUMBER = "infant-without-number"
    INFANT_NUMBER_CONTRADICTED = "infant-number-contradicted"
    INFANT_DATES_APART = "infant-dates-apart"
    INFANT_ELSEWHERE = "infant-elsewhere"
    WHICH_TWIN = "which-twin"
    WHICH_INFANT = "which-infant"
    CARER_AND_INFANT_APART = "carer-and-infant-apart"
    CARER_KNOWN_AS_PARTNER = "carer-known-as-partner"
    ANOTHER_MOTHER = "another-mother"
    TWO_FAMILIES = "two-families"
    DECISIONS_CONFLICT = "decisions-conflict"
    UNCERTAIN = "uncertain"


SENTENCES: Mapping[Gate, str] = MappingProxyType(
    {
        Gate.DIFFERENT_CHI: "The carer's CHI numbers are two different numbers.",
        Gate.DIFFERENT_NHS_NUMBER: "The carer's NHS numbers are two different numbers.",
        Gate.FORENAME_DIFFERS: "The carer's forename differs and no CHI number agrees.",
        Gate.FORENAME_MISSING: "The carer's full forename is not known on both sides and no CHI number agrees.",
        Gate.BIRTH_DATE_DIFFERS: "The carer's birth date differs and no CHI number agrees.",
        Gate.BIRTH_DATE_MISSING: "The carer's birth date is not known to the day on both sides; no CHI number agrees.",
        Gate.NOTHING_INDEPENDENT: "The carer's name and birth date agree, and nothing that a namesake nearby lacks.",
        Gate.HOUSEHOLD_ONLY: "Only the household agrees: neither the carer's forename nor birth date does.",
        Gate.CHI_ALONE: "A CHI number agrees, and nothing else does.",
        Gate.CHI_CONTRADICTED: "The carer's number agrees, but names or birth date say another person.",
        Gate.INFANT_WITHOUT_NUMBER: "The carer could not be compared, and no number of an infant agrees.",
        Gate.INFANT_NUMBER_CONTRADICTED: "An infant's number agrees, but the birth date does not.",
        Gate.INFANT_DATES_APART: "An infant's date differs from the known one by less than a pregnancy.",
        Gate.INFANT_ELSEWHERE: "An infant's number agrees, but no carer could be compared, and the home differs.",
        Gate.WHICH_TWIN: "The birth set has several infants, and nothing tells which of them is meant.",
        Gate.WHICH_INFANT: "An infant has no number or birth date to be told from the family's infants by.",
        Gate.CARER_AND_INFANT_APART: "The carer and the infant point to different families.",
        Gate.CARER_KNOWN_AS_PARTNER: "The carer is known to the family as a partner, and no infant confirms it.",
        Gate.ANOTHER_MOTHER: "The main carer agrees, but the mother is another woman.",
        Gate.TWO_FAMILIES: "Two families are equally possible.",
        Gate.DECISIONS_CONFLICT: "Earlier decisions both join and part this event and this family.",
        Gate.UNCERTAIN: "The evidence is too much to part the families and too little to join them.",
    }
)
"""What each gate means, in words for the person who is asked. Slugs are stable: stored reviews refer to them."""

CONTRARY = frozenset({
    Gate.DIFFERENT_CHI, Gate.DIFFERENT_NHS_NUMBER, Gate.FORENAME_DIFFERS, Gate.BIRTH_DATE_DIFFERS,
    Gate.CHI_CONTRADICTED, Gate.HOUSEHOLD_ONLY, Gate.CARER_AND_INFANT_APART,
})  # fmt: skip
"""Gates that speak against the family, not merely of missing evidence: such a family is no rival of a sure match."""
