"""One unit of work: a request that was decoded and checked, and waits for its batch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from router.model.errors import Reason, RouterError
from router.model.referral import ReferralEvent
from router.service.projection import Reader, Rights
from router.store.interface import Change
from router.v1 import routing_service_pb2 as pb

READERS = {
    pb.READER_KIND_REFERRER: Reader.REFERRER,
    pb.READER_KIND_SERVICE: Reader.SERVICE,
    pb.READER_KIND_DESK: Reader.DESK,
    pb.READER_KIND_PARENT: Reader.PARENT,
    pb.READER_KIND_AUDITOR: Reader.AUDITOR,
    pb.READER_KIND_RULES: Reader.RULES,
}
PURPOSES = {
    pb.PURPOSE_DIRECT_CARE: "direct-care",
    pb.PURPOSE_PROTECTION: "protection",
    pb.PURPOSE_OPERATIONS: "operations",
    pb.PURPOSE_AUDIT: "audit",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as what kind of reader, and what for."""

    name: str
    reader: Reader
    service: str
    board: str
    purpose: str
    correlation_id: str

    def rights(self) -> Rights:
        """Return what the caller may see. A system that refers sees again what it sent under its own name."""
        supplied = frozenset((self.name,)) if self.reader is Reader.REFERRER else frozenset()
        return Rights(self.reader, self.service, self.board, supplied)


def caller_of(context: pb.CallContext) -> Caller:
    """Return the caller of a request that passed validation."""
    service, _, board = context.service.partition("@")
    return Caller(
        name=context.caller,
        reader=READERS[context.reader],
        service=service,
        board=board,
        purpose=PURPOSES[context.purpose],
        correlation_id=context.correlation_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What every kind of work has. ``digest`` recognises the same content under the same request id."""

    method: str
    caller: Caller
    received_at: datetime
    request_id: str = ""
    digest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Work):
    """A referral to decide on; kept, unless ``dry_run``."""

    event: ReferralEvent
    payload: bytes
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Work):
    """A referral to withdraw."""

    source_system: str
    source_reference: str
    reason: str
    occurred_at: datetime
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Respond(Work):
    """An answer to a proposal. ``decline_reason`` is empty for an acceptance."""

    decision_id: int
    decline_reason: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine(Work):
    """A message that could not be mapped."""

    source_system: str
    board_code: str
    reason: str
    raw: bytes
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Work):
    """A notice to acknowledge."""

    notice_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(Work):
    """A look at notices whose time has passed without an acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Work):
    """An audit record of a read; nothing else changes."""

    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsAct(Work):
    """A person's act. Each is a batch of its own, and one of a kind at a time in the whole store."""

    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyWork(PersonsAct):
    """An act on families or reviews."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReview(FamilyWork):
    """A review to take in hand for so many minutes."""

    review_id: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReview(FamilyWork):
    """A claim to give back."""

    review_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideReview(FamilyWork):
    """A verdict on a review. ``pairs`` are people of the two families who are one, by person id."""

    review_id: int
    same: bool
    reason: str
    note: str
    pairs: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenReview(FamilyWork):
    """A verdict "different" to take back."""

    review_id: int
    reason: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFamily(FamilyWork):
    """Referrals to take out of a family; ``to_family_id`` is 0 for a new one."""

    family_id: int
    referral_ids: frozenset[int]
    person_ids: frozenset[int]
    to_family_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoMerge(FamilyWork):
    """A merge to take back: named itself, or the last one of a family; the other id is 0."""

    family_id: int
    regrouping_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoInfantMove(FamilyWork):
    """The move of an infant to take back: named itself, or the last one of a family; the other id is 0."""

    family_id: int
    regrouping_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveInfant(FamilyWork):
    """An infant to move; ``to_family_id`` is 0 for a new family."""

    family_id: int
    person_id: int
    to_family_id: int
    kind: str
    board_code: str


Answer = bytes | RouterError
"""What a unit of work ends with: the answer's bytes, or the refusal."""


@dataclass(frozen=True, slots=True)
class Done:
    """The outcome of one unit of work: the answer's bytes or the refusal, and what is to be written."""

    answer: Answer
    change: Change | None = None


def digest_of(method: str, caller: str, content: bytes) -> bytes:
    """Return what recognises a request's content: the method, the caller, and the canonical bytes of the content.

    The contract has no maps, so a message has one canonical serialisation.
    """
    whole = hashlib.sha256()
    for part in (method.encode(), caller.encode(), content):
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.digest()


def reused() -> RouterError:
    """Return the refusal of a request id that was used for something else; the id may be personal and is not said."""
    message = "this request_id was used for other content; send the same content again or use a new id"
    return RouterError(Reason.REQUEST_ID_REUSED, message)
