"""What every test shares."""

from __future__ import annotations

import io

import pytest

from router.audit.log import configure


@pytest.fixture(autouse=True)
def quiet_log() -> io.StringIO:
    """Keep log lines of in-process services out of the test output; a test that asks for them can read them."""
    lines = io.StringIO()
    configure(lines)
    return lines
