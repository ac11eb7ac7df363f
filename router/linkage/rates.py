"""What synthetic families are like: how often each thing happens to them and to what is written of them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum


class Kind(StrEnum):
    """What makes an event harder to match, or its family easy to mistake; an event may be of several kinds."""

    MOVED = "moved"
    PHONE_CHANGED = "phone-changed"
    RENAMED = "renamed"
    DOUBLE_SURNAME = "double-surname"
    SPELT_OTHERWISE = "spelt-otherwise"
    NAMING_CUSTOM = "naming-custom"
    SWAPPED_NAMES = "swapped-names"
    NAME_MISTYPED = "name-mistyped"
    FORENAME_LACKING = "forename-lacking"
    BIRTH_DATE_FAULT = "birth-date-fault"
    BIRTH_DATE_LACKING = "birth-date-lacking"
    DEFAULT_DATE = "default-date"
    CHI_MISTYPED = "chi-mistyped"
    PLACEHOLDER = "placeholder"
    EXPECTED_ONLY = "expected-only"
    NEXT_PREGNANCY = "next-pregnancy"
    CHILD_ONLY = "child-only"
    TWINS = "twins"
    TRIPLETS = "triplets"
    TWIN_OMITTED = "twin-omitted"
    SISTERS = "sisters"
    TWIN_MOTHERS = "twin-mothers"
    NAMESAKES = "namesakes"
    REFUGE = "refuge"
    MOTHER_AND_DAUGHTER = "mother-and-daughter"
    REUSED_PHONE = "reused-phone"
    FOSTERED = "fostered"
    ADOPTED = "adopted"
    SURROGATE = "surrogate"
    SAME_SEX_PARENTS = "same-sex-parents"


class Origin(StrEnum):
    """Where a family's names come from, and with them the customs by which they are written."""

    SCOTTISH = "scottish"
    GAELIC = "gaelic"
    POLISH = "polish"
    SOUTH_ASIAN = "south-asian"
    PUNJABI_HINDI = "punjabi-hindi"
    CHINESE = "chinese"
    ARABIC = "arabic"
    WEST_AFRICAN = "west-african"
    HORN_OF_AFRICA = "horn-of-africa"
    UKRAINIAN = "ukrainian"
    IBERIAN = "iberian"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often things happen. Each is a share from 0 to 1, but for ``later_events`` and ``refuge_families``.

    ``later_events`` is the mean number of events of a family after its first. Of the adversaries (sisters to
    surrogates), the share is of families that have such a one; it comes on top, as a family of its own.
    """

    later_events: float = 1.0
    arrives_later: float = 0.08

    partner: float = 0.6
    twins: float = 0.016
    triplets: float = 0.001
    same_sex_parents: float = 0.008

    moved: float = 0.10
    phone_changed: float = 0.08
    renamed: float = 0.05
    double_surname: float = 0.05
    next_pregnancy: float = 0.05

    mother_chi_missing: float = 0.30
    infant_chi_missing: float = 0.70
    chi_mistyped: float = 0.003
    spelt_otherwise: float = 0.06
    surname_spelt_otherwise: float = 0.06
    naming_custom: float = 0.25
    swapped_names: float = 0.004
    name_mistyped: float = 0.012
    initial_only: float = 0.002
    forename_missing: float = 0.002
    birth_date_fault: float = 0.010
    birth_date_missing: float = 0.004
    default_date: float = 0.002
    phone_missing: float = 0.25
    phone_of_another: float = 0.01
    email_missing: float = 0.6
    postcode_missing: float = 0.02
    address_missing: float = 0.06
    partner_stated: float = 0.4
    infant_stated: float = 0.9
    placeholder: float = 0.6
    twin_omitted: float = 0.15
    child_only: float = 0.006

    sisters: float = 0.03
    twin_mothers: float = 0.006
    namesakes: float = 0.02
    refuge: float = 0.02
    mother_and_daughter: float = 0.01
    reused_phone: float = 0.02
    fostered: float = 0.008
    adopted: float = 0.003
    surrogate: float = 0.001
    refuge_families: int = 120

    def with_changes(self, changes: dict[str, float]) -> Rates:
        """Return rates with some of them changed. Raise ValueError, naming the rate, when one cannot be."""
        known = {one.name for one in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"rate {name} is not one of {', '.join(sorted(known))}")
            most = 50 if name == "later_events" else 10_000 if name == "refuge_families" else 1
            if not 0 <= value <= most:
                raise ValueError(f"rate {name} is {value}; it must be from 0 to {most}")
        if "refuge_families" in changes:
            changes = {**changes, "refuge_families": max(1, int(changes["refuge_families"]))}
        return replace(self, **changes)  # type: ignore[arg-type]  # checked above


NEWCOMERS = frozenset({Origin.ARABIC, Origin.HORN_OF_AFRICA, Origin.SOUTH_ASIAN, Origin.WEST_AFRICAN})
"""Origins whose birth dates are more often set to the first of January, for want of a known one."""
