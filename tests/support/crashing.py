"""A rule engine whose C code crashes on demand, in every process that a test starts, with nothing of it in the router.

Python runs a ``sitecustomize`` module that it finds on its path before anything else. This one reads what the engine is
told: a question with one token stops at a gate, if there is one, and one with another token is a memory fault.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from router.rules.engine import _CompiledRules
from tests.support.processing import PACK
from tests.support.requests import yes

_CUSTOM = """
import ctypes
import os

import durable_rules_engine as engine

asked = engine.assert_facts


def assert_facts(handle, facts):
    if {gate_token!r} in facts and os.path.exists({gate!r}):
        with open({gate!r}) as gate:
            gate.read()
    if {crash_token!r} in facts:
        ctypes.string_at(0)
    return asked(handle, facts)


engine.assert_facts = assert_facts
"""
#: What a referral says so that the engine stops at the gate, or crashes.
WAITS = yes("support_wanted")
CRASHES = yes("housing_insecure")


def token(service: str, criterion: str) -> str:
    """Return how the engine is told that a criterion is met."""
    return f'"{_CompiledRules(PACK).codes[service][criterion]}":"met"'


class Gate:
    """Where the engine stops in one process, once, until the test opens it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        self._end = -1

    def wait(self) -> None:
        """Return when the engine stands at the gate. Whoever comes later finds none."""
        self._end = os.open(self.path, os.O_WRONLY)
        self.path.unlink()

    def open(self) -> None:
        """Let the engine go on."""
        os.close(self._end)


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Let every Python process that is started from now on have such an engine."""
    site = folder / "site"
    site.mkdir(parents=True)
    gate = Gate(folder / "gate")
    tokens = {
        "gate_token": token("family-support", "support-wanted"),
        "crash_token": token("family-support", "no-settled-home"),
    }
    (site / "sitecustomize.py").write_text(_CUSTOM.format(gate=str(gate.path), **tokens))
    monkeypatch.setenv("PYTHONPATH", str(site))
    return gate
