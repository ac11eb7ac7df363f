"""Shows what was read as JSON: the canonical event, a withdrawal, or why a message is for the desk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from google.protobuf.json_format import MessageToDict

from adapters.outcome import Item, Mapped, Withdrawn
from router.v1.routing_service_pb2 import WithdrawReason


def as_document(item: Item) -> dict[str, Any]:
    """Return one item as a JSON document. A quarantined message's own text is left out."""
    if isinstance(item, Mapped):
        return {"event": MessageToDict(item.event, preserving_proto_field_name=True), "location": item.location}
    if isinstance(item, Withdrawn):
        withdrawal = item.withdrawal
        return {
            "withdrawn": {
                "source_system": withdrawal.source_system,
                "source_reference": withdrawal.source_reference,
                "reason": WithdrawReason.Name(withdrawal.reason),
                "occurred_at": withdrawal.occurred_at.isoformat(),
            },
            "location": item.location,
        }
    return {
        "quarantined": {
            "reason": item.reason,
            "message": item.message,
            "format": item.format,
            "source_system": item.source_system,
        },
        "location": item.location,
    }


def as_json(items: Iterable[Item]) -> str:
    """Return items as one indented JSON list."""
    return orjson.dumps([as_document(item) for item in items], option=orjson.OPT_INDENT_2).decode()
