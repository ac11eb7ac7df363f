"""Writes the whole sheet as one page that can be printed."""

from __future__ import annotations

from datetime import date

from router.authoring.html import Html, el, items, joined, page, table
from router.authoring.sheet.diagram import diagrams
from router.authoring.sheet.words import (
    KINDS,
    MODES,
    ages,
    answers,
    boards,
    condition,
    criteria,
    guard,
    provider,
    review,
)
from router.rules.pack import Pack, Service


def sheet(pack: Pack, today: date | None = None) -> str:
    """Return the page. ``today`` marks reviews that are overdue then."""
    by_tier = sorted(pack.services.values(), key=lambda one: (-one.tier, one.label))
    return page(
        f"Criteria and pathways: {pack.title}",
        el("p", pack.notice, class_="notice"),
        el(
            "p",
            f"{len(pack.services)} services, {len(pack.moves)} moves, {len(pack.boards)} boards. "
            f"Made from rule pack {pack.digest[:16]}. A missing fact is neither a yes nor a no: it becomes a question.",
        ),
        el("h2", "Every service's criteria"),
        table(
            "Services by tier, the most intensive first",
            ["Service", "Tier", "For", "Accepts when", "Answers within", "Review", "Boards"],
            [_service(pack, one, today) for one in by_tier],
        ),
        *_boards(pack, today),
        el("h2", "The same fact in different services"),
        table("What each service asks of a fact", ["Fact", "Services"], _facts(pack)),
        el("h2", "Who comes first"),
        el("p", "Of the services that accept a family, each comparison strikes out whoever loses it:"),
        el("ol", *(el("li", one.replace("_", " ")) for one in pack.order.comparisons)),
        el("h2", "Pathways"),
        *_pathways(pack, today),
        el("h2", "Sources"),
        items(*sorted({one.citation for rule in pack.rules() for one in rule.criteria.values()})),
    )


def _service(pack: Pack, one: Service, today: date | None) -> list[object]:
    role = None if one.can_lead else el("div", "Works beside a lead and never leads")
    mode = el("div", MODES[one.mode])
    who = el("div", f"Referrals from: {one.referrer_words}") if one.referrers is not None else None
    span = el("div", f"Ages: {ages(one.ages)}") if one.ages is not None else None
    return [
        joined(el("strong", one.label), el("div", one.plain), mode, span, who, role),
        str(one.tier),
        ", ".join(pack.order.needs[need] for need in one.offers),
        criteria(one),
        answers(one.response),
        review(one, today),
        boards(pack, one.name),
    ]


def _boards(pack: Pack, today: date | None) -> list[Html]:
    """Return where each board differs from the national base."""
    own = {code: [one for one in pack.services.values() if one.boards and code in one.boards] for code in pack.boards}
    rows: list[list[object]] = []
    for code, board in pack.boards.items():
        rows += [
            [board.name, el("strong", one.label), joined("A service of its own. ", one.plain), ""] for one in own[code]
        ]
        for one in pack.narrowed.get(code, {}).values():
            narrowing = one.narrowing
            asked = [one.criteria[name] for name in narrowing.criteria] if narrowing else []
            told = [
                joined(
                    f"{pack.facts[each.condition.fact].label} {condition(pack, each)} ",
                    el("small", f"[{each.citation}]"),
                )
                for each in asked
            ]
            label = narrowing.label if narrowing else ""
            rows.append([board.name, el("strong", one.label), joined(label, items(*told)), review(one, today)])
        lacking = [pack.services[name] for name in sorted(board.lacks) if name not in board.served_by]
        rows += [[board.name, el("strong", one.label), "Not there", ""] for one in lacking if one.boards is None]
        rows += [
            [board.name, el("strong", pack.services[name].label), f"By {provider(pack, board, name)}", ""]
            for name in board.served_by
        ]
        rows += [
            [board.name, el("strong", pack.services[name].label), f"Room: {room}", ""]
            for name, room in board.capacity.items()
        ]
    if not rows:
        return []
    return [
        el("h2", "Where boards differ"),
        el(
            "p", "A board may ask for more than the national criteria, never for less, and never where there is danger."
        ),
        table("What differs from the national base", ["Board", "Service", "There", "Review"], rows),
    ]


def _facts(pack: Pack) -> list[list[object]]:
    rows: list[list[object]] = []
    for name, definition in pack.facts.items():
        asked = [
            el("li", f"{service.label}: {condition(pack, criterion)}")
            for service in pack.services.values()
            for criterion in service.criteria.values()
            if criterion.condition.fact == name
        ]
        if asked:
            rows.append([definition.label, el("ul", *asked)])
    return rows


def _pathways(pack: Pack, today: date | None) -> list[Html]:
    parts: list[Html] = []
    for kind, words in KINDS.items():
        moves = [one for one in pack.moves.values() if one.kind is kind]
        if not moves:
            continue
        parts.append(el("h3", words))
        parts += diagrams(pack, kind)
        rows: list[list[object]] = [
            [
                one.label,
                ", ".join(pack.services[giver].label for giver in one.givers),
                pack.services[one.receiver].label,
                joined(criteria(one), guard(one)),
                review(one, today),
            ]
            for one in moves
        ]
        caption = f"{words}: the receiver's own criteria must be met besides"
        parts.append(table(caption, ["Move", "From", "To", "When", "Review"], rows))
    return parts
