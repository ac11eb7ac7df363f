"""Moves events from one family into another: who is who there, and of which episode; finds what is to be taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from router.matching import resolve
from router.model.errors import Reason, RouterError
from router.model.people import CHILDREN_OF_EPISODE
from router.service.episodes import episode_for
from router.service.families import FamilyState
from router.service.reviews.holdings import Act, Holding
from router.service.work import UndoInfantMove, UndoMerge
from router.service.workspace import Workspace
from router.store.familyrows import EventRow, LinkRow
from router.store.reviewrows import RegroupingKind, RegroupingRow

_NOBODY: Mapping[int, int] = {}


class Mover:
    """Moves events of one family into another.

    ``pairs`` are people of the two who are one, as a person says; the others are put together by the matcher's rules,
    and who cannot be is a person of their own there. ``homes`` are the links that events had in that family before:
    they go back to the same people and episodes.
    """

    def __init__(
        self,
        act: Act,
        source: Holding,
        target: Holding,
        *,
        pairs: Mapping[int, int] = _NOBODY,
        homes: Mapping[int, LinkRow] | None = None,
    ) -> None:
        self._act = act
        self._source = source
        self._target = target
        self._people = dict(pairs)
        self._homes = homes or {}
        self.episodes: dict[int, int] = {}

    def move(self, rows: Sequence[EventRow]) -> None:
        """Move these events. ``episodes`` then maps the episodes that they were of to those that they are of."""
        ordered = sorted(rows, key=lambda one: one.event_id)
        for row in ordered:
            if row.event_id in self._homes:
                self._go_home(row, self._homes[row.event_id])
        strange = [row for row in ordered if row.event_id not in self._homes]
        tells = self._source.referral_ids()
        by_episode: dict[int, list[EventRow]] = defaultdict(list)
        for row in strange:
            if row.event_id in tells:
                by_episode[self._source.links[row.event_id].episode_id].append(row)
        for episode_id in sorted(by_episode, key=lambda one: (self._source.episodes[one].opened_at, one)):
            self._move_episode(episode_id, by_episode[episode_id])
        for row in strange:
            if row.event_id not in tells:
                was = self._source.links[row.event_id].episode_id
                there = self.episodes.get(was) or self._target.state(self._act.tools).latest_episode()
                self._act.move(row, self._source, self._target, there, {})

    def _go_home(self, row: EventRow, home: LinkRow) -> None:
        link = self._source.links[row.event_id]
        self._people.update({person: home.people[ref] for ref, person in link.people.items() if ref in home.people})
        # Several episodes may have become one; what is new there goes with the first of them.
        self.episodes.setdefault(link.episode_id, home.episode_id)
        # An infant who was moved to another family since is of this one no more.
        people = {ref: person for ref, person in home.people.items() if ref in link.people}
        self._act.move(row, self._source, self._target, home.episode_id, people)

    def _move_episode(self, episode_id: int, rows: Sequence[EventRow]) -> None:
        known = self._target.state(self._act.tools)
        people = {row.event_id: self._people_of(row, known) for row in rows}
        if episode_id not in self.episodes:
            self.episodes[episode_id] = self._episode(rows, people, known) or self._act.new_episode(
                self._target, self._source.episodes[episode_id].opened_at
            )
        for row in rows:
            self._act.move(row, self._source, self._target, self.episodes[episode_id], people[row.event_id])

    def _people_of(self, row: EventRow, known: FamilyState) -> dict[str, int]:
        event = self._act.tools.memory.event(row)
        found: Mapping[str, int] = {}
        if not known.is_empty:
            weights = self._act.tools.weights
            match = resolve(event.people, event.household, [known.record()], weights, must_link=known.family_id)
            found = match.links
        people = {}
        for ref, person in sorted(self._source.links[row.event_id].people.items()):
            if person not in self._people:
                theirs = found.get(ref)
                # Two people of one family stay two.
                if theirs is None or theirs in self._people.values():
                    theirs = self._act.new_person(self._target, self._source.persons[person].role)
                self._people[person] = theirs
            people[ref] = self._people[person]
        return people

    def _episode(self, rows: Sequence[EventRow], people: Mapping[int, Mapping[str, int]], known: FamilyState) -> int:
        """Return the episode there that an episode's events belong to, as one that has children tells; 0 for none."""
        if known.is_empty:
            return 0
        events = [(row, self._act.tools.memory.event(row)) for row in rows]
        telling = [
            (row, event) for row, event in events if any(one.role in CHILDREN_OF_EPISODE for one in event.people)
        ]
        row, event = (telling or events)[0]
        there = {ref: person for ref, person in people[row.event_id].items() if person in known.roles}
        return episode_for(event, there, known)


def last_not_undone(work: UndoMerge | UndoInfantMove, space: Workspace, kind: RegroupingKind) -> RegroupingRow | None:
    """Return the act of this kind that is named, or else the last one of the family; None where all is taken back.

    Raises ``RouterError`` where nobody knows the family.
    """
    reader = space.reader
    if work.regrouping_id:
        named = list(reader.regroupings_by_id([work.regrouping_id]).values())
    else:
        named = list(reader.regroupings([work.family_id]))
        if not named and space.known_family(work.family_id) is None:
            raise RouterError(Reason.UNKNOWN_FAMILY, "no family has this id; take it from a decision or a review")
    sides = {family_id for one in named for family_id in (one.family_id, one.other_family_id)}
    undone = {one.undoes for one in reader.regroupings(sides) if one.undoes}
    left = [one for one in named if one.kind is kind and one.regrouping_id not in undone]
    return left[-1] if left else None
