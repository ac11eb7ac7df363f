"""The page about the store says what the commands do."""

from __future__ import annotations

import re

from router.bench.postgres import _SETTINGS
from router.cli.store import STILL_SERVED
from router.service.promised import DANGER_NOTICES
from router.store import postgres
from router.store.checking import CHECKS
from tests.unit.docs.pages import code, page, prose, table

STORE = page("docs/store.md")


def test_every_check_is_documented() -> None:
    """The table has each check with its own sentence, in the order in which they are run."""
    rows = table(STORE, "Check", "What holds in a sound store")
    assert [(code(row[0]), row[1]) for row in rows] == [(one.name, one.sentence) for one in (*CHECKS, DANGER_NOTICES)]


def test_exit_codes_of_a_copy_are_documented() -> None:
    """Each of them, the one of its own included."""
    rows = table(STORE, "Exit code of `router store copy`", "Meaning")
    assert [row[0] for row in rows] == ["0", "1", "2", str(STILL_SERVED)]
    assert "still being written to" in rows[-1][1]


def test_what_the_server_must_be_is_documented() -> None:
    """Version, encoding, settings that would lose what was acknowledged, and how many connections a process opens."""
    assert f"version {postgres._OLDEST_SERVER // 10_000} or newer" in STORE
    assert all(f"`{name}`" in STORE for name in postgres._SAFE)
    assert re.search(r"up to (\w+) connections", prose(STORE))[1] == "nine"  # type: ignore[index]
    assert postgres.MOST_CONNECTIONS == 9
    assert int(_SETTINGS["max_connections"]) * 64 == 6_400
