"""The rows by which packs come into force: what was done about each, and what a shadow found.

Like every row they are plain: times are whole microseconds since the epoch in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PackActKind(StrEnum):
    """What was done about a pack. ``INSTALLED`` is the first pack of an empty store, which nobody had to approve."""

    INSTALLED = "installed"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    ACTIVATED = "activated"
    SHADOW_STARTED = "shadow_started"
    SHADOW_STOPPED = "shadow_stopped"
    ROLLED_BACK = "rolled_back"
    NOT_LOADED = "not_loaded"


@dataclass(frozen=True, slots=True)
class PackRow:
    """A rule pack under its digest. One that is kept already is no conflict."""

    digest: str
    kept_at: int
    content: bytes


@dataclass(frozen=True, slots=True)
class PackActRow:
    """One thing that was done about a pack; only ever added.

    ``proposal_id`` is the act that proposed the pack: of a proposal its own id, of an installed pack 0. ``service`` is
    the one for which it was done, empty for none. ``live_from`` says from when an activated pack is to decide.
    ``note`` is a person's own words. ``details`` is a document of what else a proposal says.
    """

    act_id: int
    kind: PackActKind
    digest: str
    proposal_id: int
    service: str
    made_by: str
    made_at: int
    live_from: int | None = None
    note: str = ""
    details: bytes = b""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class ShadowRow:
    """One decision made again under a shadow. A decision that this shadow has made already is no conflict.

    ``act_id`` is the act that started the shadow. ``what`` says what would differ, empty for nothing; leads are those
    of the decision and of the shadow.
    """

    act_id: int
    decision_id: int
    compared_at: int
    what: str
    from_lead: str
    to_lead: str


@dataclass(frozen=True, slots=True)
class ShadowCount:
    """How many decisions a shadow found to differ in one way; ``what`` is empty for those that do not."""

    what: str
    from_lead: str
    to_lead: str
    count: int
