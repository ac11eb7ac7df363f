"""Takes the move of an infant back: the infant is of its family again, by the history of links, and both ends stay so.

What is exact about it: the infant is the person that it was, in the episode that it was of. What others have told since
in the family that it was moved to stays there; it is about an infant of that family.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from router.audit.events import AuditEvent
from router.model.errors import Reason, RouterError
from router.routing.regrouping import FamilyChange, notices_of_an_end
from router.service.families import latest_decision
from router.service.reviews.holdings import Act, Holding, now_of
from router.service.reviews.moving import HIDDEN
from router.service.reviews.redeciding import Redeciding
from router.service.reviews.regrouping import last_not_undone
from router.service.reviews.reviewbook import ReviewBook
from router.service.reviews.reviewing import answered, finish
from router.service.tools import Tools
from router.service.work import Done, UndoInfantMove
from router.service.workspace import Workspace
from router.store.familyrows import EventKind, EventRow, LinkRow
from router.store.ids import render
from router.store.reviewrows import RegroupingKind, RegroupingRow, ReviewState
from router.v1 import family_service_pb2 as pb


class _Moved(NamedTuple):
    """What a move did: the infant's person id in its family, the links that named it there, and what was carried."""

    person_id: int
    earlier: tuple[LinkRow, ...]
    carried_id: int


def undo_infant_move(work: UndoInfantMove, space: Workspace, tools: Tools) -> Done:
    """Take the last move of an infant back, and keep hidden that there was one. Raises ``RouterError``.

    Whoever leads in the infant's family goes on there. Whoever was asked to lead, or led, for the infant alone where it
    was moved to is told that this is over, and not why.
    """
    if (known := answered(work, space)) is not None:
        return known
    move = _move_of(work, space)
    if any(now_of(space.reader, one) != one for one in (move.family_id, move.other_family_id)):
        raise _moved_again()
    act = Act(work, space, tools, EventKind.REGROUPING)
    book = ReviewBook(act, (move.family_id, move.other_family_id))
    home, away = act.holding(move.family_id), act.holding(move.other_family_id)
    moved = _what_moved(move, home, away, space)
    redeciding = Redeciding(act, FamilyChange.INFANT_CAME, "INFANT_MOVE_UNDONE")
    redeciding.words[away.family_id] = FamilyChange.INFANT_GONE
    named = {link.event_id for link in moved.earlier}
    redeciding.rests((away.family_id,), lambda _, of: moved.carried_id in of["referrals"])
    redeciding.rests(
        (home.family_id,), lambda row, of: row.as_of >= move.made_at and not named.isdisjoint(of["referrals"])
    )
    was = away.state(tools)
    for row, people in _named_again(moved, home, act):
        act.name_others(row, home, people)
        # As if it had just arrived: whoever leads now may not have heard of the infant's dangers.
        act.moved.add(row.event_id)
    redeciding.forced.update(home.links[one].episode_id for one in named)
    act.take_back(away.events[moved.carried_id], away, home, home.links[moved.earlier[-1].event_id].episode_id)
    act.regroup(RegroupingKind.UNDO, away, home, reason=work.reason, undoes=move.regrouping_id, hidden=HIDDEN)
    book.follow()
    if away.state(tools).is_empty:
        _settle_questions(book, away)
    book.settle()
    redeciding.run()
    now = away.state(tools)
    for episode_id in sorted(was.opened.keys() - now.opened.keys()):
        # Told of the family that they know, by the decision that they know.
        told = notices_of_an_end(was.standing(episode_id))
        latest = latest_decision(was.leads.get(episode_id))
        act.change.notices.extend(tools.recorder.notices(told, latest, away.family_id, work.received_at))
    response = pb.UndoInfantMoveResponse(
        request_id=work.request_id,
        family_id=render("fam", home.family_id),
        person_id=render("per", moved.person_id),
        consequences=redeciding.consequences(),
    )
    # Which family it was moved to stays out of the log.
    fields = {
        "family": tools.recorder.pseudonyms.of("family", home.family_id),
        "regrouping": render("reg", act.id),
        "reason": work.reason,
    }
    return finish(act, AuditEvent.INFANT_MOVE_UNDONE, fields, response.SerializeToString(), redeciding)


def _move_of(work: UndoInfantMove, space: Workspace) -> RegroupingRow:
    move = last_not_undone(work, space, RegroupingKind.INFANT_MOVED)
    if move is None:
        message = "no infant was moved here whose move could be taken back; GetFamily lists what was regrouped"
        raise RouterError(Reason.NOTHING_TO_UNDO, message)
    return move


def _what_moved(move: RegroupingRow, home: Holding, away: Holding, space: Workspace) -> _Moved:
    """Return what a move did. Raises ``RouterError`` where any of it is elsewhere by now."""
    made = space.reader.moved_links(move.regrouping_id)
    earlier = tuple(one.earlier for one in made if one.earlier is not None)
    (carried,) = (one.link for one in made if one.earlier is None)
    (person_id,) = {
        person_id
        for one in made
        if one.earlier is not None
        for ref, person_id in one.earlier.people.items()
        if ref not in one.link.people
    }
    there = away.links.get(carried.event_id)
    gone = there is None or not set(carried.people) <= set(there.people)
    if gone or not {one.event_id for one in earlier} <= home.links.keys():
        raise _moved_again()
    return _Moved(person_id, earlier, carried.event_id)


def _named_again(moved: _Moved, home: Holding, act: Act) -> list[tuple[EventRow, dict[str, int]]]:
    """Return the referrals that name the infant again, newer versions included, with their people."""
    refs: dict[tuple[str, str], set[str]] = defaultdict(set)
    for link in moved.earlier:
        row = home.events[link.event_id]
        refs[row.source_system, row.source_reference] |= {
            ref for ref, person_id in link.people.items() if person_id == moved.person_id
        }
    found = []
    for row in home.referrals():
        ours = refs.get((row.source_system, row.source_reference), set())
        link = home.links[row.event_id]
        sent = {person.ref for person in act.tools.memory.event(row).people}
        back = dict.fromkeys(sorted(ours & sent - link.people.keys()), moved.person_id)
        if back:
            found.append((row, {**link.people, **back}))
    return found


def _settle_questions(book: ReviewBook, family: Holding) -> None:
    """Settle what is asked about a family of which nothing is held any more."""
    for review in book.sides():
        held = book.get(int(review))
        if family.family_id in (held.now.family_id, held.now.other_family_id):
            book.close(held.row.review_id, ReviewState.SETTLED)
            book.note(held.row.review_id, "settled")


def _moved_again() -> RouterError:
    message = "the infant, or one of the two families, was moved, parted or merged since; take the later act back first"
    return RouterError(Reason.MOVED_AGAIN, message)
