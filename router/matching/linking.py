"""Which person of an event is which person of the family that it was matched to."""

from __future__ import annotations

from collections.abc import Sequence

from router.matching.assess import Assessment
from router.matching.compare import compare
from router.matching.identity import contrary, same_person
from router.matching.profile import EventPerson, FamilyPerson, People
from router.model.people import Role


def link_people(event: People[EventPerson], match: Assessment, *, decided: bool = False) -> dict[str, int]:
    """Return event refs with person ids; people not in it are new to the family.

    ``decided`` says that a person decided on the family, so that its mother and the event's are one unless everything
    about them differs.
    """
    family = match.record.people()
    links = dict(match.children.links)
    _link_carrier(links, match, decided=decided)
    _link_same(links, event.carers, family.carers + family.partners)
    _link_same(links, event.partners, family.partners + family.carers)
    if match.children.number or decided:
        _link_mother(links, event, family)
    _link_same(links, event.siblings, family.siblings + family.children)
    return dict(sorted(links.items()))


def _link_carrier(links: dict[str, int], match: Assessment, *, decided: bool) -> None:
    carrier = match.carrier
    if carrier is None:
        return
    recognised = carrier.number_agrees or carrier.name_agrees or carrier.date_agrees
    # a person may have joined a foster carer's event to the mother's family: that makes the two no one person
    two_people = decided and carrier.ours.role is not carrier.theirs.role and bool(contrary(carrier.fields))
    if recognised and not two_people:
        links[carrier.ours.ref] = carrier.theirs.person_id


def _link_same(links: dict[str, int], ours: Sequence[EventPerson], theirs: Sequence[FamilyPerson]) -> None:
    """Link people who are one by number or name, where neither has a second that would do as well."""
    taken = set(links.values())
    free = [person for person in theirs if person.person_id not in taken]
    choices = {
        mine.ref: [person for person in free if same_person(compare(mine.profile, person.profile))]
        for mine in ours
        if mine.ref not in links
    }
    for ref, persons in choices.items():
        if len(persons) != 1:
            continue
        rivals = [other for other, others in choices.items() if other != ref and persons[0] in others]
        if not rivals:
            links[ref] = persons[0].person_id


def _link_mother(links: dict[str, int], event: People[EventPerson], family: People[FamilyPerson]) -> None:
    """Link the mother of a known infant to the family's mother: an infant has one, however little is said of her."""
    ours = [person for person in event.carers if person.role is Role.MOTHER]
    theirs = [person for person in family.carers if person.role is Role.MOTHER]
    if len(ours) != 1 or len(theirs) != 1 or ours[0].ref in links or theirs[0].person_id in links.values():
        return
    if not contrary(compare(ours[0].profile, theirs[0].profile)):
        links[ours[0].ref] = theirs[0].person_id
