"""What one batch knows: read from the store at once, and seen by later items as earlier items of the batch left it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from router.matching import blocking_keys
from router.matching.shortlist import crowd, shortlist
from router.matching.wording import in_order
from router.model.referral import ReferralEvent
from router.service.families import EventMemory, FamilyState, family_state, source_of
from router.service.work import Acknowledge, Escalate, FamilyWork, PersonsAct, Respond, Submit, Withdraw, Work
from router.store.familyrows import DecisionRow, FamilyRows, NoticeRow, ReferralVersion, StoredAnswer
from router.store.interface import Reader
from router.store.reviewrows import HeldReview

MOST_FAMILIES_OF_A_KEY = 64
#: What whoever acknowledges or escalates notices locks.
NOTICES_LOCK = -10


class KeyHash:
    """Hashes blocking keys with a secret, so that the index tells nobody whose identifiers are in it."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.blake2b(b"router blocking keys", key=secret[:64], digest_size=32).digest()

    def of(self, event: ReferralEvent) -> dict[int, str]:
        """Return the hashed blocking keys of an event, whole numbers of 63 bits, each with its kind."""
        return {self.hashed(key): key.partition(":")[0] for key in blocking_keys(event.people, event.household)}

    def of_source(self, source: tuple[str, str]) -> int:
        """Return what a referral's source is locked by: a whole number below -10, so that it is no blocking key."""
        return -11 - (self.hashed("\0".join(("source", *source))) >> 1)

    def of_reviews(self) -> int:
        """Return what whoever acts on reviews or families locks: such acts are few, and one at a time."""
        return self.of_source(("", "reviews"))

    def of_rules(self) -> int:
        """Return what whoever writes of packs locks: what each is written upon must be the last."""
        return self.of_source(("", "rules"))

    def hashed(self, key: str) -> int:
        """Return the hash of one blocking key."""
        digest = hashlib.blake2b(key.encode(), key=self._key, digest_size=8).digest()
        return int.from_bytes(digest, "big") >> 1


class Workspace:
    """The families, answers and referrals that a batch may need.

    ``locks`` are what must be held while it is asked, in ``still_holds``, whether all that was read is still so.
    """

    def __init__(self, reader: Reader, memory: EventMemory, key_hash: KeyHash, batch: Sequence[Work]) -> None:
        self._reader = reader
        self._memory = memory
        self._key_hash = key_hash
        submits = [work for work in batch if isinstance(work, Submit)]
        self.keys = {id(work): key_hash.of(work.event) for work in submits}
        self._request_ids = sorted({work.request_id for work in batch if work.request_id})
        sources = {source_of(work.event) for work in submits}
        sources |= {(one.source_system, one.source_reference) for one in batch if isinstance(one, Withdraw)}
        self._sources = sorted(sources)
        self._all_keys = sorted({key for keys in self.keys.values() for key in keys})
        self.locks = {*self._all_keys, *map(key_hash.of_source, self._sources)}
        if any(isinstance(work, Acknowledge | Escalate) for work in batch):
            self.locks.add(NOTICES_LOCK)
        if any(isinstance(work, FamilyWork) for work in batch):
            self.locks.add(key_hash.of_reviews())
        elif any(isinstance(work, PersonsAct) for work in batch):
            self.locks.add(key_hash.of_rules())
        self._answers = reader.answers(self._request_ids) if self._request_ids else {}
        self._versions = dict(reader.referral_versions(self._sources)) if self._sources else {}
        self._by_key: dict[int, set[int]] = {}
        self._read_keys: dict[int, tuple[int, ...]] = {}
        if self._all_keys:
            self._read_keys = reader.families_of_keys(self._all_keys, most=MOST_FAMILIES_OF_A_KEY)
            self._by_key = {key: set(families) for key, families in self._read_keys.items()}
        self._families: dict[int, FamilyState] = {}
        self._rows: dict[int, FamilyRows] = {}
        self._open_reviews: dict[int, tuple[HeldReview, ...]] = {}
        self._asked_about: set[tuple[int, int]] = set()
        self._read_versions: dict[int, int] = {}
        crowds = set().union(*(crowd(keys, self._by_key) for keys in self.keys.values()))
        if crowds:
            self._note_pairs(reader.open_reviews(sorted(crowds)))
        wanted = {one.family_id for versions in self._versions.values() for one in versions}
        for keys in self.keys.values():
            wanted |= shortlist(keys, self._by_key, self._asked_about)
        self._fetch(wanted)
        self._read_answers = dict(self._answers)
        self._read_sources = dict(self._versions)
        self._depends_on_more = any(isinstance(work, Respond | Acknowledge | Escalate | PersonsAct) for work in batch)
        self.decisions: dict[int, DecisionRow] = {}
        self.notices: dict[int, NoticeRow] = {}

    def still_holds(self, reader: Reader) -> bool:
        """Return whether ``reader`` sees what this workspace was read from."""
        # First and all at once: in a store with locks on families this takes them in one order.
        if reader.family_versions(sorted(self._read_versions)) != self._read_versions or self._depends_on_more:
            return False
        return (
            (not self._request_ids or reader.answers(self._request_ids) == self._read_answers)
            and (not self._sources or reader.referral_versions(self._sources) == self._read_sources)
            and self._keys_still_hold(reader)
        )

    def _keys_still_hold(self, reader: Reader) -> bool:
        if not self._all_keys:
            return True
        return reader.families_of_keys(self._all_keys, most=MOST_FAMILIES_OF_A_KEY) == self._read_keys

    def answer(self, request_id: str) -> StoredAnswer | None:
        """Return the answer already given to a request id."""
        return self._answers.get(request_id)

    def versions(self, source: tuple[str, str]) -> tuple[ReferralVersion, ...]:
        """Return the versions held of a referral."""
        return self._versions.get(source, ())

    def candidates(self, keys: Mapping[int, str]) -> list[FamilyState]:
        """Return the families that share blocking keys and are worth comparing, in order of id."""
        found = shortlist(keys, self._by_key, self._asked_about)
        self._fetch(found)
        # One whose events were all moved elsewhere is found by its old keys still.
        return [family for one in sorted(found) if not (family := self._families[one]).is_empty]

    def found_by(self, work: Submit, family_id: int) -> tuple[str, ...]:
        """Return the kinds of blocking key that an event and a family share, the most telling first."""
        return in_order(kind for key, kind in self.keys[id(work)].items() if family_id in self._by_key.get(key, ()))

    def family(self, family_id: int) -> FamilyState:
        """Return a family by id."""
        self._fetch({family_id})
        return self._families[family_id]

    @property
    def reader(self) -> Reader:
        """What the batch reads from."""
        return self._reader

    def keys_of(self, event: ReferralEvent) -> dict[int, str]:
        """Return the hashed blocking keys of an event."""
        return self._key_hash.of(event)

    def known_family(self, family_id: int) -> FamilyState | None:
        """Return a family by id; None where there is none."""
        self._fetch({family_id})
        return self._families.get(family_id)

    def rows(self, family_id: int) -> FamilyRows:
        """Return a family's rows as they were read."""
        self._fetch({family_id})
        return self._rows[family_id]

    def open_reviews(self, family_id: int) -> tuple[HeldReview, ...]:
        """Return the open reviews that a family is in; it must have been fetched or kept."""
        return self._open_reviews.get(family_id, ())

    def keep_reviews(self, opened: Iterable[HeldReview]) -> None:
        """Let later items of the batch see reviews that were opened."""
        for one in opened:
            pair = one.now.family_id, one.now.other_family_id
            self._asked_about.add(pair)
            for family_id in pair:
                self._open_reviews[family_id] = (*self._open_reviews.get(family_id, ()), one)

    def keep_ranks(self, family_id: int, ranks: Mapping[int, int]) -> None:
        """Let later items of the batch see how pressing open reviews of a family have become."""
        for one in {side for held in self.open_reviews(family_id) for side in held.families} if ranks else ():
            self._open_reviews[one] = tuple(
                replace(held, now=replace(held.now, rank=ranks.get(held.row.review_id, held.now.rank)))
                for held in self.open_reviews(one)
            )

    def replace_reviews(self, now: Mapping[int, tuple[HeldReview, ...]]) -> None:
        """Let what follows see these families' open reviews as an act leaves them."""
        self._open_reviews.update(now)

    def decision(self, decision_id: int) -> DecisionRow | None:
        """Return a decision by id."""
        if decision_id not in self.decisions:
            self.decisions.update(self._reader.decisions_by_id([decision_id]))
        return self.decisions.get(decision_id)

    def notice(self, notice_id: int) -> NoticeRow | None:
        """Return a notice by id."""
        if notice_id not in self.notices:
            self.notices.update(self._reader.notices_by_id([notice_id]))
        return self.notices.get(notice_id)

    def overdue_notices(self, now: int, *, limit: int) -> tuple[NoticeRow, ...]:
        """Return notices whose time has passed without an acknowledgement."""
        return self._reader.overdue_notices(now, limit=limit)

    def keep_answer(self, request_id: str, answer: StoredAnswer) -> None:
        """Let later items of the batch see an answer."""
        self._answers[request_id] = answer

    def keep_version(self, source: tuple[str, str], version: ReferralVersion) -> None:
        """Let later items of the batch see a referral."""
        self._versions[source] = tuple(
            sorted((*self._versions.get(source, ()), version), key=lambda one: one.source_version)
        )

    def keep_family(self, family: FamilyState, keys: Iterable[int]) -> None:
        """Let later items of the batch find a family by its keys."""
        self._families[family.family_id] = family
        for key in keys:
            self._by_key.setdefault(key, set()).add(family.family_id)

    def _fetch(self, family_ids: Iterable[int]) -> None:
        missing = [one for one in family_ids if one not in self._families]
        if missing:
            for family_id, rows in self._reader.families(missing).items():
                self._families[family_id] = family_state(rows, self._memory)
                self._rows[family_id] = rows
                self._read_versions[family_id] = rows.version
            reviews = self._reader.open_reviews(missing)
            self._open_reviews.update(reviews)
            self._note_pairs(reviews)

    def _note_pairs(self, reviews: Mapping[int, tuple[HeldReview, ...]]) -> None:
        """Keep which families a person is asked about. One that is answered within the batch counts until its end."""
        self._asked_about.update(
            (one.now.family_id, one.now.other_family_id) for each in reviews.values() for one in each
        )
