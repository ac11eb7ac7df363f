"""The store's URL as a setting: whether it names a store at all, and how it is shown without its password."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

SCHEMES = ("sqlite", "postgresql")
EXPECTED = "must be sqlite:///path/to/file.db or postgresql://user:password@host:port/database"
HIDDEN = "***"
# SQLAlchemy writes the stars of a parameter with percent signs.
_HIDDEN_QUOTED = "%2A%2A%2A"


def check_store_url(text: str) -> None:
    """Refuse a text that is not the URL of a store. Raises ``ValueError`` with a message that repeats none of it."""
    url = _parsed(text)
    if url is None or url.drivername not in SCHEMES:
        raise ValueError(EXPECTED)
    # Such a sign is most often part of a password, of which the rest was then taken for a host and would be shown.
    if "@" in f"{url.host or ''}{url.database or ''}":
        raise ValueError(
            "holds an @ that is not the one before the host: write an @ in a password as %40, a / as %2F, a : as %3A"
        )


def without_password(text: str) -> str:
    """Return a store's URL with every password in it as ``***``; of a text that is no such URL, nothing is shown."""
    url = _parsed(text)
    if url is None:
        return HIDDEN
    hidden = {name: HIDDEN for name in url.query if "pass" in name.lower()}
    shown = url.update_query_dict(hidden).render_as_string(hide_password=True)
    return shown.replace(_HIDDEN_QUOTED, HIDDEN)


def _parsed(text: str) -> URL | None:
    try:
        return make_url(text)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        return None
