"""The desk's commands: work the review list, and take back what was put together or apart wrongly."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from router.cli import reviewshow
from router.cli.connection import Answered, Connection, call, over_a_connection
from router.v1 import family_service_pb2 as pb
from router.v1 import routing_service_pb2 as api
from router.v1.family_service_pb2_grpc import FamilyServiceStub

ReviewId = Annotated[str, typer.Argument(metavar="REVIEW", help="The review's id, such as rev-0an9ww44r0000.")]
FamilyId = Annotated[str, typer.Argument(metavar="FAMILY", help="The family's id, such as fam-0an9ww44r0000.")]


class Verdict(StrEnum):
    """What a person says of two families."""

    SAME = "same"
    DIFFERENT = "different"


class Basis(StrEnum):
    """What a verdict rests on."""

    NUMBER_CHECKED = "number-checked"
    RECORDS_COMPARED = "records-compared"
    FAMILY_ASKED = "family-asked"
    PROFESSIONAL_ASKED = "professional-asked"
    CLERICAL_ERROR = "clerical-error"


class Why(StrEnum):
    """Why something is taken back or apart."""

    WRONG_FAMILY = "wrong-family"
    DECIDED_IN_ERROR = "decided-in-error"
    NEW_EVIDENCE = "new-evidence"


class Move(StrEnum):
    """Why an infant goes to another family."""

    ADOPTION = "adoption"
    FOSTERING = "fostering"


Reason = Annotated[Why, typer.Option(help="Why.")]
Note = Annotated[str, typer.Option(help="In your own words; kept with the review, never logged.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``router families``."""
    app.command("reviews")(list_reviews)
    app.command("review")(show_review)
    app.command("claim")(claim)
    app.command("release")(release)
    app.command("decide")(decide)
    app.command("reopen")(reopen)
    app.command("show")(show_family)
    app.command("split")(split)
    app.command("undo")(undo)
    app.command("move-infant")(move_infant)


@over_a_connection
def list_reviews(
    to: Connection,
    *,
    board: Annotated[str, typer.Option(help="Only the desk of this board, by its S08 code.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at the most.")] = 50,
) -> Answered:
    """List open reviews: danger first, then the oldest."""
    request = pb.ListReviewsRequest(context=to.context(), board_code=board, page_size=limit)
    answer = call(_stub(to.channel).ListReviews, request)

    def show(console: Console) -> None:
        reviewshow.reviews(console, answer)

    return answer, show


@over_a_connection
def show_review(
    to: Connection,
    review: ReviewId,
) -> Answered:
    """Show the two families of a review side by side. The look is audited."""
    answer = call(_stub(to.channel).GetReview, pb.GetReviewRequest(context=to.context(), review_id=review))

    def show(console: Console) -> None:
        reviewshow.review_in_full(console, answer)

    return answer, show


@over_a_connection
def claim(
    to: Connection,
    review: ReviewId,
    *,
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="For how long.")] = 30,
) -> Answered:
    """Take a review in hand, or keep it longer, so that nobody else works on it meanwhile."""
    request = pb.ClaimReviewRequest(request_id=to.request_id(), context=to.context(), review_id=review, minutes=minutes)
    answer = call(_stub(to.channel).ClaimReview, request)

    def show(console: Console) -> None:
        reviewshow.standing(console, answer.review)

    return answer, show


@over_a_connection
def release(
    to: Connection,
    review: ReviewId,
) -> Answered:
    """Give a claim back."""
    request = pb.ReleaseReviewRequest(request_id=to.request_id(), context=to.context(), review_id=review)
    answer = call(_stub(to.channel).ReleaseReview, request)

    def show(console: Console) -> None:
        reviewshow.standing(console, answer.review)

    return answer, show


@over_a_connection
def decide(
    to: Connection,
    review: ReviewId,
    verdict: Annotated[Verdict, typer.Argument(help="Whether the two are one family.")],
    *,
    reason: Annotated[Basis, typer.Option(help="What the verdict rests on.")],
    note: Note = "",
    pair: Annotated[
        list[str] | None,
        typer.Option(metavar="PERSON=PERSON", help="Two people, one of each family, who are one. May be repeated."),
    ] = None,
) -> Answered:
    """Say whether two families are one. What it changes is decided again, and who holds a family is told."""
    request = pb.DecideReviewRequest(
        request_id=to.request_id(),
        context=to.context(),
        review_id=review,
        verdict=f"REVIEW_VERDICT_{verdict.name}",
        reason=f"REVIEW_REASON_{reason.name}",
        note=note,
        pairs=[_pair(one) for one in pair or ()],
    )
    answer = call(_stub(to.channel).DecideReview, request)

    def show(console: Console) -> None:
        reviewshow.standing(console, answer.review)
        reviewshow.consequences(console, answer.consequences)

    return answer, show


@over_a_connection
def reopen(
    to: Connection,
    review: ReviewId,
    *,
    reason: Reason,
    note: Note = "",
) -> Answered:
    """Open a review again that was answered with "different"."""
    request = pb.ReopenReviewRequest(
        request_id=to.request_id(), context=to.context(), review_id=review, reason=_why(reason), note=note
    )
    answer = call(_stub(to.channel).ReopenReview, request)

    def show(console: Console) -> None:
        reviewshow.standing(console, answer.review)
        reviewshow.consequences(console, answer.consequences)

    return answer, show


@over_a_connection
def show_family(
    to: Connection,
    family: FamilyId,
    *,
    hidden: Annotated[
        bool, typer.Option("--hidden", help="Show confidential links too, if you may see them; for protection.")
    ] = False,
) -> Answered:
    """Show one family: people, referrals, leads, open reviews, and what was regrouped. The look is audited."""
    context = to.context(purpose=api.PURPOSE_PROTECTION if hidden else None)
    request = pb.GetFamilyRequest(context=context, family_id=family, include_hidden=hidden)
    answer = call(_stub(to.channel).GetFamily, request)

    def show(console: Console) -> None:
        reviewshow.family_in_full(console, answer)

    return answer, show


@over_a_connection
def split(
    to: Connection,
    family: FamilyId,
    *,
    referral: Annotated[list[str] | None, typer.Option(help="A referral that goes. May be repeated.")] = None,
    person: Annotated[list[str] | None, typer.Option(help="Somebody whose referrals all go. May be repeated.")] = None,
    to_family: Annotated[str, typer.Option(help="The family that they go to; a new one if left out.")] = "",
    reason: Reason,
) -> Answered:
    """Take referrals out of a family, into a new one or one that is there."""
    request = pb.SplitFamilyRequest(
        request_id=to.request_id(),
        context=to.context(),
        family_id=family,
        referral_ids=referral or (),
        person_ids=person or (),
        to_family_id=to_family,
        reason=_why(reason),
    )
    answer = call(_stub(to.channel).SplitFamily, request)

    def show(console: Console) -> None:
        console.print(f"The referrals are of family {answer.to_family_id} now.")
        reviewshow.consequences(console, answer.consequences)

    return answer, show


@over_a_connection
def undo(
    to: Connection,
    act: Annotated[str, typer.Argument(metavar="ID", help="Either of the two families, or the act itself (reg-...).")],
    *,
    reason: Reason,
    infant: Annotated[
        bool,
        typer.Option("--infant", help="Take back the move of an infant, if you may see such links; for protection."),
    ] = False,
) -> Answered:
    """Take the last merge of a family back, or with --infant the last move of an infant."""
    done, said = (_undo_move if infant else _undo_merge)(to, act, _why(reason))

    def show(console: Console) -> None:
        console.print(said)
        reviewshow.consequences(console, done.consequences)

    return done, show


@over_a_connection
def move_infant(
    to: Connection,
    family: FamilyId,
    infant: Annotated[str, typer.Argument(metavar="INFANT", help="The infant's id, as `show` gives it.")],
    *,
    kind: Annotated[Move, typer.Option(help="What for.")],
    to_family: Annotated[str, typer.Option(help="The family that it goes to; a new one if left out.")] = "",
    board: Annotated[str, typer.Option(help="The S08 code of the board where the new carers live.")] = "",
) -> Answered:
    """Move an infant to another family, and hide where it was."""
    request = pb.MoveInfantRequest(
        request_id=to.request_id(),
        context=to.context(),
        family_id=family,
        person_id=infant,
        to_family_id=to_family,
        kind=f"INFANT_MOVE_KIND_{kind.name}",
        board_code=board,
    )
    answer = call(_stub(to.channel).MoveInfant, request)

    def show(console: Console) -> None:
        console.print(f"The infant is {answer.person_id} of family {answer.to_family_id} now.")
        reviewshow.consequences(console, answer.consequences)

    return answer, show


def _undo_merge(to: Connection, act: str, why: str) -> tuple[pb.UndoMergeResponse, str]:
    request = pb.UndoMergeRequest(request_id=to.request_id(), context=to.context(), id=act, reason=why)
    done = call(_stub(to.channel).UndoMerge, request)
    return done, f"Family {done.family_id} is there again, beside {done.from_family_id}."


def _undo_move(to: Connection, act: str, why: str) -> tuple[pb.UndoInfantMoveResponse, str]:
    context = to.context(purpose=api.PURPOSE_PROTECTION)
    request = pb.UndoInfantMoveRequest(request_id=to.request_id(), context=context, id=act, reason=why)
    done = call(_stub(to.channel).UndoInfantMove, request)
    return done, f"The infant is {done.person_id} of family {done.family_id} again."


def _stub(channel: object) -> FamilyServiceStub:
    return FamilyServiceStub(channel)  # type: ignore[no-untyped-call]


def _why(reason: Why) -> str:
    return f"REGROUPING_REASON_{reason.name}"


def _pair(text: str) -> pb.PersonPair:
    one, separator, other = text.partition("=")
    if not separator:
        raise typer.BadParameter("expected PERSON=PERSON", param_hint="--pair")
    return pb.PersonPair(person_id=one, possible_person_id=other)
