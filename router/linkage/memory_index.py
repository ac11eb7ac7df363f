"""Families in memory, found by the service's own keys: what the store does for the service, for measuring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from router.linkage.truth import Labelled
from router.matching import FamilyRecord, Member
from router.matching.shortlist import shortlist
from router.model.people import Household, Person, Role

MOST_FAMILIES_OF_A_KEY = 64
"""A key of more families is passed over, as the service does."""


@dataclass(slots=True)
class Known:
    """One family as it is held. ``truths`` are the true families whose events it has, ``persons`` who is truly who."""

    family_id: int
    record: FamilyRecord
    truths: set[int] = field(default_factory=set)
    persons: dict[int, set[int]] = field(default_factory=dict)


class MemoryIndex:
    """Families by blocking key."""

    def __init__(self) -> None:
        self.families: dict[int, Known] = {}
        self._by_key: dict[int, list[int]] = {}
        self._persons = 0

    def candidates(self, keys: Iterable[str]) -> list[FamilyRecord]:
        """Return the families that share keys and are worth comparing, in order of id."""
        kinds = {hash(key): key.partition(":")[0] for key in keys}
        families_of = {
            key: set(families)
            for key in kinds
            if (families := self._by_key.get(key)) is not None and len(families) <= MOST_FAMILIES_OF_A_KEY
        }
        return [self.families[one].record for one in sorted(shortlist(kinds, families_of))]

    def found(self, one: Labelled, keys: Iterable[str]) -> Known:
        """Hold an event as a family of its own."""
        family_id = len(self.families) + 1
        known = Known(family_id, FamilyRecord(family_id, ()))
        self.families[family_id] = known
        self.add(one, keys, family_id, {})
        return known

    def add(self, one: Labelled, keys: Iterable[str], family_id: int, links: dict[str, int]) -> None:
        """Hold an event with a family; ``links`` say which of its people the family has already."""
        known = self.families[family_id]
        people: dict[int, tuple[Role, tuple[Person, ...]]] = {
            member.person_id: (member.role, member.records) for member in known.record.members
        }
        for person in one.event.people:
            person_id = links.get(person.ref)
            if person_id is None:
                self._persons += 1
                person_id = self._persons
            role, records = people.get(person_id, (person.role, ()))
            if role is Role.UNBORN and person.role is Role.INFANT:
                role = Role.INFANT
            people[person_id] = (role, records if person in records else (*records, person))
            known.persons.setdefault(person_id, set()).add(one.truth.people[person.ref])
        known.truths.add(one.truth.family)
        homes: dict[Household, None] = dict.fromkeys((*known.record.households, one.event.household))
        members = tuple(Member(person_id, role, records) for person_id, (role, records) in people.items())
        known.record = FamilyRecord(family_id, members, tuple(homes))
        for key in keys:
            families = self._by_key.setdefault(hash(key), [])
            if family_id not in families:
                families.append(family_id)
