"""Every closed vocabulary of the code stands in its document, and every word of the document in the code."""

from __future__ import annotations

import re

from google.rpc import code_pb2

from adapters.faults import Reason as QuarantineReason
from router.audit.events import FIELDS, AuditEvent
from router.matching.wording import KEYS
from router.model.danger import TRIGGERS
from router.model.errors import Reason, RouterError
from router.routing.clocks import DESK_HOURS
from router.routing.danger_words import _STEMS
from router.routing.decision import DeskReason, NoticeKind, NoticeLevel
from router.service.errors import CODES, DOMAIN, status_of
from router.v1 import family_service_pb2, notice_pb2, routing_service_pb2, rule_service_pb2
from tests.unit.docs.pages import ROOT, code, page, prose, section, spans, table

ERRORS = page("docs/errors.md")
DESK = page("docs/desk.md")
AUDIT = page("docs/audit.md")
SAFETY = page("docs/safety.md")


def test_every_reason_of_a_refusal_is_documented() -> None:
    """The table has each reason once, in the code's order, with its gRPC code."""
    rows = table(ERRORS, "Reason", "gRPC code", "When", "What to do")
    shown = [(code(row[0]), code(row[1])) for row in rows]
    assert shown == [(reason.value, code_pb2.Code.Name(CODES[reason])) for reason in Reason]
    assert f"`{DOMAIN}`" in ERRORS


def test_reasons_that_are_worth_trying_again_are_marked() -> None:
    """A reason is marked "again" exactly when its status carries the time to wait."""
    rows = table(ERRORS, "Reason", "gRPC code", "When", "What to do")
    marked = {code(row[0]) for row in rows if row[2].endswith("; again")}
    assert marked == {reason.value for reason in Reason if _has_retry(reason)}


def test_what_adapters_do_with_refusals_is_documented() -> None:
    """The codes that send a message to the desk, and those that are tried again, are the client's own."""
    from adapters.client import REFUSALS, RETRIED  # noqa: PLC0415 - only this test needs a client

    to_desk = ERRORS.partition("The adapters give the desk")[2]
    first, _, rest = to_desk.partition(". They send again on ")
    assert set(spans(first)) == {status.name for status in REFUSALS}
    assert set(spans(rest)) == {status.name for status in RETRIED}


def test_every_reason_of_a_desk_is_documented() -> None:
    """The table has each reason once."""
    rows = table(DESK, "Reason", "When", "Which desk", "What the desk does")
    shown = [code(row[0]) for row in rows]
    assert sorted(shown) == sorted(DeskReason)


def test_desk_times_are_the_codes() -> None:
    """The hours that a desk has stand in the text as the clocks have them."""
    words = {None: "{} where nobody stated an urgency"}
    for urgency, hours in DESK_HOURS.items():
        name = urgency.name.lower() if urgency else ""
        form = words.get(urgency) or ("{} hours for an emergency" if name == "emergency" else f"{{}} for {name}")
        assert form.format(hours) in prose(DESK)


def test_words_of_danger_are_documented() -> None:
    """The table of words by which a quarantined message is flagged is the code's."""
    rows = table(section(DESK, "Quarantine"), "Trigger", "Words")
    assert [(code(row[0]), tuple(row[1].split(", "))) for row in rows] == list(_STEMS)


def test_every_kind_of_notice_is_documented() -> None:
    """The table has each kind of the code, and each kind of the contract."""
    rows = table(DESK, "Kind", "To whom", "Level", "Must be acknowledged")
    shown = [code(row[0]) for row in rows]
    assert sorted(shown) == sorted(kind.value for kind in NoticeKind)
    contract = {name.removeprefix("NOTICE_KIND_").lower() for name in notice_pb2.NoticeKind.keys()}  # noqa: SIM118
    assert set(shown) == contract - {"unspecified"}


def test_every_level_of_a_notice_is_documented() -> None:
    """The text explains each level, and the table names no other."""
    assert {level.value for level in NoticeLevel} <= set(spans(section(DESK, "Notices")))
    rows = table(DESK, "Kind", "To whom", "Level", "Must be acknowledged")
    assert {re.split(r"\W", row[2])[0] for row in rows} == {level.value for level in NoticeLevel}


def test_every_audit_event_is_documented() -> None:
    """The table has each event once, in the code's order."""
    rows = table(AUDIT, "Event", "Where", "When")
    assert [code(row[0]) for row in rows] == [event.value for event in AuditEvent]


def test_where_an_audit_event_is_kept_is_documented() -> None:
    """An event that the code records as a log line only is marked so, and every other is kept in the store."""
    sources = "\n".join(path.read_text() for path in (ROOT / "router").rglob("*.py"))
    lines_only = {AuditEvent[name].value for name in re.findall(r"\brecord\(\s*AuditEvent\.(\w+)", sources)}
    rows = table(AUDIT, "Event", "Where", "When")
    assert {row[1] for row in rows} == {"log", "store"}
    assert {code(row[0]) for row in rows if row[1] == "log"} == lines_only


def test_every_audit_field_is_documented() -> None:
    """The table has each field once, in order of name."""
    rows = table(AUDIT, "Field", "What it holds")
    assert [code(row[0]) for row in rows] == sorted(FIELDS)


def test_every_trigger_is_documented_as_it_is() -> None:
    """Fact, kind, urgency, clock, recipients and source of each trigger are the code's, most pressing first."""
    rows = table(SAFETY, "Trigger", "Fact", "Kind", "Urgency", "Act within", "Who is told", "Source")
    expected = [
        [
            f"`{one.name}`",
            f"`{one.fact}`" + (f" at least {one.at_least}" if one.at_least is not None else ""),
            one.kind.value,
            one.urgency.name.lower(),
            f"{one.act_within_hours} h",
            ", ".join(f"`{service}`" for service in one.recipients),
            one.citation,
        ]
        for one in TRIGGERS
    ]
    assert rows == expected


def test_every_reason_for_quarantine_is_documented() -> None:
    """The table has each reason once, in the code's order."""
    rows = table(page("docs/adapters.md"), "Reason", "When", "What to do")
    assert [code(row[0]) for row in rows] == [reason.value for reason in QuarantineReason]


def test_every_call_is_documented() -> None:
    """The README's table has each call of the contract, in its order."""
    rows = table(page("README.md"), "Call", "What it does")
    service = routing_service_pb2.DESCRIPTOR.services_by_name["RoutingService"]
    assert [code(row[0]) for row in rows] == [method.name for method in service.methods]


def test_every_call_of_the_desk_is_documented() -> None:
    """The table of the reviews' page has each call, in the contract's order of acts and looks."""
    rows = table(page("docs/reviews.md"), "Call", "What it does")
    service = family_service_pb2.DESCRIPTOR.services_by_name["FamilyService"]
    assert [code(row[0]) for row in rows] == [method.name for method in service.methods]


def test_every_call_of_those_who_keep_the_rules_is_documented() -> None:
    """The table of the page on going live has each call, in the contract's order."""
    rows = table(page("docs/going-live.md"), "Call", "What it does")
    service = rule_service_pb2.DESCRIPTOR.services_by_name["RuleService"]
    assert [code(row[0]) for row in rows] == [method.name for method in service.methods]


def _has_retry(reason: Reason) -> bool:
    details = status_of(RouterError(reason, "said")).details
    return any(detail.type_url.endswith("RetryInfo") for detail in details)


def test_every_kind_of_blocking_key_is_documented() -> None:
    """In the words in which a match says it, in the same order."""
    rows = table(section(DESK, "What a match shows"), "Kind", "Found by")
    assert {code(row[0]): row[1] for row in rows} == dict(KEYS)
    assert [code(row[0]) for row in rows] == list(KEYS)
