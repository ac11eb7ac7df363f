"""Reads reviews and families for a desk, and writes each look down in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from router.audit.events import AuditEvent
from router.matching import Weights, resolve
from router.model.errors import Reason, RouterError
from router.rules.pack import Pack
from router.service.callers import Callers
from router.service.decode import micros
from router.service.families import EventMemory, FamilyState, family_state
from router.service.reading import parse_id
from router.service.recording import Recorder
from router.service.reviews.familyviews import (
    entry_message,
    family_view,
    gate_messages,
    regrouping_message,
    review_message,
)
from router.service.reviews.holdings import now_of, unknown_family
from router.service.work import Caller, Note
from router.store.ids import render
from router.store.interface import Change
from router.store.interface import Reader as StoreReader
from router.store.reviewrows import HeldReview, ReviewFilter
from router.v1 import decision_pb2
from router.v1 import family_service_pb2 as pb

DEFAULT_REVIEWS = 50
_TOKEN_PARTS = 3
_MOST_DIGITS = 18


class FamilyReads:
    """Answers the reading calls about families. Each returns the answer's bytes and the audit record of the look."""

    def __init__(self, pack: Callable[[], Pack], weights: Weights, recorder: Recorder, callers: Callers) -> None:
        self._pack_now = pack
        self._weights = weights
        self._recorder = recorder
        self._callers = callers

    @property
    def _pack(self) -> Pack:
        return self._pack_now()

    def list_reviews(
        self, request: pb.ListReviewsRequest, caller: Caller, reader: StoreReader, now: datetime
    ) -> tuple[bytes, Note]:
        """Return a page of open reviews, the most pressing first, then the oldest."""
        size = request.page_size or DEFAULT_REVIEWS
        desk = self._pack.desk_of(request.board_code) if request.board_code else ""
        found = reader.list_reviews(ReviewFilter(desk=desk, after=_place(request.page_token), limit=size + 1))
        page = found[:size]
        answer = pb.ListReviewsResponse(
            reviews=[review_message(one, self._pack) for one in page],
            next_page_token=_token(page[-1]) if len(found) > size else "",
        )
        note = self._note("ListReviews", AuditEvent.REVIEWS_LISTED, caller, now, count=len(page))
        return answer.SerializeToString(), note

    def get_review(
        self, request: pb.GetReviewRequest, caller: Caller, reader: StoreReader, now: datetime
    ) -> tuple[bytes, Note]:
        """Return the two families of a review side by side."""
        review_id = parse_id("rev", request.review_id, Reason.UNKNOWN_REVIEW, "review")
        held = reader.reviews_by_id([review_id]).get(review_id)
        if held is None:
            raise RouterError(Reason.UNKNOWN_REVIEW, "no review has this id; take it from ListReviews")
        rows = reader.families([held.now.family_id, held.now.other_family_id])
        one, other = rows[held.now.family_id], rows[held.now.other_family_id]
        memory = EventMemory()
        answer = pb.GetReviewResponse(
            review=review_message(held, self._pack),
            family=family_view(one, self._pack, micros(now)),
            possible_family=family_view(other, self._pack, micros(now)),
            comparison=self._comparison(held, family_state(one, memory), family_state(other, memory)),
            history=[entry_message(row) for row in reader.review_events([review_id])],
        )
        of = self._recorder.pseudonyms.of
        note = self._note(
            "GetReview",
            AuditEvent.REVIEW_READ,
            caller,
            now,
            review_id=render("rev", review_id),
            family=of("family", held.now.family_id),
            other_family=of("family", held.now.other_family_id),
        )
        return answer.SerializeToString(), note

    def get_family(
        self, request: pb.GetFamilyRequest, caller: Caller, reader: StoreReader, now: datetime
    ) -> tuple[bytes, Note]:
        """Return one family; what is confidential of its history only to those who may see it."""
        if request.include_hidden:
            self.refuse_hidden(caller, "this caller may not see confidential links; leave include_hidden out")
        asked = parse_id("fam", request.family_id, Reason.UNKNOWN_FAMILY, "family")
        family_id = now_of(reader, asked)
        rows = reader.families([family_id]).get(family_id)
        if rows is None:
            raise unknown_family()
        answer = pb.GetFamilyResponse(
            family=family_view(rows, self._pack, micros(now)),
            reviews=[review_message(one, self._pack) for one in reader.open_reviews([family_id]).get(family_id, ())],
            regroupings=[
                regrouping_message(one)
                for one in reader.regroupings({asked, family_id})
                if request.include_hidden or not one.hidden
            ],
        )
        note = self._note(
            "GetFamily", AuditEvent.FAMILY_READ, caller, now, family=self._recorder.pseudonyms.of("family", family_id)
        )
        return answer.SerializeToString(), note

    def refuse_hidden(self, caller: Caller, message: str) -> None:
        """Refuse a caller who may not see confidential links. Raises ``RouterError``."""
        if not self._callers.sees_hidden(caller):
            raise RouterError(Reason.NOT_YOURS_TO_READ, message)

    def _comparison(self, held: HeldReview, one: FamilyState, other: FamilyState) -> pb.ReviewComparison:
        """Compare the referral that raised the question, or the newest of its family, with the other family."""
        referrals = [referral for _, referral in one.referrals]
        if not referrals or other.is_empty:
            return pb.ReviewComparison()
        own = [referral for referral in referrals if referral.referral_id == held.row.event_id]
        event = (own or referrals)[-1].event
        match = resolve(event.people, event.household, [other.record()], self._weights)
        compared = [
            decision_pb2.MatchField(field=term.field, level=term.level, bits=round(term.bits, 3))
            for term in sorted(match.fields, key=lambda term: (-abs(term.bits), term.field))
        ]
        return pb.ReviewComparison(
            weight_bits=round(match.weight_bits, 3),
            agreeing=[term for term in compared if term.bits >= 0],
            differing=[term for term in compared if term.bits < 0],
            gates=gate_messages(match.gates),
            matcher_version=match.matcher_version,
        )

    def _note(self, method: str, event: AuditEvent, caller: Caller, now: datetime, **fields: str | int) -> Note:
        work = Note(method=method, caller=caller, received_at=now, change=Change())
        row = self._recorder.audit(event, now, {**self._recorder.call_fields(work), **fields})
        work.change.audit.append(row)
        return work


def _token(held: HeldReview) -> str:
    return f"{held.now.rank}.{held.now.opened_at}.{render('rev', held.row.review_id)}"


def _place(token: str) -> tuple[int, int, int] | None:
    if not token:
        return None
    parts = token.split(".")
    numbers = [one.isascii() and one.isdecimal() and len(one) <= _MOST_DIGITS for one in parts[:2]]
    if len(parts) != _TOKEN_PARTS or not all(numbers):
        raise RouterError(
            Reason.BAD_PAGE_TOKEN, "this is not a page token that the router gave; begin with an empty one"
        )
    return int(parts[0]), int(parts[1]), parse_id("rev", parts[2], Reason.BAD_PAGE_TOKEN, "page")
