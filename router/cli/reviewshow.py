"""Reviews and families as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from router.cli.show import urgency_in_words
from router.v1 import family_service_pb2 as pb
from router.v1 import referral_pb2

_HOW = {
    pb.REVIEW_STATE_OPEN: "open",
    pb.REVIEW_STATE_SECOND_WANTED: "a second person is wanted",
    pb.REVIEW_STATE_DISPUTED: "disputed: two people said different things",
    pb.REVIEW_STATE_SAME: "answered: one family",
    pb.REVIEW_STATE_DIFFERENT: "answered: two families",
    pb.REVIEW_STATE_SETTLED: "settled by another act",
}


def reviews(console: Console, answer: pb.ListReviewsResponse) -> None:
    """Print the list of open reviews."""
    if not answer.reviews:
        console.print("No review is open.")
        return
    table = Table(expand=True)
    table.add_column("review", no_wrap=True)
    for name in ("danger", "since", "desk", "state", "why a person is asked", "in hand"):
        table.add_column(name, overflow="fold")
    for one in answer.reviews:
        table.add_row(
            one.review_id,
            f"[red]{urgency_in_words(one.danger)} ![/red]" if one.danger else "",
            one.opened_at.ToDatetime().strftime("%Y-%m-%d %H:%M"),
            one.desk,
            _HOW.get(one.state, ""),
            ", ".join(gate.gate for gate in one.gates),
            _claim(one),
        )
    console.print(table)
    if answer.next_page_token:
        console.print("There are more; give a higher --limit.")


def standing(console: Console, review: pb.Review) -> None:
    """Print in one line how a review stands."""
    claimed = _claim(review)
    console.print(
        f"{review.review_id}: {_HOW.get(review.state, '')}" + (f"; in hand: {escape(claimed)}" if claimed else "")
    )


def review_in_full(console: Console, answer: pb.GetReviewResponse) -> None:
    """Print the two families of a review side by side, what agrees and differs, and what was done so far."""
    standing(console, answer.review)
    for gate in answer.review.gates:
        console.print(f"Asked because: {gate.sentence or gate.gate}")
    table = Table(expand=True, show_lines=True)
    table.add_column("")
    table.add_column(f"{answer.family.family_id}", overflow="fold")
    table.add_column(f"{answer.possible_family.family_id}", overflow="fold")
    ours, theirs = _rows(answer.family), _rows(answer.possible_family)
    for name in dict.fromkeys((*ours, *theirs)):
        table.add_row(name, escape(ours.get(name, "")), escape(theirs.get(name, "")))
    console.print(table)
    compared = answer.comparison
    console.print(f"Weight of evidence: {compared.weight_bits:.1f} bits ({compared.matcher_version}).")
    for word, terms in (("agrees", compared.agreeing), ("differs", compared.differing)):
        for term in terms:
            console.print(f"  {word}: {term.field} ({term.level}) {term.bits:+.1f}")
    for entry in answer.history:
        console.print(
            f"{entry.made_at.ToDatetime():%Y-%m-%d %H:%M} {entry.kind} by {escape(entry.made_by)}"
            + (f" ({entry.reason})" if entry.reason else "")
            + (f": {escape(entry.note)}" if entry.note else "")
        )


def family_in_full(console: Console, answer: pb.GetFamilyResponse) -> None:
    """Print one family."""
    table = Table(expand=True, show_lines=True)
    table.add_column("")
    table.add_column(answer.family.family_id, overflow="fold")
    for name, value in _rows(answer.family).items():
        table.add_row(name, escape(value))
    console.print(table)
    for review in answer.reviews:
        standing(console, review)
    for act in answer.regroupings:
        kind = pb.RegroupingKind.Name(act.kind).removeprefix("REGROUPING_KIND_").lower().replace("_", " ")
        console.print(
            f"{act.regrouping_id} {act.made_at.ToDatetime():%Y-%m-%d %H:%M} {kind}: "
            f"{act.family_id} to {act.to_family_id} by {escape(act.made_by)} ({act.reason})"
        )


def consequences(console: Console, told: pb.Consequences) -> None:
    """Print what an act changed."""
    if told.regrouping_id:
        console.print(f"The act is {told.regrouping_id}.")
    for one in told.rested:
        console.print(f"Rested on what was changed: {one.decision_id} of {one.family_id}")
    for decision in told.decisions:
        lead = decision.lead.label or decision.desk
        danger = " [red]![/red]" if decision.safety else ""
        console.print(f"Decided again: {decision.family_id}: {lead}, {urgency_in_words(decision.urgency)}{danger}")
    if told.notices:
        console.print(f"{told.notices} notices went out.")


def _claim(review: pb.Review) -> str:
    if not review.claimed_by:
        return ""
    return f"{review.claimed_by} until {review.claimed_until.ToDatetime():%H:%M}"


def _rows(family: pb.FamilyView) -> dict[str, str]:
    """Return what is held of a family, by what it is called: "mother", "infant", "infant 2", and so on."""
    rows: dict[str, str] = {}
    for member in family.members:
        role = referral_pb2.PersonRole.Name(member.role).removeprefix("PERSON_ROLE_").lower().replace("_", " ")
        number = sum(name.startswith(role) for name in rows) + 1
        lines = [member.person_id, *dict.fromkeys(_person(record) for record in member.records)]
        rows[role if number == 1 else f"{role} {number}"] = "\n".join(lines)
    homes = dict.fromkeys(_home(one.household) for one in family.referrals)
    rows["home"] = "\n".join(home for home in homes if home)
    rows["referrals"] = "\n".join(
        f"{one.referral_id} {one.source_system} {one.source_reference} version {one.source_version}, "
        f"{one.occurred_at.ToDatetime():%Y-%m-%d}{'' if one.open else ', no longer speaks'}"
        for one in family.referrals
    )
    rows["lead"] = "\n".join(
        f"{one.lead.label} ({'accepted' if one.accepted else 'desk' if one.at_desk else 'proposed'})"
        for one in family.leads
    )
    rows["danger"] = ", ".join(family.danger)
    return rows


def _person(record: pb.PersonRecord) -> str:
    person = record.person
    names = " / ".join(_name(one) for one in person.names)
    told = [
        names,
        person.birth_date and f"born {person.birth_date}",
        person.expected_date and f"expected {person.expected_date}",
        *(one.value for one in person.identifiers),
        *person.phones,
        *person.emails,
        person.postcode,
    ]
    return f"{', '.join(_said(told))} [{record.source_system}]"


def _name(one: referral_pb2.PersonName) -> str:
    return " ".join(_said((one.given, one.family, "(former)" if one.former else "")))


def _home(home: referral_pb2.Household) -> str:
    return ", ".join(_said((*home.address_lines, home.postcode, home.board_code)))


def _said(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if part]
