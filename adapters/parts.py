"""One native message within a file, before it is mapped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.outcome import Withdrawal
from router.v1.referral_pb2 import ReferralEvent

Content = list[ReferralEvent | Withdrawal]
"""What one message says: an event, a withdrawal, or, when a withdrawal carries danger, the event and then it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message as received. ``map`` turns it into its content or raises a ``MappingFault``.

    ``system`` and ``board`` are the sending system and the S08 code of the board, where they are known before mapping:
    the desk can then ask the system, and the message reaches the desk of its own board.
    """

    raw: bytes = field(repr=False)
    location: str
    map: Callable[[], Content] = field(repr=False)
    system: str = ""
    board: str = ""
