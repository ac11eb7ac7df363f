"""Facts worked out from dates, by the calendar of Europe/London."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.facts import NOT_APPLICABLE, Known, Missing, Unknown
from router.routing.derive import Dates, derive, months_between
from router.rules.derivations import DERIVATIONS

BIRTH = date(2026, 5, 10)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
BORN = Dates(
    as_of=NOON,
    referred_at=NOON,
    born=True,
    birth_date=BIRTH,
    living=True,
    expecting=False,
    expected_date=None,
    planning=False,
    gestation_weeks=None,
    parent_birth_date=None,
)
EXPECTING = replace(BORN, born=False, birth_date=None, expecting=True, expected_date=NOON.date() + timedelta(weeks=12))
AGES = ("infant_age_months", "infant_age_months_at_referral", "corrected_age_months")


def value(dates: Dates, name: str) -> object:
    """Return a derived value, None where it is unknown."""
    held = derive(dates)[name]
    return held.value if isinstance(held, Known) else None


def test_every_derivation_that_files_may_name_is_worked_out() -> None:
    """No more and no fewer, whatever is known."""
    nothing = replace(BORN, born=False, birth_date=None)
    assert set(derive(BORN)) == set(derive(nothing)) == DERIVATIONS
    assert set(derive(nothing).values()) == {Unknown(Missing.NOT_STATED)}


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 27), 0),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2028, 1, 31), date(2028, 2, 28), 0),
        (date(2028, 1, 31), date(2028, 2, 29), 1),
        (date(2026, 1, 31), date(2026, 3, 30), 1),
        (date(2026, 1, 31), date(2026, 3, 31), 2),
        (date(2026, 3, 31), date(2026, 4, 29), 0),
        (date(2026, 3, 31), date(2026, 4, 30), 1),
        (date(2026, 1, 30), date(2026, 2, 28), 1),
        (date(2026, 5, 10), date(2027, 5, 9), 11),
        (date(2026, 5, 10), date(2027, 5, 10), 12),
        (date(2028, 2, 29), date(2029, 2, 27), 11),
        (date(2028, 2, 29), date(2029, 2, 28), 12),
        (date(2028, 2, 29), date(2032, 2, 28), 47),
        (date(2028, 2, 29), date(2032, 2, 29), 48),
        (date(2026, 12, 15), date(2027, 1, 14), 0),
        (date(2026, 12, 15), date(2027, 1, 15), 1),
        (date(2026, 5, 10), date(2026, 5, 10), 0),
    ],
)
def test_whole_calendar_months(start: date, end: date, months: int) -> None:
    """A month is complete on the same day, or on the last day of a month that is too short for it."""
    assert months_between(start, end) == months


@given(start=st.dates(date(2000, 1, 1), date(2040, 1, 1)), days=st.integers(0, 4000))
def test_months_rise_by_one_at_most_from_day_to_day(start: date, days: int) -> None:
    """Age never jumps, never falls, and is twelve months after a year for any day that both years have."""
    end = start + timedelta(days=days)
    assert months_between(start, end + timedelta(days=1)) - months_between(start, end) in (0, 1)
    assert days // 31 <= months_between(start, end) <= days // 28
    if (start.month, start.day) != (2, 29):
        assert months_between(start, start.replace(year=start.year + 1)) == 12


@pytest.mark.parametrize(
    ("as_of", "months"),
    [
        # In summer London is an hour ahead: the birthday begins at 23:00 UTC the evening before.
        (datetime(2026, 6, 9, 22, 59, 59, tzinfo=UTC), 0),
        (datetime(2026, 6, 9, 23, 0, tzinfo=UTC), 1),
        # In winter it is not.
        (datetime(2026, 11, 9, 23, 59, 59, tzinfo=UTC), 5),
        (datetime(2026, 11, 10, 0, 0, tzinfo=UTC), 6),
    ],
)
def test_a_day_begins_at_midnight_in_london(as_of: datetime, months: int) -> None:
    """Whatever the zone in which the moment is written."""
    assert value(replace(BORN, as_of=as_of), "infant_age_months") == months
    elsewhere = as_of.astimezone(tz=None)
    assert value(replace(BORN, as_of=elsewhere), "infant_age_months") == months


@pytest.mark.parametrize(
    ("birth", "as_of", "weeks"),
    [
        (date(2026, 10, 25), datetime(2026, 10, 31, 23, 59, tzinfo=UTC), 0),
        (date(2026, 10, 25), datetime(2026, 11, 1, 0, 0, tzinfo=UTC), 1),
        (date(2026, 3, 29), datetime(2026, 4, 4, 22, 59, tzinfo=UTC), 0),
        (date(2026, 3, 29), datetime(2026, 4, 4, 23, 0, tzinfo=UTC), 1),
    ],
)
def test_a_week_in_which_the_clocks_change_has_seven_days(birth: date, as_of: datetime, weeks: int) -> None:
    """Weeks are counted in days, not in hours."""
    assert value(replace(BORN, birth_date=birth, as_of=as_of), "weeks_postnatal") == weeks


def test_age_at_referral_stands_still() -> None:
    """It is counted at the referral's own date, in London as well."""
    referred = datetime(2026, 6, 9, 23, 0, tzinfo=UTC)
    later = replace(BORN, referred_at=referred, as_of=NOON + timedelta(days=400))
    assert value(later, "infant_age_months_at_referral") == 1
    assert value(later, "infant_age_months") == 18
    before = replace(BORN, referred_at=datetime(2026, 5, 1, tzinfo=UTC))
    assert value(before, "infant_age_months_at_referral") is None


@pytest.mark.parametrize(
    ("gestation", "months"),
    [(None, None), (40, 5), (37, 5), (36, 4), (32, 3), (24, 2)],
)
def test_corrected_age_counts_from_the_term(gestation: int | None, months: int | None) -> None:
    """A baby born before 37 weeks is as old as if it had been born at 40; without a gestation it is not known."""
    assert value(replace(BORN, gestation_weeks=gestation), "corrected_age_months") == months


def test_corrected_age_is_never_below_nothing() -> None:
    """Before the day that was expected it is 0."""
    early = replace(BORN, birth_date=NOON.date() - timedelta(days=3), gestation_weeks=30)
    assert value(early, "corrected_age_months") == 0


@pytest.mark.parametrize(
    ("due_in_days", "weeks", "stage"),
    [
        (281, None, "pregnant"),
        (280, 0, "pregnant"),
        (84, 28, "pregnant"),
        (85, 27, "pregnant"),
        (56, 32, "pregnant"),
        (57, 31, "pregnant"),
        (0, 40, "pregnant"),
        (-21, 43, "pregnant"),
        (-22, None, None),
    ],
)
def test_weeks_of_pregnancy_and_an_overdue_date(due_in_days: int, weeks: int | None, stage: str | None) -> None:
    """Three weeks past the date, without word of a birth, something is not known; nor is a date too far ahead."""
    dates = replace(EXPECTING, expected_date=NOON.date() + timedelta(days=due_in_days))
    assert (value(dates, "pregnancy_weeks"), value(dates, "stage")) == (weeks, stage)
    if stage is None:
        assert set(derive(dates).values()) == {Unknown(Missing.NOT_STATED)}


def test_a_pregnancy_without_a_date_is_a_pregnancy() -> None:
    """The stage is known, the weeks are not, and ages cannot exist."""
    dates = replace(EXPECTING, expected_date=None)
    assert value(dates, "stage") == "pregnant"
    assert value(dates, "pregnancy_weeks") is None
    assert {value(dates, name) for name in (*AGES, "weeks_postnatal")} == {NOT_APPLICABLE}


def test_before_conception_nothing_else_can_exist() -> None:
    """Planning is a stage; a birth or a pregnancy comes before it."""
    planning = replace(BORN, born=False, birth_date=None, planning=True)
    assert value(planning, "stage") == "preconception"
    assert {value(planning, name) for name in (*AGES, "weeks_postnatal", "pregnancy_weeks")} == {NOT_APPLICABLE}
    assert value(replace(BORN, planning=True), "stage") == "postnatal"
    assert value(replace(EXPECTING, planning=True), "stage") == "pregnant"


def test_a_birth_whose_date_is_missing_or_still_to_come_is_a_birth() -> None:
    """The stage is known, the ages are not; a date in the future is taken for no date."""
    for birth in (None, NOON.date() + timedelta(days=1)):
        dates = replace(BORN, birth_date=birth, gestation_weeks=30)
        assert value(dates, "stage") == "postnatal"
        assert {value(dates, name) for name in (*AGES, "weeks_postnatal")} == {None}
        assert value(dates, "pregnancy_weeks") is NOT_APPLICABLE


def test_after_a_death_ages_are_gone_and_the_weeks_since_the_birth_go_on() -> None:
    """They still matter to the mother."""
    dates = replace(BORN, living=False, gestation_weeks=30)
    assert {value(dates, name) for name in AGES} == {NOT_APPLICABLE}
    assert value(dates, "weeks_postnatal") == 25
    assert value(dates, "stage") == "postnatal"


@pytest.mark.parametrize(
    ("born", "as_of", "years"),
    [
        (date(2006, 11, 2), NOON, 19),
        (date(2006, 11, 1), NOON, 20),
        (date(2008, 2, 29), datetime(2027, 2, 28, 12, tzinfo=UTC), 19),
        (date(2026, 11, 2), NOON, None),
        (None, NOON, None),
    ],
)
def test_the_parents_age_in_years(born: date | None, as_of: datetime, years: int | None) -> None:
    """Complete on the birthday, and on 28 February in a year without the 29th."""
    assert value(replace(BORN, parent_birth_date=born, as_of=as_of), "parent_age_years") == years


def test_what_is_derived_says_so() -> None:
    """Its source is that it was worked out, at the moment of the decision."""
    held = derive(BORN)["stage"]
    assert held == Known("postnatal", "derived", NOON)
