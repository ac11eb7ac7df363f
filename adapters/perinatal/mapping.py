"""Maps one perinatal message to the canonical event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from adapters.codes import load_codes
from adapters.common import set_language, withdraw_reason, withdrawal_of
from adapters.dates import PREGNANCY
from adapters.event import EventBuilder
from adapters.faults import MappingFault, Reason
from adapters.parts import Content, Part
from adapters.people import NativePerson
from adapters.perinatal.models import SYSTEMS, Diagnosis, Finding, Medication, PerinatalReferral
from adapters.perinatal.reader import read_message
from adapters.perinatal.sender import sender_of
from router.v1 import referral_pb2 as pb
from router.v1 import routing_service_pb2 as service_pb

OBSERVER = "cpmht"
_URGENCIES: dict[str, pb.Urgency] = {
    "": pb.URGENCY_UNSPECIFIED,
    "routine": pb.URGENCY_ROUTINE,
    "urgent": pb.URGENCY_URGENT,
    "asap": pb.URGENCY_URGENT,
    "stat": pb.URGENCY_EMERGENCY,
}
_CONSENTS: dict[str, pb.Consent] = {
    "": pb.CONSENT_UNSPECIFIED,
    "given": pb.CONSENT_GIVEN,
    "refused": pb.CONSENT_REFUSED,
    "not-sought": pb.CONSENT_NOT_SOUGHT,
}
_WITHDRAWN = {"entered-in-error": service_pb.WITHDRAW_REASON_SENT_IN_ERROR}
_DONE = frozenset({"revoked", "completed"})


def parts(data: bytes) -> Iterator[Part]:
    """Yield the messages of a file: one document, or several, one to a line."""
    if not data.strip():
        raise MappingFault(Reason.EMPTY_FILE, "file", "the file is empty; send the message again")
    lines = [line.strip() for line in data.split(b"\n") if line.strip()]
    if not _is_one_to_a_line(data, lines):
        yield _part(data, "message 1")
        return
    for number, line in enumerate(lines, start=1):
        yield _part(line, f"message {number}")


def _part(raw: bytes, location: str) -> Part:
    system, board = sender_of(raw)
    return Part(raw, location, lambda: map_message(raw), system, board)


def _is_one_to_a_line(data: bytes, lines: list[bytes]) -> bool:
    """Tell several messages from one that is spread over lines, although some of them may be broken."""
    if len(lines) == 1 or _is_json(data):
        return False
    return all(line.startswith(b"{") for line in lines) and any(_is_json(line) for line in lines)


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def map_message(raw: bytes) -> Content:
    """Return what one message says."""
    referral = read_message(raw)
    event = to_event(referral)
    if referral.event == "referral-cancel" or referral.status in _WITHDRAWN:
        return withdrawal_of(event, _why_withdrawn(referral), referral.authored_on)
    return [event]


def _why_withdrawn(referral: PerinatalReferral) -> service_pb.WithdrawReason:
    if referral.withdrawn_reason:
        return withdraw_reason(referral.withdrawn_reason, "ServiceRequest.reasonCode", Reason.FHIR_BAD_VALUE)
    if referral.status in _WITHDRAWN:
        return _WITHDRAWN[referral.status]
    if referral.status in _DONE:
        return service_pb.WITHDRAW_REASON_NO_LONGER_NEEDED
    raise MappingFault(
        Reason.FHIR_MISSING_VALUE, "ServiceRequest.reasonCode", "a cancelled referral needs the reason why"
    )


def to_event(referral: PerinatalReferral) -> pb.ReferralEvent:
    """Return the canonical event of one message."""
    builder = EventBuilder(
        system=referral.system,
        reference=referral.reference,
        version=referral.version,
        occurred_at=referral.authored_on,
        observer=OBSERVER,
    )
    event = builder.event
    event.referrer.CopyFrom(
        pb.Referrer(
            service="cpmht",
            role=referral.referrer_role or "perinatal mental health nurse",
            reply_to=referral.reply_to,
        )
    )
    event.view_of_parent = referral.view_of_parent
    _coded_choices(builder, referral)
    _people(builder, referral)
    _contact(builder, referral)
    for finding in (*referral.red_flags, *referral.findings):
        _finding(builder, finding, referral)
    for score in referral.scores:
        _finding(builder, score.tool, referral)
        for item in score.items:
            _finding(builder, item, referral)
    for diagnosis in referral.diagnosis:
        _diagnosis(builder, diagnosis, referral)
    for medication in referral.medications:
        _medication(builder, medication)
    for team in referral.current_team:
        builder.involve(team.service, SYSTEMS + "service", current=team.current, board=team.board)
    for coded in referral.carried:
        builder.concern(coded.system, coded.code, coded.display)
    return builder.build(referral.notes)


def _coded_choices(builder: EventBuilder, referral: PerinatalReferral) -> None:
    event = builder.event
    event.urgency = _URGENCIES.get(referral.urgency, pb.URGENCY_UNSPECIFIED)
    if referral.urgency not in _URGENCIES:
        builder.concern("request-priority", referral.urgency)
    event.consent = _CONSENTS.get(referral.consent, pb.CONSENT_UNSPECIFIED)
    if referral.consent not in _CONSENTS:
        builder.concern(SYSTEMS + "consent", referral.consent)
    builder.request(referral.requested_service, SYSTEMS + "service")


def _people(builder: EventBuilder, referral: PerinatalReferral) -> None:
    for person in referral.people.values():
        builder.person(person)
    infants = [person for person in referral.people.values() if person.role == "infant"]
    if referral.delivery_dt and not infants:
        builder.person(NativePerson(role="infant", birth_date=referral.delivery_dt))
    expected = referral.edd
    if expected is None and referral.lmp is not None:
        expected = referral.lmp + PREGNANCY
        builder.note("Expected date of delivery, worked out from the last period", expected)
    builder.note("First day of the last period", referral.lmp)
    builder.note("Delivered", referral.delivery_dt)
    if expected is None:
        return
    # A baby born within the time that this pregnancy takes is the one that was expected.
    earliest = expected - PREGNANCY + timedelta(days=1)
    if referral.delivery_dt or any(one.birth_date is None or one.birth_date >= earliest for one in infants):
        builder.note("Was expected", expected)
        return
    babies = max(1, referral.number_of_babies)
    multiplicity = referral.number_of_babies if referral.number_of_babies > 1 else 0
    for order in range(1, babies + 1):
        builder.person(
            NativePerson(
                role="unborn",
                expected_date=expected,
                multiplicity=multiplicity,
                birth_order=order if multiplicity else 0,
            )
        )


def _contact(builder: EventBuilder, referral: PerinatalReferral) -> None:
    contact, event = referral.contact, builder.event
    event.household.CopyFrom(
        # A community team covers its own board's area; where the woman's own board is stated, that counts.
        pb.Household(address_lines=contact.address_lines, postcode=contact.postcode, board_code=referral.board)
    )
    set_language(event, contact.language)
    event.communication_needs.interpreter = contact.interpreter
    event.communication_needs.formats.extend(filter(None, contact.formats))
    event.safe_contact.CopyFrom(
        pb.SafeContact(
            do_not_write=contact.do_not_write,
            do_not_phone=contact.do_not_phone,
            instructions=contact.instructions,
        )
    )
    if contact.general_practice:
        builder.observe("registered_with_gp", value=True)
        builder.note("GP practice", contact.general_practice)


def _finding(builder: EventBuilder, finding: Finding, referral: PerinatalReferral) -> None:
    codes = load_codes("perinatal")
    about = referral.people.get(finding.subject)
    known = codes.findings.get(finding.code.code)
    if known is None:
        if finding.code.code:
            table = codes.tables[_unknown_kind(finding, about)]
            builder.concern(finding.code.system, finding.code.code, _shown(finding))
            builder.unmapped(
                table.unmapped, finding.code.system, finding.code.code, _shown(finding), about=about, at=finding.at
            )
    elif finding.category == "red-flag" and not finding.value and not finding.absent:
        # A flag that says neither yes nor no is not passed over: somebody raised it.
        builder.unmapped(known.fact, finding.code.system, finding.code.code, known.display, about=about, at=finding.at)
    elif finding.void:
        builder.unmapped(known.fact, "observation-status", finding.void, known.display, about=about, at=finding.at)
    else:
        builder.finding(known, finding.value, system=SYSTEMS + "finding", about=about, at=finding.at)
    if known and finding.category == "red-flag" and finding.value == "Y" and not finding.void:
        builder.concern(finding.code.system, finding.code.code, finding.code.display or known.display)


def _unknown_kind(finding: Finding, about: NativePerson | None) -> str:
    if finding.category == "red-flag":
        return "red_flag"
    return "of_infant" if about is not None and about.role == "infant" else "of_woman"


def _shown(finding: Finding) -> str:
    parts_shown = (finding.code.display, finding.value_display or finding.value)
    return ": ".join(part for part in parts_shown if part)


def _diagnosis(builder: EventBuilder, diagnosis: Diagnosis, referral: PerinatalReferral) -> None:
    codes = load_codes("perinatal")
    about = referral.people.get(diagnosis.subject)
    code = diagnosis.code.code
    if about is not None and about.role == "infant":
        builder.concern(diagnosis.code.system, code, diagnosis.code.display)
        builder.unmapped("complex_needs", diagnosis.code.system, code, diagnosis.code.display, about=about)
        return
    if diagnosis.void:
        builder.concern(diagnosis.code.system, code, f"{diagnosis.code.display} - {diagnosis.void}")
        return
    if not diagnosis.active:
        builder.concern(diagnosis.code.system, code, f"{diagnosis.code.display} - not active")
        _past(builder, diagnosis, about)
        return
    if code:
        _active(builder, diagnosis, about)
    if diagnosis.severity:
        builder.code(codes.tables["severity"], diagnosis.severity, about=about, as_concern=False)


def _active(builder: EventBuilder, diagnosis: Diagnosis, about: NativePerson | None) -> None:
    table = load_codes("perinatal").tables["diagnosis"]
    code = diagnosis.code
    if code.system == table.system:
        builder.code(table, code.code, code.display, about=about)
        return
    builder.concern(code.system, code.code, code.display)
    builder.unmapped(table.unmapped, code.system, code.code, code.display, about=about)


def _past(builder: EventBuilder, diagnosis: Diagnosis, about: NativePerson | None) -> None:
    table = load_codes("perinatal").tables["diagnosis"]
    entry = table.find(diagnosis.code.code) if diagnosis.code.system == table.system else None
    for fact, value in (entry.facts if entry else {}).items():
        if fact.startswith("history_"):
            builder.observe(fact, value, about=about)


def _medication(builder: EventBuilder, medication: Medication) -> None:
    table = load_codes("perinatal").tables["medication"]
    coded = medication.code
    if not coded.code:
        return
    if not medication.taken:
        builder.concern(coded.system, coded.code, f"{coded.display} - {medication.status}")
    elif coded.system == table.system:
        builder.code(table, coded.code, coded.display)
    else:
        builder.concern(coded.system, coded.code, coded.display)
        builder.unmapped(table.unmapped, coded.system, coded.code, coded.display)
