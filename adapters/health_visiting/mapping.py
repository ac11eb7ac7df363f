"""Maps one health visitor's message to the canonical event. The message is about the child."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.codes import load_codes
from adapters.common import set_language, withdraw_reason, withdrawal_of
from adapters.event import CONSENTS, EventBuilder
from adapters.faults import MappingFault, Reason
from adapters.health_visiting.models import HealthVisitingReferral, Observed
from adapters.health_visiting.reader import VOID, read_message, sender_of
from adapters.health_visiting.segments import split_messages
from adapters.parts import Content, Part
from router.v1 import referral_pb2 as pb

OBSERVER = "health-visitor"
SYSTEM = "CHSP"
_PRIORITIES: dict[str, pb.Urgency] = {
    "": pb.URGENCY_UNSPECIFIED,
    "R": pb.URGENCY_ROUTINE,
    "A": pb.URGENCY_URGENT,
    "S": pb.URGENCY_EMERGENCY,
}
"""HL7 table 0280: routine, as soon as possible, and stat."""
_LANGUAGES = {"ENG": "en", "BFI": "bfi", "GLA": "gd", "POL": "pl", "URD": "ur", "ARA": "ar", "UKR": "uk", "RON": "ro"}
"""ISO 639-2, which PID-15 carries, to the tags that the contract takes. A code of two letters is such a tag."""


def parts(data: bytes) -> Iterator[Part]:
    """Yield the messages of a file."""
    if not data.strip():
        raise MappingFault(Reason.EMPTY_FILE, "file", "the file is empty; send the message again")
    number = 0
    for number, raw in enumerate(split_messages(data), start=1):
        yield _part(raw, f"message {number}")
    if not number:
        raise MappingFault(Reason.EMPTY_FILE, "file", "the batch holds no message; ask the sender whether it should")


def _part(raw: bytes, location: str) -> Part:
    system, board = sender_of(raw)
    return Part(raw, location, lambda: map_message(raw), system, board)


def map_message(raw: bytes) -> Content:
    """Return what one message says: I12 and I13 refer, I14 withdraws."""
    referral = read_message(raw)
    event = to_event(referral)
    if referral.trigger == "I14":
        reason = withdraw_reason(referral.reason_code, "RF1-10", Reason.HL7_BAD_VALUE)
        return withdrawal_of(event, reason, referral.occurred_at)
    return [event]


def to_event(referral: HealthVisitingReferral) -> pb.ReferralEvent:
    """Return the canonical event of one message."""
    builder = EventBuilder(
        system=referral.system,
        reference=referral.reference,
        version=referral.version,
        occurred_at=referral.occurred_at,
        observer=OBSERVER,
    )
    event = builder.event
    event.referrer.CopyFrom(
        pb.Referrer(
            service="health-visiting",
            role=referral.referrer_role or "health visitor",
            reply_to=referral.reply_to or referral.hv_id,
        )
    )
    event.view_of_parent = referral.view_of_parent
    # Health visitors serve their own board's area; PID-11 holds no board.
    event.household.CopyFrom(
        pb.Household(address_lines=referral.address_lines, postcode=referral.postcode, board_code=referral.board)
    )
    for person in referral.relatives.values():
        builder.person(person)
    builder.person(referral.child)
    _choices(builder, referral)
    _child_health(builder, referral)
    for observed in (*referral.carer_scores, *referral.findings):
        _observed(builder, observed, referral)
    for tool in referral.tools:
        builder.concern("chsp-tool", tool.sub_id or tool.value, f"{tool.display} {tool.value}".strip())
    for observed in referral.carried:
        builder.concern(observed.system, observed.code, observed.display or VOID.get(observed.status, ""))
    _notes(builder, referral)
    return builder.build(referral.notes)


def _choices(builder: EventBuilder, referral: HealthVisitingReferral) -> None:
    event = builder.event
    event.urgency = _PRIORITIES.get(referral.priority.upper(), pb.URGENCY_UNSPECIFIED)
    if referral.priority.upper() not in _PRIORITIES:
        builder.concern("HL70280", referral.priority)
    event.consent = CONSENTS.get(referral.consent.upper(), pb.CONSENT_UNSPECIFIED)
    if referral.consent.upper() not in CONSENTS:
        builder.concern("chsp-consent", referral.consent)
    language = referral.home_language
    set_language(event, _LANGUAGES.get(language.upper(), language))
    event.communication_needs.interpreter = referral.interpreter.upper() == "Y"
    if referral.interpreter.upper() not in {"", "Y", "N", "9"}:
        builder.concern("chsp-interpreter", referral.interpreter)
    event.safe_contact.CopyFrom(
        pb.SafeContact(
            # What is not understood here must not lead to a letter or a call.
            do_not_write=referral.do_not_write.upper() not in {"", "N", "9"},
            do_not_phone=referral.do_not_phone.upper() not in {"", "N", "9"},
            instructions=referral.contact_instructions,
        )
    )
    builder.request(referral.request_to, "chsp-service")
    if referral.reason_code and referral.trigger != "I14":
        builder.concern(referral.reason_system or "chsp-reason", referral.reason_code, referral.reason_display)


def _child_health(builder: EventBuilder, referral: HealthVisitingReferral) -> None:
    codes = load_codes("health_visiting")
    builder.finding(codes.findings["HPI"], referral.hpi, system="chsp-hpi")
    builder.code(codes.tables["looked_after"], referral.looked_after, as_concern=False)
    _development(builder, referral)
    _indicators(builder, referral)
    if referral.gp_practice:
        builder.observe("registered_with_gp", value=referral.gp_practice.upper() not in {"NONE", "NOT-REGISTERED"})
        builder.note("GP practice", referral.gp_practice)


def _development(builder: EventBuilder, referral: HealthVisitingReferral) -> None:
    """Count the domains with a concern. One left incomplete leaves "none" unsaid, but not a concern that was found."""
    table = load_codes("health_visiting").tables["dev_domain"]
    found: list[str] = []
    for domain, code in referral.dev_domains.items():
        entry = table.find(code)
        known = entry is not None and not table.is_unknown(code)
        found.append(entry.text if entry and known else "")
        if entry is None and not table.is_unknown(code):
            builder.unmapped(table.unmapped, table.system, code, f"development, {domain}")
        builder.note(f"Development, {domain}", entry.display if entry else "not assessed")
    concerns = found.count("concern")
    if concerns:
        builder.observe("developmental_concern", "some")
    if found and "" not in found:
        builder.observe("developmental_domains_of_concern", concerns)
        if not concerns:
            builder.observe("developmental_concern", "none")


def _indicators(builder: EventBuilder, referral: HealthVisitingReferral) -> None:
    """Count the indicators of infant mental health, and the domains that have any.

    The sender lists each domain that was looked at, and each is told by itself besides. One whose count cannot be read
    leaves both totals unknown: a sum without it would say "fewer" where nobody knows.
    """
    table = load_codes("health_visiting").tables["imh_domain"]
    counts: list[int] = []
    whole = bool(referral.imh_indicators)
    for domain, text in referral.imh_indicators.items():
        entry = table.find(domain)
        count = int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None  # noqa: PLR2004 - digits
        builder.note(f"Indicators, {entry.display if entry else domain}", text or "not assessed")
        if count is None or entry is None:
            whole = False
            builder.unmapped(
                "imh_indicators", table.system, f"{domain}:{text or 'blank'}", "indicators, not readable as a count"
            )
        else:
            counts.append(count)
            builder.observe(f"imh_indicators_{domain.strip().lower()}", count)
    if whole:
        builder.observe("imh_indicators", sum(counts))
        builder.observe("imh_domains", sum(1 for count in counts if count))


def _observed(builder: EventBuilder, observed: Observed, referral: HealthVisitingReferral) -> None:
    codes = load_codes("health_visiting")
    about = referral.relatives.get(observed.sub_id)
    known = codes.findings.get(observed.code)
    if known is None:
        shown = ": ".join(filter(None, (observed.display, observed.value_display or observed.value)))
        builder.concern(observed.system, observed.code, shown)
        builder.unmapped(
            codes.tables["other"].unmapped, observed.system, observed.code, shown, about=about, at=observed.at
        )
    elif observed.status in VOID:
        display = f"{known.display}: {VOID[observed.status]}"
        builder.unmapped(known.fact, "HL70085", observed.status, display, about=about, at=observed.at)
    else:
        builder.finding(known, observed.value, system=observed.system, about=about, at=observed.at)


def _notes(builder: EventBuilder, referral: HealthVisitingReferral) -> None:
    review = (referral.review_type, str(referral.review_dt or ""), referral.place)
    builder.note("Review", " ".join(filter(None, review)))
    builder.note("Next step planned", referral.future_action)
    builder.note("Clinic", referral.clinic_id)
    builder.note("Health visitor", " ".join(filter(None, (referral.referrer_name, referral.hv_id))))
    builder.note("Named person", referral.named_person)
    builder.note("Ethnicity code", referral.ethnicity)
    builder.note("Other reference", referral.external_reference)
    builder.note("Referral status at the sender", referral.status)
