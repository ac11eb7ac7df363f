"""Dates are read as each source writes them; impossible ones are refused and none is put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dates import BadDateError, hl7_date, hl7_moment, iso_date, iso_moment, start_of_day, timestamp, uk_date


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (iso_date, "2026-02-30"),
        (iso_date, "30/01/2026"),
        (iso_date, "0001-01-01"),
        (iso_date, "9999-12-31"),
        (iso_date, ""),
        (iso_date, "2026-1-1"),
        (iso_date, "\u0662026-01-01"),
        (uk_date, "31/11/2026"),
        (uk_date, "2026-11-30"),
        (uk_date, "11/30/2026"),
        (iso_moment, "2026-10-01T24:00"),
        (iso_moment, "2026-10-01T10:60"),
        (hl7_moment, "20261399"),
        (hl7_moment, "202610"),
        (hl7_moment, "2026100125"),
        (hl7_moment, "202610011000+2500"),
        (hl7_date, "20260229"),
    ],
)
def test_impossible_dates_are_refused(read: Callable[[str], object], text: str) -> None:
    """A date that cannot be, or is written in another order, is no date; the error does not repeat it."""
    with pytest.raises(BadDateError) as caught:
        read(text)
    assert str(caught.value) == ""


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_date_is_read_back(day: date) -> None:
    """Every possible date is read as itself in each of the three forms."""
    assert iso_date(day.isoformat()) == day
    assert uk_date(f"{day.day:02d}/{day.month:02d}/{day.year}") == day
    assert hl7_date(day.isoformat().replace("-", "")) == day


def test_local_time_is_scottish() -> None:
    """In summer a local hour is an hour earlier in UTC, in winter it is the same."""
    assert iso_moment("2026-07-01T10:00").astimezone(UTC) == datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    assert hl7_moment("202612011000").astimezone(UTC) == datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
    assert hl7_moment("202607011000+0000").astimezone(UTC) == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert hl7_moment("20260701100030.5-0130").astimezone(UTC) == datetime(2026, 7, 1, 11, 30, 30, tzinfo=UTC)


def test_a_date_alone_is_the_start_of_its_day() -> None:
    """What is dated but not timed is never later than it was."""
    assert iso_moment("2026-07-01") == start_of_day(date(2026, 7, 1))
    assert timestamp(start_of_day(date(2026, 7, 1))).ToJsonString() == "2026-06-30T23:00:00Z"


def test_a_moment_needs_a_zone() -> None:
    """A time without a zone could be an hour off, so it does not become a timestamp."""
    with pytest.raises(ValueError, match="time zone"):
        timestamp(datetime(2026, 7, 1, 10, 0))  # noqa: DTZ001 - this is what is refused
