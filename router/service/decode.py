"""From the contract's messages to the model's terms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from router.model.errors import FieldFault, Reason, RouterError
from router.model.people import Household, Identifier, IdentifierSystem, Person, PersonName, Role, Sex
from router.model.referral import (
    CodedConcept,
    CommunicationNeeds,
    Consent,
    FactValue,
    Involvement,
    Observation,
    ReferralEvent,
    Referrer,
    SafeContact,
    Urgency,
)
from router.v1 import referral_pb2 as pb

_ROLES = {
    pb.PERSON_ROLE_MOTHER: Role.MOTHER,
    pb.PERSON_ROLE_MAIN_CARER: Role.MAIN_CARER,
    pb.PERSON_ROLE_PARTNER: Role.PARTNER,
    pb.PERSON_ROLE_INFANT: Role.INFANT,
    pb.PERSON_ROLE_UNBORN: Role.UNBORN,
    pb.PERSON_ROLE_SIBLING: Role.SIBLING,
}
_SEXES = {pb.SEX_FEMALE: Sex.FEMALE, pb.SEX_MALE: Sex.MALE, pb.SEX_INDETERMINATE: Sex.INDETERMINATE}
_SYSTEMS = {
    pb.IDENTIFIER_SYSTEM_CHI: IdentifierSystem.CHI,
    pb.IDENTIFIER_SYSTEM_NHS_NUMBER: IdentifierSystem.NHS_NUMBER,
    pb.IDENTIFIER_SYSTEM_LOCAL: IdentifierSystem.LOCAL,
}
_CONSENTS = {
    pb.CONSENT_GIVEN: Consent.GIVEN,
    pb.CONSENT_REFUSED: Consent.REFUSED,
    pb.CONSENT_NOT_SOUGHT: Consent.NOT_SOUGHT,
}
_URGENCIES = {
    pb.URGENCY_ROUTINE: Urgency.ROUTINE,
    pb.URGENCY_URGENT: Urgency.URGENT,
    pb.URGENCY_EMERGENCY: Urgency.EMERGENCY,
}


def decode_event(message: pb.ReferralEvent) -> ReferralEvent:
    """Return the event. Raises ``RouterError`` with every field that the contract's own rules cannot check."""
    faults = list(_faults(message))
    if faults:
        raise RouterError(Reason.INVALID_FIELD, "the referral has fields that cannot be read", faults=tuple(faults))
    return event_of(message)


def event_of(message: pb.ReferralEvent) -> ReferralEvent:
    """Return the event of a message that was checked before it was kept."""
    occurred = moment(message.occurred_at)
    source = message.source_system
    household = message.household
    needs, contact, referrer = message.communication_needs, message.safe_contact, message.referrer
    return ReferralEvent(
        source_system=source,
        source_reference=message.source_reference,
        source_version=message.source_version,
        occurred_at=occurred,
        people=tuple(_person(person) for person in message.people),
        household=Household(
            tuple(household.address_lines),
            household.postcode,
            household.board_code,
            household.destination_board_code,
        ),
        observations=tuple(_observation(one, occurred, source) for one in message.observations),
        concerns=tuple(_concept(one) for one in message.concerns),
        referrer=Referrer(referrer.service, referrer.role, referrer.reply_to),
        communication_needs=CommunicationNeeds(
            needs.language, needs.interpreter, needs.british_sign_language, tuple(needs.formats)
        ),
        safe_contact=SafeContact(contact.do_not_write, contact.do_not_phone, contact.instructions),
        requested_service=message.requested_service,
        urgency=_URGENCIES.get(message.urgency),
        consent=_CONSENTS.get(message.consent),
        involvements=tuple(Involvement(one.service, one.current, one.board_code) for one in message.involvements),
        view_of_parent=message.view_of_parent,
        free_text=message.free_text,
    )


def moment(stamp: Timestamp) -> datetime:
    """Return the timestamp as an aware datetime in UTC, to the microsecond."""
    return datetime.fromtimestamp(stamp.seconds, UTC).replace(microsecond=stamp.nanos // 1000)


def micros(when: datetime) -> int:
    """Return whole microseconds since the epoch."""
    return int(when.timestamp()) * 1_000_000 + when.microsecond


def from_micros(value: int) -> datetime:
    """Return the moment of whole microseconds since the epoch."""
    return datetime.fromtimestamp(value // 1_000_000, UTC).replace(microsecond=value % 1_000_000)


def _faults(message: pb.ReferralEvent) -> Iterator[FieldFault]:
    refs: set[str] = set()
    for place, person in enumerate(message.people):
        path = f"event.people[{place}]"
        if person.ref in refs:
            yield FieldFault(f"{path}.ref", "is used by another person of this event; give each a ref of its own")
        refs.add(person.ref)
        for name in ("birth_date", "expected_date", "death_date"):
            if not _is_date(getattr(person, name)):
                yield FieldFault(f"{path}.{name}", "is not a day of the calendar; send YYYY-MM-DD or leave it empty")
    for place, one in enumerate(message.observations):
        path = f"event.observations[{place}]"
        if one.subject_ref and one.subject_ref not in refs:
            yield FieldFault(f"{path}.subject_ref", "names nobody in this event; use a person's ref or leave it empty")
        if one.WhichOneof("value") is None:
            yield FieldFault(f"{path}.value", "is missing; a fact that is not known is left out of the event")
        if one.WhichOneof("value") == "date" and not _is_date(one.date):
            yield FieldFault(f"{path}.date", "is not a day of the calendar; send YYYY-MM-DD")


def _is_date(text: str) -> bool:
    return not text or _date(text) is not None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _person(person: pb.Person) -> Person:
    return Person(
        ref=person.ref,
        role=_ROLES[person.role],
        identifiers=tuple(Identifier(_SYSTEMS[one.system], one.value, one.assigner) for one in person.identifiers),
        names=tuple(PersonName(one.given, one.family, one.former) for one in person.names),
        birth_date=_date(person.birth_date),
        sex=_SEXES.get(person.sex),
        expected_date=_date(person.expected_date),
        birth_order=person.birth_order or None,
        multiplicity=person.multiplicity or None,
        phones=tuple(person.phones),
        emails=tuple(person.emails),
        postcode=person.postcode,
        death_date=_date(person.death_date),
    )


def _observation(one: pb.Observation, occurred: datetime, source: str) -> Observation:
    kind = one.WhichOneof("value")
    value: FactValue | None
    if kind == "unmapped":
        value = None
    elif kind == "date":
        value = date.fromisoformat(one.date)
    else:
        value = getattr(one, str(kind))
    return Observation(
        fact=one.fact,
        value=value,
        observed_at=moment(one.observed_at) if one.HasField("observed_at") else occurred,
        source_system=source,
        subject_ref=one.subject_ref,
        observed_by=one.observed_by,
        unmapped=_concept(one.unmapped) if kind == "unmapped" else None,
    )


def _concept(one: pb.CodedConcept) -> CodedConcept:
    return CodedConcept(one.system, one.code, one.display)
