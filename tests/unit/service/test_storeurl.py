"""A store's URL is shown without its passwords."""

from __future__ import annotations

import pytest

from router.service.storeurl import check_store_url, without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://user:pw@host/db", "postgresql://user:***@host/db"),
        ("postgresql://user:pw@host:5432/db?a=b", "postgresql://user:***@host:5432/db?a=b"),
        ("postgresql://user:p%40w%2F@host/db", "postgresql://user:***@host/db"),
        ("postgresql://user:p/w?q@host/db", "postgresql://user:***@host/db"),
        ("postgresql://user@host/db", "postgresql://user@host/db"),
        ("postgresql:///db?host=/run/pg&password=pw", "postgresql:///db?host=%2Frun%2Fpg&password=***"),
        ("postgresql://h/db?p%61ssword=pw&sslpassword=pw", "postgresql://h/db?password=***&sslpassword=***"),
        ("postgresql://h/db?password=pw&password=pw", "postgresql://h/db?password=***"),
        ("sqlite:////var/lib/router.db", "sqlite:////var/lib/router.db"),
    ],
)
def test_passwords_are_hidden_and_the_rest_is_not(url: str, shown: str) -> None:
    """Wherever the URL has one."""
    check_store_url(url)
    assert without_password(url) == shown


@pytest.mark.parametrize("text", ["pw", "postgresql:pw", "postgresql://user:x@host:pw/db", ""])
def test_of_what_is_no_url_nothing_is_shown(text: str) -> None:
    """Nobody knows where its password begins."""
    with pytest.raises(ValueError, match="must be sqlite"):
        check_store_url(text)
    assert without_password(text) == "***"
