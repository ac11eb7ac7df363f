"""What lint finds: where it stands, how much it matters, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from router.rules.yamlfile import Fault


class Severity(StrEnum):
    """How much a finding matters. An error makes the pack unusable, a warning fails the check, a note does not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Code(StrEnum):
    """The kinds of finding."""

    UNUSABLE = "unusable"
    REVIEW_OVERDUE = "review-overdue"
    REVIEW_DUE_SOON = "review-due-soon"
    SOURCE_UNCONFIRMED = "source-unconfirmed"
    ABBREVIATION = "abbreviation"
    JARGON = "jargon"
    GRADUATION = "graduation"
    SERVICE_NOWHERE = "service-nowhere"
    ONLY_UP = "only-up"
    SERVICE_NOT_APPROVED = "service-not-approved"


MEANING: Mapping[Code, str] = {
    Code.UNUSABLE: "The pack does not load: a name that nothing has, a criterion without a source or never used, ...",
    Code.REVIEW_OVERDUE: "The day on which a rule was to be reviewed has passed",
    Code.REVIEW_DUE_SOON: "A rule is to be reviewed within 30 days",
    Code.SOURCE_UNCONFIRMED: "A criterion rests on a source that nobody has read",
    Code.ABBREVIATION: "A text has an abbreviation that is not written out",
    Code.JARGON: "A text has a word of the trade",
    Code.GRADUATION: "A family is taken or handed on by age alone, with no need stated",
    Code.SERVICE_NOWHERE: "No board offers a service, so no family can reach it",
    Code.ONLY_UP: "Families step up to a service, and no way leads down again",
    Code.SERVICE_NOT_APPROVED: "A rule that is not as it is in force names a service that has not approved it",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``line`` and ``column`` count from 1, 0 for the file as a whole; ``remedy`` says what to do."""

    code: Code
    severity: Severity
    file: str
    line: int
    column: int
    message: str
    remedy: str


def from_faults(faults: Iterable[Fault]) -> list[Finding]:
    """Return the faults for which a pack does not load, as findings."""
    remedy = "Mend this first: nothing else can be looked at until the pack loads"
    return [
        Finding(Code.UNUSABLE, Severity.ERROR, one.file, one.line, one.column, one.message, remedy) for one in faults
    ]
