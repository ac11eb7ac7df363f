"""What a fact is, and what is held of it: a value with its origin, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from router.model.referral import FactValue


class FactType(StrEnum):
    """The kind of value that a fact has."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"


class About(StrEnum):
    """Whom a fact is about. ``PARENT`` is the mother or main carer."""

    PARENT = "parent"
    INFANT = "infant"
    PARTNER = "partner"
    FAMILY = "family"


class Privacy(StrEnum):
    """Which readers may see a fact that they did not supply themselves."""

    ORDINARY = "ordinary"
    PARTNER = "partner"
    ABUSE = "abuse"
    ADOPTION = "adoption"


CHANGE = "change"
"""The derivation of a fact that is the change of another."""


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """One fact of a pack's vocabulary.

    ``choices`` are in rising order when ``ordered``. ``derivation`` names how it is worked out from dates, or from
    earlier values (``CHANGE``); it is empty for a fact that is sent. ``change_of`` is the fact of which this is the
    change within ``within_days``; ``sum_of`` and ``count_of`` are the facts that this counts where nobody states it.
    ``ask`` is the question put when it is missing, and ``ask_after_loss`` the one to put where a loss has been told and
    no child is known; empty where none may be put then.
    """

    name: str
    label: str
    about: About
    type: FactType
    ask: str
    choices: tuple[str, ...] = ()
    ordered: bool = False
    unit: str = ""
    privacy: Privacy = Privacy.ORDINARY
    derivation: str = ""
    ask_after_loss: str = ""
    change_of: str = ""
    within_days: int = 0
    sum_of: tuple[str, ...] = ()
    count_of: tuple[str, ...] = ()

    @property
    def is_worked_out(self) -> bool:
        """Whether nobody states it: it follows from dates."""
        return bool(self.derivation) and not self.change_of


class Missing(StrEnum):
    """Why a fact is unknown."""

    NOT_STATED = "not-stated"
    CONFLICT = "conflict"
    UNMAPPED = "unmapped"


class NotApplicable:
    """The value of a fact that cannot exist here, such as an age of a child not yet born: no comparison is met."""

    def __repr__(self) -> str:
        return "NOT_APPLICABLE"


NOT_APPLICABLE = NotApplicable()


@dataclass(frozen=True, slots=True)
class Known:
    """A fact's value and where it came from; ``source_system`` is "derived" for one worked out from dates."""

    value: FactValue | NotApplicable
    source_system: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that is missing, and why. ``values`` holds what sources say where they conflict."""

    why: Missing = Missing.NOT_STATED
    values: tuple[FactValue, ...] = ()


Held = Known | Unknown
FactView = Mapping[str, Held]
"""What is held of each fact of the vocabulary, for one infant of the episode or for the episode as a whole."""
