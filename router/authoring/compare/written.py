"""What differs between two packs as they are written: what was added, taken away, and said otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from router.model.facts import FactDefinition
from router.rules.pack import Board, Criterion, Formula, Move, Pack, Response, Rule, Service
from router.rules.schema import COMPARISONS, Condition


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is written otherwise. ``was`` is empty for what is new, ``now`` for what is gone.

    ``words_only`` is true where it changes what people read, and nothing of who leads, helps, is told, or by when.
    ``told_as`` is the label of a criterion that means something else and is told to people in the words of before.
    """

    place: str
    was: str
    now: str
    words_only: bool = False
    told_as: str = ""


def differences(old: Pack, new: Pack) -> tuple[Difference, ...]:
    """Return every difference, those of services first. Tests and the order of files do not count."""
    return (
        *_named("service", old.services, new.services, _service),
        *_named("move", old.moves, new.moves, _move),
        *_named("fact", old.facts, new.facts, _fact),
        *_named("board", old.boards, new.boards, _board),
        *_narrowed(old, new),
        *_order(old, new),
        *_letters(old, new),
        *_plain("pack", old, new, ("national_desk",)),
        *_plain("pack", old, new, ("name", "title", "notice"), words_only=True),
    )


def added(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    """Return the names that only the new pack has."""
    return [name for name in new if name not in old]


def condition_in_words(condition: Condition) -> str:
    """Return a condition as its file writes it: "infant_age_months less_than 12"."""
    given = [(name, getattr(condition, name)) for name in COMPARISONS if getattr(condition, name) is not None]
    return f"{condition.fact} " + " and ".join(f"{name.rstrip('_')} {_said(value)}" for name, value in given)


def formula_in_words(formula: Formula) -> str:
    """Return a formula as one line: "all: a, b; none: c"."""

    def part(one: str | Formula) -> str:
        return one if isinstance(one, str) else f"({formula_in_words(one)})"

    groups = (("all", formula.all), ("any", formula.any), ("none", formula.none))
    return "; ".join(f"{name}: {', '.join(map(part, parts))}" for name, parts in groups if parts)


def _named(kind: str, old: Mapping[str, Any], new: Mapping[str, Any], compare: Any) -> Iterator[Difference]:
    for name, one in old.items():
        if name not in new:
            yield Difference(f"{kind} {name}", _label(one), "")
        else:
            yield from compare(f"{kind} {name}", one, new[name])
    for name in added(old, new):
        yield Difference(f"{kind} {name}", "", _label(new[name]))


def _label(one: Any) -> str:
    return str(getattr(one, "label", "") or one.name)


def _service(place: str, old: Service, new: Service) -> Iterator[Difference]:
    yield from _plain(
        place,
        old,
        new,
        ("tier", "mode", "offers", "provision", "boards", "referrers", "can_lead", "beside_lead", "always_beside"),
    )
    yield from _plain(place, old, new, ("may_see", "confidential"))
    yield from _plain(place, old, new, ("plain", "referrer_words", "ages"), words_only=True)
    yield from _plain(place, old.response, new.response, Response.__slots__)
    yield from _rule(place, old, new)


def _move(place: str, old: Move, new: Move) -> Iterator[Difference]:
    yield from _plain(place, old, new, ("kind", "givers", "receiver", "guard"))
    yield from _rule(place, old, new)


def _rule(place: str, old: Rule, new: Rule) -> Iterator[Difference]:
    yield from _plain(place, old, new, ("label", "reviewed", "review_due"), words_only=True)
    if old.formula != new.formula:
        yield Difference(f"{place}: combination", formula_in_words(old.formula), formula_in_words(new.formula))
    for name, one in old.criteria.items():
        if name not in new.criteria:
            yield Difference(f"{place}: criterion {name}", condition_in_words(one.condition), "")
        else:
            yield from _criterion(f"{place}: criterion {name}", one, new.criteria[name])
    for name in added(old.criteria, new.criteria):
        yield Difference(f"{place}: criterion {name}", "", condition_in_words(new.criteria[name].condition))


def _criterion(place: str, old: Criterion, new: Criterion) -> Iterator[Difference]:
    if old.condition != new.condition:
        told_as = new.label if new.label == old.label else ""
        yield Difference(place, condition_in_words(old.condition), condition_in_words(new.condition), told_as=told_as)
    yield from _plain(place, old, new, ("asks",))
    yield from _plain(place, old, new, ("label", "ask", "citation"), words_only=True)


def _fact(place: str, old: FactDefinition, new: FactDefinition) -> Iterator[Difference]:
    yield from _plain(place, old, new, ("about", "type", "choices", "ordered", "unit", "privacy", "derivation"))
    yield from _plain(place, old, new, ("change_of", "within_days", "sum_of", "count_of"))
    yield from _plain(place, old, new, ("label", "ask"), words_only=True)


def _board(place: str, old: Board, new: Board) -> Iterator[Difference]:
    yield from _plain(place, old, new, ("desk", "lacks", "served_by", "capacity"))
    yield from _plain(place, old, new, ("name",), words_only=True)


def _narrowed(old: Pack, new: Pack) -> Iterator[Difference]:
    for code in dict.fromkeys((*old.narrowed, *new.narrowed)):
        was, now = old.narrowed.get(code, {}), new.narrowed.get(code, {})
        for name in dict.fromkeys((*was, *now)):
            place = f"board {code} narrows {name}"
            if name not in now:
                yield Difference(place, _narrowing(was[name]), "")
            elif name not in was:
                yield Difference(place, "", _narrowing(now[name]))
            else:
                yield from _plain(place, was[name].response, now[name].response, Response.__slots__)
                yield from _rule(place, was[name], now[name])
                yield from _plain(place, was[name].narrowing, now[name].narrowing, ("label",), words_only=True)


def _narrowing(service: Service) -> str:
    return service.narrowing.label if service.narrowing else service.label


def _order(old: Pack, new: Pack) -> Iterator[Difference]:
    yield from _plain("lead order", old.order, new.order, ("comparisons", "needs_order", "tie_break"))
    # what the proofs of one pack allow, and the names of needs, decide nothing
    yield from _plain("lead order", old.order, new.order, ("needs", "equals"), words_only=True)
    if old.board_aliases != new.board_aliases:
        yield Difference("boards: aliases", _said(old.board_aliases), _said(new.board_aliases))


def _letters(old: Pack, new: Pack) -> Iterator[Difference]:
    for reader in ("parent", "referrer", "receiver"):
        was, now = getattr(old.letters, reader), getattr(new.letters, reader)
        for phrase in dict.fromkeys((*was, *now)):
            if was.get(phrase) != now.get(phrase):
                place = f"letter to the {reader}: {phrase}"
                yield Difference(place, was.get(phrase, ""), now.get(phrase, ""), words_only=True)


def _plain(
    place: str, old: object, new: object, names: Sequence[str], *, words_only: bool = False
) -> Iterator[Difference]:
    for name in names:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield Difference(f"{place}: {name}", _said(was) or "none", _said(now) or "none", words_only)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_said(one)}" for name, one in sorted(value.items()))
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(_said, value)))
    if isinstance(value, tuple):
        return ", ".join(map(_said, value))
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
