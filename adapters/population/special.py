"""Families that show what the router is for: known to four systems, misspelt, moved, in danger, or taken for another.

Each function makes one family, or two that must be kept apart, and its messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from adapters.population.bundles import bundle, condition, epds, observation, red_flag
from adapters.population.extracts import neonatal_row, substance_row
from adapters.population.messages import imh, message, obx
from adapters.population.names import FIFE, GLASGOW, LANARKSHIRE, LOTHIAN
from adapters.population.ordinary import known_to_team, known_to_visitor
from adapters.population.outbox import Outbox
from adapters.population.people import Maker


def known_to_all_four(maker: Maker, out: Outbox) -> None:
    """Write of one mother and baby in all four systems: spelt differently, and without CHI in the substance extract."""
    family = maker.family(age_days=70, board=LANARKSHIRE)
    mother = replace(family.mother, given="Mhairi", family="MacSample")
    family = replace(family, mother=mother, babies=(replace(family.baby, family="MacSample"),))
    on = maker.as_at - timedelta(days=9)
    row = neonatal_row(
        replace(family, mother=mother.spelt("Mairi", "McSample")), on, gest_weeks="31", weight_g="1480",
        care_level="HD", diagnoses="P07.3", complex_needs="N", parent_support_need="MH-MOD;DISTRESS",
    )  # fmt: skip
    out.neonatal(LANARKSHIRE, row)
    day = on + timedelta(days=2)
    content = [condition("F53.0", "Postnatal depression", day, severity="moderate"), epds(18, 0, day)]
    content += [one for one in known_to_team(family, day, linked=True) if "gestation" not in str(one["code"])]
    out.perinatal(LANARKSHIRE, bundle(family, day, content, service="CPMHT"))
    day = on + timedelta(days=4)
    row = substance_row(
        replace(family, mother=mother.spelt("Mhari")), day, chi="", substances="CANNABIS|WEEKLY|SMOKED",
        alcohol_past_month="N", dependent="N", injecting="N", prescribed_ost="N", wants_treatment="Y",
        co_occurring_health="MH-MOD", accommodation="RENTED", child_at_risk="N", youngest_child_name="",
    )  # fmt: skip
    out.substance(LANARKSHIRE, row)
    day = on + timedelta(days=5)
    findings = [one for one in known_to_visitor(day, illness="MO", hpi="A") if "GEST" not in one and "SUBST" not in one]
    findings += [obx("GEST_WEEKS", 31), obx("SUBST_USE", "C", at=day)]
    out.health_visiting(LANARKSHIRE, message(family, day, findings, service="CPMHT", partner=True))


def twins(maker: Maker, out: Outbox) -> None:
    """Write of twins: one birth date and one mother, two numbers, two rows and two messages."""
    family = maker.family(age_days=50, babies=2, board=FIFE)
    on = maker.as_at - timedelta(days=6)
    for baby, weight in zip(family.babies, ("1890", "1745"), strict=True):
        row = neonatal_row(
            family, on, baby=baby, gest_weeks="33", weight_g=weight, care_level="SC", diagnoses="P07.3",
            complex_needs="N", parent_support_need="NONE;MH-NONE",
        )  # fmt: skip
        out.neonatal(FIFE, row)
    day = on + timedelta(days=2)
    findings = [*[one for one in known_to_visitor(day) if "GEST_WEEKS" not in one], obx("GEST_WEEKS", 33)]
    for baby in family.babies:
        out.health_visiting(FIFE, message(family, day, findings, baby=baby))


def not_yet_named(maker: Maker, out: Outbox) -> None:
    """Write of a baby without a forename at the unit, "Baby" there, named when the health visitor comes."""
    family = maker.family(age_days=24, board=LOTHIAN)
    on = maker.as_at - timedelta(days=20)
    unnamed = replace(family.baby, given="Baby", chi="")
    row = neonatal_row(
        family, on, baby=unnamed, gest_weeks="32", weight_g="1690", care_level="SC", complex_needs="N",
        parent_support_need="NONE;MH-NONE",
    )  # fmt: skip
    out.neonatal(LOTHIAN, row)
    day = on + timedelta(days=14)
    findings = [*[one for one in known_to_visitor(day) if "GEST_WEEKS" not in one], obx("GEST_WEEKS", 32)]
    out.health_visiting(LOTHIAN, message(family, day, findings))


def changed_surname(maker: Maker, out: Outbox) -> None:
    """Write of a mother who married: the unit has the surname from before, the team has both."""
    family = maker.family(age_days=110, board=GLASGOW)
    before = family.mother.family
    now = replace(family.mother, family="Marriedson", former=before)
    on = maker.as_at - timedelta(days=18)
    row = neonatal_row(
        family, on, gest_weeks="35", weight_g="2310", care_level="SC", still_admitted="N", destination="HOME",
        discharge_dt=f"{on - timedelta(days=2)}", parent_support_need="MH-MILD;DISTRESS",
    )  # fmt: skip
    out.neonatal(GLASGOW, row)
    day = on + timedelta(days=7)
    content = [condition("F53.0", "Postnatal depression", day, severity="mild"), epds(11, 0, day)]
    content += [one for one in known_to_team(family, day, linked=True) if "gestation" not in str(one["code"])]
    out.perinatal(GLASGOW, bundle(replace(family, mother=now), day, content, service="MNPI"))


def red_flags(maker: Maker, out: Outbox) -> None:
    """Write of a mother in acute danger; the first message of the health visitor did not know it."""
    family = maker.family(age_days=21, board=LANARKSHIRE)
    on = maker.as_at - timedelta(days=4)
    findings = [*known_to_visitor(on, illness="MO"), obx("EPDS_TOTAL", 14, at=on), obx("EPDS_Q10", 0, at=on)]
    out.health_visiting(LANARKSHIRE, message(family, on, findings, service="CPMHT"))
    day = on + timedelta(days=2)
    content = [
        condition("F53.1", "Puerperal psychosis", day, severity="severe"),
        red_flag("mental-state-change", day),
        red_flag("estrangement", day),
        red_flag("violent-self-harm", day, present=False),
        epds(22, 2, day),
        observation("needs-inpatient-care", value=True, day=day),
        *[one for one in known_to_team(family, day) if "history-bipolar" not in str(one["code"])],
    ]
    out.perinatal(LANARKSHIRE, bundle(family, day, content, priority="stat", service="MBU"))


def child_protection(maker: Maker, out: Outbox) -> None:
    """Write of a child protection concern found at a review, and bruising in a baby who cannot move about."""
    family = maker.family(age_days=95, board=FIFE)
    on = maker.as_at - timedelta(days=3)
    findings = [*known_to_visitor(on, hpi="A", relation="S"), obx("CP", "Y", at=on), obx("BRUISE_NM", "Y", at=on)]
    out.health_visiting(FIFE, message(family, on, findings, priority="S", service="SW", partner=True))


def domestic_abuse(maker: Maker, out: Outbox) -> None:
    """Write of abuse disclosed to two services, with a wish not to be written to at home."""
    family = maker.family(weeks_pregnant=26, board=GLASGOW)
    on = maker.as_at - timedelta(days=8)
    row = substance_row(
        family, on, chi=family.mother.chi, substances="ALCOHOL|WEEKLY|ORAL", alcohol_past_month="Y", dependent="N",
        injecting="N", prescribed_ost="N", wants_treatment="Y", co_occurring_health="MH-MILD", accommodation="REFUGE",
        concerns="DA;P-VIOLENT", do_not_write="Y", do_not_phone="N",
        contact_instructions="Phone between 10 and 12 only.", child_at_risk="N",
    )  # fmt: skip
    out.substance(GLASGOW, row)
    day = on + timedelta(days=3)
    content = [
        observation("illness-severity", "mild", day),
        observation("domestic-abuse", value=True, day=day),
        *[one for one in known_to_team(family, day) if "substance-use" not in str(one["code"])],
        observation("substance-use", "current", day),
    ]
    out.perinatal(GLASGOW, bundle(family, day, content, priority="asap", service="DAS"))


def severity_missing(maker: Maker, out: Outbox) -> None:
    """Write of a depression whose severity nobody states: a question, not a refusal."""
    family = maker.family(age_days=63, board=LOTHIAN)
    on = maker.as_at - timedelta(days=5)
    content = [condition("F32.9", "Depressive episode, unspecified", on), *known_to_team(family, on)]
    out.perinatal(LOTHIAN, bundle(family, on, content, priority=None, service="CPMHT"))


def moved(maker: Maker, out: Outbox) -> None:
    """Write of a family that moved: its baby in one board's unit, its home and health visitor in another's."""
    family = maker.family(age_days=58, board=FIFE)
    on = maker.as_at - timedelta(days=16)
    row = neonatal_row(
        replace(family, board=LOTHIAN, postcode="EH16 4ZB", address="3 Demo Loan"), on, gest_weeks="29",
        weight_g="1210", care_level="IC", diagnoses="P07.3;P52.1", complex_needs="Y", home_board=FIFE.code,
        destination_board=FIFE.code, repatriation_decided_dt=f"{on}", parent_support_need="NONE;MH-NONE",
    )  # fmt: skip
    out.neonatal(LOTHIAN, row)
    day = on + timedelta(days=10)
    findings = [*[one for one in known_to_visitor(day, hpi="A") if "GEST_WEEKS" not in one], obx("GEST_WEEKS", 29)]
    out.health_visiting(FIFE, message(family, day, findings, service="NDS", partner=True))


def namesakes(maker: Maker, out: Outbox) -> None:
    """Write of two mothers of one name and one birth date, with nothing else in common: they must stay two families."""
    first = maker.family(age_days=130, board=LANARKSHIRE)
    second = maker.family(age_days=410, board=GLASGOW)
    namesake = replace(second.mother, given=first.mother.given, family=first.mother.family, born=first.mother.born)
    if first.mother.born:
        namesake = replace(namesake, chi=maker.register.chi(first.mother.born, female=True))
    second = replace(second, mother=namesake)
    on = maker.as_at - timedelta(days=11)
    content = [condition("F32.1", "Moderate depressive episode", on, severity="moderate"), *known_to_team(first, on)]
    out.perinatal(LANARKSHIRE, bundle(first, on, content, service="CPMHT"))
    counts = {"CARER": 3, "EMOTIONAL": 1, "COGNITIVE": 1, "SELF": 1, "SOCIAL": 0}
    findings = [*known_to_visitor(on, hpi="A", relation="G"), *imh(counts, on)]
    out.health_visiting(GLASGOW, message(second, on, findings, service="IMH"))


KINDS: tuple[tuple[Callable[[Maker, Outbox], None], int], ...] = (
    (known_to_all_four, 1),
    (twins, 1),
    (not_yet_named, 1),
    (changed_surname, 1),
    (red_flags, 1),
    (child_protection, 1),
    (domestic_abuse, 1),
    (severity_missing, 1),
    (moved, 1),
    (namesakes, 2),
)
"""Each kind and how many families it makes."""
LEAST_FAMILIES = sum(number for _, number in KINDS)
