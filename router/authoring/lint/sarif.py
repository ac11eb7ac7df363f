"""Findings as SARIF 2.1.0, which code review pages show beside the lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from router.authoring.lint.findings import MEANING, Finding

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(findings: Iterable[Finding], folder: str) -> dict[str, Any]:
    """Return findings as a SARIF log; ``folder`` is the pack's, as paths in the log shall begin."""
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "router rules lint",
                        "rules": [
                            {"id": code.value, "shortDescription": {"text": words}} for code, words in MEANING.items()
                        ],
                    }
                },
                "results": [_result(one, folder) for one in findings],
            }
        ],
    }


def _result(finding: Finding, folder: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": f"{folder}/{finding.file}" if folder else finding.file}}
    if finding.line:
        place["region"] = {"startLine": finding.line, "startColumn": finding.column}
    return {
        "ruleId": finding.code.value,
        "level": finding.severity.value,
        "message": {"text": f"{finding.message}. {finding.remedy}."},
        "locations": [{"physicalLocation": place}],
    }
