"""Packs as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from router.routing.derive import LONDON
from router.v1 import rule_service_pb2 as pb

_SHOWN = 16
_STATES = {
    pb.PACK_STATE_PROPOSED: "waits for approvals",
    pb.PACK_STATE_APPROVED: "approved; nobody has activated it yet",
    pb.PACK_STATE_DUE: "is due",
    pb.PACK_STATE_LIVE: "is live",
    pb.PACK_STATE_REPLACED: "was live",
    pb.PACK_STATE_REJECTED: "rejected",
    pb.PACK_STATE_ROLLED_BACK: "was rolled back",
    pb.PACK_STATE_OUTDATED: "outdated: the rules changed since it was proposed; propose it again",
}
_ACTS = {
    pb.PACK_ACT_KIND_INSTALLED: "became the first pack of the store",
    pb.PACK_ACT_KIND_PROPOSED: "proposed",
    pb.PACK_ACT_KIND_APPROVED: "approved",
    pb.PACK_ACT_KIND_REJECTED: "rejected",
    pb.PACK_ACT_KIND_ACTIVATED: "activated",
    pb.PACK_ACT_KIND_SHADOW_STARTED: "shadow began",
    pb.PACK_ACT_KIND_SHADOW_STOPPED: "shadow ended",
    pb.PACK_ACT_KIND_ROLLED_BACK: "rolled back",
    pb.PACK_ACT_KIND_NOT_LOADED: "could not be loaded",
}


def packs(console: Console, answer: pb.ListPacksResponse) -> None:
    """Print every pack, the newest first."""
    table = Table(show_lines=True)
    for name in ("pack", "state", "from", "proposed by", "waits for", "in shadow"):
        table.add_column(name, overflow="fold")
    for one in answer.packs:
        table.add_row(
            one.digest[:_SHOWN],
            state_in_words(one),
            when(one.live_from) if one.HasField("live_from") else "",
            escape(one.proposed_by),
            "\n".join(map(escape, one.waits_for)),
            shadow_in_words(one.shadow) if one.HasField("shadow") else "",
        )
    console.print(table)
    live = [one for one in answer.packs if one.state == pb.PACK_STATE_LIVE]
    for one in live:
        since = f" since {when(one.live_from)}" if one.HasField("live_from") else ""
        console.print(f"Pack {one.digest[:_SHOWN]} is live{since}.")
    if answer.deciding_digest != answer.live_digest:
        console.print(
            f"The router that answered decides by {answer.deciding_digest[:_SHOWN]} still. A change takes a few "
            "seconds; a pack that does not load is named above."
        )


def pack(console: Console, one: pb.RulePack) -> None:
    """Print one pack as it stands, and what is to be done next."""
    console.print(f"Pack [bold]{one.digest[:_SHOWN]}[/bold] {state_in_words(one)}.")
    if one.title:
        console.print(f"  {escape(one.title)}; digest {one.digest}")
    if one.proposal_id:
        console.print(f"  proposed by {escape(one.proposed_by)} as {one.proposal_id}: {escape(one.why)}")
    for approval in one.approvals:
        by = f"approved by {escape(approval.approved_by)}" if approval.approved_by else "[bold]not approved yet[/bold]"
        console.print(f"  names {escape(approval.service)}: {by}")
    if one.people_wanted:
        console.print(f"  {one.people} of {one.people_wanted} people have approved, the proposer not counted")
    for sentence in one.waits_for:
        console.print(f"  {escape(sentence)}")
    if one.waits_for:
        service = next((each.service for each in one.approvals if not each.approved_by), "YOURS")
        command = f"  router rules approve {one.digest[:_SHOWN]} --service {service} --caller YOU"
        # In one line, to be copied.
        console.print(command, soft_wrap=True)
    for finding in one.findings:
        console.print(f"  to look at: {escape(finding)}")
    if one.HasField("shadow"):
        _shadow(console, one.shadow)


def timeline(console: Console, acts: Iterable[pb.PackAct]) -> None:
    """Print what was done about a pack, oldest first."""
    for act in acts:
        words = [when(act.made_at), escape(act.made_by), _ACTS.get(act.kind, "did something")]
        if act.service:
            words.append(f"for {escape(act.service)}")
        if act.HasField("live_from"):
            words.append(f"from {when(act.live_from)}")
        note = f": {escape(act.note)}" if act.note else ""
        console.print(f"  {' '.join(words)}{note}")


def state_in_words(one: pb.RulePack) -> str:
    """Return how far a pack has come."""
    words = _STATES.get(one.state, "unknown")
    if one.state == pb.PACK_STATE_DUE:
        words = f"is due on {when(one.live_from)}"
    if one.not_loaded and one.state in {pb.PACK_STATE_LIVE, pb.PACK_STATE_DUE}:
        words += f", but could not be loaded, so the pack before decides: {escape(one.not_loaded)}"
    return words


def shadow_in_words(figures: pb.ShadowFigures) -> str:
    """Return a shadow's figures in one line."""
    return f"{figures.compared:,} of {figures.decisions:,} decisions compared, {figures.differing:,} differ"


def when(moment: Timestamp) -> str:
    """Return a moment in Scottish time."""
    return f"{moment.ToDatetime(tzinfo=UTC).astimezone(LONDON):%Y-%m-%d %H:%M}"


def _shadow(console: Console, figures: pb.ShadowFigures) -> None:
    until = f" to {when(figures.stopped_at)}" if figures.HasField("stopped_at") else ""
    console.print(f"  in shadow from {when(figures.started_at)}{until}: {shadow_in_words(figures)}")
    for one in figures.differences:
        if one.what == "lead":
            how = f"{escape(one.from_lead)} would be {escape(one.to_lead)}"
        elif one.what == "failed":
            how = f"{escape(one.from_lead)}: the pack came to no decision"
        else:
            how = f"{escape(one.from_lead)}: another {one.what}"
        console.print(f"    {one.count:,} {how}")
