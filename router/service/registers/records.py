"""Reads what a register holds of families: JSON lines, each the contract's event with people and household only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp

from router.model.errors import FieldFault, Reason, RouterError
from router.service.decode import decode_event, micros
from router.service.validate import validate
from router.service.work import digest_of
from router.service.workspace import KeyHash
from router.v1 import referral_pb2 as pb

#: The fields of an event that a register's record has. It asks for nothing, so it tells nothing else.
FIELDS = ("source_system", "source_reference", "source_version", "occurred_at", "people", "household")

_BY_NAME = {name: one.name for one in pb.ReferralEvent.DESCRIPTOR.fields for name in (one.name, one.json_name)}
_MOST_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a register, read and checked, as it goes from one process to another.

    ``line`` counts from 1. ``people`` are the refs and roles of its people, ``keys`` its hashed blocking keys.
    """

    line: int
    source_system: str
    source_reference: str
    source_version: int
    occurred_at: int
    digest: bytes
    payload: bytes
    people: tuple[tuple[str, str], ...]
    keys: tuple[int, ...]

    @property
    def source(self) -> tuple[str, str]:
        """What names the record in its register, whatever its version."""
        return self.source_system, self.source_reference


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not loaded, and why. Holds nothing of what the line says."""

    line: int
    reason: Reason
    message: str


def read_line(number: int, line: bytes, key_hash: KeyHash) -> Record | Refused:
    """Return the record of one line, or why it is none."""
    try:
        message = _message(line)
        validate(message)
        event = decode_event(message)
    except RouterError as refusal:
        return Refused(number, refusal.reason, _words(refusal))
    payload = message.SerializeToString(deterministic=True)
    return Record(
        line=number,
        source_system=event.source_system,
        source_reference=event.source_reference,
        source_version=event.source_version,
        occurred_at=micros(event.occurred_at),
        digest=digest_of("registered", event.source_system, payload),
        payload=payload,
        people=tuple((person.ref, person.role.value) for person in event.people),
        keys=tuple(sorted(key_hash.of(event))),
    )


def _message(line: bytes) -> pb.ReferralEvent:
    if len(line) > _MOST_BYTES:
        raise RouterError(Reason.INVALID_FIELD, f"is longer than {_MOST_BYTES} bytes; one line is one family")
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise RouterError(Reason.INVALID_FIELD, "is not a JSON object; write each family's on one line")
    content = {_BY_NAME.get(name, ""): value for name, value in said.items()}
    _refuse_more(content)
    if len(content) < len(said):
        raise RouterError(Reason.INVALID_FIELD, "says one thing twice; write each field once")
    return _quickly(content) or _carefully(content)


def _refuse_more(content: dict[str, Any]) -> None:
    """Refuse what a register's record does not have. A name that is none of the contract's is not repeated."""
    if "" in content:
        message = f"has a field that the contract does not know; a register's record has {', '.join(FIELDS)}"
        raise RouterError(Reason.INVALID_FIELD, message)
    more = sorted(content.keys() - set(FIELDS))
    if more:
        advice = "is not for a register's record, which asks for nothing; refer the family instead"
        faults = tuple(FieldFault(name, advice) for name in more)
        raise RouterError(Reason.INVALID_FIELD, "the record says more than who the family is", faults=faults)


def _quickly(content: dict[str, Any]) -> pb.ReferralEvent | None:
    """Return the event of content in the contract's own names and types, ten times as quickly; None of any other."""
    try:
        rest = {name: value for name, value in content.items() if name != "occurred_at"}
        message = pb.ReferralEvent(**rest)
        if "occurred_at" in content:
            message.occurred_at.CopyFrom(_moment(content["occurred_at"]))
    except (ValueError, TypeError, AttributeError):
        return None
    return message


# The lines of a register are mostly of one moment.
@lru_cache(maxsize=64)
def _moment(text: str) -> Timestamp:
    moment = Timestamp()
    moment.FromJsonString(text)
    return moment


def _carefully(content: dict[str, Any]) -> pb.ReferralEvent:
    """Return the event of any JSON form that the contract allows, or say which field is of none."""
    message = pb.ReferralEvent()
    faults = []
    for name, value in content.items():
        several = name == "people" and isinstance(value, list)
        for place, one in enumerate(value if several else (value,)):
            try:
                part = json_format.ParseDict({name: [one] if several else one}, pb.ReferralEvent())
                message.MergeFrom(part)
            except (json_format.ParseError, ValueError, TypeError, AttributeError):
                # Their words repeat what was sent.
                faults.append(FieldFault(f"{name}[{place}]" if several else name, "is not as the contract has it"))
    if faults:
        raise RouterError(Reason.INVALID_FIELD, "the record has fields that cannot be read", faults=tuple(faults))
    return message


def _words(refusal: RouterError) -> str:
    told = [f"{fault.field.removeprefix('event.')} {fault.description}" for fault in refusal.faults]
    return "; ".join(told) or refusal.message
