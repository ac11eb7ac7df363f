"""Several services write of one new family at the same instant, through two replicas: one family, one lead, all told."""

from __future__ import annotations

import pytest

from tests.fault.families import KINDS
from tests.fault.races import UPDATES, race
from tests.support.places import STORES

RACES = 240


@pytest.mark.parametrize("store", STORES)
def test_races(store: str) -> None:
    """A slice of ``make races``: nothing is doubled or lost, and what could not be seen as one ends in a review."""
    outcome = race(store, RACES)
    assert not any(outcome.faults.values()), dict(outcome.faults)
    assert outcome.races.keys() == {*KINDS, UPDATES}
    assert outcome.reviewed_races["bridge"] == outcome.races["bridge"]
    assert outcome.notices_followed > RACES
