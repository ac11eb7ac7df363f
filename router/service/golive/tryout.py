"""The process that tries a pack out: see ``vetting``, which starts it."""

from __future__ import annotations

import resource
import sys
from collections.abc import Mapping
from typing import Any

import orjson

from router.authoring.cases import run_cases
from router.authoring.proof import prove
from router.authoring.proof.findings import MEANING, Kind
from router.rules.loader import build_pack
from router.rules.yamlfile import PackError
from router.service.golive.naming import services_named
from router.service.golive.vetting import VETTING_SECONDS
from router.service.packs import files_of

SAFETY = frozenset({Kind.DANGER_KEEPS_OUT, Kind.DANGER_STEPS_DOWN, Kind.AGE_ALONE, Kind.SCORE_ALONE})
"""What no pack may come into force with. What else the proof finds is told, and left to those who approve."""


def vetted(files: Mapping[str, bytes], base: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what comes of vetting, as the child says it."""
    try:
        pack = build_pack(files)
    except PackError as error:
        return {"faults": [(one.file, one.line, one.column, one.message) for one in error.faults]}
    failures = [(one.file, one.name, fault) for one in run_cases(pack) for fault in one.faults]
    proof = prove(pack)
    unsafe = [one.message for one in proof.findings if one.kind in SAFETY]
    unsafe += [f"{what}: could not be settled" for what in proof.open]
    return {
        "failures": failures,
        "unsafe": unsafe,
        "findings": [f"{MEANING[one.kind]}: {one.message}" for one in proof.findings if one.kind not in SAFETY],
        "title": pack.title,
        "digest": pack.digest,
        "services": sorted(services_named(build_pack(base), pack)),
    }


def main() -> None:
    """Answer the one request on standard input, on standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (VETTING_SECONDS, VETTING_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told = orjson.loads(sys.stdin.buffer.read())
    files = {name: bytes.fromhex(content) for name, content in told["files"].items()}
    sys.stdout.buffer.write(orjson.dumps(vetted(files, files_of(bytes.fromhex(told["base"])))))


if __name__ == "__main__":
    main()
