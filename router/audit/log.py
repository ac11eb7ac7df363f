"""Structured logs: one JSON object a line, only of known events and known fields."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TextIO

import orjson
import structlog

from router.audit.events import FIELDS, AuditEvent

Fields = Mapping[str, str | int | float | bool | list[str] | None]


class UnknownFieldError(Exception):
    """A field that is not in the vocabulary was to be written. Nothing was."""


def configure(stream: TextIO | None = None) -> None:
    """Write log lines to ``stream``, or to standard error. Call once, at the start of a process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(serializer=_serialise),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def record(event: AuditEvent, **fields: str | float | bool | list[str] | None) -> None:
    """Write one event. Raises ``UnknownFieldError`` for a field outside the vocabulary."""
    checked(fields)
    structlog.get_logger().info(event.value, **{name: value for name, value in fields.items() if value is not None})


def write(content: bytes) -> None:
    """Write an audit record that was committed as a log line too."""
    fields = orjson.loads(content)
    structlog.get_logger().info(fields.pop("event"), **{"committed_at": fields.pop("at"), **fields})


def leaf(event: AuditEvent, at: datetime, fields: Fields) -> bytes:
    """Return the canonical JSON of one audit record: sorted keys, no spaces, no personal data."""
    checked(fields)
    content = {name: value for name, value in fields.items() if value is not None}
    return orjson.dumps({"event": event.value, "at": at.isoformat(), **content}, option=orjson.OPT_SORT_KEYS)


def checked(fields: Fields) -> None:
    """Refuse fields outside the vocabulary."""
    unknown = fields.keys() - FIELDS.keys()
    if unknown:
        raise UnknownFieldError(f"not in the audit vocabulary: {', '.join(sorted(unknown))}")


def _serialise(content: Any, **_: Any) -> str:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
