"""Checks a request against the rules that stand in the contract itself."""

from __future__ import annotations

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


def _fault(violation) -> FieldFault:  # type: ignore[no-untyped-def]  # the validator's own generated type
    path = ""
    for element in violation.field.elements if violation.field else ():
        path += ("." if path else "") + element.field_name
        kind, value = _subscript(element)
        if kind == "index":
            path += f"[{value}]"
    return FieldFault(path or "request", _advice(str(violation.rule_id), str(violation.message)))


def _subscript(element) -> tuple[str, object]:  # type: ignore[no-untyped-def]
    subscript = getattr(element, "subscript", None)
    if subscript is None:
        return "", None
    return str(getattr(subscript, "field", getattr(subscript, "case", ""))), getattr(subscript, "value", None)


def _advice(rule: str, message: str) -> str:
    # A rule's own message tells lengths and patterns, never the value that broke it.
    if rule == "required":
        return "is missing; send it"
    return message or f"breaks the rule {rule}; see the field's comment in the contract"
