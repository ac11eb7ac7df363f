"""Decisions as people read them in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from router.cli.waterfall import match_lines
from router.v1 import decision_pb2 as pb
from router.v1 import referral_pb2

_OUTCOMES = {
    pb.OUTCOME_LEAD: "lead",
    pb.OUTCOME_LEAD_WITH_QUESTIONS: "lead, with questions",
    pb.OUTCOME_DESK: "desk",
}
_MARKS = {pb.TRUTH_MET: "[green]met[/green]", pb.TRUTH_NOT_MET: "not met", pb.TRUTH_UNKNOWN: "[yellow]unknown[/yellow]"}


def short(identifier: str) -> str:
    """Return the part of an id that people can tell apart at a glance."""
    return identifier[-8:]


def urgency_in_words(value: int) -> str:
    """Return an urgency in words."""
    if not value:
        return "not stated"
    return referral_pb2.Urgency.Name(value).removeprefix("URGENCY_").lower()


def decisions_table(decisions: list[pb.Decision], senders: dict[str, str]) -> Table:
    """Return one row for each episode: its newest decision, and every source that referred."""
    table = Table(title="Who leads for whom", title_justify="left", row_styles=["", "on grey11"], expand=True)
    table.add_column("family", no_wrap=True)
    for name in ("from whom", "lead", "supporting", "urgency", "outcome", "main reason"):
        table.add_column(name, overflow="fold")
    newest = {one.episode_id: one for one in decisions}
    sources: dict[str, dict[str, None]] = {}
    for one in decisions:
        source = senders.get(one.decision_id)
        if source:
            sources.setdefault(one.episode_id, {})[source] = None
    for episode, one in newest.items():
        danger = any(True for _ in one.safety)
        table.add_row(
            short(one.family_id),
            ", ".join(sources.get(episode, {})),
            one.lead.label or one.desk,
            ", ".join(beside.service.service for beside in one.supporting),
            urgency_in_words(one.urgency) + (" [red]![/red]" if danger else ""),
            _OUTCOMES[one.outcome] + (f" ({one.desk_reason.lower().replace('_', ' ')})" if one.desk_reason else ""),
            one.main_reason,
        )
    return table


def decision_in_full(console: Console, one: pb.Decision, sender: str) -> None:
    """Print a decision with everything that it rests on."""
    console.print(f"[bold]{one.lead.label or one.desk}[/bold] for family {short(one.family_id)}", end="")
    console.print(f", referred by {sender}" if sender else "")
    console.print(
        f"Main reason: {one.main_reason}. Urgency: {urgency_in_words(one.urgency)}. Tier of need: {one.tier}."
    )
    console.print(f"Held meanwhile by: {one.held_by_meanwhile.label}.")
    for beside in one.supporting:
        role = pb.SupportRole.Name(beside.role).removeprefix("SUPPORT_ROLE_").lower().replace("_", " ")
        console.print(f"Beside it: {beside.service.label} ({role}): {beside.reason}")
    for finding in one.safety:
        console.print(
            f"[red]Safety[/red]: {finding.label} ({finding.subject}, told by {finding.source_system}); "
            f"{', '.join(finding.recipients)} and the desk were told. {finding.citation}"
        )
    for question in one.questions:
        more = f" (together with {question.together_with})" if question.together_with else ""
        console.print(
            f"[yellow]Question[/yellow]: {question.ask}{more} Were it {question.witness!r}, {question.effect}."
        )
    console.print("\nThe facts it rests on:")
    for fact in one.facts:
        when = fact.observed_at.ToDatetime().date().isoformat()
        about = f" ({fact.subject})" if fact.subject else ""
        console.print(f"  {fact.label}{about}: [bold]{fact.value}[/bold]  [dim]{fact.source_system}, {when}[/dim]")
    console.print("\nEvery service, and why it leads or does not:")
    for candidate in one.candidates:
        leads = candidate.service.service == one.lead.service
        why = "[bold green]leads[/bold green]" if leads else candidate.why_not_lead
        console.print(f"  [bold]{candidate.service.label}[/bold]: {why}")
        for criterion in candidate.criteria:
            if leads or criterion.truth != pb.TRUTH_NOT_MET:
                mark = _MARKS.get(criterion.truth, "withheld")
                console.print(f"      {mark}: {criterion.label}  [dim]{criterion.citation}[/dim]")
    console.print()
    for line in match_lines(one.match):
        console.print(line)
    console.print(f"Rule pack {one.pack_digest[:16]}.")
    for change in one.what_would_change:
        console.print(f"Would change it: {change.change}: {change.result}.")
    console.print(f"\n[bold]To the parent:[/bold] {one.explanation.for_parent}")
    console.print(f"[bold]To the referrer:[/bold] {one.explanation.for_referrer}")
    console.print(f"[bold]To the receiver:[/bold] {one.explanation.for_receiver}")
