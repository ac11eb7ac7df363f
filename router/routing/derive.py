"""Facts that are worked out from dates: by calendar, in Europe/London, at the moment given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from router.model.facts import NOT_APPLICABLE, Held, Known, Missing, Unknown
from router.model.referral import FactValue

LONDON = ZoneInfo("Europe/London")
TERM_WEEKS = 40
EARLY_BEFORE_WEEKS = 37
# An expected date three weeks gone without word of a birth says that something is not known.
OVERDUE = timedelta(weeks=3)
NOT_STATED = Unknown(Missing.NOT_STATED)


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates that a view of the facts is worked out from.

    ``born`` is true when a child of the view has been born, even when ``birth_date`` is not known. ``living`` is false
    for a child that has died: its ages no longer exist, while the weeks since the birth still matter to its mother. It
    is None where that is in doubt.
    """

    as_of: datetime
    referred_at: datetime
    born: bool
    birth_date: date | None
    living: bool | None
    expecting: bool
    expected_date: date | None
    planning: bool
    gestation_weeks: int | None
    parent_birth_date: date | None


def derive(dates: Dates) -> dict[str, Held]:
    """Return derivation name -> what is held of it."""
    today = dates.as_of.astimezone(LONDON).date()
    stage = _stage(dates, today)
    birth = dates.birth_date
    return {
        "stage": _known(stage, dates) if stage else NOT_STATED,
        "pregnancy_weeks": _when("pregnant", stage, _pregnancy_weeks(dates, today), dates),
        "weeks_postnatal": _when("postnatal", stage, _weeks(birth, today), dates),
        "infant_age_months": _age(stage, _months(birth, today), dates),
        "infant_age_months_at_referral": _age(
            stage, _months(birth, dates.referred_at.astimezone(LONDON).date()), dates
        ),
        "corrected_age_months": _age(stage, _corrected_months(dates, today), dates),
        "parent_age_years": _known(years, dates)
        if (years := _years(dates.parent_birth_date, today)) is not None
        else NOT_STATED,
    }


def months_between(start: date, end: date) -> int:
    """Return whole calendar months from ``start`` to ``end``; the 31st completes a short month on its last day."""
    months = (end.year - start.year) * 12 + end.month - start.month
    last_of_end = (end.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return months if end.day >= min(start.day, last_of_end.day) else months - 1


def _stage(dates: Dates, today: date) -> str:
    if dates.born:
        return "postnatal"
    if dates.expecting:
        overdue = dates.expected_date is not None and today > dates.expected_date + OVERDUE
        return "" if overdue else "pregnant"
    return "preconception" if dates.planning else ""


def _known(value: FactValue, dates: Dates) -> Known:
    return Known(value, "derived", dates.as_of)


def _when(wanted: str, stage: str, value: int | None, dates: Dates) -> Held:
    if stage and stage != wanted:
        return Known(NOT_APPLICABLE, "derived", dates.as_of)
    return _known(value, dates) if stage and value is not None else NOT_STATED


def _age(stage: str, value: int | None, dates: Dates) -> Held:
    if stage == "postnatal" and dates.living is None:
        return NOT_STATED
    if stage == "postnatal" and not dates.living:
        return Known(NOT_APPLICABLE, "derived", dates.as_of)
    return _when("postnatal", stage, value, dates)


def _pregnancy_weeks(dates: Dates, today: date) -> int | None:
    if dates.expected_date is None:
        return None
    weeks = (TERM_WEEKS * 7 - (dates.expected_date - today).days) // 7
    # a birth expected more than a whole pregnancy away is a slip of the pen
    return weeks if weeks >= 0 else None


def _weeks(birth: date | None, today: date) -> int | None:
    return (today - birth).days // 7 if birth is not None and birth <= today else None


def _months(birth: date | None, day: date) -> int | None:
    return months_between(birth, day) if birth is not None and birth <= day else None


def _corrected_months(dates: Dates, today: date) -> int | None:
    if dates.birth_date is None or dates.gestation_weeks is None or dates.birth_date > today:
        return None
    early = TERM_WEEKS - dates.gestation_weeks if dates.gestation_weeks < EARLY_BEFORE_WEEKS else 0
    due = dates.birth_date + timedelta(weeks=early)
    return max(0, months_between(due, today)) if due <= today else 0


def _years(birth: date | None, today: date) -> int | None:
    return months_between(birth, today) // 12 if birth is not None and birth <= today else None
