"""One process of the service without its sockets, for tests that look inside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from router.model.errors import RouterError
from router.rules.loader import load_pack
from router.service.callers import Callers
from router.service.core import Core
from router.service.decode import decode_event
from router.service.settings import DEFAULT_PACK
from router.service.work import Submit, caller_of, digest_of
from router.store.familyrows import DecisionRow
from router.v1 import decision_pb2, referral_pb2
from router.v1 import routing_service_pb2 as pb
from tests.support.places import Place
from tests.support.requests import DESK, next_id

PACK = load_pack(DEFAULT_PACK)


class Process:
    """A core with a clock of its own; ``now`` may be set."""

    def __init__(self, folder: Path, kind: str = "sqlite", place: Place | None = None) -> None:
        self.now = datetime(2026, 11, 1, 9, tzinfo=UTC)
        self.place = place or Place.of(kind, folder)
        store = self.place.open()
        self.core = Core(store, PACK, b"k" * 32, Callers(), marks=folder / "suspects", now=lambda: self.now)

    def work(self, message: referral_pb2.ReferralEvent, context: pb.CallContext = DESK, request_id: str = "") -> Submit:
        """Return the work of submitting an event."""
        payload = message.SerializeToString(deterministic=True)
        return Submit(
            method="SubmitReferral",
            caller=caller_of(context),
            received_at=self.now,
            request_id=request_id or next_id(),
            digest=digest_of("SubmitReferral", context.caller, payload),
            event=decode_event(message),
            payload=payload,
        )

    def submit(self, *messages: referral_pb2.ReferralEvent) -> list[decision_pb2.Decision]:
        """Submit events as one batch and return the decisions, as the desk sees them."""
        answers = self.core.processor.process([self.work(message) for message in messages])
        return [_decision(answer) for answer in answers]

    def decisions(self, *ids: int) -> dict[int, DecisionRow]:
        """Return decisions as stored."""
        with self.core.store.read() as reader:
            return reader.decisions_by_id(ids)


@contextmanager
def process(folder: Path, kind: str = "sqlite", place: Place | None = None) -> Iterator[Process]:
    """Run a process until the block ends, on a new store of this kind or the one at ``place``; files are in ``folder``."""
    running = Process(folder, kind, place)
    try:
        yield running
    finally:
        running.core.close()


def _decision(answer: bytes | RouterError) -> decision_pb2.Decision:
    assert isinstance(answer, bytes), answer
    return pb.SubmitReferralResponse.FromString(answer).decision
