"""Ordinary families: each kind says enough to be placed, and is known to one to three systems."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from adapters.population import bundles as fhir
from adapters.population.bundles import Json, bundle, condition, epds, medication, observation
from adapters.population.extracts import neonatal_row, substance_row
from adapters.population.messages import development, imh, message, obx
from adapters.population.outbox import Outbox
from adapters.population.people import Family, Maker

ALL_WELL = {"gross motor": "N", "speech": "N", "social": "N", "feeding": "N"}


def day(maker: Maker, most: int = 40, least: int = 2) -> date:
    """Return a day before the as-at date."""
    return maker.as_at - timedelta(days=maker.rng.randrange(least, most))


def known_to_visitor(on: date, *, illness: str = "N", hpi: str = "C", relation: str = "N") -> list[str]:
    """Return what a health visitor states of every family at a review."""
    return [
        obx("HPI", hpi, at=on),
        obx("ILLNESS_SEV", illness, at=on),
        obx("REL_CONCERN", relation, at=on),
        obx("DEV_CONCERN", "N", at=on),
        obx("GEST_WEEKS", 39),
        obx("BP_PP_HX", "N"),
        obx("SUBST_USE", "N", at=on),
        obx("DISTRESS", "N", at=on),
        obx("LAC", "N"),
        obx("REVIEW_DT", f"{on:%Y%m%d}", kind="DT"),
        obx("REVIEW_TYPE", "6-8 WEEK"),
        obx("PLACE", "HOME"),
        obx("CONSENT", "Y"),
    ]


def known_to_team(family: Family, on: date, *, linked: bool = False, relation: str = "none") -> list[Json]:
    """Return what a perinatal team states of every woman."""
    stated = [
        observation("history-bipolar-or-ppp", value=False, day=on),
        observation("family-history-bipolar-or-ppp", value=False, day=on),
        observation("substance-use", "none", on),
        observation("linked-to-birth-or-loss", linked, on),
        observation("relationship-concern", relation, on),
        observation("first-baby", value=True, day=on),
        observation("care-experienced", value=False, day=on),
        observation("primary-carer", value=True, day=on),
    ]
    if family.babies:
        subject = {"reference": "Patient/infant-1"}
        stated.append(observation("gestation-weeks", 39, on, subject=subject))
    return stated


def _pregnant_and_ill(maker: Maker, out: Outbox) -> None:
    family = maker.family(weeks_pregnant=maker.rng.randrange(14, 35))
    on = day(maker)
    content = [
        condition("F32.1", "Moderate depressive episode", on, severity="moderate"),
        epds(16, 0, on),
        medication("0403030", "Sertraline"),
        *known_to_team(family, on),
    ]
    out.perinatal(family.board, bundle(family, on, content, service="CPMHT"))
    if maker.rng.random() < 0.5:  # noqa: PLR2004 - half of them
        changed = on + timedelta(days=1)
        content = [*content, observation("view-of-parent", "", changed, valueString="I would like to be seen at home.")]
        content[-1].pop("valueCodeableConcept")
        again = bundle(family, changed, content, event="referral-modify", version=2, service="CPMHT")
        out.perinatal(family.board, again)


def _born_and_ill(maker: Maker, out: Outbox) -> None:
    family = maker.family(age_days=maker.rng.randrange(30, 250))
    on = day(maker, 25)
    content = [
        condition("F53.0", "Postnatal depression", on, severity="moderate"),
        epds(17, 0, on),
        *known_to_team(family, on),
    ]
    out.perinatal(family.board, bundle(family, on, content, service="CPMHT"))
    seen = day(maker, 28)
    findings = [*known_to_visitor(seen, illness="MO"), obx("EPDS_TOTAL", 15, at=seen), obx("EPDS_Q10", 0, at=seen)]
    out.health_visiting(family.board, message(family, seen, findings, service="CPMHT", partner=True))


def _hard_birth(maker: Maker, out: Outbox) -> None:
    family = maker.family(age_days=maker.rng.randrange(20, 90))
    on = day(maker, 15)
    support = "MH-MILD;DISTRESS"
    row = neonatal_row(
        family, on, gest_weeks="36", weight_g="2510", care_level="SC", still_admitted="N", destination="HOME",
        discharge_dt=f"{on - timedelta(days=1)}", parent_support_need=support, requested_service="MNPI",
    )  # fmt: skip
    out.neonatal(family.board, row)
    content = [
        condition("F43.2", "Adjustment disorder", on, severity="mild"),
        epds(12, 0, on),
        *known_to_team(family, on, linked=True)[:-1],
        observation("gestation-weeks", 36, on, subject={"reference": "Patient/infant-1"}),
    ]
    out.perinatal(family.board, bundle(family, on, content, service="MNPI"))


def _born_early(maker: Maker, out: Outbox) -> None:
    family = maker.family(age_days=maker.rng.randrange(40, 120))
    on = day(maker, 12)
    row = neonatal_row(
        family, on, gest_weeks="28", weight_g="1120", weight_below_3rd="N", care_level="IC", diagnoses="P07.3;P22.0",
        complex_needs="N", parent_support_need="NONE;MH-NONE", requested_service="NDS",
    )  # fmt: skip
    out.neonatal(family.board, row)
    seen = day(maker, 10)
    early = [finding for finding in known_to_visitor(seen) if "GEST_WEEKS" not in finding]
    out.health_visiting(family.board, message(family, seen, [*early, obx("GEST_WEEKS", 28)], partner=True))


def _relationship(maker: Maker, out: Outbox) -> None:
    family = maker.family(age_days=maker.rng.randrange(200, 900))
    on = day(maker)
    counts = {"CARER": 2, "EMOTIONAL": 2, "COGNITIVE": 0, "SELF": 1, "SOCIAL": 1}
    findings = [*known_to_visitor(on, hpi="A", relation="G"), *imh(counts, on), *development(ALL_WELL, on)]
    out.health_visiting(family.board, message(family, on, findings, service="IMH", partner=True))
    if maker.rng.random() < 0.4:  # noqa: PLR2004 - two in five
        out.health_visiting(family.board, message(family, on + timedelta(days=1), findings, trigger="I13", version=2))


def _using_and_pregnant(maker: Maker, out: Outbox) -> None:
    family = maker.family(weeks_pregnant=maker.rng.randrange(12, 36))
    on = day(maker)
    row = substance_row(
        family, on, chi=family.mother.chi, substances="HEROIN|WEEKLY|SMOKED;DIAZEPAM|OCCASIONAL|ORAL",
        alcohol_past_month="N", dependent="Y", injecting="N", prescribed_ost="Y", wants_treatment="Y",
        co_occurring_health="MH-MILD", accommodation="RENTED", legal_status="NONE", child_at_risk="N",
        in_treatment="Y",
    )  # fmt: skip
    out.substance(family.board, row)
    content = [
        observation("illness-severity", "mild", on),
        *[one for one in known_to_team(family, on) if one["code"]["coding"][0]["code"] != "substance-use"],
        observation("substance-use", "dependent", on),
    ]
    out.perinatal(family.board, bundle(family, on, content))


def _using_with_baby(maker: Maker, out: Outbox) -> None:
    family = maker.family(age_days=maker.rng.randrange(100, 500))
    on = day(maker)
    row = substance_row(
        family, on, chi=family.mother.chi, substances="COCAINE|WEEKLY|NASAL", alcohol_past_month="Y", dependent="N",
        injecting="N", prescribed_ost="N", wants_treatment="Y", co_occurring_health="MH-NONE", accommodation="RENTED",
        child_at_risk="N", dependent_children="1|WITH_CLIENT", in_treatment="N",
    )  # fmt: skip
    out.substance(family.board, row)
    seen = on - timedelta(days=3)
    findings = [one for one in known_to_visitor(seen, hpi="A") if "SUBST_USE" not in one]
    findings.append(obx("SUBST_USE", "C", at=seen))
    out.health_visiting(family.board, message(family, seen, findings, service="SMS"))


def _practical_help(maker: Maker, out: Outbox) -> None:
    family = maker.family(age_days=maker.rng.randrange(60, 400))
    on = day(maker)
    wishes = [obx("SUPPORT", "Y", at=on), obx("PARENTING", "Y", at=on), obx("NO_HOME", "N", at=on)]
    findings = [*known_to_visitor(on, hpi="A"), *development(ALL_WELL, on), *wishes]
    note = "Would like to meet other parents."
    out.health_visiting(family.board, message(family, on, findings, service="HFS", partner=True, note=note))


def _young_mother(maker: Maker, out: Outbox) -> None:
    family = maker.family(weeks_pregnant=maker.rng.randrange(12, 25), mother_age=18)
    on = day(maker, 20)
    content = [observation("illness-severity", "none", on), *known_to_team(family, on)]
    out.perinatal(family.board, bundle(family, on, content, service="FNP"))


def _nursery(maker: Maker, out: Outbox) -> None:
    family = maker.family(age_days=maker.rng.randrange(760, 1000))
    on = day(maker)
    findings = [*known_to_visitor(on), *development(ALL_WELL, on), obx("ELC_PLACE", "Y", at=on)]
    out.health_visiting(family.board, message(family, on, findings, service="ELC"))


def _planning(maker: Maker, out: Outbox) -> None:
    family = maker.family()
    on = day(maker)
    content = [
        observation("planning-pregnancy", value=True, day=on),
        observation("history-bipolar-or-ppp", value=True, day=on),
        condition("F31.7", "Bipolar disorder, in remission", on, status="remission"),
        observation("illness-severity", "none", on),
        observation("substance-use", "none", on),
        medication("0402030", "Lithium carbonate"),
        fhir.care_team("CMHT", family.board.code),
    ]
    out.perinatal(family.board, bundle(family, on, content, service="CPMHT"))


KINDS: tuple[Callable[[Maker, Outbox], None], ...] = (
    _born_and_ill,
    _relationship,
    _born_early,
    _pregnant_and_ill,
    _using_with_baby,
    _hard_birth,
    _practical_help,
    _using_and_pregnant,
    _young_mother,
    _born_and_ill,
    _born_early,
    _nursery,
    _hard_birth,
    _planning,
)
"""Kinds of families, in the order in which they come round again."""
