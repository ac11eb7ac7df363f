"""The stores that keep the contract. Each contract test runs on every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from router.store.interface import Store
from tests.support.places import STORES, Place, Sql


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Return where a store of each kind may be; nothing is there yet."""
    return Place.of(request.param, tmp_path)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """Return a new, empty store."""
    opened = place.open()
    yield opened
    opened.close()


@pytest.fixture
def sql(place: Place, store: Store) -> Iterator[Sql]:
    """Return a way to run a statement on the store's database past the store, as an operator might."""
    del store  # It only has to be there.
    with place.sql() as run:
        yield run
