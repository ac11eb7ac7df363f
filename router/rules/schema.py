"""The shape of rule files, as pydantic models. ``loader`` adds file, line and column to what these refuse.

The order of the fields is the order in which ``router rules fmt`` writes the keys.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

FactName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,63}$")]
BOARD_CODE = r"^S08[0-9]{6}$"
BoardCode = Annotated[str, Field(pattern=BOARD_CODE)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
MOST_LIKENED = 1_000
ValueInFile = bool | int | str | date


class Strict(BaseModel):
    """Refuses misspelt keys and coerces nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint at the nearest known name, or an empty string."""
    listed = list(known)
    # among too many names, looking takes longer than the hint is worth
    close = difflib.get_close_matches(name[:64], listed, n=1) if len(listed) <= MOST_LIKENED else []
    return f"; did you mean '{close[0]}'?" if close else ""


def keys_at(kind: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """Return the keys that the part of a file at ``path`` may have."""
    kinds = [kind]
    for part in path:
        fields = [f for one in kinds for name, f in one.model_fields.items() if (f.alias or name) == part]
        # a place in a list and a name of the author's own lead no deeper into the shapes
        kinds = [inner for one in fields for inner in _shapes_in(one.annotation)] or kinds
    return [field.alias or name for one in kinds for name, field in one.model_fields.items()]


def _shapes_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [inner for part in get_args(annotation) for inner in _shapes_in(part)]


class PackFile(Strict):
    """``pack.yaml``: what this pack is."""

    pack: Slug
    title: Text
    status: Literal["illustrative", "approved"]
    notice: Text


class FactEntry(Strict):
    """One fact of ``facts.yaml``.

    ``derived`` names how it is worked out from dates. ``change_of`` is the number of which it is the change since it
    was seen before, at most ``within_days`` earlier. ``sum_of`` adds numbers up; ``count_of`` counts those above 0.
    """

    label: Text
    about: Literal["parent", "infant", "partner", "family"]
    type: Literal["yes_no", "choice", "number", "date"]
    choices: tuple[str, ...] = ()
    ordered: bool = False
    unit: str = ""
    ask: Text
    ask_after_loss: Text = ""
    privacy: Literal["ordinary", "partner", "abuse", "adoption"] = "ordinary"
    derived: str = ""
    change_of: FactName | None = None
    within_days: Annotated[int, Field(ge=1, le=730)] | None = None
    sum_of: Annotated[tuple[FactName, ...], Field(min_length=2)] | None = None
    count_of: Annotated[tuple[FactName, ...], Field(min_length=2)] | None = None


class FactsFile(Strict):
    """``facts.yaml``: the vocabulary of facts."""

    facts: dict[FactName, FactEntry]


class SourceEntry(Strict):
    """One published source of a criterion. ``read`` is true when somebody has read it, false for general knowledge."""

    title: Text
    publisher: Text
    read: bool


class SourcesFile(Strict):
    """``sources.yaml``: where criteria come from."""

    sources: dict[Slug, SourceEntry]


class BoardEntry(Strict):
    """One health board: the services it lacks, those another board provides for it, and those short of room."""

    name: Text
    aliases: tuple[BoardCode, ...] = ()
    desk: Slug
    lacks: tuple[Slug, ...] = ()
    served_by: dict[Slug, BoardCode] = {}
    capacity: dict[Slug, Literal["limited", "closed"]] = {}


class DeskEntry(Strict):
    """A triage desk that people staff."""

    id: Slug
    label: Text


class BoardsFile(Strict):
    """``boards.yaml``: the boards and the desk for a family whose board is unknown.

    ``review_people`` is how many people must agree whether two families are one.
    """

    national_desk: DeskEntry
    boards: dict[BoardCode, BoardEntry]
    review_people: Literal[1, 2] = 1


class Condition(Strict):
    """One fact with one or two named comparisons."""

    fact: FactName
    is_: ValueInFile | None = Field(default=None, alias="is")
    one_of: Annotated[tuple[ValueInFile, ...], Field(min_length=1)] | None = None
    at_least: ValueInFile | None = None
    more_than: ValueInFile | None = None
    at_most: ValueInFile | None = None
    less_than: ValueInFile | None = None

    @model_validator(mode="after")
    def _has_a_comparison(self) -> Condition:
        given = [name for name in COMPARISONS if getattr(self, name) is not None]
        if not given:
            raise ValueError("needs a comparison: is, one_of, at_least, more_than, at_most or less_than")
        if len(given) > 2 or (len(given) == 2 and {"is_", "one_of"} & set(given)):
            raise ValueError("has comparisons that do not go together: use one, or one lower and one upper bound")
        return self


COMPARISONS = ("is_", "one_of", "at_least", "more_than", "at_most", "less_than")


class CriterionEntry(Strict):
    """One criterion: a plain label, one condition, where it comes from, and what to do when the fact is missing."""

    label: Text
    when: Condition
    if_unknown: Literal["ask", "silent"] = "ask"
    ask: Text | None = None
    source: Slug


class Combination(Strict):
    """Criteria combined. Every part that is given must hold; a part names criteria or nests a combination."""

    all: tuple[Slug | Combination, ...] = ()
    any: tuple[Slug | Combination, ...] = ()
    none: tuple[Slug | Combination, ...] = ()

    @model_validator(mode="after")
    def _is_not_empty(self) -> Combination:
        if not (self.all or self.any or self.none):
            raise ValueError("names no criteria")
        return self


class Review(Strict):
    """When the rule was last reviewed and when it is due again."""

    last: date
    next: date


class Respond(Strict):
    """How soon a service answers, by urgency. ``emergency_hours`` is absent when it takes no emergencies."""

    routine_days: Annotated[int, Field(ge=1, le=180)]
    urgent_hours: Annotated[int, Field(ge=1, le=240)] | None = None
    emergency_hours: Annotated[int, Field(ge=1, le=24)] | None = None


class ServiceExpectation(Strict):
    """What a service's own test expects."""

    outcome: Literal["met", "not_met", "unknown"]
    asks: tuple[FactName, ...] | None = None


class ServiceTest(Strict):
    """A case for one service's criteria."""

    name: Text
    given: dict[FactName, ValueInFile]
    expect: ServiceExpectation


class Ages(Strict):
    """The ages that a service is for, as ``router rules prove`` holds its criteria to them.

    ``start`` is the stage from which it takes families, and ``until_months`` the age of the baby, in whole months, from
    which it takes no new ones. ``counted_at`` says whether that is the age at referral or now.
    """

    start: Literal["preconception", "pregnant", "postnatal"] = Field(alias="from")
    until_months: Annotated[int, Field(ge=1, le=240)] | None = None
    counted_at: Literal["referral", "now"] = "now"


class ServiceFile(Strict):
    """``services/<id>.yaml``: one service, its criteria and its tests."""

    service: Slug
    label: Text
    plain: Text
    plain_after_loss: Text = ""
    in_sentence: Text = ""
    tier: Annotated[int, Field(ge=0, le=4)]
    mode: Literal["treat", "assess", "advise"] = "treat"
    offers: Annotated[tuple[Slug, ...], Field(min_length=1)]
    provision: Literal["board", "regional", "national"] = "board"
    boards: Annotated[tuple[BoardCode, ...], Field(min_length=1)] | None = None
    referrers: Annotated[tuple[Slug, ...], Field(min_length=1)] | None = None
    ages: Ages | None = None
    can_lead: bool = True
    beside_lead: Literal["joint_work", "consultation", "informed"] = "joint_work"
    always_beside: bool = False
    may_see: tuple[Literal["partner", "abuse", "adoption"], ...] = ()
    confidential: Literal["partner", "abuse", "adoption"] | None = None
    respond: Respond
    criteria: Annotated[dict[Slug, CriterionEntry], Field(min_length=1)]
    eligible_when: Combination
    review: Review
    tests: Annotated[tuple[ServiceTest, ...], Field(min_length=1)]


class NarrowingEntry(Strict):
    """How a board narrows a service of the national base: ``label`` says it in a sentence.

    A criterion with a name that the service has stands in that one's place there, and must be narrower. The others must
    be met besides, as ``also_when`` says. Where a sign of danger lets a family in, none of it counts.
    """

    label: Text
    criteria: dict[Slug, CriterionEntry] = {}
    also_when: Combination | None = None
    respond: Respond | None = None
    review: Review
    tests: Annotated[tuple[ServiceTest, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _changes_something(self) -> NarrowingEntry:
        if not self.criteria and self.respond is None:
            raise ValueError("narrows nothing: give criteria, or respond")
        return self


class BoardFile(Strict):
    """``boards/<name>.yaml``: where one board differs from the national base."""

    board: BoardCode
    lacks: tuple[Slug, ...] = ()
    served_by: dict[Slug, BoardCode] = {}
    capacity: dict[Slug, Literal["limited", "closed"]] = {}
    narrows: dict[Slug, NarrowingEntry] = {}


class GuardEntry(Strict):
    """What holds a move back for a while, so that no family is sent on and back without cause.

    ``settled_days`` is how long care must have been in the giver's hands. With ``back_needs_news`` the move does not go
    back to whom care came from, unless something that it rests on was seen since.
    """

    settled_days: Annotated[int, Field(ge=1, le=365)] | None = None
    back_needs_news: bool = False

    @model_validator(mode="after")
    def _holds_something(self) -> GuardEntry:
        if self.settled_days is None and not self.back_needs_news:
            raise ValueError("holds nothing: give settled_days, or back_needs_news: true")
        return self


class MoveTest(Strict):
    """A case for one move's criteria."""

    name: Text
    given: dict[FactName, ValueInFile]
    expect: Literal["met", "not_met", "unknown"]


class MoveEntry(Strict):
    """One move between services; the receiver's own criteria must be met besides."""

    kind: Literal["step_up", "step_down", "joint_work", "transfer"]
    label: Text
    from_: Annotated[tuple[Slug, ...], Field(min_length=1, alias="from")]
    to: Slug
    criteria: Annotated[dict[Slug, CriterionEntry], Field(min_length=1)]
    when: Combination
    guard: GuardEntry | None = None
    review: Review
    tests: Annotated[tuple[MoveTest, ...], Field(min_length=1)]


class PathwayFile(Strict):
    """``pathways/<name>.yaml``: moves that belong together."""

    moves: dict[Slug, MoveEntry]


class ReferrerGroup(Strict):
    """Services whose people may refer where a service names the group, and what the group is called."""

    label: Text
    services: Annotated[tuple[Slug, ...], Field(min_length=1)]


class LeadFile(Strict):
    """``lead.yaml``: the agreed order in which services come first.

    ``equals`` are groups of services that it was agreed do equally well where both accept, so that the list decides.
    ``referrer_groups`` are those that a service may name in ``referrers``.
    """

    order: tuple[
        Literal["safety", "need_tier", "incumbent", "fit", "requested", "locality", "capacity", "tie_break"], ...
    ]
    needs: dict[Slug, Text]
    needs_order: tuple[Slug, ...]
    equals: tuple[Annotated[tuple[Slug, ...], Field(min_length=2)], ...] = ()
    referrer_groups: dict[Slug, ReferrerGroup] = {}
    tie_break: tuple[Slug, ...]


class PackExpectation(Strict):
    """What a whole-pack test expects; parts left out are not checked."""

    outcome: Literal["lead", "lead_with_questions", "desk"] | None = None
    lead: Slug | None = None
    supporting: tuple[Slug, ...] | None = None
    not_supporting: tuple[Slug, ...] = ()
    urgency: Literal["routine", "urgent", "emergency"] | None = None
    move: Slug | None = None
    move_kind: Literal["stay", "step_up", "step_down", "joint_work", "transfer"] | None = None
    desk_reason: str | None = None
    safety: tuple[Slug, ...] | None = None
    asks: tuple[FactName, ...] | None = None


class HandedOver(Strict):
    """How the service that leads came to lead: from whom, how many days ago, and whether the facts were seen since."""

    by: Slug | None = None
    days_ago: Annotated[int, Field(ge=0, le=3_650)]
    seen_since: bool = False


class PackTest(Strict):
    """A case for the whole pack: facts in, lead out."""

    name: Text
    board: BoardCode | None = None
    given: dict[FactName, ValueInFile]
    urgency: Literal["routine", "urgent", "emergency"] | None = None
    referrer: Slug | None = None
    requested: Slug | None = None
    incumbent: Slug | None = None
    handed_over: HandedOver | None = None
    declined: tuple[Slug, ...] = ()
    expect: PackExpectation


class CasesFile(Strict):
    """``cases/*.yaml``: tests of the whole pack."""

    cases: Annotated[tuple[PackTest, ...], Field(min_length=1)]


class StoryPerson(Strict):
    """One invented person of a story. ``born`` is a date before or during it; ``due`` is when a birth was expected."""

    role: Literal["mother", "main-carer", "partner", "infant", "sibling"]
    born: date | None = None
    due: date | None = None


class StoryReferral(Strict):
    """A referral in a story: by which service, what it says, and what it asks for.

    What the same service said before still stands where it is not said otherwise.
    """

    by: Slug
    facts: dict[FactName, ValueInFile] = {}
    urgency: Literal["routine", "urgent", "emergency"] | None = None
    asks_for: Slug | None = None


class StoryEvent(Strict):
    """One dated event: somebody refers, the service that was asked accepts or declines, or nothing but time passes."""

    on: date
    what: Text
    referral: StoryReferral | None = None
    answer: Literal["accepts", "declines"] | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> StoryEvent:
        if self.referral is not None and self.answer is not None:
            raise ValueError("has a referral and an answer; make two events of them")
        return self


class StoryFile(Strict):
    """``stories/<name>.yaml``: one invented family through its months, for ``router rules walkthrough``."""

    story: Slug
    title: Text
    board: BoardCode
    people: Annotated[dict[Slug, StoryPerson], Field(min_length=1)]
    events: Annotated[tuple[StoryEvent, ...], Field(min_length=1)]


class LettersFile(Strict):
    """``letters.yaml``: the phrases of explanations. ``{service}``, ``{days}`` and the like are filled in."""

    parent: dict[Slug, Text]
    referrer: dict[Slug, Text]
    receiver: dict[Slug, Text]
