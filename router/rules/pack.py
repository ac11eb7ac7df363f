"""A rule pack as it is used: checked, linked, and named by the digest of its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from router.model.facts import FactDefinition, Privacy
from router.rules.schema import Condition, MoveTest, PackTest, ServiceTest, StoryFile


class SupportRole(StrEnum):
    """The part that a supporting service plays."""

    JOINT_WORK = "joint_work"
    CONSULTATION = "consultation"
    INFORMED = "informed"


class MoveKind(StrEnum):
    """The four ways in which care changes hands or is shared, and staying."""

    STAY = "stay"
    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    JOINT_WORK = "joint_work"
    TRANSFER = "transfer"


HANDOVERS = (MoveKind.STEP_UP, MoveKind.TRANSFER, MoveKind.STEP_DOWN)
"""The moves that change the lead; where rules disagree, the earlier kind is followed."""


@dataclass(frozen=True, slots=True)
class Source:
    """A published source; ``read`` is false for general knowledge that nobody has confirmed."""

    source_id: str
    title: str
    publisher: str
    read: bool


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion: one fact with named comparisons."""

    name: str
    label: str
    condition: Condition
    citation: str
    asks: bool
    ask: str


@dataclass(frozen=True, slots=True)
class Formula:
    """Criteria combined. Each part is the name of a criterion or a formula."""

    all: tuple[str | Formula, ...] = ()
    any: tuple[str | Formula, ...] = ()
    none: tuple[str | Formula, ...] = ()

    def criteria(self) -> Iterator[tuple[str, bool]]:
        """Yield each criterion named, with whether it speaks for (True) or against (False)."""
        for parts, sign in ((self.all, True), (self.any, True), (self.none, False)):
            for part in parts:
                if isinstance(part, str):
                    yield part, sign
                else:
                    for name, inner in part.criteria():
                        yield name, inner is sign


@dataclass(frozen=True, slots=True)
class Response:
    """How soon a service answers. None means that it takes no such referrals."""

    routine_days: int
    urgent_hours: int | None
    emergency_hours: int | None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a service's eligibility and a move's condition have in common."""

    name: str
    label: str
    criteria: Mapping[str, Criterion]
    formula: Formula
    reviewed: date
    review_due: date


@dataclass(frozen=True, slots=True)
class Ages:
    """The ages that a service is for: from a stage, until the baby is so many months old, at referral or now."""

    start: str
    until_months: int | None
    at_referral: bool

    def __str__(self) -> str:
        until = f" until {self.until_months} months" if self.until_months is not None else ""
        return f"from {self.start}{until}, {'at referral' if self.at_referral else 'now'}"


@dataclass(frozen=True, slots=True)
class Guard:
    """What holds a move back: days since care last changed hands, and whether going back needs something seen since."""

    settled_days: int
    back_needs_news: bool

    def __str__(self) -> str:
        settled = [f"settled_days {self.settled_days}"] if self.settled_days else []
        return ", ".join([*settled, *(["back_needs_news"] if self.back_needs_news else [])])


@dataclass(frozen=True, slots=True)
class Narrowing:
    """How a board narrows a service.

    ``label`` says it in a sentence, ``criteria`` are those that count there besides or in the place of others, and
    ``base`` is the formula of the service elsewhere.
    """

    board: str
    label: str
    criteria: tuple[str, ...]
    base: Formula
    tests: tuple[ServiceTest, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Service(Rule):
    """One service of the directory and its criteria.

    ``plain_after_loss`` says to a parent who has lost a baby what the service is; empty where ``plain`` will do.
    ``in_sentence`` is how it stands in a sentence, with its article: "the infant mental health service".
    ``mode`` is what it does: treat, assess or advise. ``boards`` are the only ones that it serves, and ``referrers``
    the services that may refer to it, in words ``referrer_words``; None for every one. ``narrowing`` is there where
    this is the service as one board has narrowed it.
    """

    plain: str
    plain_after_loss: str
    in_sentence: str
    tier: int
    offers: tuple[str, ...]
    provision: str
    can_lead: bool
    beside_lead: SupportRole
    always_beside: bool
    may_see: frozenset[Privacy]
    confidential: Privacy | None
    response: Response
    tests: tuple[ServiceTest, ...] = field(repr=False)
    mode: str = "treat"
    ages: Ages | None = None
    boards: frozenset[str] | None = None
    referrers: frozenset[str] | None = None
    referrer_words: str = ""
    narrowing: Narrowing | None = None


@dataclass(frozen=True, slots=True)
class Move(Rule):
    """One move between services."""

    kind: MoveKind
    givers: tuple[str, ...]
    receiver: str
    tests: tuple[MoveTest, ...] = field(repr=False)
    guard: Guard | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """One health board."""

    code: str
    name: str
    desk: str
    lacks: frozenset[str]
    served_by: Mapping[str, str]
    capacity: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LeadOrder:
    """The agreed order in which services come first; of services in one group of ``equals`` the list may decide."""

    comparisons: tuple[str, ...]
    needs: Mapping[str, str]
    needs_order: tuple[str, ...]
    tie_break: tuple[str, ...]
    equals: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Letters:
    """The phrases of explanations, by reader."""

    parent: Mapping[str, str]
    referrer: Mapping[str, str]
    receiver: Mapping[str, str]


class _Remembering:
    """Room for what is worked out once: no field, so that it is neither compared nor copied."""

    __slots__ = ("_there",)
    _there: dict[str, Pack]


@dataclass(frozen=True, slots=True)
class Pack(_Remembering):
    """A whole pack. ``digest`` names its exact content; ``files`` is that content.

    ``services`` are those of the national base and those that single boards have; ``narrowed`` are the services as a
    board has narrowed them, by its code and their name. ``review_people`` is how many people must agree whether two
    families are one.
    """

    digest: str
    name: str
    title: str
    notice: str
    facts: Mapping[str, FactDefinition]
    sources: Mapping[str, Source]
    services: Mapping[str, Service]
    moves: Mapping[str, Move]
    boards: Mapping[str, Board]
    board_aliases: Mapping[str, str]
    national_desk: str
    desk_labels: Mapping[str, str]
    order: LeadOrder
    letters: Letters
    cases: tuple[tuple[str, PackTest], ...] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    review_people: int = 1
    stories: Mapping[str, StoryFile] = field(repr=False, default_factory=dict)
    narrowed: Mapping[str, Mapping[str, Service]] = field(repr=False, default_factory=dict)

    def at(self, board: str) -> Pack:
        """Return the pack as it is for families of a board, by its S08 code: with the services as it narrows them."""
        code = self.board_aliases.get(board, board)
        if code not in self.narrowed:
            return self
        if not hasattr(self, "_there"):
            object.__setattr__(self, "_there", {})
        known = self._there.get(code)
        if known is None:
            services = {name: self.narrowed[code].get(name, one) for name, one in self.services.items()}
            known = self._there[code] = replace(self, services=services, narrowed={})
        return known

    def versions(self, service: str) -> tuple[Service, ...]:
        """Return a service of the base and as each board that narrows it has it."""
        there = (self.narrowed[code].get(service) for code in self.narrowed)
        return (self.services[service], *(one for one in there if one is not None))

    def rules(self) -> tuple[Rule, ...]:
        """Return every rule: the services, the services as boards narrow them, and the moves."""
        narrowed = (one for there in self.narrowed.values() for one in there.values())
        return (*self.services.values(), *narrowed, *self.moves.values())

    def board(self, code: str) -> Board | None:
        """Return the board of an S08 code, older codes included; None when unknown."""
        return self.boards.get(self.board_aliases.get(code, code))

    def desk_of(self, code: str) -> str:
        """Return the triage desk of a board, or the national one."""
        board = self.board(code)
        return board.desk if board else self.national_desk
