"""The composition root: puts one process's store, pack, matcher, batch thread and servicer together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from router.audit.events import AuditEvent
from router.audit.log import record
from router.audit.pseudonym import Pseudonyms
from router.matching import load_weights
from router.routing.decide import Decider
from router.rules.engine import Engine
from router.rules.pack import Pack
from router.service.admission import Admission
from router.service.batcher import Batcher
from router.service.callers import Callers, load_callers
from router.service.decode import micros
from router.service.encode import Encoder
from router.service.families import EventMemory
from router.service.golive.following import Following
from router.service.golive.servicer import RuleServicer
from router.service.golive.shadow import Place, Shadow
from router.service.golive.starting import starting_pack
from router.service.guarding import Guard
from router.service.packs import PackShelf, pack_content
from router.service.processor import Processor
from router.service.projection import Projector, Reader
from router.service.reading import Reads
from router.service.recording import Recorder
from router.service.reviews.familyreading import FamilyReads
from router.service.reviews.familyservicer import FamilyServicer
from router.service.servicer import Servicer
from router.service.settings import Settings
from router.service.shedding import Door
from router.service.tools import Tools
from router.service.work import Caller, Escalate
from router.service.workspace import KeyHash
from router.store.ids import IdSource
from router.store.interface import Store
from router.store.key import load_key
from router.store.open import open_store

ESCALATION_SECONDS = 30.0
_CLOCK = Caller("clock", Reader.DESK, "", "", "operations", "")


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


class Core:
    """One process of the service, without its sockets.

    It begins with ``pack``, which becomes the first one of a store that knows of none. With ``follow`` it then goes by
    what the store says is live, and looks again all the time. ``place`` is where the store is for a child to open that
    runs a pack in shadow; without one no shadow is run.
    """

    def __init__(
        self,
        store: Store,
        pack: Pack,
        secret: bytes,
        callers: Callers,
        *,
        marks: Path,
        now: Callable[[], datetime] = utc_now,
        queue_ms: int = Settings.model_fields["queue_ms"].default,
        follow: bool = False,
        place: Place | None = None,
    ) -> None:
        self.store = store
        self.now = now
        ids = IdSource(store.claim_process_number(), lambda: time.time_ns() // 1_000_000)
        self.recorder = Recorder(ids, Pseudonyms(secret))
        self.guard = Guard(pack, store, self.recorder, secret, marks, now=now)
        # Before anything is evaluated: what ended an earlier process is not to end this one.
        self.guard.sweep()
        self._ids = ids
        self._weights = load_weights()
        self._memory = EventMemory()
        tools = self._tools_of(pack)
        with store.transaction() as transaction:
            transaction.keep_pack(pack.digest, pack_content(pack), micros(now()))
        key_hash = KeyHash(secret)
        self.processor = Processor(store, tools, key_hash, self.guard)
        self.following = Following(
            store, tools, make=self._tools_of, use=self.processor.follow, lock=key_hash.of_rules(), now=now
        )
        self.following.install()
        if follow:
            self.following.look()
        self.shadow = Shadow(store, place, lambda: self.following.book, now=now)
        self.processor.decided = self.shadow.hear
        self.admission = Admission(queue_seconds=queue_ms / 1000)
        self.door = Door(self.admission)
        self.batcher = Batcher(self.processor.process, on_fault=_store_fault, admission=self.admission)
        reads = Reads(PackShelf(pack), self.recorder)
        self.servicer = Servicer(
            batcher=self.batcher, door=self.door, store=store, reads=reads, callers=callers, now=now
        )
        family_reads = FamilyReads(lambda: self.following.current.pack, tools.weights, self.recorder, callers)
        self.family_servicer = FamilyServicer(self.servicer, family_reads, now)
        self.rule_servicer = RuleServicer(
            self.servicer,
            store,
            self.recorder,
            now=now,
            acted=self.following.nudge,
            deciding=lambda: self.following.current.pack.digest,
        )
        if follow:
            self.following.start()
            self.shadow.start()
        self._stopped = threading.Event()
        self._escalation = threading.Thread(target=self._escalate, name="escalation", daemon=True)
        self._escalation.start()

    @property
    def decider(self) -> Decider:
        """What decides now."""
        return self.processor.tools.decider

    @property
    def engine(self) -> Engine:
        """The rule engine that decides now."""
        engine = self.decider.engine
        assert isinstance(engine, Engine)  # noqa: S101 - of our own making
        return engine

    def close(self) -> None:
        """Finish what was handed over, then close the store."""
        self._stopped.set()
        self.following.stop()
        self.shadow.stop()
        self._escalation.join()
        self.batcher.close()
        self.guard.close()
        self.door.tell()
        self.store.close()

    def _tools_of(self, pack: Pack) -> Tools:
        """Return what deciding by a pack needs, compiled and ready."""
        return Tools(
            decider=Decider(pack, Engine(pack, around=self.guard.around)),
            weights=self._weights,
            encoder=Encoder(pack),
            projector=Projector(pack),
            recorder=self.recorder,
            ids=self._ids,
            memory=self._memory,
        )

    def escalate_now(self) -> None:
        """Escalate every notice whose time has passed."""
        self.batcher.submit(Escalate(method="Escalate", caller=_CLOCK, received_at=self.now())).result()

    def _escalate(self) -> None:
        while not self._stopped.wait(ESCALATION_SECONDS):
            self.door.tell()
            self.escalate_now()


def build_core(settings: Settings) -> Core:
    """Put a process together as the settings say. Raises ``StoreError``, ``PackError`` or ``CallersFileError``."""
    callers = load_callers(settings.callers) if settings.callers else Callers()
    settings.make_folders()
    store = open_store(settings.store_url, settings.key_file)
    try:
        with store.read() as reader:
            start = starting_pack(reader, settings.pack, micros(utc_now()))
        return Core(
            store,
            start.pack,
            load_key(settings.key_file),
            callers,
            marks=settings.data.resolve() / "suspects",
            queue_ms=settings.queue_ms,
            follow=True,
            place=Place(settings.store_url, settings.key_file),
        )
    except BaseException:
        store.close()
        raise


def _store_fault(fault: Exception) -> None:
    record(AuditEvent.CALL_FAILED, method="batch", error=type(fault).__name__)
