"""Reviews: a person takes one in hand, and says whether two families are one."""

from __future__ import annotations

from collections.abc import Mapping

from router.audit.events import AuditEvent
from router.model.errors import FieldFault, Reason, RouterError
from router.model.people import CHILDREN_OF_EPISODE, Role
from router.routing.regrouping import FamilyChange
from router.service.decode import micros
from router.service.errors import field_faults
from router.service.reviews.familyviews import review_message
from router.service.reviews.holdings import Act, Holding
from router.service.reviews.joining import join, survivor
from router.service.reviews.redeciding import Redeciding
from router.service.reviews.reviewbook import ReviewBook, Sides
from router.service.tools import Tools
from router.service.work import ClaimReview, DecideReview, Done, FamilyWork, ReleaseReview, ReopenReview, reused
from router.service.workspace import Workspace
from router.store.familyrows import AnswerRow, EventKind, StoredAnswer
from router.store.ids import parse, render
from router.store.reviewrows import HeldReview, ReviewState, Verdict
from router.v1 import family_service_pb2 as pb

DEFAULT_MINUTES = 30
_MICROS_A_MINUTE = 60_000_000
_SETTLES = "settles"


def claim_review(work: ClaimReview, space: Workspace, tools: Tools) -> Done:
    """Take a review in hand, or keep it longer. Raises ``RouterError``."""
    if (known := answered(work, space)) is not None:
        return known
    held = _open_review(work.review_id, space)
    _refuse_others(held, work)
    act = Act(work, space, tools, EventKind.REVIEW)
    book = ReviewBook(act, (held.now.family_id, held.now.other_family_id))
    until = act.at + (work.minutes or DEFAULT_MINUTES) * _MICROS_A_MINUTE
    held = book.set(work.review_id, claimed_by=work.caller.name, claimed_until=until)
    book.note(work.review_id, "claimed", until=until)
    return _only_the_review(act, book, held, AuditEvent.REVIEW_CLAIMED, pb.ClaimReviewResponse)


def release_review(work: ReleaseReview, space: Workspace, tools: Tools) -> Done:
    """Give a claim back; one that has run out, or was never made, is no fault. Raises ``RouterError``."""
    if (known := answered(work, space)) is not None:
        return known
    held = _open_review(work.review_id, space)
    _refuse_others(held, work)
    act = Act(work, space, tools, EventKind.REVIEW)
    book = ReviewBook(act, (held.now.family_id, held.now.other_family_id))
    held = book.set(work.review_id, claimed_by="", claimed_until=None)
    book.note(work.review_id, "released")
    return _only_the_review(act, book, held, AuditEvent.REVIEW_RELEASED, pb.ReleaseReviewResponse)


def decide_review(work: DecideReview, space: Workspace, tools: Tools) -> Done:
    """Hear whether two families are one, and do what follows from it. Raises ``RouterError``."""
    if (known := answered(work, space)) is not None:
        return known
    held = _open_review(work.review_id, space)
    _refuse_others(held, work)
    act = Act(work, space, tools, EventKind.REVIEW)
    book = ReviewBook(act, (held.now.family_id, held.now.other_family_id))
    one, other = act.holding(held.now.family_id), act.holding(held.now.other_family_id)
    pairs = _pairs(work, one, other, tools)
    if work.same and act.are_apart(one, other):
        message = "a person said of referrals of these two families that they are of different ones; settle that first"
        raise RouterError(Reason.JUDGED_DIFFERENT, message)
    said = Verdict.SAME if work.same else Verdict.DIFFERENT
    book.note(work.review_id, f"said_{said.value}", reason=work.reason, note=work.note)
    waits = _hear(held, said, work, book, tools)
    if waits is not None:
        return _only_the_review(act, book, waits, AuditEvent.REVIEW_JUDGED, pb.DecideReviewResponse, said)
    sides = book.sides()
    book.close(work.review_id, ReviewState(said.value))
    redeciding = _join(act, book, (one, other), pairs, sides) if work.same else _part(act, book, one, other)
    book.settle()
    redeciding.run()
    response = pb.DecideReviewResponse(
        request_id=work.request_id,
        review=review_message(book.get(work.review_id), tools.pack),
        consequences=redeciding.consequences(),
    )
    fields = {**review_fields(act, held), "review_state": said.value, "verdict": said.value, "reason": work.reason}
    return finish(act, AuditEvent.REVIEW_JUDGED, fields, response.SerializeToString(), redeciding)


def reopen_review(work: ReopenReview, space: Workspace, tools: Tools) -> Done:
    """Take a verdict "different" back: the question is open again. Raises ``RouterError``."""
    if (known := answered(work, space)) is not None:
        return known
    held = _review(work.review_id, space)
    if held.now.state is not ReviewState.DIFFERENT:
        message = 'only a review answered with "different" is opened again; a merge is taken back with UndoMerge'
        raise RouterError(Reason.REVIEW_NOT_DIFFERENT, message)
    act = Act(work, space, tools, EventKind.REVIEW)
    book = ReviewBook(act, (held.now.family_id, held.now.other_family_id))
    one, other = act.holding(held.now.family_id), act.holding(held.now.other_family_id)
    redeciding = Redeciding(act, FamilyChange.IN_DOUBT_AGAIN, "REVIEW_REOPENED")
    redeciding.rests_on_current()
    for said in space.reader.judgements(one.referral_ids() | other.referral_ids()):
        if said.review_id == work.review_id:
            act.judge(Verdict.TAKEN_BACK, said.one, said.other, review_id=work.review_id)
    act.arrive(one, one.state(tools).latest_episode())
    book.reopen(work.review_id, held.now.family_id, held.now.other_family_id)
    for review_id in _settled_by(work.review_id, space):
        book.ask_again(review_id, "REVIEW_REOPENED")
    book.note(work.review_id, "reopened", reason=work.reason, note=work.note)
    book.follow()
    book.settle()
    redeciding.run()
    response = pb.ReopenReviewResponse(
        request_id=work.request_id,
        review=review_message(book.get(work.review_id), tools.pack),
        consequences=redeciding.consequences(),
    )
    fields = {**review_fields(act, held), "review_state": ReviewState.OPEN.value, "reason": work.reason}
    return finish(act, AuditEvent.REVIEW_REOPENED, fields, response.SerializeToString(), redeciding)


def answered(work: FamilyWork, space: Workspace) -> Done | None:
    """Return the answer that was given to this request before. Raises ``RouterError`` where it was another one."""
    stored = space.answer(work.request_id)
    if stored is None:
        return None
    return Done(stored.answer if stored.request_digest == work.digest else reused())


def finish(
    act: Act,
    event: AuditEvent,
    fields: Mapping[str, str | None],
    answer: bytes,
    redeciding: Redeciding | None = None,
) -> Done:
    """Write down the act itself, and its answer."""
    work, recorder = act.work, act.tools.recorder
    rested = {"rested": str(redeciding.rested)} if redeciding is not None else {}
    whole = {**recorder.call_fields(work), **rested, **fields}
    act.change.audit.append(recorder.audit(event, work.received_at, whole))
    act.change.answer = AnswerRow(work.request_id, work.method, work.digest, answer, act.at)
    act.space.keep_answer(work.request_id, StoredAnswer(work.method, work.digest, answer))
    return Done(answer, act.change)


def review_fields(act: Act, held: HeldReview) -> dict[str, str | None]:
    """Return the audit fields that name a review and its families."""
    of = act.tools.recorder.pseudonyms.of
    return {
        "review_id": render("rev", held.row.review_id),
        "family": of("family", held.now.family_id),
        "other_family": of("family", held.now.other_family_id),
    }


def _join(
    act: Act, book: ReviewBook, families: tuple[Holding, Holding], pairs: Mapping[int, int], sides: Sides
) -> Redeciding:
    target, source = survivor(*families, act)
    if source is families[1]:
        pairs = {theirs: ours for ours, theirs in pairs.items()}
    return join(act, book, source, target, reason="REVIEW_SAME", review_id=_review_of(act), pairs=pairs, sides=sides)


def _part(act: Act, book: ReviewBook, one: Holding, other: Holding) -> Redeciding:
    redeciding = Redeciding(act, FamilyChange.NOT_THE_OTHER, "REVIEW_DIFFERENT")
    redeciding.rests_on_current(in_doubt=True)
    act.judge(Verdict.DIFFERENT, one.referral_ids(), other.referral_ids(), review_id=_review_of(act))
    act.arrive(one, one.state(act.tools).latest_episode())
    settled = book.follow()
    if settled:
        book.note(_review_of(act), _SETTLES, note=" ".join(render("rev", one) for one in settled))
    return redeciding


def _settled_by(review_id: int, space: Workspace) -> list[int]:
    """Return the reviews that the last verdict on a review settled with it."""
    told = [one for one in space.reader.review_events([review_id]) if one.kind in {_SETTLES, "reopened"}]
    last = told[-1] if told else None
    return [parse("rev", one) for one in last.note.split()] if last is not None and last.kind == _SETTLES else []


def _review_of(act: Act) -> int:
    assert isinstance(act.work, DecideReview)  # noqa: S101 - whoever calls this decides a review
    return act.work.review_id


def _hear(held: HeldReview, said: Verdict, work: DecideReview, book: ReviewBook, tools: Tools) -> HeldReview | None:
    """Return the review as it waits for another person; None where enough have said the same."""
    now = held.now
    if now.state is ReviewState.SECOND_WANTED:
        if now.first_by == work.caller.name:
            message = "you said the first of two verdicts; another person must say the second"
            raise RouterError(Reason.SECOND_PERSON_NEEDED, message)
        if now.first_said == said.value:
            return None
        book.note(work.review_id, "disputed")
        state, first_said, first_by = ReviewState.DISPUTED, "", ""
    elif tools.pack.review_people > 1:
        state, first_said, first_by = ReviewState.SECOND_WANTED, said.value, work.caller.name
    else:
        return None
    return book.set(
        work.review_id, state=state, first_said=first_said, first_by=first_by, claimed_by="", claimed_until=None
    )


def _only_the_review(
    act: Act,
    book: ReviewBook,
    held: HeldReview,
    event: AuditEvent,
    response: type[pb.ClaimReviewResponse | pb.ReleaseReviewResponse | pb.DecideReviewResponse],
    said: Verdict | None = None,
) -> Done:
    """Answer an act that changed nothing but how the review stands."""
    book.settle()
    # No family changes, so nobody who decides on one need look again.
    act.change.touched.clear()
    message = response(request_id=act.work.request_id, review=review_message(held, act.tools.pack))
    fields = {
        **review_fields(act, held),
        "review_state": held.now.state.value,
        "verdict": said.value if said else None,
    }
    return finish(act, event, fields, message.SerializeToString())


def _review(review_id: int, space: Workspace) -> HeldReview:
    held = space.reader.reviews_by_id([review_id]).get(review_id)
    if held is None:
        raise RouterError(Reason.UNKNOWN_REVIEW, "no review has this id; take it from ListReviews")
    return held


def _open_review(review_id: int, space: Workspace) -> HeldReview:
    held = _review(review_id, space)
    if held.now.closed_at is not None:
        message = "this review was answered already; GetReview says how, and how that is taken back"
        raise RouterError(Reason.REVIEW_CLOSED, message)
    return held


def _refuse_others(held: HeldReview, work: FamilyWork) -> None:
    until = held.now.claimed_until
    if until is not None and until > micros(work.received_at) and held.now.claimed_by != work.caller.name:
        message = "somebody else has this review in hand; take another one, or wait until their time is over"
        raise RouterError(Reason.REVIEW_CLAIMED, message)


def _pairs(work: DecideReview, one: Holding, other: Holding, tools: Tools) -> dict[int, int]:
    """Return the pairs that a reviewer states. Raises ``RouterError`` where one cannot be."""
    if work.pairs and not work.same:
        raise field_faults([FieldFault("pairs", 'are for the verdict "same" only; leave them out')])
    ours, theirs = one.state(tools).roles, other.state(tools).roles
    pairs: dict[int, int] = {}
    for place, (here, there) in enumerate(work.pairs):
        path = f"pairs[{place}]"
        if here not in ours or there not in theirs:
            message = "a pair names somebody who is not of the two families; take the ids from GetReview"
            raise RouterError(Reason.UNKNOWN_PERSON, message)
        if _is_child(ours[here]) != _is_child(theirs[there]):
            raise field_faults([FieldFault(path, "names a child and an adult; they cannot be one person")])
        if here in pairs or there in pairs.values():
            raise field_faults([FieldFault(path, "names somebody who is in another pair already")])
        pairs[here] = there
    return pairs


def _is_child(role: Role) -> bool:
    return role in CHILDREN_OF_EPISODE or role is Role.SIBLING
