"""Puts what a register holds of families into the store: people, records and blocking keys, and nothing decided.

Lines of one register are of one family when they name the same reference, and never because they look alike.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from router.audit.events import AuditEvent
from router.matching import Weights, resolve
from router.model.errors import Reason
from router.model.people import Role
from router.model.referral import ReferralEvent
from router.service.decode import event_of, micros
from router.service.families import EventMemory, FamilyState, RegisteredRecord, family_state
from router.service.recording import Recorder
from router.service.registers.files import Batch
from router.service.registers.records import Record, Refused
from router.service.workspace import KeyHash
from router.store.familyrows import EpisodeRow, EventKind, EventRow, LinkRow, PersonRow, ReferralVersion
from router.store.ids import IdSource
from router.store.interface import Change, Store, StoreBusyError, Transaction
from router.v1 import referral_pb2 as pb

METHOD = "families load"
#: Records of one transaction. Their keys lie all over an index: the more at once, the fewer pages are written twice.
MOST_RECORDS = 20_000
_MOST_NAMED = 20
#: Seconds to wait before each further try at a store that is busy.
_PAUSES = (0.1, 0.5, 2.0, 5.0)

Source = tuple[str, str]
Advance = Callable[[int, int], None]
"""Is told of each step: how many bytes of the file are done with, and how many records."""


@dataclass(slots=True)
class Loaded:
    """What came of a load, by records.

    ``families`` were new, ``updated`` are further records of known ones, ``held`` were loaded before. ``no_keys`` were
    loaded and can be found by nothing. ``refused`` names the first of ``refusals`` lines.
    """

    families: int = 0
    updated: int = 0
    held: int = 0
    no_keys: int = 0
    refusals: int = 0
    refused: list[Refused] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def records(self) -> int:
        """How many records were read and are in the store now."""
        return self.families + self.updated + self.held

    def add(self, other: Loaded) -> None:
        """Add what came of more records."""
        self.families += other.families
        self.updated += other.updated
        self.held += other.held
        self.no_keys += other.no_keys
        self.refusals += other.refusals
        self.refused += other.refused[: _MOST_NAMED - len(self.refused)]

    def refuse(self, lines: Sequence[Refused]) -> None:
        """Add lines that are refused."""
        self.refusals += len(lines)
        self.refused += lines[: _MOST_NAMED - len(self.refused)]


@dataclass(frozen=True, slots=True)
class Registrar:
    """Writes records of registers, in as few transactions as the store's locks allow."""

    store: Store
    ids: IdSource
    key_hash: KeyHash
    recorder: Recorder
    weights: Weights
    now: Callable[[], datetime]
    pause: Callable[[float], None] = time.sleep

    def write(self, records: Sequence[Record]) -> Loaded:
        """Write the records that the store does not hold yet. Raises ``StoreBusyError`` after some tries."""
        done = Loaded()
        for some in _slices(records, self.store.most_locks):
            done.add(self._try(some))
        return done

    def _try(self, records: Sequence[Record]) -> Loaded:
        for pause in _PAUSES:
            try:
                return self._write(records)
            except StoreBusyError:
                self.pause(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that two do not meet again
        return self._write(records)

    def _write(self, records: Sequence[Record]) -> Loaded:
        sources = {one.source for one in records}
        locks: set[int] = set()
        if self.store.most_locks is not None:
            # What a referral is decided by while this is written, is locked by these too.
            locks = {key for one in records for key in one.keys}.union(map(self.key_hash.of_source, sources))
        with self.store.transaction(locks) as transaction:
            known = transaction.referral_versions(sources, kind=EventKind.REGISTERED)
            writing = _Writing(self, transaction, known)
            writing.add_all(records)
            if writing.change.events:
                conflicts = transaction.apply([writing.change])
                if conflicts != [None]:
                    raise StoreBusyError("another load of this register went on; try again")
        return writing.done


def load(registrar: Registrar, batches: Iterable[Batch], advance: Advance) -> Loaded:
    """Load what was read of a register. Stopped at any moment, what was written stays, whole."""
    done = Loaded()
    began = time.monotonic()
    for some in _gathered(batches):
        records = [record for batch in some for record in batch.records]
        for batch in some:
            done.refuse(batch.refused)
        done.add(registrar.write(records))
        advance(sum(batch.size for batch in some), len(records))
    done.seconds = time.monotonic() - began
    return done


def _slices(records: Sequence[Record], most_locks: int | None) -> Iterator[Sequence[Record]]:
    """Yield the records in parts that need no more than so many locks each, but at least one record."""
    if most_locks is None:
        yield records
        return
    begin = locks = 0
    for place, record in enumerate(records):
        needed = len(record.keys) + 1
        if locks + needed > most_locks and place > begin:
            yield records[begin:place]
            begin, locks = place, 0
        locks += needed
    yield records[begin:]


def _gathered(batches: Iterable[Batch]) -> Iterator[list[Batch]]:
    """Yield as many batches together as go into one transaction."""
    gathered: list[Batch] = []
    held = 0
    for batch in batches:
        gathered.append(batch)
        held += len(batch.records)
        if held >= MOST_RECORDS:
            yield gathered
            gathered, held = [], 0
    if gathered:
        yield gathered


class _Writing:
    """One transaction's worth."""

    def __init__(
        self, registrar: Registrar, transaction: Transaction, known: Mapping[Source, tuple[ReferralVersion, ...]]
    ) -> None:
        self._tools = registrar
        self._at = registrar.now()
        self._now = micros(self._at)
        self._versions: dict[Source, dict[int, bytes]] = defaultdict(dict)
        self._family_of: dict[Source, int] = {}
        for source, versions in known.items():
            self._versions[source] = {one.source_version: one.digest for one in versions}
            self._family_of[source] = versions[-1].family_id
        self._transaction = transaction
        self._states: dict[int, FamilyState] = {}
        self.change = Change()
        self.done = Loaded()

    def add_all(self, records: Sequence[Record]) -> None:
        """Add the records that are new."""
        new = [one for one in records if self._is_new(one)]
        again = Counter(one.source for one in new)
        known = sorted({self._family_of[source] for source in again if source in self._family_of})
        if known:
            memory = EventMemory()
            for family_id, rows in self._transaction.families(known).items():
                self._states[family_id] = family_state(rows, memory)
        for one in new:
            if one.source in self._family_of:
                self._go_on(one)
            else:
                self._begin(one, keep=again[one.source] > 1)
            self.done.no_keys += not one.keys
        counted = Counter(one.source_system for one in new)
        self.change.audit = [
            self._tools.recorder.audit(
                AuditEvent.FAMILIES_LOADED, self._at, {"method": METHOD, "source_system": system, "count": count}
            )
            for system, count in sorted(counted.items())
        ]

    def _is_new(self, record: Record) -> bool:
        versions = self._versions[record.source]
        digest = versions.get(record.source_version)
        if digest is None:
            versions[record.source_version] = record.digest
            return True
        if digest == record.digest:
            self.done.held += 1
        else:
            message = "this version of the record was loaded with other content; give the change a higher version"
            self.done.refuse([Refused(record.line, Reason.SOURCE_VERSION_REUSED, message)])
        return False

    def _begin(self, record: Record, *, keep: bool) -> None:
        """Add a family. ``keep`` it at hand when more of the records are of it."""
        new = self._tools.ids.new
        family_id, episode_id = new(), new()
        people = {ref: new() for ref, _ in record.people}
        self.change.new_families.append(family_id)
        # No need is known yet: the first referral of the family takes the episode up.
        self.change.episodes.append(EpisodeRow(episode_id, family_id, self._now))
        self.change.persons += [PersonRow(people[ref], family_id, role, self._now) for ref, role in record.people]
        self._place(record, family_id, episode_id, people)
        self._family_of[record.source] = family_id
        if keep:
            state = FamilyState(family_id, 0, opened={episode_id: self._now})
            state.roles = {people[ref]: Role(role) for ref, role in record.people}
            state.registered.append(RegisteredRecord(_event(record), people))
            self._states[family_id] = state
        self.done.families += 1

    def _go_on(self, record: Record) -> None:
        """Add a further record of a family: its people are told apart as those of a referral's next version are."""
        family_id = self._family_of[record.source]
        state = self._states[family_id]
        event = _event(record)
        match = resolve(event.people, event.household, [state.record()], self._tools.weights, must_link=family_id)
        people = dict(match.links)
        for person in event.people:
            if person.ref not in people:
                people[person.ref] = self._tools.ids.new()
                state.roles[people[person.ref]] = person.role
                self.change.persons.append(PersonRow(people[person.ref], family_id, person.role.value, self._now))
        state.registered.append(RegisteredRecord(event, people))
        self._place(record, family_id, state.latest_episode(), people)
        self.done.updated += 1

    def _place(self, record: Record, family_id: int, episode_id: int, people: Mapping[str, int]) -> None:
        event_id = self._tools.ids.new()
        change = self.change
        change.touched.add(family_id)
        change.events.append(
            EventRow(
                event_id,
                EventKind.REGISTERED,
                record.source_system,
                record.source_reference,
                record.source_version,
                record.occurred_at,
                self._now,
                record.digest,
                record.payload,
            )
        )
        change.links.append(
            LinkRow(self._tools.ids.new(), event_id, family_id, episode_id, people, "register", self._now)
        )
        change.keys.update((key, family_id) for key in record.keys)


def _event(record: Record) -> ReferralEvent:
    return event_of(pb.ReferralEvent.FromString(record.payload))
