"""Dates as the sources write them. Impossible ones are refused; none is guessed or put right."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

LONDON = ZoneInfo("Europe/London")
EARLIEST = date(1900, 1, 1)
LATEST = date(2199, 12, 31)
"""Beyond these a date is a placeholder, such as 01/01/0001 or 31/12/9999."""

FARTHEST_OFFSET_HOURS = 14
MINUTES_OF_AN_HOUR = 60
PREGNANCY = timedelta(days=280)
"""From the first day of the last period to the expected date of delivery (Naegele's rule)."""

_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_ISO_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_UK_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_HL7 = re.compile(r"(\d{8})(?:(\d{2})(\d{2})(\d{2})?(?:\.\d{1,4})?)?([+-]\d{4})?", re.ASCII)


class BadDateError(ValueError):
    """A text that is not a possible date in the form expected. It does not carry the text."""


def _make(year: str, month: str, day: str) -> date:
    try:
        made = date(int(year), int(month), int(day))
    except ValueError:
        raise BadDateError from None
    if not EARLIEST <= made <= LATEST:
        raise BadDateError
    return made


def iso_date(text: str) -> date:
    """Read YYYY-MM-DD."""
    found = _ISO_DATE.fullmatch(text.strip())
    if not found:
        raise BadDateError
    return _make(*found.groups())


def uk_date(text: str) -> date:
    """Read DD/MM/YYYY."""
    found = _UK_DATE.fullmatch(text.strip())
    if not found:
        raise BadDateError
    day, month, year = found.groups()
    return _make(year, month, day)


def iso_moment(text: str) -> datetime:
    """Read YYYY-MM-DD with or without a time of day, which is local time."""
    text = text.strip()
    found = _ISO_MOMENT.fullmatch(text)
    if not found:
        return start_of_day(iso_date(text))
    return _at(iso_date(found[1]), found[2], found[3], found[4])


def hl7_moment(text: str) -> datetime:
    """Read an HL7 time stamp: YYYYMMDD, then optionally a time of day and an offset from UTC."""
    found = _HL7.fullmatch(text.strip())
    if not found:
        raise BadDateError
    day = hl7_date(found[1])
    if found[2] is None:
        return start_of_day(day)
    moment = _at(day, found[2], found[3], found[4])
    if found[5] is None:
        return moment
    sign = -1 if found[5][0] == "-" else 1
    hours, minutes = int(found[5][1:3]), int(found[5][3:5])
    if hours > FARTHEST_OFFSET_HOURS or minutes >= MINUTES_OF_AN_HOUR:
        raise BadDateError
    return moment.replace(tzinfo=UTC) - sign * timedelta(hours=hours, minutes=minutes)


def hl7_date(text: str) -> date:
    """Read the day of an HL7 date or time stamp."""
    found = _HL7.fullmatch(text.strip())
    if not found:
        raise BadDateError
    return _make(found[1][:4], found[1][4:6], found[1][6:])


def start_of_day(day: date) -> datetime:
    """Return when ``day`` begins in Scotland: a date alone is never later than what happened on it."""
    return datetime.combine(day, time(), LONDON)


def _at(day: date, hour: str, minute: str, second: str | None) -> datetime:
    try:
        return datetime.combine(day, time(int(hour), int(minute), int(second or "0")), LONDON)
    except ValueError:
        raise BadDateError from None


def timestamp(moment: datetime) -> Timestamp:
    """Return ``moment``, which must be aware, as the contract writes it."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    stamp = Timestamp()
    stamp.FromDatetime(moment.astimezone(UTC))
    return stamp
