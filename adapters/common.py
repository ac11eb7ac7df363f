"""What the sources state alike: the columns that every extract has, language, sex, withdrawal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from adapters.codes import CodeTable
from adapters.event import CONSENTS, URGENCIES, EventBuilder
from adapters.extract import Required
from adapters.faults import MappingFault, Reason
from adapters.outcome import Withdrawal
from adapters.parts import Content
from adapters.people import NativeRecord
from adapters.vocabulary import is_danger
from router.v1 import referral_pb2 as pb
from router.v1 import routing_service_pb2 as service_pb

WITHDRAW_REASONS: dict[str, service_pb.WithdrawReason] = {
    "ERROR": service_pb.WITHDRAW_REASON_SENT_IN_ERROR,
    "WRONG-PERSON": service_pb.WITHDRAW_REASON_WRONG_PERSON,
    "DECLINED": service_pb.WITHDRAW_REASON_FAMILY_DECLINED,
    "NOT-NEEDED": service_pb.WITHDRAW_REASON_NO_LONGER_NEEDED,
}
Choice = TypeVar("Choice")


class ExtractRow(NativeRecord):
    """The columns that every extract begins with."""

    reference: Annotated[str, Required]
    version: Annotated[int, Field(ge=1, le=100_000)]
    status: Literal["", "NEW", "UPDATED", "WITHDRAWN"]
    withdrawn_reason: str
    language: str
    interpreter: str
    urgency: str
    consent: str
    view_of_parent: str
    referrer_role: str
    reply_to: str
    free_text: str


def fill_common(builder: EventBuilder, row: ExtractRow, *, service: str, role: str, source: str) -> None:
    """Fill what every extract states in the same way. ``service`` and ``role`` are the source's own."""
    event = builder.event
    event.referrer.CopyFrom(
        pb.Referrer(service=service, role=row.referrer_role or role, reply_to=row.reply_to),
    )
    event.urgency = _choice(builder, URGENCIES, row.urgency, f"{source}-urgency")
    event.consent = _choice(builder, CONSENTS, row.consent, f"{source}-consent")
    event.view_of_parent = row.view_of_parent
    set_language(event, row.language)
    if row.interpreter.upper() == "Y":
        event.communication_needs.interpreter = True
    elif row.interpreter.upper() not in ("", "N", "9"):
        builder.concern(f"{source}-interpreter", row.interpreter)


def set_language(event: pb.ReferralEvent, tag: str) -> None:
    """State the language preferred. ``bfi`` is the BCP 47 tag of British Sign Language."""
    if tag.lower() == "bfi":
        event.communication_needs.british_sign_language = True
    elif tag and tag != "9":
        event.communication_needs.language = tag


def sex_of(builder: EventBuilder, table: CodeTable, code: str) -> Literal["F", "M", "I", ""]:
    """Return the sex that a code records; a code that is not known is carried."""
    if table.is_unknown(code):
        return ""
    entry = table.find(code)
    if entry is None:
        builder.concern(table.system, code)
        return ""
    match entry.text:
        case "F" | "M" | "I" as sex:
            return sex
        case _:
            return ""


def withdraw_reason(code: str, location: str, reason: Reason) -> service_pb.WithdrawReason:
    """Return why a referral was withdrawn. Nobody can act on a reason that is not known, so it goes to a person."""
    found = WITHDRAW_REASONS.get(code.strip().upper())
    if found is None:
        raise MappingFault(reason, location, f"expected one of {', '.join(WITHDRAW_REASONS)}")
    return found


def withdrawal_of(event: pb.ReferralEvent, reason: service_pb.WithdrawReason, occurred_at: datetime) -> Content:
    """Return what a withdrawing message says: the withdrawal, after the event itself when it carries danger."""
    withdrawal = Withdrawal(event.source_system, event.source_reference, reason, occurred_at)
    if any(is_danger(seen.fact, _value(seen)) for seen in event.observations):
        # A withdrawal has no place for observations: without the event the danger in this message would be lost.
        return [event, withdrawal]
    return [withdrawal]


def _value(observation: pb.Observation) -> bool | int | str | None:
    match observation.WhichOneof("value"):
        case "yes_no":
            return observation.yes_no
        case "number":
            return observation.number
        case "choice":
            return observation.choice
        case _:
            return None


def _choice(builder: EventBuilder, choices: Mapping[str, Choice], code: str, system: str) -> Choice:
    """Return what ``code`` stands for; one that is not known is carried and stays "not stated"."""
    found = choices.get(code.upper())
    if found is None:
        builder.concern(system, code)
        return choices[""]
    return found
