"""Checks a request against the rules that stand in the contract itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import protovalidate
from google.protobuf.message import Message

from router.model.errors import FieldFault
from router.service.errors import field_faults

_VALIDATOR = protovalidate.Validator()


def validate(request: Message) -> None:
    """Raise ``RouterError`` with every field that breaks a rule of the contract; values are never repeated."""
    violations = _VALIDATOR.collect_violations(request)
    faults = [_fault(violation.proto) for violation in violations] or list(_with_nul(request))
    if faults:
        raise field_faults(faults)


def _with_nul(message: Message, path: str = "") -> Iterator[FieldFault]:
    """Yield a fault for each text that holds the sign U+0000, which not every store can keep."""
    # Looked for in the bytes first: hardly any message has one, and walking through its fields costs more.
    if not path and b"\0" not in message.SerializePartialToString():
        return
    for field, value in message.ListFields():
        inner = f"{path}.{field.name}" if path else field.name
        values = value if field.is_repeated else (value,)
        for place, one in enumerate(values):
            at = f"{inner}[{place}]" if field.is_repeated else inner
            if isinstance(one, Message):
                yield from _with_nul(one, at)
            elif isinstance(one, str) and "\0" in one:
                yield FieldFault(at, "holds the sign U+0000; leave it out")


def _fault(violation: Any) -> FieldFault:
    path = ""
    for element in violation.field.elements if violation.field else ():
        path += ("." if path else "") + element.field_name
        if element.subscript is not None and element.subscript.field == "index":
            path += f"[{element.subscript.value}]"
    return FieldFault(path or "request", _advice(str(violation.rule_id), str(violation.message)))


def _advice(rule: str, message: str) -> str:
    # A rule's own message tells lengths and patterns, never the value that broke it.
    if rule == "required":
        return "is missing; send it"
    return message or f"breaks the rule {rule}; see the field's comment in the contract"
