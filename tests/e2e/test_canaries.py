"""Marked personal data goes through every path, failures included, and turns up in no log line, error or metric."""

from __future__ import annotations

import contextlib
from pathlib import Path

import grpc
import pytest

from router.v1 import referral_pb2
from router.v1 import routing_service_pb2 as pb
from tests.support.places import STORES, Place
from tests.support.requests import DESK, SENDER, next_id, service_context, submit
from tests.support.serving import Service, serving

CHI = "1506921239"
CANARIES = (
    CHI,
    "Canaryforename",
    "Canarysurname",
    "Canarymaiden",
    "1992-06-15",
    "15061992",
    "07700900123",
    "+447700900123",
    "canary@example.org",
    "1 Canary Wharf",
    "ZZ1 9ZZ",
    "the canary sings",
    "a canary's view",
    "canary-comment",
    "canary-reference",
)


def canary_event(version: int = 1, *, source: str = "badgernet-lanarkshire") -> referral_pb2.ReferralEvent:
    """Return an event with a canary in every personal field."""
    person = referral_pb2.Person(
        ref="mother",
        role=referral_pb2.PERSON_ROLE_MOTHER,
        identifiers=[referral_pb2.Identifier(system=referral_pb2.IDENTIFIER_SYSTEM_CHI, value=CHI)],
        names=[
            referral_pb2.PersonName(given="Canaryforename", family="Canarysurname"),
            referral_pb2.PersonName(given="Canaryforename", family="Canarymaiden", former=True),
        ],
        birth_date="1992-06-15",
        phones=["07700900123"],
        emails=["canary@example.org"],
    )
    event = referral_pb2.ReferralEvent(
        source_system=source,
        source_reference="canary-reference",
        source_version=version,
        people=[person],
        household=referral_pb2.Household(address_lines=["1 Canary Wharf"], postcode="ZZ1 9ZZ", board_code="S08000032"),
        observations=[
            referral_pb2.Observation(fact="parent_illness_severity", subject_ref="mother", choice="moderate"),
            referral_pb2.Observation(fact="suicidal_intent", subject_ref="mother", yes_no=True, observed_by="GP"),
        ],
        view_of_parent="a canary's view",
        free_text="the canary sings",
    )
    event.occurred_at.FromJsonString("2026-11-01T09:00:00Z")
    return event


def every_path(service: Service) -> list[str]:
    """Go down every path, good and bad, and return every error's text."""
    errors: list[str] = []

    @contextlib.contextmanager
    def caught() -> object:  # type: ignore[misc]
        try:
            yield
        except grpc.RpcError as error:
            errors.append(str(error))

    stub = service.stub
    # an id that holds a CHI number although callers are asked not to
    request = submit(canary_event(), f"daisy:{CHI}:1", SENDER)
    request.context.correlation_id = CHI
    decision = stub.SubmitReferral(request).decision
    with caught():
        stub.SubmitReferral(submit(canary_event(2), f"daisy:{CHI}:1"))
    with caught():
        stub.SubmitReferral(submit(_changed(canary_event(), "free_text", "another canary sings")))
    for field, value in (
        ("source_reference", "canary-reference" * 9),
        ("free_text", "the canary sings" * 3000),
        ("requested_service", "1 Canary Wharf" * 9),
    ):
        with caught():
            stub.SubmitReferral(submit(_changed(canary_event(3), field, value)))
    broken = canary_event(4)
    broken.people[0].birth_date = "15061992"
    broken.people[0].ref = "Canaryforename"
    broken.observations.add(fact="hpi", choice="Canarysurname", subject_ref="Canaryforename")
    with caught():
        stub.SubmitReferral(submit(broken))
    list(stub.SubmitReferrals(iter([pb.SubmitReferralsRequest(request=submit(broken))])))
    stub.Check(pb.CheckRequest(context=SENDER, event=canary_event(5, source="morse-lanarkshire")))
    stub.SubmitQuarantined(
        pb.SubmitQuarantinedRequest(
            request_id=next_id(),
            context=SENDER,
            source_system="morse-lanarkshire",
            reason="FHIR_NOT_JSON",
            raw=" ".join(CANARIES).encode(),
        )
    )
    decline = pb.RespondToReferralRequest(
        request_id=next_id(),
        context=service_context(decision.lead.service),
        decision_id=decision.decision_id,
        response=pb.RESPONSE_KIND_DECLINE,
        decline_reason=pb.DECLINE_REASON_LACK_OF_CAPACITY,
        comment="canary-comment",
    )
    stub.RespondToReferral(decline)
    for context, decision_id in ((DESK, decision.decision_id), (DESK, "Canarysurname"), (SENDER, CHI)):
        with caught():
            stub.GetDecision(pb.GetDecisionRequest(context=context, decision_id=decision_id))
    with caught():
        stub.ListDecisions(pb.ListDecisionsRequest(context=DESK, family_id="Canarysurname"))
    notices = stub.ListNotices(pb.ListNoticesRequest(context=DESK, recipient="triage-lanarkshire")).notices
    errors.extend(one.text for one in notices)
    with caught():
        stub.ListNotices(pb.ListNoticesRequest(context=SENDER, recipient="Canarysurname"))
    withdraw = pb.WithdrawReferralRequest(
        request_id=next_id(),
        context=SENDER,
        source_system="badgernet-lanarkshire",
        source_reference="canary-reference",
        reason=pb.WITHDRAW_REASON_WRONG_PERSON,
        occurred_at=canary_event().occurred_at,
    )
    stub.WithdrawReferral(withdraw)
    withdraw.request_id, withdraw.source_reference = next_id(), "Canarysurname"
    with caught():
        stub.WithdrawReferral(withdraw)
    return errors


def _changed(event: referral_pb2.ReferralEvent, field: str, value: str) -> referral_pb2.ReferralEvent:
    setattr(event, field, value)
    return event


@pytest.mark.parametrize("kind", STORES)
def test_no_canary_in_any_log_line_error_or_notice(tmp_path: Path, kind: str) -> None:
    """Whatever goes wrong, nothing personal leaves by a side door."""
    with serving(tmp_path, store=Place.of(kind, tmp_path).url) as service:
        errors = every_path(service)
    log = (tmp_path / "router.log").read_text()
    assert log.count("\n") > 15, "the paths above write log lines"
    assert len(errors) > 8, "the paths above are refused"
    for canary in CANARIES:
        assert canary.lower() not in log.lower(), canary
        for error in errors:
            assert canary.lower() not in error.lower(), (canary, error)


def test_no_canary_in_the_files_of_the_store(tmp_path: Path) -> None:
    """The store is encrypted: no name, number or word stands in its files."""
    with serving(tmp_path) as service:
        every_path(service)
        content = b"".join(one.read_bytes() for one in tmp_path.iterdir() if one.name.startswith("router.db"))
    assert content
    for canary in CANARIES:
        assert canary.encode() not in content, canary
