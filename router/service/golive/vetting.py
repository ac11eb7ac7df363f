"""Has a pack loaded, its own tests run and its safety proved, in a process of its own.

That takes seconds, and the rule engine's C code runs over rules that nobody has tried yet: neither is for a process
that serves.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

VETTING_SECONDS = 300
COMMAND = (sys.executable, "-m", "router.service.golive.tryout")


@dataclass(frozen=True, slots=True)
class Vetted:
    """What came of it. ``faults`` are (file, line, column, message); a pack with any did not load.

    ``failures`` are (file, test, what is wrong) of the pack's own tests. ``unsafe`` and ``findings`` are sentences.
    ``services`` are those that the change names.
    """

    faults: tuple[tuple[str, int, int, str], ...] = ()
    failures: tuple[tuple[str, str, str], ...] = ()
    unsafe: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    title: str = ""
    digest: str = ""
    services: tuple[str, ...] = ()


class VettingError(Exception):
    """The child came to no answer; the message says how it ended."""


def vet(
    files: Mapping[str, bytes], base: bytes, *, command: tuple[str, ...] = COMMAND, seconds: float = VETTING_SECONDS
) -> Vetted:
    """Vet the files of a pack as a change of ``base``, a pack as the store keeps it. Raises ``VettingError``."""
    told = orjson.dumps({"files": {name: content.hex() for name, content in files.items()}, "base": base.hex()})
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=told, stdout=subprocess.PIPE, timeout=seconds, start_new_session=True, check=False
        )
    except subprocess.TimeoutExpired:
        raise VettingError(f"it was not done within {seconds:.0f} seconds") from None
    if done.returncode:
        raise VettingError(f"the process that tried it ended with {done.returncode}")
    said: dict[str, Any] = orjson.loads(done.stdout)
    return Vetted(
        faults=tuple((file, line, column, message) for file, line, column, message in said.pop("faults", ())),
        failures=tuple((file, test, what) for file, test, what in said.pop("failures", ())),
        title=said.pop("title", ""),
        digest=said.pop("digest", ""),
        **{name: tuple(value) for name, value in said.items()},
    )
