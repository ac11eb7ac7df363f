"""Names requests by what they say, so that sending the same again is the same request and changes nothing."""

from __future__ import annotations

import hashlib

import orjson
from google.protobuf.json_format import MessageToDict

from adapters.outcome import Quarantined, Withdrawal
from router.v1.referral_pb2 import ReferralEvent

_LENGTH = 40


def digest(event: ReferralEvent) -> str:
    """Return the digest of an event's content: SHA-256 over its JSON with sorted keys.

    The wire form is not used, since protobuf does not promise that it stays the same between its versions.
    """
    document = MessageToDict(event, preserving_proto_field_name=True)
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def submit_id(event: ReferralEvent) -> str:
    """Return the request id of an event: from its system, reference, version and content."""
    return _id("ref", event.source_system, event.source_reference, str(event.source_version), digest(event))


def withdraw_id(withdrawal: Withdrawal) -> str:
    """Return the request id of a withdrawal."""
    moment = withdrawal.occurred_at.isoformat()
    return _id("wdr", withdrawal.source_system, withdrawal.source_reference, str(int(withdrawal.reason)), moment)


def quarantine_id(item: Quarantined) -> str:
    """Return the request id of an item for the desk: from the message's bytes, why and where it stopped, its board.

    An extract's row does not hold its board, and the router refuses one request id with two boards.
    """
    raw = hashlib.sha256(item.raw).hexdigest()
    board = [item.board] if item.board else []
    return _id("qua", item.source_system, item.format, item.reason, item.location, raw, *board)


def _id(kind: str, *parts: str) -> str:
    # Lengths stand before the parts, so that no two lists of parts give the same text.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]}"
