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
from router.rules.loader import load_pack
from router.rules.pack import Pack
from router.service.admission import Admission
from router.service.batcher import Batcher
from router.service.callers import Callers, load_callers
from router.service.decode import micros
from router.service.encode import Encoder
from router.service.families import EventMemory
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
    """One process of the service, without its sockets."""

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
    ) -> None:
        self.store = store
        self.now = now
        ids = IdSource(store.claim_process_number(), lambda: time.time_ns() // 1_000_000)
        self.recorder = Recorder(ids, Pseudonyms(secret))
        self.guard = Guard(pack, store, self.recorder, secret, marks, now=now)
        # Before anything is evaluated: what ended an earlier process is not to end this one.
        self.guard.sweep()
        self.engine = Engine(pack, around=self.guard.around)
        self.decider = Decider(pack, self.engine)
        tools = Tools(
            decider=self.decider,
            weights=load_weights(),
            encoder=Encoder(pack),
            projector=Projector(pack),
            recorder=self.recorder,
            ids=ids,
            memory=EventMemory(),
        )
        with store.transaction() as transaction:
            transaction.keep_pack(pack.digest, pack_content(pack), micros(now()))
        self.processor = Processor(store, tools, KeyHash(secret), self.guard)
        self.admission = Admission(queue_seconds=queue_ms / 1000)
        self.door = Door(self.admission)
        self.batcher = Batcher(self.processor.process, on_fault=_store_fault, admission=self.admission)
        reads = Reads(PackShelf(pack), self.recorder)
        self.servicer = Servicer(
            batcher=self.batcher, door=self.door, store=store, reads=reads, callers=callers, now=now
        )
        family_reads = FamilyReads(pack, tools.weights, self.recorder, callers)
        self.family_servicer = FamilyServicer(self.servicer, family_reads, now)
        self._stopped = threading.Event()
        self._escalation = threading.Thread(target=self._escalate, name="escalation", daemon=True)
        self._escalation.start()

    def close(self) -> None:
        """Finish what was handed over, then close the store."""
        self._stopped.set()
        self._escalation.join()
        self.batcher.close()
        self.guard.close()
        self.door.tell()
        self.store.close()

    def escalate_now(self) -> None:
        """Escalate every notice whose time has passed."""
        self.batcher.submit(Escalate(method="Escalate", caller=_CLOCK, received_at=self.now())).result()

    def _escalate(self) -> None:
        while not self._stopped.wait(ESCALATION_SECONDS):
            self.door.tell()
            self.escalate_now()


def build_core(settings: Settings) -> Core:
    """Put a process together as the settings say. Raises ``StoreError``, ``PackError`` or ``CallersFileError``."""
    pack = load_pack(settings.pack)
    callers = load_callers(settings.callers) if settings.callers else Callers()
    settings.make_folders()
    store = open_store(settings.store_url, settings.key_file)
    marks = settings.data.resolve() / "suspects"
    return Core(store, pack, load_key(settings.key_file), callers, marks=marks, queue_ms=settings.queue_ms)


def _store_fault(fault: Exception) -> None:
    record(AuditEvent.CALL_FAILED, method="batch", error=type(fault).__name__)
