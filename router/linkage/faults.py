"""What goes wrong when names, dates and numbers are written down."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from random import Random

_KEYS = {
    "a": "sqz", "b": "vgn", "c": "xdv", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "kop", "m": "nj", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf",
    "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xas",
}  # fmt: skip
"""Neighbours on a keyboard."""

_LEAST = 3
_MOST_YEARS = 9


def mistype(word: str, rng: Random) -> str:
    """Return a word with one slip of the hand: a neighbouring key, a letter left out, doubled, or two exchanged."""
    if len(word) < _LEAST:
        return word
    place = rng.randrange(1, len(word))
    letter = word[place]
    fault = rng.randrange(4)
    if fault == 0:
        return word[:place] + rng.choice(_KEYS.get(letter.lower(), "e")) + word[place + 1 :]
    if fault == 1:
        return word[:place] + word[place + 1 :]
    if fault == 2:  # noqa: PLR2004 - the third of four
        return word[:place] + letter + word[place:]
    return word[: place - 1] + letter + word[place - 1] + word[place + 1 :]


def mistype_digit(number: str, rng: Random) -> str:
    """Return a number with one wrong digit."""
    place = rng.randrange(len(number))
    return number[:place] + str((int(number[place]) + rng.randrange(1, 10)) % 10) + number[place + 1 :]


def wrong_date(day: date, rng: Random) -> date:
    """Return a date as it is written wrongly: day and month exchanged, one digit or the year off, or another one."""
    fault = rng.random()
    if fault < 0.35 and day.day <= 12 and day.day != day.month:  # noqa: PLR2004 - twelve months
        return day.replace(month=day.day, day=day.month)
    if fault < 0.7:  # noqa: PLR2004 - a share
        return _one_digit(day, rng)
    if fault < 0.9:  # noqa: PLR2004 - a share
        return _in_year(day, day.year + rng.choice((-1, 1)))
    return day + timedelta(days=rng.randrange(-_MOST_YEARS * 365, _MOST_YEARS * 365) or 1)


def _one_digit(day: date, rng: Random) -> date:
    written = day.isoformat()
    for _ in range(20):
        place = rng.choice((3, 5, 6, 8, 9))
        changed = written[:place] + str(rng.randrange(10)) + written[place + 1 :]
        try:
            found = date.fromisoformat(changed)
        except ValueError:
            continue
        if found != day:
            return found
    return day + timedelta(days=1)


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=min(day.day, 28))


def plain(text: str) -> str:
    """Return a text as a system writes it that knows no accents."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_STROKES))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


_STROKES = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "ß": "ss"})
