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

    ``system`` is the sending system where that is known before mapping, so that the desk can ask it.
    """

    raw: bytes = field(repr=False)
    location: str
    map: Callable[[], Content] = field(repr=False)
    system: str = ""
