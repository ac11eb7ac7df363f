"""Processes are killed under load: nothing acknowledged is lost, nothing is half-written, answers stay the same."""

from __future__ import annotations

import pytest

from tests.fault.kills import kill
from tests.support.places import STORES

KILLS = 6


@pytest.mark.parametrize("store", STORES)
def test_kills(store: str) -> None:
    """A slice of ``make kills``."""
    outcome = kill(store, KILLS)
    assert not any(outcome.faults.values()), dict(outcome.faults)
    assert outcome.killed.total() >= KILLS // 2
    assert outcome.sent_again == outcome.acknowledged > KILLS
