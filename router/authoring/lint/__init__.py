"""What is likely to be wrong with a pack that loads: each finding with its place and what to do."""

from router.authoring.lint.checks import lint
from router.authoring.lint.findings import MEANING, Code, Finding, Severity, from_faults

__all__ = ["MEANING", "Code", "Finding", "Severity", "from_faults", "lint"]
