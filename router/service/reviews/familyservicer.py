"""The remote procedures of ``FamilyService``: for desks, checked and handed over like every other call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import grpc

from router.model.errors import FieldFault, Reason, RouterError
from router.service.errors import field_faults
from router.service.intake import Handle, ReadingPool
from router.service.projection import Reader
from router.service.reading import parse_id
from router.service.reviews.familyreading import FamilyReads
from router.service.servicer import Read, Servicer, content_of
from router.service.work import (
    Caller,
    ClaimReview,
    DecideReview,
    FamilyWork,
    MoveInfant,
    ReleaseReview,
    ReopenReview,
    SplitFamily,
    UndoInfantMove,
    UndoMerge,
    Work,
    digest_of,
)
from router.store.interface import Reader as StoreReader
from router.v1 import family_service_pb2 as pb

SERVICE = pb.DESCRIPTOR.services_by_name["FamilyService"].full_name

Make = Callable[[Any, Caller], FamilyWork]


class FamilyServicer:
    """Answers desks. Shared by every thread of the server."""

    def __init__(self, servicer: Servicer, reads: FamilyReads, now: Callable[[], datetime]) -> None:
        self._servicer = servicer
        self._reads = reads
        self._now = now

    def handlers(self, calls: ReadingPool) -> grpc.GenericRpcHandler[Any, Any]:
        """Return the handlers of the service, which run in this pool. Answers are bytes already."""
        methods = {
            "ListReviews": calls.in_a_thread(pb.ListReviewsRequest, self._looked(self._reads.list_reviews)),
            "GetReview": calls.in_a_thread(pb.GetReviewRequest, self._looked(self._reads.get_review)),
            "GetFamily": calls.in_a_thread(pb.GetFamilyRequest, self._looked(self._reads.get_family)),
            "ClaimReview": calls.at_once(pb.ClaimReviewRequest, self._acted(self.claim_review)),
            "ReleaseReview": calls.at_once(pb.ReleaseReviewRequest, self._acted(self.release_review)),
            "DecideReview": calls.at_once(pb.DecideReviewRequest, self._acted(self.decide_review)),
            "ReopenReview": calls.at_once(pb.ReopenReviewRequest, self._acted(self.reopen_review)),
            "SplitFamily": calls.at_once(pb.SplitFamilyRequest, self._acted(self.split_family)),
            "UndoMerge": calls.at_once(pb.UndoMergeRequest, self._acted(self.undo_merge)),
            "MoveInfant": calls.at_once(pb.MoveInfantRequest, self._acted(self.move_infant)),
            "UndoInfantMove": calls.at_once(pb.UndoInfantMoveRequest, self._acted(self.undo_infant_move)),
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def claim_review(self, request: pb.ClaimReviewRequest, caller: Caller) -> ClaimReview:
        """Return the work of a claim."""
        return ClaimReview(
            **self._common("ClaimReview", request, caller), review_id=_review(request), minutes=request.minutes
        )

    def release_review(self, request: pb.ReleaseReviewRequest, caller: Caller) -> ReleaseReview:
        """Return the work of giving a claim back."""
        return ReleaseReview(**self._common("ReleaseReview", request, caller), review_id=_review(request))

    def decide_review(self, request: pb.DecideReviewRequest, caller: Caller) -> DecideReview:
        """Return the work of a verdict."""
        return DecideReview(
            **self._common("DecideReview", request, caller),
            review_id=_review(request),
            same=request.verdict == pb.REVIEW_VERDICT_SAME,
            reason=pb.ReviewReason.Name(request.reason).removeprefix("REVIEW_REASON_"),
            note=_note(request, needed=request.reason == pb.REVIEW_REASON_CLERICAL_ERROR),
            pairs=tuple((_person(one.person_id), _person(one.possible_person_id)) for one in request.pairs),
        )

    def reopen_review(self, request: pb.ReopenReviewRequest, caller: Caller) -> ReopenReview:
        """Return the work of opening a review again."""
        return ReopenReview(
            **self._common("ReopenReview", request, caller),
            review_id=_review(request),
            reason=_reason(request),
            note=request.note,
        )

    def split_family(self, request: pb.SplitFamilyRequest, caller: Caller) -> SplitFamily:
        """Return the work of a split."""
        if not request.referral_ids and not request.person_ids:
            raise field_faults([FieldFault("referral_ids", "is empty, as is person_ids; name what is to go")])
        return SplitFamily(
            **self._common("SplitFamily", request, caller),
            family_id=_family(request.family_id),
            referral_ids=frozenset(
                parse_id("ref", one, Reason.UNKNOWN_REFERRAL, "referral") for one in request.referral_ids
            ),
            person_ids=frozenset(map(_person, request.person_ids)),
            to_family_id=_family(request.to_family_id) if request.to_family_id else 0,
            reason=_reason(request),
        )

    def undo_merge(self, request: pb.UndoMergeRequest, caller: Caller) -> UndoMerge:
        """Return the work of taking a merge back."""
        by_act = request.id.startswith("reg-")
        return UndoMerge(
            **self._common("UndoMerge", request, caller),
            family_id=0 if by_act else _family(request.id),
            regrouping_id=parse_id("reg", request.id, Reason.NOTHING_TO_UNDO, "act") if by_act else 0,
            reason=_reason(request),
        )

    def move_infant(self, request: pb.MoveInfantRequest, caller: Caller) -> MoveInfant:
        """Return the work of moving an infant."""
        return MoveInfant(
            **self._common("MoveInfant", request, caller),
            family_id=_family(request.family_id),
            person_id=_person(request.person_id),
            to_family_id=_family(request.to_family_id) if request.to_family_id else 0,
            kind=pb.InfantMoveKind.Name(request.kind).removeprefix("INFANT_MOVE_KIND_"),
            board_code=request.board_code,
        )

    def undo_infant_move(self, request: pb.UndoInfantMoveRequest, caller: Caller) -> UndoInfantMove:
        """Return the work of taking the move of an infant back. Refused before it is looked whether there is one."""
        self._reads.refuse_hidden(caller, "this caller may not see confidential links, and so not take one back")
        by_act = request.id.startswith("reg-")
        return UndoInfantMove(
            **self._common("UndoInfantMove", request, caller),
            family_id=0 if by_act else _family(request.id),
            regrouping_id=parse_id("reg", request.id, Reason.NOTHING_TO_UNDO, "act") if by_act else 0,
            reason=_reason(request),
        )

    def _common(self, method: str, request: Any, caller: Caller) -> dict[str, Any]:
        payload = content_of(request)
        return {
            "method": method,
            "caller": caller,
            "received_at": self._now(),
            "request_id": request.request_id,
            "digest": digest_of(method, caller.name, payload),
            "payload": payload,
        }

    def _acted(self, make: Make) -> Handle:
        def made(request: Any, caller: Caller) -> Work:
            _refuse_others(caller)
            return make(request, caller)

        return self._servicer.written(made)

    def _looked(self, read: Read) -> Handle:
        def looked(request: Any, caller: Caller, reader: StoreReader, now: datetime) -> Any:
            _refuse_others(caller)
            return read(request, caller, reader, now)

        return self._servicer.read(looked)


def _refuse_others(caller: Caller) -> None:
    if caller.reader is not Reader.DESK:
        message = "only a desk looks at families and reviews, and acts on them; call as READER_KIND_DESK"
        raise RouterError(Reason.NOT_A_REVIEWER, message)


def _review(request: Any) -> int:
    return parse_id("rev", request.review_id, Reason.UNKNOWN_REVIEW, "review")


def _family(text: str) -> int:
    return parse_id("fam", text, Reason.UNKNOWN_FAMILY, "family")


def _person(text: str) -> int:
    return parse_id("per", text, Reason.UNKNOWN_PERSON, "person")


def _reason(request: Any) -> str:
    return pb.RegroupingReason.Name(request.reason).removeprefix("REGROUPING_REASON_")


def _note(request: pb.DecideReviewRequest, *, needed: bool) -> str:
    if needed and not request.note.strip():
        raise field_faults([FieldFault("note", "is missing; say which detail was written down wrongly")])
    return request.note
