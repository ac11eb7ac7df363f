"""What several services write of one family leaves one family, or families that a person is asked about, in any order."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from router.store.ids import parse
from tests.fault.families import ALIKE, alike
from tests.support.places import STORES, Place
from tests.support.processing import Process, process

PLACES = range(6)
ORDERS = st.lists(st.sampled_from(ALIKE), min_size=2, max_size=len(PLACES))
NUMBERS = st.integers(1, 10**6)


def unconnected(running: Process, number: int, ways: Sequence[str]) -> int:
    """Send a family's referrals one after the other, and return how many families are left that no review connects."""
    events = [alike(number, place, way) for place, way in zip(PLACES, ways, strict=False)]
    families = {parse("fam", decision.family_id) for each in events for decision in running.submit(each)}
    with running.core.store.read() as reader:
        reviews = [one for held in reader.open_reviews(sorted(families)).values() for one in held]
    head = {family: family for family in families}

    def head_of(family: int) -> int:
        return family if head[family] == family else head_of(head[family])

    for one in reviews:
        head[head_of(one.now.family_id)] = head_of(one.now.other_family_id)
    return len({head_of(family) for family in families})


# Two that are asked about and a third; more than a key's crowd that are all asked about; a name in the wrong field
# beside another spelling of it, and beside a slip in the birth date.
@settings(max_examples=20, deadline=None)
@given(NUMBERS, ORDERS)
@example(117, ["no date", "no date", "no date", "no date", "moved"])
@example(8, ["swapped", "swapped", "swapped", "no date", "swapped"])
@example(13, ["swapped", "variant"])
@example(13, ["variant", "swapped", "variant"])
@example(27, ["date slip", "swapped"])
def test_any_order_leaves_families_connected(number: int, ways: list[str]) -> None:
    """Nobody is left beside their own family in silence."""
    with tempfile.TemporaryDirectory() as folder, process(Path(folder)) as running:
        assert unconnected(running, number, ways) == 1


@pytest.mark.parametrize("store", STORES)
def test_a_crowd_that_a_person_is_asked_about_is_one(store: str, tmp_path: Path) -> None:
    """On each store: five families that may be one are no crowd of strangers to the sixth."""
    place = Place.of(store, tmp_path)
    with process(tmp_path, store, place) as running:
        assert unconnected(running, 117, ["no date"] * 5 + ["moved"]) == 1
