"""A state machine that drives the whole service, without its sockets, and checks the invariants after each step."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from router.model.danger import TRIGGERS_BY_FACT
from router.rules.loader import load_pack
from router.service.callers import Callers
from router.service.core import Core
from router.service.decode import decode_event
from router.service.promised import DANGER_NOTICES
from router.service.settings import DEFAULT_PACK
from router.service.work import Escalate, Respond, Submit, Withdraw, Work, caller_of, digest_of
from router.store.checking import CHECKS, check_store
from router.store.familyrows import DecisionFilter, LeadState
from router.store.ids import parse
from router.v1 import decision_pb2, referral_pb2
from router.v1 import routing_service_pb2 as pb
from tests.support.places import Place
from tests.support.requests import DESK, SENDER, choice, event, next_id, yes

PACK = load_pack(DEFAULT_PACK)
SOURCES = ("badgernet-lanarkshire", "morse-lanarkshire", "daisy-lanarkshire", "chsp-lanarkshire")
FAMILIES = (1, 2, 3, 4)
DANGERS = ("suicidal_intent", "child_protection_concern", "faltering_growth", "domestic_abuse_disclosed")
NEEDS: tuple[referral_pb2.Observation, ...] = (
    choice("parent_illness_severity", "mild"),
    choice("parent_illness_severity", "moderate"),
    choice("parent_illness_severity", "severe"),
    choice("substance_use", "dependent"),
    choice("parent_infant_relationship_concern", "significant", "infant-1"),
    yes("needs_inpatient_care"),
    yes("primary_carer"),
    yes("parenting_support_wanted"),
)


class ServiceMachine(RuleBasedStateMachine):
    """Sends, repeats, supersedes, withdraws, accepts, declines, and lets time pass."""

    submitted = Bundle("submitted")
    kind = "sqlite"

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        self.now = datetime(2026, 11, 1, 9, tzinfo=UTC)
        store = Place.of(self.kind, folder).open()
        self.core = Core(store, PACK, b"k" * 32, Callers(), marks=folder / "suspects", now=lambda: self.now)
        self.versions: dict[tuple[int, str], int] = {}
        self.danger: dict[tuple[str, int, str], datetime] = {}
        self.safety_notices = 0
        self.family_of: dict[int, str] = {}
        self.accepted: dict[int, tuple[str, str]] = {}

    def teardown(self) -> None:
        if hasattr(self, "core"):
            # What the invariants ask of the service, `router store check` asks of the rows, whatever led to them.
            results = list(check_store(self.core.store, (*CHECKS, DANGER_NOTICES)))
            assert [one for one in results if one.found.wrong] == []
            self.core.close()
            self.folder.cleanup()

    def run(self, work: Work) -> Any:
        (answer,) = self.core.processor.process([work])
        return answer

    def submit_work(self, message: referral_pb2.ReferralEvent, request_id: str) -> Submit:
        payload = message.SerializeToString(deterministic=True)
        return Submit(
            method="SubmitReferral",
            caller=caller_of(SENDER),
            received_at=self.now,
            request_id=request_id,
            digest=digest_of("SubmitReferral", SENDER.caller, payload),
            event=decode_event(message),
            payload=payload,
        )

    @rule(
        target=submitted,
        family=st.sampled_from(FAMILIES),
        source=st.sampled_from(SOURCES),
        needs=st.lists(st.sampled_from(NEEDS), max_size=3),
        dangers=st.lists(st.sampled_from(DANGERS), max_size=2, unique=True),
        denied=st.lists(st.sampled_from(DANGERS), max_size=1),
        signed=st.booleans(),
        consent=st.sampled_from((0, referral_pb2.CONSENT_GIVEN, referral_pb2.CONSENT_REFUSED)),
    )
    def submit(
        self,
        family: int,
        source: str,
        needs: list[referral_pb2.Observation],
        dangers: list[str],
        denied: list[str],
        signed: bool,
        consent: int,
    ) -> Any:
        """Send a referral, or a newer version of one, with or without danger."""
        version = self.versions[family, source] = self.versions.get((family, source), 0) + 1
        message = event(family, *needs, source=source, reference=f"r-{family}", version=version, when=self.now)
        message.consent = consent  # type: ignore[assignment]
        shown = [fact for fact in dangers if fact not in denied]
        message.observations.extend(yes(fact, _subject(fact)) for fact in shown)
        message.observations.extend(
            yes(fact, _subject(fact), by="GP" if signed else "", value=False) for fact in denied
        )
        work = self.submit_work(message, next_id())
        answer = self.run(work)
        assert isinstance(answer, bytes)
        response = pb.SubmitReferralResponse.FromString(answer)
        for fact in denied:
            if signed:
                self.danger.pop((source, family, fact), None)
        for fact in shown:
            self.danger.setdefault((source, family, fact), self.now)
        told = self.family_of.setdefault(family, response.decision.family_id)
        assert told == response.decision.family_id, "the same mother is one family"
        self.assert_safety_told(work, shown)
        return work, answer

    def assert_safety_told(self, work: Submit, shown: list[str]) -> None:
        """The desk has a safety notice for each danger of the arrival, whatever else was decided."""
        triggers = {TRIGGERS_BY_FACT[fact].name for fact in shown}
        with self.core.store.read() as reader:
            rows = reader.list_notices("triage-lanarkshire", after=0, limit=10_000)
            rows += reader.list_notices("national-triage", after=0, limit=10_000)
        count = sum(row.kind in ("safeguarding", "red_flag") for row in rows)
        assert count == self.safety_notices + len(triggers)
        self.safety_notices = count

    @rule(sent=submitted)
    def repeat(self, sent: tuple[Submit, bytes]) -> None:
        """The same request again gets the same bytes."""
        work, answer = sent
        assert self.run(work) == answer

    @rule(sent=submitted)
    def misuse(self, sent: tuple[Submit, bytes]) -> None:
        """The same id with other content is refused."""
        work, _ = sent
        other = event(1, source="other-system", reference=next_id(), when=self.now)
        answer = self.run(self.submit_work(other, work.request_id))
        assert answer.reason.value == "REQUEST_ID_REUSED"

    @rule(sent=submitted)
    def withdraw(self, sent: tuple[Submit, bytes]) -> None:
        """A withdrawn referral stops to speak; its danger does not."""
        work, _ = sent
        answer = self.run(
            Withdraw(
                method="WithdrawReferral",
                caller=caller_of(SENDER),
                received_at=self.now,
                request_id=next_id(),
                digest=next_id().encode(),
                source_system=work.event.source_system,
                source_reference=work.event.source_reference,
                reason="SENT_IN_ERROR",
                occurred_at=self.now,
                payload=b"",
            )
        )
        assert isinstance(answer, bytes)

    @rule(family=st.sampled_from(FAMILIES), declines=st.booleans())
    def respond(self, family: int, declines: bool) -> None:
        """The service asked to lead accepts or declines."""
        current = self.current(family)
        if current is None or current.outcome == decision_pb2.OUTCOME_DESK:
            return
        if current.state != decision_pb2.DECISION_STATE_PROPOSED:
            return
        answer = self.run(
            Respond(
                method="RespondToReferral",
                caller=caller_of(DESK),
                received_at=self.now,
                request_id=next_id(),
                digest=next_id().encode(),
                decision_id=parse("dec", current.decision_id),
                decline_reason="LACK_OF_CAPACITY" if declines else "",
                payload=b"",
            )
        )
        assert isinstance(answer, bytes)
        if not declines:
            self.accepted[family] = (current.lead.service, current.lead.board_code)

    @rule(days=st.sampled_from((1, 40, 400)))
    def pass_time(self, days: int) -> None:
        """Time passes; what nobody acknowledged escalates."""
        self.now += timedelta(days=days)
        self.run(Escalate(method="Escalate", caller=caller_of(DESK), received_at=self.now))
        with self.core.store.read() as reader:
            assert reader.overdue_notices(_micros(self.now), limit=10_000) == ()

    @invariant()
    def every_family_has_one_owner(self) -> None:
        """One episode, one standing lead or desk, one decision that stands."""
        for family, family_id in getattr(self, "family_of", {}).items():
            with self.core.store.read() as reader:
                (rows,) = reader.families([parse("fam", family_id)]).values()
                only = DecisionFilter(family_id=parse("fam", family_id), limit=1000)
                decisions = reader.list_decisions(only)
            assert len(rows.episodes) == len(rows.leads) == 1
            (lead,) = rows.leads
            standing = [one for one in decisions if one.state in ("proposed", "accepted")]
            newest = max(standing, key=lambda one: one.decision_id)
            others = [one for one in standing if one is not newest]
            assert all(one.state == "accepted" for one in others)
            whole = self.current(family)
            assert whole is not None
            assert whole.HasField("lead") != (whole.outcome == decision_pb2.OUTCOME_DESK)
            assert bool(whole.desk_reason) or whole.HasField("lead")
            if family in self.accepted:
                assert lead.state is LeadState.ACCEPTED
                assert (lead.service, lead.board) == self.accepted[family], "only an acceptance changes the holder"
            assert {row.role for row in rows.persons} == {"mother", "infant"}
            assert len(rows.persons) == 2, "one mother and one infant, however often they are referred"

    @invariant()
    def danger_stays(self) -> None:
        """Every danger that its own source has not denied stands on the newest decision."""
        for source, family, fact in getattr(self, "danger", {}):
            whole = self.current(family)
            assert whole is not None
            shown = {(one.trigger, one.source_system) for one in whole.safety}
            assert (TRIGGERS_BY_FACT[fact].name, source) in shown
            assert whole.urgency >= int(TRIGGERS_BY_FACT[fact].urgency)

    def current(self, family: int) -> decision_pb2.Decision | None:
        """Return the newest decision of a family, as it stands."""
        if family not in self.family_of:
            return None
        with self.core.store.read() as reader:
            (rows,) = reader.families([parse("fam", self.family_of[family])]).values()
            latest = orjson.loads(rows.leads[0].standing)["latest"]
            row = reader.decisions_by_id([latest])[latest]
        whole = decision_pb2.Decision.FromString(row.document)
        whole.state = decision_pb2.DecisionState.Value(f"DECISION_STATE_{row.state.upper()}")
        return whole


def _subject(fact: str) -> str:
    return "infant-1" if fact == "faltering_growth" else "mother"


def _micros(when: datetime) -> int:
    return int(when.timestamp() * 1_000_000)


class PostgresServiceMachine(ServiceMachine):
    """The same over a real PostgreSQL."""

    kind = "postgresql"


TestServiceMachine = ServiceMachine.TestCase
TestServiceMachine.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPostgresServiceMachine = PostgresServiceMachine.TestCase
TestPostgresServiceMachine.settings = settings(TestServiceMachine.settings, max_examples=10)
