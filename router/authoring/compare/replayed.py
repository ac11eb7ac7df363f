"""Tries two packs on the same families and counts what changes: from which service to which, and whose intake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from router.authoring.compare.families import families
from router.authoring.compare.vocabulary import Packs
from router.model.facts import FactView, Known
from router.routing.supporting import supporters
from router.rules.evaluation import Circumstances, provider_board
from router.rules.pack import Pack
from router.rules.ranking import Ranking
from router.rules.reference import evaluate, joint_moves

DESK = ""
"""Stands for the desk where a service is named."""

MOST_EXAMPLES = 3
_HELD = Known(value=True, source_system="made-up", observed_at=datetime(2026, 1, 5, 12, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one pack makes of a family: who leads, of which board, and who stands beside."""

    lead: str
    board: str
    beside: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """One family under both packs. ``example`` finds it again: its number, or the id of a recorded decision.

    ``giver`` is the service that leads already; where it stays, nobody's intake grows.
    """

    example: str
    old: Outcome
    new: Outcome
    giver: str = ""


@dataclass(slots=True)
class Tally:
    """What was counted. ``came`` and ``comes`` are each service's intake under the old pack and the new one.

    ``changed`` counts families by (old lead, new lead); a lead of another board counts as (service, service).
    ``skipped`` are those that could not be looked at, with the reason.
    """

    looked_at: int = 0
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    helped_otherwise: int = 0
    came: Counter[str] = field(default_factory=Counter)
    comes: Counter[str] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def decisions_changed(self) -> int:
        """How many families another service leads, or the same of another board."""
        return self.changed.total()

    def add(self, pair: Pair) -> None:
        """Count one family."""
        self.looked_at += 1
        for outcome, intake in ((pair.old, self.came), (pair.new, self.comes)):
            if outcome.lead != pair.giver or not pair.giver:
                intake[outcome.lead] += 1
        if (pair.old.lead, pair.old.board) != (pair.new.lead, pair.new.board):
            key = (pair.old.lead, pair.new.lead)
            self.changed[key] += 1
            examples = self.examples.setdefault(key, [])
            if len(examples) < MOST_EXAMPLES:
                examples.append(pair.example)
        elif pair.old.beside != pair.new.beside:
            self.helped_otherwise += 1

    def intake(self) -> list[tuple[str, int, int]]:
        """Return (service, old intake, new intake) of each service with any, the most changed first."""
        names = {*self.came, *self.comes}
        rows = [(name, self.came[name], self.comes[name]) for name in names]
        return sorted(rows, key=lambda row: (-abs(row[2] - row[1]), -row[1], row[0]))


def tally(pairs: Iterable[Pair]) -> Tally:
    """Count families."""
    counted = Tally()
    for pair in pairs:
        counted.add(pair)
    return counted


def made_up(packs: Packs, count: int, seed: int) -> Iterator[Pair]:
    """Yield made-up families under both packs."""
    judges = _Judge(packs.old), _Judge(packs.new)
    for family in families(packs, count, seed):
        old, new = (
            judge.outcome(packs.view(judge.pack, family.given, _HELD), family.circumstances) for judge in judges
        )
        yield Pair(str(family.number), old, new, family.circumstances.accepted)


class _Judge:
    """One pack, asked of many families."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._ranking = Ranking(pack)

    def outcome(self, view: FactView, circumstances: Circumstances) -> Outcome:
        pack = self.pack
        known = replace(
            circumstances,
            requested=frozenset(circumstances.requested & pack.services.keys()),
            involved=frozenset(circumstances.involved & pack.services.keys()),
        )
        found = evaluate(pack, [view], known)
        if not found.lead:
            return Outcome(DESK, "", frozenset())
        beside = supporters(pack, self._ranking, found, known, joint_moves(pack, found))
        board = provider_board(pack, found.lead, known.board)
        return Outcome(found.lead, board, frozenset(one.service for one in beside))
