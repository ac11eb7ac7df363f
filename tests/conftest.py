"""What every test shares."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import settings

from router.audit.log import configure

# The same examples every time, so that a red run means a change and not a throw of the dice;
# HYPOTHESIS_PROFILE=search throws the dice anew.
settings.register_profile("steady", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(autouse=True)
def quiet_log() -> io.StringIO:
    """Keep log lines of in-process services out of the test output; a test that asks for them can read them."""
    lines = io.StringIO()
    configure(lines)
    return lines
