"""Keeps a process deciding by the pack that the store says is live.

A thread looks once a second at the number of the last act, which costs one indexed read. A pack is loaded and compiled
beside the batches, and handed over whole: the next batch is decided by it, the one under way by the pack that it began
with. One that does not load changes nothing but the record: the process goes on with the last good pack.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from router.audit.events import AuditEvent
from router.audit.log import record, write
from router.rules.pack import Pack
from router.rules.yamlfile import PackError
from router.service.decode import micros
from router.service.golive.book import Book, Entry, details_of
from router.service.packs import kept_pack, pack_content
from router.service.recording import Recorder
from router.service.tools import Tools
from router.store.interface import Change, Store, StoreError
from router.store.packrows import PackActKind, PackActRow, PackRow

LOOK_SECONDS = 1.0
# The live one, the one before, to which is rolled back without loading it again, and the one that is due.
MOST_READY = 3
_TOLD_FAULTS = 5
_TOLD_LENGTH = 2_000


class Following:
    """Follows the store's live pack for one process. ``look`` is one thread's; ``use`` hears of each change."""

    def __init__(
        self,
        store: Store,
        tools: Tools,
        *,
        make: Callable[[Pack], Tools],
        use: Callable[[Tools], None],
        lock: int,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._make = make
        self._use = use
        self._lock = lock
        self._now = now
        self._recorder: Recorder = tools.recorder
        self._ready: OrderedDict[str, Tools] = OrderedDict({tools.pack.digest: tools})
        self._acts: tuple[PackActRow, ...] = ()
        self._seen = -1
        self._failed: set[tuple[str, int]] = set()
        self.current = tools
        self.book = Book((), 0)
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look from now on, once a second and whenever ``nudge`` is called."""
        self._thread = threading.Thread(target=self._run, name="packs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def nudge(self) -> None:
        """Look soon: something was done about a pack."""
        self._wake.set()

    def install(self) -> None:
        """Write the process's pack down as the first of a store that knows of none."""
        pack, now = self.current.pack, self._now()
        with self._store.transaction([self._lock]) as transaction:
            if transaction.last_pack_act():
                return
            row = self._act(PackActKind.INSTALLED, pack.digest, 0, now, details=details_of(pack.title))
            leaf = self._recorder.audit(AuditEvent.PACK_INSTALLED, now, {"pack_digest": pack.digest})
            packs = [PackRow(pack.digest, micros(now), pack_content(pack))]
            transaction.apply([Change(packs=packs, pack_acts=[row], audit=[leaf])])
        write(leaf.leaf)

    def look(self) -> None:
        """Bring this process to the pack that is live now, and load the one that is due. Raises ``StoreError``."""
        with self._store.read() as reader:
            last = reader.last_pack_act()
            if last != self._seen:
                self._acts, self._seen = reader.pack_acts(), last
        self.book = book = Book(self._acts, micros(self._now()))
        if book.live is not None and book.live.digest != self.current.pack.digest:
            # Where the live one does not load, a process that has just begun comes to the nearest one before that does.
            for entry in (book.live, *book.before):
                if entry.digest == self.current.pack.digest:
                    break
                tools = self._tools(entry)
                if tools is not None:
                    self._change_to(tools)
                    break
        if book.due is not None:
            self._tools(book.due)

    def _change_to(self, tools: Tools) -> None:
        before, self.current = self.current, tools
        self._use(tools)
        self._ready[before.pack.digest] = before
        record(AuditEvent.PACK_IN_USE, pack_digest=tools.pack.digest, pack_before=before.pack.digest)

    def _tools(self, entry: Entry) -> Tools | None:
        """Return a pack ready to decide; None where it does not load, which is written down once."""
        known = self._ready.get(entry.digest)
        if known is None:
            activated = entry.activation or entry.first
            attempt = (entry.digest, activated.act_id)
            if attempt in self._failed:
                return None
            try:
                with self._store.read() as reader:
                    pack = kept_pack(entry.digest, reader)
                known = self._make(pack)
            except PackError as fault:
                self._failed.add(attempt)
                self._write_failure(entry, activated, fault)
                return None
            self._ready[entry.digest] = known
        self._ready.move_to_end(entry.digest)
        while len(self._ready) > MOST_READY:
            oldest = next(one for one in self._ready if one not in {self.current.pack.digest, entry.digest})
            del self._ready[oldest]
        return known

    def _write_failure(self, entry: Entry, activated: PackActRow, fault: PackError) -> None:
        now = self._now()
        told = "; ".join(f"{one.file}:{one.line}:{one.column}: {one.message}" for one in fault.faults[:_TOLD_FAULTS])
        with self._store.transaction([self._lock]) as transaction:
            if any(
                one.kind is PackActKind.NOT_LOADED and one.digest == entry.digest and one.sequence > activated.sequence
                for one in transaction.pack_acts()
            ):
                return
            row = self._act(
                PackActKind.NOT_LOADED, entry.digest, entry.proposal_id, now, note=told[:_TOLD_LENGTH], details=b""
            )
            fields = {"pack_digest": entry.digest, "pack_before": self.current.pack.digest}
            leaf = self._recorder.audit(AuditEvent.PACK_NOT_LOADED, now, fields)
            transaction.apply([Change(pack_acts=[row], audit=[leaf])])
        write(leaf.leaf)

    def _act(
        self, kind: PackActKind, digest: str, proposal_id: int, at: datetime, *, details: bytes, note: str = ""
    ) -> PackActRow:
        act_id = self._recorder.ids.new()
        return PackActRow(act_id, kind, digest, proposal_id, "", "router", micros(at), None, note, details)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            if self._stopped.is_set():
                return
            try:
                self.look()
            except StoreError:
                # A store that is away is found again; decisions go on by the pack that they go by.
                continue
            except Exception as fault:  # noqa: BLE001 - the thread must outlive it, or no pack would ever change again
                record(AuditEvent.CALL_FAILED, method="packs", error=type(fault).__name__)
