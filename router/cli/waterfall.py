"""A match as people read it in a terminal: a waterfall of weights, the gates, the keys, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from router.v1 import decision_pb2 as pb

WIDTH = 32
"""Characters that the bars have."""

_UP, _DOWN, _LINE = "█", "░", "│"


def match_lines(match: pb.MatchSummary) -> Iterator[str]:
    """Yield the lines of a match, in rich's markup. Without weights, as for a new family, one line says so."""
    outcome = pb.MatchOutcome.Name(match.outcome).removeprefix("MATCH_OUTCOME_").lower().replace("_", " ")
    version = f" ({escape(match.matcher_version)})" if match.matcher_version else ""
    yield f"Matching: [bold]{outcome}[/bold]{version}."
    if match.found_by:
        yield f"  Found by: {'; '.join(escape(one.label) for one in match.found_by)}."
    if match.fields:
        yield from _waterfall(match)
    for gate in match.gates_explained:
        yield f"  [yellow]Gate[/yellow] {escape(gate.gate)}: {escape(gate.sentence)}"
    for one in match.what_would_change:
        yield f"  Would change it: {escape(one.change)}, {escape(one.result)}."


def _waterfall(match: pb.MatchSummary) -> Iterator[str]:
    """Yield one row a field: its level, its bits, the total so far, and a bar from the total before to this one."""
    rows = [("prior", "", match.prior_bits, match.prior_bits)]
    rows += [(one.label or one.field, one.level, one.bits, one.total_bits) for one in match.fields]
    marks = (match.review_bits, match.automatic_bits)
    totals = [total for _, _, _, total in rows]
    low, high = min(0.0, *totals, *marks), max(0.0, *totals, *marks)
    widest = max(len(label) for label, _, _, _ in rows)
    levels = max(len(level) for _, level, _, _ in rows)
    yield f"  Weights in bits, from {low:.1f} to {high:.1f}; │ marks where a person is asked and where none is:"
    before = 0.0
    for label, level, bits, total in rows:
        bar = _bar(before, total, low, high, marks)
        yield f"  {escape(label):<{widest}}  {escape(level):<{levels}}  {bits:>+7.2f}  {total:>+8.2f}  {bar}"
        before = total
    yield (
        f"  Together {match.weight_bits:+.2f} bits. From {match.automatic_bits:+.2f} on a family is joined without "
        f"asking, unless a gate forbids it; below {match.review_bits:+.2f} nobody is asked."
    )


def _bar(start: float, end: float, low: float, high: float, marks: tuple[float, ...]) -> str:
    def place(bits: float) -> int:
        return round((bits - low) / ((high - low) or 1.0) * (WIDTH - 1))

    cells = [" "] * WIDTH
    for mark in marks:
        cells[place(mark)] = _LINE
    first, last = sorted((place(start), place(end)))
    for cell in range(first, last + 1):
        cells[cell] = _UP if end >= start else _DOWN
    return "".join(cells).rstrip()
