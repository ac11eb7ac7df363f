"""An act on families while it is made: rows of the families as it changes them, and the change that it comes to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from router.model.errors import Reason, RouterError
from router.service.decode import micros
from router.service.doubts import parted_pairs
from router.service.families import FamilyState, family_state, telling
from router.service.tools import Tools
from router.service.work import FamilyWork
from router.service.workspace import Workspace
from router.store.familyrows import EpisodeRow, EventKind, EventRow, FamilyRows, LinkRow, PersonRow
from router.store.interface import Change, Reader
from router.store.reviewrows import JudgementRow, RegroupedRow, RegroupingKind, RegroupingRow, Verdict


class Holding:
    """One family's rows, which an act changes."""

    def __init__(self, rows: FamilyRows) -> None:
        self.family_id = rows.family_id
        self.version = rows.version
        self.persons = {one.person_id: one for one in rows.persons}
        self.episodes = {one.episode_id: one for one in rows.episodes}
        self.leads = {one.episode_id: one for one in rows.leads}
        self.events = {one.event_id: one for one in rows.events}
        self.links = {one.event_id: one for one in rows.links}

    @classmethod
    def empty(cls, family_id: int) -> Holding:
        """Return a family of which nothing is held."""
        return cls(FamilyRows(family_id, 0, (), (), (), (), ()))

    def referrals(self) -> list[EventRow]:
        """Return the referrals, and the records of registers, in order of id: what says who the family is."""
        return telling(row for _, row in sorted(self.events.items()))

    def referral_ids(self) -> frozenset[int]:
        """Return the ids of the referrals."""
        return frozenset(row.event_id for row in self.referrals())

    def state(self, tools: Tools) -> FamilyState:
        """Return the family as it is now."""
        rows = FamilyRows(
            self.family_id,
            self.version,
            tuple(self.persons[one] for one in sorted(self.persons)),
            tuple(self.episodes[one] for one in sorted(self.episodes)),
            tuple(self.leads[one] for one in sorted(self.leads)),
            tuple(self.events[one] for one in sorted(self.events)),
            tuple(self.links[one] for one in sorted(self.links)),
        )
        return family_state(rows, tools.memory)


class Act:
    """One act on families: what it moves, and the rows that it writes. Nothing is ever overwritten."""

    def __init__(self, work: FamilyWork, space: Workspace, tools: Tools, kind: EventKind) -> None:
        self.work = work
        self.space = space
        self.tools = tools
        self.id = tools.ids.new()
        self.at = micros(work.received_at)
        self.change = Change()
        self.moved: set[int] = set()
        self._holdings: dict[int, Holding] = {}
        self._row = EventRow(
            self.id, kind, work.caller.name, work.request_id, 0, self.at, self.at, work.digest, work.payload
        )

    def holding(self, family_id: int) -> Holding:
        """Return a family's rows; the same object each time. Raises ``RouterError`` where there is no such family."""
        known = self._holdings.get(family_id)
        if known is None:
            if self.space.known_family(family_id) is None:
                raise unknown_family()
            known = self._holdings[family_id] = Holding(self.space.rows(family_id))
        return known

    def new_family(self) -> Holding:
        """Return a new family."""
        made = Holding.empty(self.tools.ids.new())
        self._holdings[made.family_id] = made
        self.change.new_families.append(made.family_id)
        self.change.touched.add(made.family_id)
        return made

    def new_person(self, family: Holding, role: str) -> int:
        """Add a person to a family and return the id."""
        row = PersonRow(self.tools.ids.new(), family.family_id, role, self.at)
        family.persons[row.person_id] = row
        self.change.persons.append(row)
        return row.person_id

    def new_episode(self, family: Holding, opened_at: int) -> int:
        """Add an episode to a family and return the id."""
        row = EpisodeRow(self.tools.ids.new(), family.family_id, opened_at)
        family.episodes[row.episode_id] = row
        self.change.episodes.append(row)
        return row.episode_id

    def move(self, row: EventRow, source: Holding, target: Holding, episode_id: int, people: Mapping[str, int]) -> None:
        """Link an event to another family; the link before stays as it was."""
        earlier = source.links.pop(row.event_id)
        del source.events[row.event_id]
        self.change.touched.add(source.family_id)
        link = self._link(row, target, episode_id, people)
        self.change.regrouped.append(RegroupedRow(self.id, link.link_id, earlier.link_id))
        if row.kind is EventKind.REFERRAL:
            self.moved.add(row.event_id)

    def name_others(self, row: EventRow, family: Holding, people: Mapping[str, int]) -> None:
        """Link an event of a family anew, to fewer people or to more."""
        earlier = family.links[row.event_id]
        link = self._link(row, family, earlier.episode_id, people)
        self.change.regrouped.append(RegroupedRow(self.id, link.link_id, earlier.link_id))

    def carry(self, row: EventRow, family: Holding, episode_id: int, people: Mapping[str, int]) -> None:
        """Write down a referral that the act makes, as the event that it is."""
        self.change.events.append(row)
        link = self._link(row, family, episode_id, people)
        self.change.regrouped.append(RegroupedRow(self.id, link.link_id, 0))
        self.moved.add(row.event_id)

    def take_back(self, row: EventRow, source: Holding, target: Holding, episode_id: int) -> None:
        """Take back a referral that an act carried from ``target`` to ``source``: it says nothing any more.

        What it said is still said where it was carried from. The act is written down as the event that takes it back.
        """
        self.move(row, source, target, episode_id, {})
        self.moved.discard(row.event_id)
        self._row = dataclasses.replace(
            self._row,
            kind=EventKind.TAKEN_BACK,
            source_system=row.source_system,
            source_reference=row.source_reference,
            source_version=row.source_version,
        )
        self.arrive(target, episode_id)

    def arrive(self, family: Holding, episode_id: int) -> None:
        """Write the act itself down as an event of a family."""
        self.change.events.append(self._row)
        self._link(self._row, family, episode_id, {})

    def regroup(
        self,
        kind: RegroupingKind,
        source: Holding,
        target: Holding,
        *,
        reason: str,
        before: bytes = b"{}",
        review_id: int = 0,
        undoes: int = 0,
        hidden: str = "",
    ) -> None:
        """Write down that events came from one family to another."""
        self.change.regroupings.append(
            RegroupingRow(
                self.id,
                kind,
                source.family_id,
                target.family_id,
                review_id,
                undoes,
                self.work.caller.name,
                self.at,
                reason,
                hidden,
                before,
            )
        )

    def judge(self, verdict: Verdict, one: Iterable[int], other: Iterable[int], *, review_id: int = 0) -> None:
        """Write down what a person says of two sets of events, if there are events on both sides."""
        ours = tuple(sorted(set(one)))
        theirs = tuple(sorted(set(other) - set(ours)))
        if ours and theirs:
            by = self.work.caller.name
            self.change.judgements.append(
                JudgementRow(self.tools.ids.new(), verdict, review_id, by, self.at, ours, theirs)
            )

    def are_apart(self, one: Holding, other: Holding) -> bool:
        """Return whether a person, also by this very act, said that events of the two are of different families."""
        ours, theirs = one.referral_ids(), other.referral_ids()
        said = (*self.space.reader.judgements(ours), *self.change.judgements)
        return bool(parted_pairs(said, ours, theirs))

    def find_by_keys_too(self, family: Holding, rows: Iterable[EventRow]) -> None:
        """Let a family be found by the keys of these events."""
        for row in rows:
            event = self.tools.memory.event(row)
            self.change.keys |= {(key, family.family_id) for key in self.space.keys_of(event)}

    def holdings(self) -> Iterator[Holding]:
        """Yield every family that the act has to do with."""
        yield from self._holdings.values()

    def _link(self, row: EventRow, target: Holding, episode_id: int, people: Mapping[str, int]) -> LinkRow:
        link = LinkRow(
            self.tools.ids.new(), row.event_id, target.family_id, episode_id, people, self.work.caller.name, self.at
        )
        target.events[row.event_id] = row
        target.links[row.event_id] = link
        self.change.links.append(link)
        self.change.touched.add(target.family_id)
        return link


def now_of(reader: Reader, family_id: int) -> int:
    """Return the family that a family is now: itself, or the one that it was merged into."""
    seen = {family_id}
    while True:
        acts = reader.regroupings([family_id])
        undone = {one.undoes for one in acts if one.undoes}
        into = [
            one.other_family_id
            for one in acts
            if one.kind is RegroupingKind.MERGE and one.family_id == family_id and one.regrouping_id not in undone
        ]
        if not into or into[-1] in seen:
            return family_id
        family_id = into[-1]
        seen.add(family_id)


def unknown_family() -> RouterError:
    """Return the refusal of a family that is not there."""
    return RouterError(Reason.UNKNOWN_FAMILY, "no family has this id; take it from a decision or a review")
