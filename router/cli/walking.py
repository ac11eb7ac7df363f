"""Walks a story through a real router, on the story's own dates, with a store that is gone afterwards."""

from __future__ import annotations

import hashlib
import io
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from router.audit.log import configure
from router.authoring.walkthrough.scenes import Perspective, Scene, Walkthrough, Who
from router.model.errors import RouterError
from router.model.facts import About
from router.routing.derive import LONDON
from router.routing.notices import address
from router.rules.pack import Pack
from router.rules.schema import StoryEvent, StoryFile, StoryReferral
from router.service.callers import Callers
from router.service.core import Core
from router.service.decode import decode_event
from router.service.projection import Projector, Reader, Rights
from router.service.work import Caller, Respond, Submit, Work
from router.store.ids import parse
from router.store.interface import NoticeRow
from router.store.key import create_key
from router.store.open import open_store
from router.v1 import decision_pb2, referral_pb2
from router.v1 import routing_service_pb2 as api

_DESK = Caller("walkthrough", Reader.DESK, "", "", "operations", "")
_HOUR = time(9)
_SAFETY = frozenset({"safeguarding", "red_flag"})
_MOST_NOTICES = 500
_ROLES = {
    "mother": referral_pb2.PERSON_ROLE_MOTHER,
    "main-carer": referral_pb2.PERSON_ROLE_MAIN_CARER,
    "partner": referral_pb2.PERSON_ROLE_PARTNER,
    "sibling": referral_pb2.PERSON_ROLE_SIBLING,
}
_URGENCIES = {
    "routine": referral_pb2.URGENCY_ROUTINE,
    "urgent": referral_pb2.URGENCY_URGENT,
    "emergency": referral_pb2.URGENCY_EMERGENCY,
}
_ABOUT = {
    About.PARENT: frozenset({"mother", "main-carer"}),
    About.INFANT: frozenset({"infant"}),
    About.PARTNER: frozenset({"partner"}),
}


class StoryError(Exception):
    """A story cannot go on. The message says at which event, and why."""


@dataclass(slots=True)
class _Said:
    """What one service has said so far: each fact with the day on which it was said."""

    versions: int = 0
    facts: dict[str, tuple[object, date]] = field(default_factory=dict)


def walk(pack: Pack, story: StoryFile) -> Walkthrough:
    """Return the story as each reader meets it. Raises ``StoryError``."""
    configure(io.StringIO())
    with tempfile.TemporaryDirectory(prefix="router-story-") as name:
        folder = Path(name)
        key_file = folder / "router.key"
        secret = create_key(key_file)
        store = open_store(f"sqlite:///{folder}/router.db", key_file)
        core = Core(store, pack, secret, Callers(), marks=folder / "suspects")
        with closing(core):
            scenes = tuple(_Walk(pack, story, core).scenes())
    board = pack.boards[story.board]
    return Walkthrough(story.title, board.name, pack.notice, pack.digest, scenes)


class _Walk:
    def __init__(self, pack: Pack, story: StoryFile, core: Core) -> None:
        self.pack, self.story, self.core = pack, story, core
        self.projector = Projector(pack)
        self.said: dict[str, _Said] = {}
        self.seen_until: dict[str, int] = {}
        self.decision: decision_pb2.Decision | None = None
        self.lead = ""

    def scenes(self) -> Iterator[Scene]:
        for number, event in enumerate(self.story.events):
            at = datetime.combine(event.on, _HOUR, LONDON)
            try:
                decision = self._decision(number, event, at)
            except RouterError as refusal:
                raise StoryError(f"event {number + 1} ({event.on}): {refusal.message}") from None
            if decision is not None:
                self.decision = decision
            assert self.decision is not None  # noqa: S101 - an event before any referral was refused
            yield self._scene(event, self.decision, self._new_notices())

    def _decision(self, number: int, event: StoryEvent, at: datetime) -> decision_pb2.Decision | None:
        request_id = f"{self.story.story}-{number}-{secrets.token_hex(4)}"
        if event.referral is not None:
            message = self._message(event.referral, event.on, at)
            payload = message.SerializeToString(deterministic=True)
            work: Work = Submit(
                method="SubmitReferral",
                caller=_DESK,
                received_at=at,
                request_id=request_id,
                digest=hashlib.sha256(payload).digest(),
                event=decode_event(message),
                payload=payload,
            )
            return api.SubmitReferralResponse.FromString(self._done(work)).decision
        if self.decision is None:
            raise StoryError("event 1: nobody has referred yet; begin with a referral")
        if event.answer is None:
            return None
        work = Respond(
            method="RespondToReferral",
            caller=_DESK,
            received_at=at,
            request_id=request_id,
            digest=hashlib.sha256(request_id.encode()).digest(),
            decision_id=parse("dec", self.decision.decision_id),
            decline_reason="LACK_OF_CAPACITY" if event.answer == "declines" else "",
            payload=b"",
        )
        return api.RespondToReferralResponse.FromString(self._done(work)).decision

    def _done(self, work: Work) -> bytes:
        (answer,) = self.core.processor.process([work])
        if isinstance(answer, RouterError):
            raise answer
        return answer

    def _message(self, referral: StoryReferral, on: date, at: datetime) -> referral_pb2.ReferralEvent:
        said = self.said.setdefault(referral.by, _Said())
        said.versions += 1
        said.facts |= {fact: (value, on) for fact, value in referral.facts.items()}
        message = referral_pb2.ReferralEvent(
            source_system=referral.by,
            source_reference=self.story.story[:40],
            source_version=said.versions,
            household=referral_pb2.Household(board_code=self.story.board, postcode="ZZ1 1ZZ"),
            requested_service=referral.asks_for or "",
        )
        message.occurred_at.FromDatetime(at)
        message.referrer.service = referral.by
        if referral.urgency is not None:
            message.urgency = _URGENCIES[referral.urgency]
        for place, (ref, person) in enumerate(self.story.people.items()):
            unborn = person.role == "infant" and (person.born is None or person.born > on)
            one = message.people.add(ref=ref)
            one.role = _ROLES.get(person.role) or (
                referral_pb2.PERSON_ROLE_UNBORN if unborn else referral_pb2.PERSON_ROLE_INFANT
            )
            if unborn:
                one.expected_date = (person.due or person.born or on).isoformat()
            elif person.born is not None:
                one.birth_date = person.born.isoformat()
            if not unborn:
                one.names.add(given=ref.capitalize(), family=f"Story-{self.story.story}"[:60])
            one.identifiers.add(
                system=referral_pb2.IDENTIFIER_SYSTEM_LOCAL, value=f"story-{place}", assigner=self.story.story
            )
        for fact, (value, day) in said.facts.items():
            self._observe(message, fact, value, datetime.combine(day, _HOUR, LONDON), referral.by)
        return message

    def _observe(self, message: referral_pb2.ReferralEvent, fact: str, value: object, at: datetime, by: str) -> None:
        roles = _ABOUT.get(self.pack.facts[fact].about, frozenset())
        subject = next((ref for ref, one in self.story.people.items() if one.role in roles), "")
        observation = message.observations.add(fact=fact, subject_ref=subject, observed_by=by)
        observation.observed_at.FromDatetime(at)
        if isinstance(value, bool):
            observation.yes_no = value
        elif isinstance(value, int):
            observation.number = value
        elif isinstance(value, date):
            observation.date = value.isoformat()
        else:
            observation.choice = str(value)

    # --- what each of them meets ------------------------------------------------------------------------------

    def _new_notices(self) -> list[NoticeRow]:
        """Return every notice written since the last event, in the order in which they were."""
        found: list[NoticeRow] = []
        with self.core.store.read() as reader:
            for recipient in self._recipients():
                listed = reader.list_notices(recipient, after=self.seen_until.get(recipient, 0), limit=_MOST_NOTICES)
                if listed:
                    self.seen_until[recipient] = listed[-1].sequence
                    found += listed
        return sorted(found, key=lambda one: one.sequence)

    def _recipients(self) -> set[str]:
        boards = {"", *self.pack.boards}
        services = {address(name, board) for name in self.pack.services for board in boards}
        return {*services, *self.pack.desk_labels, *self.said}

    def _scene(self, event: StoryEvent, decision: decision_pb2.Decision, notices: Sequence[NoticeRow]) -> Scene:
        safety = [f"To {self._called(one.recipient)}: {one.text}" for one in notices if one.kind in _SAFETY]
        by_recipient: dict[str, list[str]] = {}
        for one in notices:
            by_recipient.setdefault(one.recipient, []).append(one.text)
        people = (
            self._parent(decision),
            self._infant(decision),
            *self._referrers(decision, by_recipient),
            *self._services(decision, by_recipient),
        )
        return Scene(event.on, event.what, self._outcome(decision), safety, people)

    def _outcome(self, decision: decision_pb2.Decision) -> str:
        if not decision.HasField("lead"):
            return f"{self._called(decision.desk)} holds the family."
        if decision.state == decision_pb2.DECISION_STATE_ACCEPTED:
            return f"{decision.lead.label} leads."
        return f"{decision.lead.label} is asked to lead; {decision.held_by_meanwhile.label} holds the family meanwhile."

    def _project(self, decision: decision_pb2.Decision, rights: Rights) -> decision_pb2.Decision:
        copy = decision_pb2.Decision()
        copy.CopyFrom(decision)
        return self.projector.project(copy, rights)

    def _parent(self, decision: decision_pb2.Decision) -> Perspective:
        seen = self._project(decision, Rights(Reader.PARENT))
        named = [f"Lead service: {seen.lead.label}"] if seen.HasField("lead") else []
        named += [f"May help too: {one.service.label}" for one in seen.supporting]
        return Perspective(Who.PARENT, "", named, _some(seen.explanation.for_parent), self._answer_due(seen))

    def _infant(self, decision: decision_pb2.Decision) -> Perspective:
        """Return what is known of the infant itself: nobody is sent this, and so it is not projected for a reader."""
        about = {name for name, one in self.pack.facts.items() if one.about is About.INFANT}
        sees = [f"Known of me: {one.label}: {one.value}" for one in decision.facts if one.fact in about]
        told = [f"Danger to me: {one.label}" for one in decision.safety if one.subject == "infant"]
        waits = [f"Still to be asked about me: {one.ask}" for one in decision.questions if one.fact in about]
        return Perspective(Who.INFANT, "what concerns the baby alone", sees, told, waits)

    def _referrers(self, decision: decision_pb2.Decision, told: Mapping[str, Sequence[str]]) -> Iterator[Perspective]:
        for source in self.said:
            seen = self._project(decision, Rights(Reader.REFERRER, own=frozenset({source})))
            mine = [text for recipient, texts in told.items() if _service(recipient) == source for text in texts]
            waits = [*self._answer_due(seen), *(f"An answer of its own: {one.ask}" for one in seen.questions)]
            label = self._called(source)
            yield Perspective(Who.REFERRER, label, _some(seen.explanation.for_referrer), mine, waits)

    def _services(self, decision: decision_pb2.Decision, told: Mapping[str, Sequence[str]]) -> Iterator[Perspective]:
        parts = [(Who.LEAD, decision.lead)] if decision.HasField("lead") else []
        parts += [(Who.PARTNER_SERVICE, one.service) for one in decision.supporting]
        for who, part in parts:
            seen = self._project(decision, Rights(Reader.SERVICE, part.service, part.board_code))
            sees = _some(seen.explanation.for_receiver) if who is Who.LEAD else []
            sees += [f"{one.label}: {one.value}" for one in seen.facts if one.fact not in _AGE_AGAIN]
            if who is Who.PARTNER_SERVICE:
                sees = [f"Lead service: {seen.lead.label}", *sees]
            waits = [f"To be asked: {one.ask}" for one in seen.questions] if who is Who.LEAD else []
            if who is Who.LEAD and seen.state == decision_pb2.DECISION_STATE_PROPOSED:
                waits = [f"Its own answer is due by {_day(seen)}", *waits]
            elif seen.state == decision_pb2.DECISION_STATE_PROPOSED:
                waits = self._answer_due(seen)
            yield Perspective(who, part.label, sees, told.get(address(part.service, part.board_code), []), waits)

    def _answer_due(self, seen: decision_pb2.Decision) -> list[str]:
        if seen.state != decision_pb2.DECISION_STATE_PROPOSED:
            return []
        whom = seen.lead.label if seen.HasField("lead") else self._called(seen.desk)
        return [f"An answer by {whom}, due by {_day(seen)}"]

    def _called(self, recipient: str) -> str:
        name = _service(recipient)
        service = self.pack.services.get(name)
        return service.label if service else self.pack.desk_labels.get(recipient, recipient)


# The baby's age, told in two more ways.
_AGE_AGAIN = frozenset({"weeks_postnatal", "infant_age_months_at_referral"})


def _service(recipient: str) -> str:
    return recipient.partition("@")[0]


def _some(text: str) -> list[str]:
    return [text] if text else []


def _day(seen: decision_pb2.Decision) -> str:
    local = seen.respond_by.ToDatetime(LONDON)
    return f"{local.day} {local:%B %Y}, {local:%H:%M}"
