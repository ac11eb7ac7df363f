"""Says in plain words, and as JSON, what differs between two packs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from router.authoring.compare.proved import Kind, LeadChange, Proved, RuleChange, who_comes
from router.authoring.compare.replayed import DESK, Tally
from router.authoring.compare.vocabulary import Packs
from router.authoring.compare.written import Difference
from router.authoring.proof.telling import said
from router.rules.pack import Pack

_SERVICE: Mapping[Kind, str] = {
    Kind.NEWLY_YES: "newly accepts families such as this one",
    Kind.NO_LONGER_YES: "no longer accepts families such as this one",
    Kind.NEWLY_UNKNOWN: "can no longer tell from what is known of families such as this one",
    Kind.NEWLY_NO: "newly turns away families such as this one, where it had to ask before",
}
_MOVE: Mapping[Kind, str] = {
    Kind.NEWLY_YES: "is newly followed for families such as this one",
    Kind.NO_LONGER_YES: "is no longer followed for families such as this one",
    Kind.NEWLY_UNKNOWN: "is newly open for families such as this one: something must be asked first",
    Kind.NEWLY_NO: "is newly ruled out for families such as this one, where something had to be asked before",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that was found. ``tried_on`` says on what the replay was done."""

    packs: Packs
    written: tuple[Difference, ...]
    proved: Proved
    tally: Tally
    tried_on: str

    @property
    def something_changes(self) -> bool:
        """Whether anything but words differs, or might."""
        counted = self.tally.decisions_changed or self.tally.helped_otherwise
        proved = self.proved.rules or self.proved.leads or self.proved.open
        return bool(proved or counted or any(not one.words_only for one in self.written))


def name_of(packs: Packs, service: str) -> str:
    """Return a service as people call it, by the new pack where that has it; the desk has no service."""
    if service == DESK:
        return "the desk"
    return (packs.new.services.get(service) or packs.old.services[service]).label


def rule_in_words(packs: Packs, change: RuleChange) -> str:
    """Say one change of a service's or a move's answer."""
    if change.is_move:
        return f"The move '{packs.new.moves[change.rule].label}' ({change.rule}) {_MOVE[change.kind]}"
    where = f" in {boards_in_words(packs, (change.board,))}" if change.board else ""
    return f"{name_of(packs, change.rule)} ({change.rule}){where} {_SERVICE[change.kind]}"


def lead_in_words(packs: Packs, change: LeadChange) -> str:
    """Say one change of who leads."""
    was, now = name_of(packs, change.was), name_of(packs, change.now)
    if not change.giver:
        return f"{now} would be asked to lead families that {was} was asked to lead"
    giver = name_of(packs, change.giver)
    if change.now == change.giver:
        return f"{giver} would keep families that moved to {was}"
    if change.was == change.giver:
        return f"{giver} would hand families over to {now} that stayed"
    return f"{giver} would hand families over to {now} that moved to {was}"


def boards_in_words(packs: Packs, codes: tuple[str, ...]) -> str:
    """Name boards; all of them in one word."""
    shared = [code for code in packs.new.boards if code in packs.old.boards]
    if set(codes) == set(shared):
        return "every board"
    return ", ".join(packs.new.boards[code].name for code in codes)


def witness_lines(packs: Packs, change: RuleChange | LeadChange) -> Iterator[str]:
    """Yield what is known of the family that shows a change, and who leads it before and after."""
    yield from said(packs.either, change.witness)
    old, new = who_comes(packs, change.witness)
    yield f"Led before by {name_of(packs, old)}, and now by {name_of(packs, new)}"


def only_in_one(old: Pack, new: Pack) -> Mapping[str, Mapping[str, list[str]]]:
    """Return the names of what only one pack has, by kind: what is "removed" and what is "added"."""
    kinds = {"services": "services", "moves": "moves", "facts": "facts", "boards": "boards"}
    return {
        name: {
            "removed": [one for one in getattr(old, kind) if one not in getattr(new, kind)],
            "added": [one for one in getattr(new, kind) if one not in getattr(old, kind)],
        }
        for name, kind in kinds.items()
    }


def warnings(packs: Packs) -> list[str]:
    """Return what to do before the new pack is used: a service that is gone still leads families until then."""
    gone = only_in_one(packs.old, packs.new)["services"]["removed"]
    return [
        f"{name_of(packs, one)} ({one}) is gone from the new pack: hand over the families that it leads before, since "
        "no rule moves them afterwards"
        for one in gone
    ]


def as_json(found: Comparison, old: Pack) -> dict[str, Any]:
    """Return everything for programs. ``old`` is the old pack under its own names."""
    packs, proved, counted = found.packs, found.proved, found.tally
    return {
        "old": old.digest,
        "new": packs.new.digest,
        "changes": found.something_changes,
        "only_in_one": only_in_one(old, packs.new),
        "warnings": warnings(packs),
        "written": [
            {
                "place": one.place,
                "was": one.was,
                "now": one.now,
                "words_only": one.words_only,
                "told_as": one.told_as or None,
            }
            for one in found.written
        ],
        "proved": {
            "nobody": list(proved.same),
            "rules": [
                {
                    "kind": one.kind.value,
                    "rule": one.rule,
                    "is_move": one.is_move,
                    "board": one.board or None,
                    "message": rule_in_words(packs, one),
                    "witness": list(witness_lines(packs, one)),
                }
                for one in proved.rules
            ],
            "leads": [
                {
                    "was": one.was or None,
                    "now": one.now or None,
                    "led_by": one.giver or None,
                    "boards": list(one.boards),
                    "message": lead_in_words(packs, one),
                    "witness": list(witness_lines(packs, one)),
                }
                for one in proved.leads
            ],
            "open": list(proved.open),
            "questions": proved.questions,
            "seconds": round(proved.seconds, 2),
        },
        "replayed": {
            "on": found.tried_on,
            "looked_at": counted.looked_at,
            "decisions_changed": counted.decisions_changed,
            "helped_otherwise": counted.helped_otherwise,
            "moves": [
                {"was": was or None, "now": now or None, "count": count, "examples": counted.examples[was, now]}
                for (was, now), count in counted.changed.most_common()
            ],
            "intake": [{"service": name or None, "was": was, "now": now} for name, was, now in counted.intake()],
            "skipped": dict(counted.skipped),
        },
    }
