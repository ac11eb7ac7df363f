"""What every test shares."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from hypothesis import settings

from router.audit.log import configure
from router.service import sources

# What the machine that runs the tests sets for a router of its own is none of theirs, child processes included.
for variable in [name for name in os.environ if name.startswith(sources.PREFIX)]:
    del os.environ[variable]
# Nor is a router.toml in the folder that they run in. A test that needs one puts this back.
sources.DEFAULT_FILE = Path(os.devnull).parent / "no-router.toml"

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
