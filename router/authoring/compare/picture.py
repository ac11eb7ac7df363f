"""Draws what differs between two packs: a page with who sends to whom, and whose intake grows or shrinks."""

from __future__ import annotations

from collections.abc import Iterator

from router.authoring.compare.replayed import Tally
from router.authoring.compare.telling import (
    Comparison,
    boards_in_words,
    lead_in_words,
    name_of,
    rule_in_words,
    warnings,
    witness_lines,
)
from router.authoring.compare.vocabulary import Packs
from router.authoring.compare.written import Difference
from router.authoring.html import Html, el, figure, items, joined, page, table

_BAR, _GAP, _NAMES, _HALF = 22, 8, 290, 300


def picture(found: Comparison) -> str:
    """Return a page that shows a comparison."""
    packs = found.packs
    verdict = "Something changes." if found.something_changes else "Nothing changes for anybody."
    return page(
        f"What changes: {packs.old.title} to {packs.new.title}",
        el("p", f"{verdict} Old pack {packs.old.digest[:16]}, new pack {packs.new.digest[:16]}. {packs.new.notice}"),
        *(el("p", one, class_="notice") for one in warnings(packs)),
        *_tried(found),
        *_proved(found),
        *_written(found),
    )


def _tried(found: Comparison) -> Iterator[Html]:
    packs, tally = found.packs, found.tally
    yield el("h2", "Tried")
    yield el(
        "p",
        f"On {found.tried_on}: {tally.looked_at:,} looked at, {tally.decisions_changed:,} led otherwise, "
        f"{tally.helped_otherwise:,} led alike and helped by others.",
    )
    if tally.skipped:
        yield el("p", "Left out: " + "; ".join(f"{count:,} {why}" for why, count in tally.skipped.items()) + ".")
    if tally.changed:
        yield matrix(packs, tally)
    moved = [row for row in tally.intake() if row[1] != row[2]]
    if moved:
        yield bars(packs, moved)
        rows: list[list[object]] = [
            [name_of(packs, name), f"{was:,}", f"{now:,}", f"{now - was:+,}"] for name, was, now in moved
        ]
        caption = "Intake: families that a service is newly asked to lead"
        yield table(caption, ["Service", "Before", "Now", "Change"], rows, numbers=frozenset({1, 2, 3}))


def matrix(packs: Packs, tally: Tally) -> Html:
    """Return the table of who sends to whom: who led before, down the side, and who leads now, along the top."""
    givers = sorted({was for was, _ in tally.changed}, key=lambda name: name_of(packs, name))
    takers = sorted({now for _, now in tally.changed}, key=lambda name: name_of(packs, name))

    def cell(was: str, now: str) -> Html:
        count = tally.changed[was, now]
        return el("td", f"{count:,}" if count else "0", class_="number some" if count else "number same")

    rows: list[list[object]] = []
    for was in givers:
        total = sum(tally.changed[was, now] for now in takers)
        rows.append([name_of(packs, was), *(cell(was, now) for now in takers), el("td", f"{total:,}", class_="number")])
    headers: list[object] = ["Led before by", *(name_of(packs, now) for now in takers), "In all"]
    caption = "Who sends to whom: families by who led before (rows) and who leads now (columns)"
    return table(caption, headers, rows, numbers=frozenset(range(1, len(headers))))


def bars(packs: Packs, moved: list[tuple[str, int, int]]) -> Html:
    """Return a chart of intake gained (to the right of the line) and lost (to the left), each with its sign."""
    most = max(abs(now - was) for _, was, now in moved)
    height = len(moved) * (_BAR + _GAP) + _GAP
    axis = _NAMES + _HALF
    drawn = [el("line", x1=axis, x2=axis, y1=0, y2=height, class_="axis")]
    for place, (name, was, now) in enumerate(moved):
        change = now - was
        top = _GAP + place * (_BAR + _GAP)
        width = max(1, round((_HALF - 60) * abs(change) / most))
        gains = change > 0
        left = axis if gains else axis - width
        label = {"x": left + width + 6} if gains else {"x": left - 6, "text_anchor": "end"}
        drawn += [
            el("text", name_of(packs, name), x=0, y=top + 16),
            el("rect", x=left, y=top, width=width, height=_BAR, class_="more" if gains else "less"),
            el("text", f"{change:+,}", y=top + 16, **label),
        ]
    told = ", ".join(f"{name_of(packs, name)} {now - was:+,}" for name, was, now in moved)
    chart = el(
        "svg",
        el("title", f"Intake gained and lost: {told}"),
        *drawn,
        viewBox=f"0 0 {axis + _HALF} {height}",
        role="img",
        width=axis + _HALF,
        height=height,
    )
    return figure(chart, "Intake gained (to the right) and lost (to the left)")


def _proved(found: Comparison) -> Iterator[Html]:
    packs, proved = found.packs, found.proved
    yield el("h2", "Proved over all possible families")
    same = len(proved.same)
    yield el(
        "p",
        f"{same:,} services and moves answer alike for every family: nobody is accepted or moved under one pack and "
        "not under the other.",
    )
    for change in proved.rules:
        yield _shown(rule_in_words(packs, change), list(witness_lines(packs, change)))
    for lead in proved.leads:
        where = f"In {boards_in_words(packs, lead.boards)}."
        yield _shown(f"{lead_in_words(packs, lead)}. {where}", list(witness_lines(packs, lead)))
    if proved.open:
        yield el("p", "Not settled in the time given, so that nothing is claimed of:")
        yield items(*proved.open) or joined()


def _shown(what: str, lines: list[str]) -> Html:
    return el("section", el("h3", what), items(*lines), class_="together")


def _written(found: Comparison) -> Iterator[Html]:
    yield el("h2", "Written otherwise")
    if not found.written:
        yield el("p", "Nothing.")
        return
    rows: list[list[object]] = [
        [one.place, one.was or "(not there)", one.now or "(not there)", _changed(one)] for one in found.written
    ]
    yield table("Every difference in the files", ["Where", "Before", "Now", "What it changes"], rows)


def _changed(difference: Difference) -> str:
    told = f", told in the same words: '{difference.told_as}'" if difference.told_as else ""
    return f"{'words' if difference.words_only else 'rules'}{told}"
