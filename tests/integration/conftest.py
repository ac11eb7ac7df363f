"""One process of the service over an empty store, of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import STORES
from tests.support.processing import Process, process
from tests.support.reviewing import sound


@pytest.fixture(params=STORES)
def running(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Process]:
    """A process with an empty store, of each kind; whatever a test does, its rows agree in the end."""
    with process(tmp_path, request.param) as one:
        yield one
        assert sound(one) == []
