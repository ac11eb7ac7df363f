"""What reading one native message gives: an event, a withdrawal, or an item for the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from router.v1.referral_pb2 import ReferralEvent
from router.v1.routing_service_pb2 import WithdrawReason


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A source's own withdrawal of a referral. ``occurred_at`` is aware."""

    source_system: str
    source_reference: str = field(repr=False)
    reason: WithdrawReason
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Mapped:
    """A message that became an event. The message itself is kept, for the desk, in case the router refuses it.

    ``board`` is the S08 code that was known before mapping; blank if none was.
    """

    event: ReferralEvent = field(repr=False)
    location: str
    raw: bytes = field(repr=False)
    format: str
    board: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A message that withdraws a referral. ``board`` is as in ``Mapped``."""

    withdrawal: Withdrawal
    location: str
    raw: bytes = field(repr=False)
    format: str
    board: str = ""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that could not be mapped: the coded reason, where, and the message as received.

    ``board`` is the S08 code of the board whose desk should see it; blank for the national desk.
    """

    reason: str
    location: str
    message: str
    raw: bytes = field(repr=False)
    format: str
    source_system: str
    board: str = ""


Item = Mapped | Withdrawn | Quarantined
