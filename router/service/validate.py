"""Checks a request against the rules that stand in the contract itself."""

from __future__ import annotations

from typing import Any

import protovalidate
from google.protobuf.message import Message

from router.model.errors import FieldFault
from router.service.errors import field_faults

_VALIDATOR = protovalidate.Validator()


def validate(request: Message) -> None:
    """Raise ``RouterError`` with every field that breaks a rule of the contract; values are never repeated."""
    violations = _VALIDATOR.collect_violations(request)
    if violations:
        raise field_faults([_fault(violation.proto) for violation in violations])


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
