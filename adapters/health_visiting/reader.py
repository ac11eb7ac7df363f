"""Takes what one health visitor's message says out of its segments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from pydantic import ValidationError

from adapters.dates import hl7_date, hl7_moment
from adapters.extract import BOARD, SYSTEM
from adapters.faults import MappingFault, Reason
from adapters.health_visiting.family import child_of, date_of, filled, is_life_unread, needed, relation_of, relatives_of
from adapters.health_visiting.models import HealthVisitingReferral, Observed
from adapters.health_visiting.segments import READ, Message, Segment

TRIGGERS = ("I12", "I13", "I14")
SCORES = frozenset({"EPDS_TOTAL", "EPDS_Q10", "PHQ9_TOTAL", "GAD7_TOTAL", "WHOOLEY"})


def read_message(raw: bytes) -> HealthVisitingReferral:
    """Return what a message says, or raise a fault that names the segment and field where it cannot be read."""
    message = Message(raw)
    header = message.one("MSH")
    trigger = _trigger(header)
    referral = message.one("RF1")
    child_segment = message.one("PID")
    sent = needed(hl7_moment, header, 7)
    latest = sent.date()
    providers = message.all("PRD")
    referrer = _provider(providers, "RP")
    observed = [_observed(segment) for segment in message.all("OBX")]
    of_code: dict[str, list[Observed]] = {}
    for one in observed:
        of_code.setdefault(one.code, []).append(one)
    try:
        return HealthVisitingReferral(
            trigger=trigger,
            system=_system(header),
            board=_board(header),
            reference=filled(referral, 6),
            version=_version(header, trigger),
            status=referral.get(1),
            priority=referral.get(2),
            occurred_at=needed(hl7_moment, referral, 7),
            external_reference=referral.get(11),
            reason_code=referral.get(10, 1),
            reason_display=referral.get(10, 2),
            reason_system=referral.get(10, 3),
            request_to=next((one.get(1, 4) or one.get(7, 1) for one in providers if one.get(1) == "RT"), ""),
            referrer_role=referrer.get(1, 5) if referrer else "",
            referrer_name=_name_of(referrer) if referrer else "",
            hv_id=referrer.get(7) if referrer else "",
            reply_to=_mailbox(referrer) if referrer else "",
            named_person=next((_name_of(one) for one in providers if one.get(1) == "NP"), ""),
            gp_practice=next((one.get(7) or one.get(4) for one in providers if one.get(1) == "PP"), ""),
            clinic_id=_text(of_code, "CLINIC"),
            child=child_of(child_segment, latest),
            relatives=relatives_of(message, latest),
            address_lines=tuple(filter(None, (child_segment.get(11, part) for part in (1, 2, 3, 4)))),
            postcode=child_segment.get(11, 5),
            ethnicity=child_segment.get(22),
            home_language=child_segment.get(15),
            review_dt=_day(of_code, "REVIEW_DT"),
            place=_text(of_code, "PLACE"),
            review_type=_text(of_code, "REVIEW_TYPE"),
            hpi=_text(of_code, "HPI"),
            looked_after=_text(of_code, "LAC"),
            future_action=_text(of_code, "ACTION"),
            dev_domains=_by_domain(of_code.get("DEV_DOMAIN", [])),
            imh_indicators=_by_domain(of_code.get("IMH_IND", [])),
            carer_scores=tuple(one for one in observed if one.code in SCORES),
            tools=tuple(of_code.get("TOOL", ())),
            findings=tuple(one for one in observed if one.code not in SCORES | _OWN_FIELD),
            interpreter=_text(of_code, "INTERPRETER"),
            consent=_text(of_code, "CONSENT"),
            do_not_write=_text(of_code, "NO_LETTERS"),
            do_not_phone=_text(of_code, "NO_CALLS"),
            contact_instructions=_text(of_code, "CONTACT"),
            view_of_parent=_text(of_code, "PARENT_VIEW"),
            notes=tuple(filter(None, (segment.whole(3) for segment in message.all("NTE")))),
            carried=(
                *_unread(message),
                *_unread_life(child_segment),
                *(one for one in observed if _is_void(one) and one.code in _OWN_FIELD),
            ),
        )
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"][:1])
        raise MappingFault(Reason.HL7_BAD_VALUE, place or "message", "the field cannot hold this") from None


_OWN_FIELD = frozenset(
    {"CLINIC", "REVIEW_DT", "PLACE", "REVIEW_TYPE", "HPI", "LAC", "ACTION", "DEV_DOMAIN", "IMH_IND", "TOOL"}
    | {"INTERPRETER", "CONSENT", "NO_LETTERS", "NO_CALLS", "CONTACT", "PARENT_VIEW"}
)


# --- header and referral ----------------------------------------------------------------------------------------------


def _trigger(header: Segment) -> Any:
    trigger = header.get(9, 2)
    if header.get(9, 1) != "REF" or trigger not in TRIGGERS:
        raise MappingFault(Reason.HL7_NOT_REF, "MSH-9", f"expected REF of {', '.join(TRIGGERS)}")
    return trigger


def sender_of(raw: bytes) -> tuple[str, str]:
    """Return system and board as far as MSH alone tells them; each is blank when it cannot be read."""
    try:
        header = Message(raw.split(b"\r", 1)[0]).one("MSH")
    except MappingFault:
        return "", ""
    return _readable(_system, header), _readable(_board, header)


def _readable(read: Callable[[Segment], str], header: Segment) -> str:
    try:
        return read(header)
    except MappingFault:
        return ""


def _system(header: Segment) -> str:
    name = header.get(3).lower()
    if not SYSTEM.fullmatch(name):
        raise MappingFault(Reason.HL7_BAD_VALUE, "MSH-3", "expected the sender's short name, such as CHSP-FIFE")
    return name


def _board(header: Segment) -> str:
    board = header.get(4)
    if board and not BOARD.fullmatch(board):
        raise MappingFault(Reason.HL7_BAD_VALUE, "MSH-4", "expected a board's S08 code, or nothing")
    return board


def _version(header: Segment, trigger: str) -> int:
    """Return the version: MSH-13, by which the sender counts the messages of one referral; 1 for a new one."""
    stated = header.get(13)
    if not stated and trigger != "I13":
        return 1
    if not (stated.isascii() and stated.isdigit() and 1 <= int(stated[:9]) <= 100_000):  # noqa: PLR2004 - the contract's
        raise MappingFault(
            Reason.HL7_MISSING_VALUE, "MSH-13", "a changed referral needs the number of this version, from 2 on"
        )
    if trigger == "I13" and int(stated) == 1:
        raise MappingFault(Reason.HL7_BAD_VALUE, "MSH-13", "a change cannot be the first version")
    return int(stated)


def _provider(providers: list[Segment], role: str) -> Segment | None:
    return next((one for one in providers if one.get(1) == role), None)


def _name_of(provider: Segment) -> str:
    return " ".join(filter(None, (provider.get(2, 2), provider.get(2, 1))))


def _mailbox(provider: Segment) -> str:
    """Return PRD-5's team mailbox: component 4 of the repetition whose use is NET."""
    found = (
        provider.get(5, 4, repeat=place)
        for place in range(1, len(provider.repeats(5)) + 1)
        if provider.get(5, 2, repeat=place) == "NET"
    )
    return next(filter(None, found), "")


# --- observations -----------------------------------------------------------------------------------------------------


def _observed(segment: Segment) -> Observed:
    at = segment.get(14)
    kind = segment.get(2)
    value = segment.whole(5) if kind in {"ST", "TX", "FT", ""} else segment.get(5)
    return Observed(
        code=segment.get(3).upper(),
        display=segment.get(3, 2),
        system=segment.get(3, 3) or "CHSP",
        sub_id=segment.get(4),
        value=value,
        value_display=segment.get(5, 2) if kind not in {"ST", "TX", "FT", ""} else "",
        status=segment.get(11),
        at=date_of(hl7_moment, at, "OBX-14") if at else None,
    )


def _is_void(one: Observed) -> bool:
    return one.status in VOID


VOID = {"W": "posted as wrong", "D": "deleted", "X": "could not be obtained"}
"""OBX-11 statuses that take a result back."""


def _text(of_code: dict[str, list[Observed]], code: str) -> str:
    return next((one.value for one in reversed(of_code.get(code, [])) if not _is_void(one)), "")


def _by_domain(listed: list[Observed]) -> dict[str, str]:
    """Return each domain's value; blank, so not known, where it was taken back or two segments disagree."""
    found: dict[str, str] = {}
    for one in listed:
        domain = one.sub_id or one.display
        value = "" if _is_void(one) else one.value
        found[domain] = value if found.get(domain, value) == value else ""
    return found


def _day(of_code: dict[str, list[Observed]], code: str) -> date | None:
    text = _text(of_code, code)
    return date_of(hl7_date, text, f"OBX {code}") if text else None


def _unread_life(child: Segment) -> list[Observed]:
    """Carry a death indicator that is neither yes nor no, so that somebody sees it."""
    display = "death indicator not read"
    return [Observed(code=child.get(30), display=display, system="HL70136 PID-30")] if is_life_unread(child) else []


def _unread(message: Message) -> list[Observed]:
    names = {segment.name for segment in message.segments} - READ
    display = "segment not read by this adapter"
    unread = [Observed(code=name, display=display, system="hl7-segment") for name in sorted(names)]
    strangers = [one.get(3) or "(blank)" for one in message.all("NK1") if not relation_of(one)]
    return unread + [Observed(code=code, display="relative not read: relation", system="HL70063") for code in strangers]
