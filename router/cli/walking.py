"""Walks a story through a real router, on the story's own dates, with a store that is gone afterwards."""

from __future__ import annotations

import hashlib
import io
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from router.audit.log import configure
from router.authoring.walkthrough.eyes import Eyes
from router.authoring.walkthrough.referrals import HOUR, Said, referral_of
from router.authoring.walkthrough.scenes import Perspective, Scene, Walkthrough, Who
from router.model.errors import RouterError
from router.routing.derive import LONDON
from router.routing.notices import address
from router.rules.pack import Pack
from router.rules.schema import StoryEvent, StoryFile
from router.service.callers import Callers
from router.service.core import Core
from router.service.decode import decode_event
from router.service.projection import Projector, Reader, Rights
from router.service.work import Caller, Respond, Submit, Work
from router.store.familyrows import NoticeRow
from router.store.ids import parse
from router.store.key import create_key
from router.store.open import open_store
from router.v1 import decision_pb2
from router.v1 import routing_service_pb2 as api

_DESK = Caller("walkthrough", Reader.DESK, "", "", "operations", "")
_SAFETY = frozenset({"safeguarding", "red_flag"})
_MOST_NOTICES = 500


class StoryError(Exception):
    """A story cannot go on. The message says at which event, and why."""


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
        self.eyes = Eyes(pack)
        self.said: dict[str, Said] = {}
        self.seen_until: dict[str, int] = {}
        self.decision: decision_pb2.Decision | None = None
        self.lead = ""

    def scenes(self) -> Iterator[Scene]:
        for number, event in enumerate(self.story.events):
            at = datetime.combine(event.on, HOUR, LONDON)
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
            said = self.said.setdefault(event.referral.by, Said())
            message = referral_of(self.story, event.referral, said, event.on, self.pack.facts)
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
        safety = [f"To {self.eyes.called(one.recipient)}: {one.text}" for one in notices if one.kind in _SAFETY]
        by_recipient: dict[str, list[str]] = {}
        for one in notices:
            by_recipient.setdefault(one.recipient, []).append(one.text)
        people = tuple(self._people(decision, by_recipient))
        return Scene(event.on, event.what, self.eyes.outcome(decision), safety, people)

    def _project(self, decision: decision_pb2.Decision, rights: Rights) -> decision_pb2.Decision:
        copy = decision_pb2.Decision()
        copy.CopyFrom(decision)
        return self.projector.project(copy, rights)

    def _people(self, decision: decision_pb2.Decision, told: Mapping[str, Sequence[str]]) -> Iterator[Perspective]:
        eyes = self.eyes
        yield eyes.parent(self._project(decision, Rights(Reader.PARENT)))
        yield eyes.infant(decision)
        for source in self.said:
            yield eyes.referrer(self._project(decision, Rights(Reader.REFERRER, own=frozenset({source}))), source, told)
        parts = [(Who.LEAD, decision.lead)] if decision.HasField("lead") else []
        parts += [(Who.PARTNER_SERVICE, one.service) for one in decision.supporting]
        for who, part in parts:
            seen = self._project(decision, Rights(Reader.SERVICE, part.service, part.board_code))
            yield eyes.service(seen, who, part, told)
