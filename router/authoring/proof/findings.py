"""What a proof finds: a fault, with a family that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from router.model.facts import NotApplicable
from router.model.referral import FactValue


class Kind(StrEnum):
    """The kinds of fault. Each is shown to be absent, or found with a witness."""

    GAP = "gap"
    OVERLAP = "overlap"
    UNREACHABLE = "unreachable"
    ALWAYS = "always"
    CONTRADICTION = "contradiction"
    NEVER_LEADS = "never-leads"
    OUTSIDE_AGES = "outside-ages"
    CYCLE = "cycle"
    AGE_ALONE = "age-alone"
    SCORE_ALONE = "score-alone"
    DANGER_KEEPS_OUT = "danger-keeps-out"
    DANGER_STEPS_DOWN = "danger-steps-down"
    WIDENS = "widens"


MEANING: Mapping[Kind, str] = {
    Kind.GAP: "Every family whose facts are known is accepted by some service that can lead",
    Kind.OVERLAP: "Wherever several services accept, the agreed order decides before its last resort",
    Kind.UNREACHABLE: "Every criterion, service and move can be met by some family",
    Kind.ALWAYS: "Every criterion can be missed by some family",
    Kind.CONTRADICTION: "No criteria that must hold together exclude one another",
    Kind.NEVER_LEADS: "Every service that can lead does lead some family in some board",
    Kind.OUTSIDE_AGES: "No service accepts a family outside the ages that it states",
    Kind.CYCLE: "No family is handed round in a circle while nothing changes",
    Kind.AGE_ALONE: "No birthday by itself moves anybody",
    Kind.SCORE_ALONE: "No score by itself steps anybody down",
    Kind.DANGER_KEEPS_OUT: "No sign of danger shuts a service's door or stops a step up",
    Kind.DANGER_STEPS_DOWN: "No sign of danger brings a step down about",
    Kind.WIDENS: "No board takes whom the national rule keeps out, or turns away danger that it lets in",
}
"""What is proved when nothing of a kind is found, in the order in which it is looked for."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A family that shows a fault: its facts, its board, and the service that leads, where one does.

    ``given`` leaves out what is not known. ``now`` is what changed, for a fault that shows in a change.
    """

    board: str
    given: Mapping[str, FactValue | NotApplicable]
    accepted: str = ""
    now: Mapping[str, FactValue | NotApplicable] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. ``subjects`` are the services, moves or criteria that it is about; ``message`` says what to do.

    ``narrowed_by`` is the S08 code of the board whose own rule it is about, empty where it is one of the base.
    """

    kind: Kind
    subjects: tuple[str, ...]
    message: str
    witness: Witness | None = None
    narrowed_by: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of proving a pack. ``open`` holds what the solver could not settle in its time."""

    digest: str
    findings: tuple[Finding, ...]
    open: tuple[str, ...]
    questions: int
    seconds: float
