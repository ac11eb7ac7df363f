"""The figures of ``router families evaluate`` as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from router.linkage import public_data
from router.linkage.curve import Quality
from router.linkage.summary import Goal, Summary
from router.linkage.tally import Tally, share

_YES_NO = {True: "[green]yes[/green]", False: "[red]no[/red]"}


def public_table(compared: Sequence[public_data.Comparison]) -> Table:
    """Return the figures on the public test data."""
    table = Table(title="Public test data, without soc_sec_id", title_justify="left")
    for heading in ("data", "matcher"):
        table.add_column(heading, no_wrap=True)
    for heading in ("best F1", "recall until\nfirst false", "joined", "asked", "joined\nfalsely"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in compared:
        target = public_data.TARGETS[one.name]
        table.add_row(one.name, "router", *_figures(one.ours), "", "", "")
        for setup, figures in one.splink.items():
            table.add_row("", f"Splink, {setup}", *_figures(figures), "", "", "")
        gated = one.gated
        table.add_row("", "router, gates on", "", "", f"{gated.joined:.1%}", f"{gated.asked:.1%}", str(gated.false))
        least = f"{target.recall_before_false:.4f}" if target.recall_before_false else ""
        table.add_row("", "target, at least", f"{target.best_f1:.4f}", least, "", "", "", end_section=True)
    return table


def _figures(figures: Quality) -> tuple[str, str]:
    return f"{figures.best_f1:.4f}", f"{figures.recall_before_false:.4f}"


def family_tables(summary: Summary) -> Iterator[Table | str]:
    """Yield the figures on synthetic families: what is asked, by origin of name, by kind, and the work done."""
    yield _goals(summary)
    yield _origins(summary)
    yield _kinds(summary)
    outcome = summary.outcome
    total = outcome.total
    yield (
        f"New families: {total.new:,}, of which {share(total.asked_in_vain, total.new):.1%} were asked about in vain. "
        f"Of all events {share(total.asked + total.asked_in_vain, outcome.events):.1%} went to a person."
    )
    yield (
        f"Children linked: {outcome.children.linked:,}; wrongly, not to a twin: {outcome.children.others_merged}. "
        f"Keys found {1 - share(outcome.blocked, total.known):.2%} of known families, "
        f"{share(outcome.candidates, outcome.events):.1f} candidates an event, {outcome.most_candidates} at most. "
        + " ".join(f"{what} {seconds:.0f} s." for what, seconds in outcome.seconds.items())
    )


def _goals(summary: Summary) -> Table:
    outcome = summary.outcome
    title = f"{outcome.events:,} events against {outcome.families:,} families, seed {summary.seed}"
    table = Table(title=title, title_justify="left")
    table.add_column("of the matcher is asked")
    for heading in ("found", "bound", "kept"):
        table.add_column(heading, justify="right")
    for goal in summary.goals:
        table.add_row(goal.what, _found(goal), goal.bound, _YES_NO[goal.kept])
    return table


def _found(goal: Goal) -> str:
    return f"{goal.found:.2%}" if goal.bound.endswith("%") else f"{goal.found:.0f}"


_COUNTS = ("known", "linked", "asked", "missed", "false\nmerges", "new", "in vain")


def _narrow(title: str, first: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(first, no_wrap=True)
    return table


def _columns(table: Table, *more: str) -> Table:
    for heading in (*_COUNTS, *more):
        table.add_column(heading, justify="right")
    return table


def _cells(tally: Tally) -> tuple[str, ...]:
    return (
        f"{tally.known:,}",
        f"{share(tally.linked, tally.known):.2%}",
        f"{share(tally.asked, tally.known):.2%}",
        f"{share(tally.missed, tally.known):.2%}",
        str(tally.false_merges),
        f"{tally.new:,}",
        f"{share(tally.asked_in_vain, tally.new):.1%}",
    )


def _origins(summary: Summary) -> Table:
    table = _narrow("By origin of the carer's name; misses beside twice the rate of all", "origin")
    _columns(table, "misses\nto all's")
    for group in summary.groups:
        table.add_row(group.name, *_cells(group.tally), f"{group.times:.1f} {group.verdict}")
    table.add_row("all", *_cells(summary.outcome.total), "")
    return table


def _kinds(summary: Summary) -> Table:
    table = _narrow("By kind; an event may be of several", "kind")
    _columns(table)
    for name, tally in sorted(summary.outcome.by_kind.items()):
        table.add_row(name, *_cells(tally))
    return table
