"""Checks that need more than one file: every name means something, comparisons fit their facts, the order is total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from typing import TypeVar

from pydantic import BaseModel

from router.model.danger import TRIGGERS, TRIGGERS_BY_FACT
from router.rules import schema
from router.rules.board_checks import BoardChecks, Differing
from router.rules.derivations import DERIVATIONS
from router.rules.limits import (
    MOST_CONJUNCTIONS,
    MOST_CRITERIA,
    MOST_NAMED,
    check_limits,
    has_too_many_ways,
    to_formula,
)
from router.rules.narrowing import faults_of_narrowing, narrowed_formula
from router.rules.schema import nearest
from router.rules.yamlfile import Fault, Path_, YamlFile

MOST_FAULTS = 200
"""How many faults are told at once; more help nobody, and looking for near names takes time."""

Shapes = Mapping[str, tuple[YamlFile, BaseModel]]
Model = TypeVar("Model", bound=BaseModel)


def check_pack(shapes: Shapes) -> list[Fault]:
    """Return every fault that the files show only together."""
    return list(islice(_Checker(shapes).faults(), MOST_FAULTS))


class _Checker:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.facts = self._one("facts.yaml", schema.FactsFile).facts
        self.sources = self._one("sources.yaml", schema.SourcesFile).sources
        self.boards = self._one("boards.yaml", schema.BoardsFile)
        self.lead = self._one("lead.yaml", schema.LeadFile)
        self.services = {shape.service: shape for _, shape in self._all(schema.ServiceFile)}
        self.differing = [Differing(file, shape) for file, shape in self._all(schema.BoardFile)]
        self.board_checks = BoardChecks(
            self.shapes["boards.yaml"][0],
            self.boards,
            self.differing,
            self.services,
            {shape.service: file for file, shape in self._all(schema.ServiceFile)},
        )

    def _one(self, name: str, kind: type[Model]) -> Model:
        shape = self.shapes[name][1]
        assert isinstance(shape, kind)  # noqa: S101 - the loader read it as this
        return shape

    def _all(self, kind: type[Model]) -> Iterator[tuple[YamlFile, Model]]:
        for file, shape in self.shapes.values():
            if isinstance(shape, kind):
                yield file, shape

    def faults(self) -> Iterator[Fault]:
        yield from self._facts()
        yield from self._floor()
        yield from self.board_checks.faults()
        yield from self._services()
        yield from self._narrowings()
        yield from self._moves()
        yield from self._lead()
        yield from self._cases()
        yield from self._stories()

    def _facts(self) -> Iterator[Fault]:
        file = self.shapes["facts.yaml"][0]
        for name, entry in self.facts.items():
            path: Path_ = ("facts", name)
            if (entry.type == "choice") != bool(entry.choices):
                yield file.fault(path, f"fact '{name}' needs choices if and only if its type is choice")
            if len(set(entry.choices)) != len(entry.choices):
                yield file.fault((*path, "choices"), f"fact '{name}' names a choice twice")
            if entry.type == "number" and not entry.unit:
                yield file.fault(path, f"fact '{name}' is a number and lacks its unit")
            if entry.derived and entry.derived not in DERIVATIONS:
                hint = nearest(entry.derived, DERIVATIONS)
                yield file.fault((*path, "derived"), f"fact '{name}' has an unknown derivation '{entry.derived}'{hint}")

            yield from self._worked_out(file, path, name, entry)

    def _worked_out(self, file: YamlFile, path: Path_, name: str, entry: schema.FactEntry) -> Iterator[Fault]:
        """Look at a fact that is worked out from others."""
        given = [key for key in ("derived", "change_of", "sum_of", "count_of") if getattr(entry, key)]
        if len(given) > 1:
            yield file.fault((*path, given[1]), f"fact '{name}' is worked out in two ways; keep one")
        if (entry.change_of is None) != (entry.within_days is None):
            yield file.fault(path, f"fact '{name}' needs change_of and within_days together")
        for key in given:
            if key == "derived":
                continue
            if name in TRIGGERS_BY_FACT:
                yield file.fault(
                    (*path, key), f"'{name}' is a sign of danger: a person states it, nothing works it out"
                )
            parts = getattr(entry, key)
            for part in (parts,) if isinstance(parts, str) else parts:
                yield from self._part(file, (*path, key), name, entry, part)

    def _part(self, file: YamlFile, path: Path_, name: str, entry: schema.FactEntry, part: str) -> Iterator[Fault]:
        source = self.facts.get(part)
        if source is None:
            yield file.fault(path, self._no_fact(part))
        elif entry.type != "number" or source.type != "number":
            yield file.fault(path, f"'{name}' and '{part}' must both be numbers")
        elif source.derived or source.change_of or source.sum_of or source.count_of:
            yield file.fault(path, f"'{part}' is worked out itself; name a fact that is sent")
        elif (source.about, source.privacy) != (entry.about, entry.privacy):
            yield file.fault(path, f"'{name}' must say the same as '{part}' in about and privacy")

    def _floor(self) -> Iterator[Fault]:
        """Hold the pack to the safety floor: it must know the floor's facts and the services that the floor tells."""
        facts = self.shapes["facts.yaml"][0]
        for trigger in TRIGGERS:
            wanted = "yes_no" if trigger.at_least is None else "number"
            entry = self.facts.get(trigger.fact)
            if entry is None or entry.type != wanted:
                yield facts.fault(("facts", trigger.fact), f"the safety floor needs '{trigger.fact}' as {wanted}")
            for service in trigger.recipients:
                if service not in self.services:
                    yield Fault(f"services/{service}.yaml", 0, 0, "is missing; the safety floor sends notices to it")

    def _narrowings(self) -> Iterator[Fault]:
        """Hold each board to what it may change: it may ask more of families, but not where there is danger."""
        for one in self.differing:
            for slug, entry in one.shape.narrows.items():
                path: Path_ = ("narrows", slug)
                refusal = self.board_checks.may_narrow(slug, one.shape.board)
                if refusal:
                    yield one.file.fault(path, refusal)
                    continue
                yield from self._narrowing(one.file, path, self.services[slug], entry)

    def _narrowing(
        self, file: YamlFile, path: Path_, base: schema.ServiceFile, entry: schema.NarrowingEntry
    ) -> Iterator[Fault]:
        replaced = entry.criteria.keys() & base.criteria.keys()
        known = {**base.criteria, **entry.criteria}
        own = {name: one for name, one in entry.criteria.items() if name not in replaced}
        faults = list(self._rule(file, path, own, entry.also_when, "also_when", entry.review, known))
        for name in sorted(replaced):
            faults += self._criterion(file, (*path, "criteria", name), entry.criteria[name])
        for number, test in enumerate(entry.tests):
            faults += self._given(file, (*path, "tests", number), test.given)
        if not faults:
            # what follows compares values, so they must be values of their facts
            faults += [file.fault((*path, *at), what) for at, what in faults_of_narrowing(base, entry, self.facts)]
        if not faults:
            faults += self._size(file, path, base, entry)
        yield from faults

    def _size(
        self, file: YamlFile, path: Path_, base: schema.ServiceFile, entry: schema.NarrowingEntry
    ) -> Iterator[Fault]:
        count = len(base.criteria) + len(entry.criteria)
        facts = {name: one.when.fact for name, one in base.criteria.items()}
        formula = narrowed_formula(to_formula(base.eligible_when), facts, entry)
        named = sum(1 for _ in formula.criteria())
        if count > MOST_CRITERIA or named > MOST_NAMED or has_too_many_ways(formula):
            most = f"at most {MOST_CRITERIA} criteria and {MOST_CONJUNCTIONS} ways"
            yield file.fault(path, f"makes '{base.service}' too large there ({most}); name fewer criteria")

    def _services(self) -> Iterator[Fault]:
        for file, shape in self._all(schema.ServiceFile):
            if file.name != f"services/{shape.service}.yaml":
                yield file.fault(("service",), f"service '{shape.service}' must stand in services/{shape.service}.yaml")
            for need in shape.offers:
                if need not in self.lead.needs:
                    yield file.fault(
                        ("offers",), f"'{need}' is not a need of lead.yaml{nearest(need, self.lead.needs)}"
                    )
            for place, name in enumerate(shape.referrers or ()):
                if name not in self.services and name not in self.lead.referrer_groups:
                    hint = nearest(name, [*self.services, *self.lead.referrer_groups])
                    message = f"'{name}' is no service, and no group of lead.yaml's referrer_groups{hint}"
                    yield file.fault(("referrers", place), message)
            yield from self._rule(file, (), shape.criteria, shape.eligible_when, "eligible_when", shape.review)
            yield from check_limits(file, (), shape.criteria, shape.eligible_when, "eligible_when")
            for number, test in enumerate(shape.tests):
                yield from self._given(file, ("tests", number), test.given)
                for fact in test.expect.asks or ():
                    if fact not in self.facts:
                        yield file.fault(("tests", number, "expect", "asks"), self._no_fact(fact))

    def _moves(self) -> Iterator[Fault]:
        seen: set[str] = set()
        for file, shape in self._all(schema.PathwayFile):
            for name, move in shape.moves.items():
                path: Path_ = ("moves", name)
                if name in seen:
                    yield file.fault(path, f"move '{name}' stands in another file too; rename one")
                seen.add(name)
                yield from self._hands(file, path, name, move)
                yield from self._rule(file, path, move.criteria, move.when, "when", move.review)
                yield from check_limits(file, path, move.criteria, move.when, "when")
                for number, test in enumerate(move.tests):
                    yield from self._given(file, (*path, "tests", number), test.given)

    def _hands(self, file: YamlFile, path: Path_, name: str, move: schema.MoveEntry) -> Iterator[Fault]:
        """Look at between whom a move goes, and at what may hold it back."""
        for slug in (*move.from_, move.to):
            if slug not in self.services:
                yield file.fault(path, self._no_service(slug))
        receiver = self.services.get(move.to)
        if receiver is not None and move.kind != "joint_work" and not receiver.can_lead:
            yield file.fault((*path, "to"), f"'{move.to}' never leads, so care cannot move to it")
        if move.kind == "step_up" and receiver is not None and receiver.mode == "advise":
            message = f"'{move.to}' only advises, so no step up leads there; name one that treats or assesses"
            yield file.fault((*path, "to"), message)
        if move.guard is not None and move.kind == "joint_work":
            yield file.fault((*path, "guard"), "joint work changes no hands, so there is nothing to guard")
        if move.guard is not None and move.guard.settled_days is not None and move.kind == "step_up":
            message = "a step up waits for nobody; use back_needs_news, which danger passes too"
            yield file.fault((*path, "guard", "settled_days"), message)
        if move.to in move.from_:
            yield file.fault(path, f"move '{name}' leads from '{move.to}' to itself")

    def _rule(
        self,
        file: YamlFile,
        path: Path_,
        criteria: Mapping[str, schema.CriterionEntry],
        combination: schema.Combination | None,
        key: str,
        review: schema.Review,
        known: Mapping[str, schema.CriterionEntry] | None = None,
    ) -> Iterator[Fault]:
        """Yield the faults of a rule; ``known`` are the criteria that it may name, where they are more than its own."""
        if len(criteria) > MOST_CRITERIA:
            return  # told by check_limits, and no use looking at each
        used: set[str] = set()
        for name, place in _names(combination, (*path, key)):
            used.add(name)
            if name not in (known or criteria):
                yield file.fault(place, f"'{name}' is not a criterion of this rule{nearest(name, known or criteria)}")
        for name, entry in criteria.items():
            place = (*path, "criteria", name)
            if name not in used:
                yield file.fault(place, f"criterion '{name}' is not used; name it in '{key}' or delete it")
            yield from self._criterion(file, place, entry)
        if review.next <= review.last:
            yield file.fault((*path, "review"), "the next review must come after the last")

    def _criterion(self, file: YamlFile, place: Path_, entry: schema.CriterionEntry) -> Iterator[Fault]:
        if entry.source not in self.sources:
            hint = nearest(entry.source, self.sources)
            yield file.fault((*place, "source"), f"source '{entry.source}' is not in sources.yaml{hint}")
        yield from self._condition(file, (*place, "when"), entry.when)

    def _condition(self, file: YamlFile, path: Path_, condition: schema.Condition) -> Iterator[Fault]:
        definition = self.facts.get(condition.fact)
        if definition is None:
            yield file.fault((*path, "fact"), self._no_fact(condition.fact))
            return
        for comparison in schema.COMPARISONS:
            given = getattr(condition, comparison)
            if given is None:
                continue
            name = comparison.rstrip("_")
            if comparison not in ("is_", "one_of") and not _is_ordered(definition):
                yield file.fault((*path, name), f"'{name}' needs a number, a date or ordered choices; use 'is'")
                continue
            for value in given if isinstance(given, tuple) else (given,):
                if not fits(definition, value):
                    yield file.fault(
                        (*path, name), f"'{value}' is not a value of '{condition.fact}': {said(definition)}"
                    )

    def _given(
        self, file: YamlFile, path: Path_, given: Mapping[str, schema.ValueInFile], key: str = "given"
    ) -> Iterator[Fault]:
        for fact, value in given.items():
            if fact not in self.facts:
                yield file.fault((*path, key, fact), self._no_fact(fact))
            elif not fits(self.facts[fact], value):
                text = f"'{value}' is not a value of '{fact}': {said(self.facts[fact])}"
                yield file.fault((*path, key, fact), text)

    def _lead(self) -> Iterator[Fault]:
        file = self.shapes["lead.yaml"][0]
        if self.lead.order[-1:] != ("tie_break",):
            yield file.fault(("order",), "must end with tie_break, so that no two services are ever equal")
        if len(set(self.lead.order)) != len(self.lead.order):
            yield file.fault(("order",), "names a comparison twice")
        for key, listed, known in (
            ("needs_order", self.lead.needs_order, self.lead.needs),
            ("tie_break", self.lead.tie_break, self.services),
        ):
            for name, count in Counter(listed).items():
                if count > 1:
                    yield file.fault((key,), f"'{name}' stands twice, so the order is not total")
                if name not in known:
                    yield file.fault((key,), f"'{name}' is not known{nearest(name, known)}")
            for name in known:
                if name not in listed:
                    yield file.fault((key,), f"lacks '{name}', so the order is not total")
        yield from self._equals(file)
        yield from self._groups(file)

    def _groups(self, file: YamlFile) -> Iterator[Fault]:
        for group, entry in self.lead.referrer_groups.items():
            if group in self.services:
                yield file.fault(("referrer_groups", group), f"'{group}' is a service too; give the group another name")
            for place, slug in enumerate(entry.services):
                if slug not in self.services:
                    yield file.fault(("referrer_groups", group, "services", place), self._no_service(slug))

    def _equals(self, file: YamlFile) -> Iterator[Fault]:
        for place, group in enumerate(self.lead.equals):
            for slug in group:
                if slug not in self.services:
                    yield file.fault(("equals", place), self._no_service(slug))

    def _cases(self) -> Iterator[Fault]:
        for file, shape in self._all(schema.CasesFile):
            for number, case in enumerate(shape.cases):
                path: Path_ = ("cases", number)
                yield from self._given(file, path, case.given)
                expect = case.expect
                handed = case.handed_over
                if handed is not None and case.incumbent is None:
                    yield file.fault((*path, "handed_over"), "says how the incumbent came to lead; name the incumbent")
                if case.board is not None and not self.board_checks.knows(case.board):
                    yield file.fault_of_value((*path, "board"), self.board_checks.no_board(case.board))
                named: list[tuple[Path_, str | None]] = [
                    (("requested",), case.requested),
                    (("incumbent",), case.incumbent),
                    (("referrer",), case.referrer),
                    (("handed_over", "by"), handed.by if handed is not None else None),
                    (("expect", "lead"), expect.lead),
                ]
                for at, listed in (
                    (("declined",), case.declined),
                    (("expect", "supporting"), expect.supporting or ()),
                    (("expect", "not_supporting"), expect.not_supporting),
                ):
                    named += [((*at, place), slug) for place, slug in enumerate(listed)]
                for where, slug in named:
                    if slug is not None and slug not in self.services:
                        yield file.fault_of_value((*path, *where), self._no_service(slug))

    def _stories(self) -> Iterator[Fault]:
        for file, shape in self._all(schema.StoryFile):
            if file.name != f"stories/{shape.story}.yaml":
                yield file.fault(("story",), f"names story '{shape.story}', but the file is {file.name}")
            if shape.board not in self.boards.boards:
                yield file.fault(("board",), f"'{shape.board}' is not a board of boards.yaml")
            if not any(one.role in {"mother", "main-carer"} for one in shape.people.values()):
                yield file.fault(("people",), "has nobody whose role is mother or main-carer")
            for number, (event, before) in enumerate(zip(shape.events, (None, *shape.events), strict=False)):
                path: Path_ = ("events", number)
                if before is not None and event.on < before.on:
                    yield file.fault((*path, "on"), f"is {event.on}, before the event above it; put events in order")
                if event.referral is not None:
                    yield from self._referral(file, (*path, "referral"), event.referral)

    def _referral(self, file: YamlFile, path: Path_, referral: schema.StoryReferral) -> Iterator[Fault]:
        yield from self._given(file, path, referral.facts, "facts")
        for fact in referral.facts:
            if fact in self.facts and self.facts[fact].change_of:
                message = f"'{fact}' is worked out from what was seen before; give that instead"
                yield file.fault((*path, "facts", fact), message)
            if fact in self.facts and self.facts[fact].derived:
                message = f"'{fact}' is worked out from dates; give the people's dates instead"
                yield file.fault((*path, "facts", fact), message)
        for slug in (referral.by, referral.asks_for):
            if slug is not None and slug not in self.services:
                yield file.fault(path, self._no_service(slug))

    def _no_fact(self, name: str) -> str:
        return f"'{name}' is not a fact of facts.yaml{nearest(name, self.facts)}"

    def _no_service(self, name: str) -> str:
        return f"'{name}' is not a service of this pack{nearest(name, self.services)}"


def fits(entry: schema.FactEntry, value: schema.ValueInFile) -> bool:
    """Return whether ``value`` is a value of the fact."""
    match entry.type:
        case "yes_no":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "date":
            return isinstance(value, date)
        case _:
            return value in entry.choices


def said(entry: schema.FactEntry) -> str:
    """Say in words what values a fact takes."""
    match entry.type:
        case "yes_no":
            return "use true or false"
        case "number":
            return f"use a whole number of {entry.unit}"
        case "date":
            return "use a date as YYYY-MM-DD"
        case _:
            return "use one of " + ", ".join(entry.choices)


def _is_ordered(entry: schema.FactEntry) -> bool:
    return entry.type in ("number", "date") or entry.ordered


def _names(combination: schema.Combination | None, path: Path_) -> Iterator[tuple[str, Path_]]:
    if combination is None:
        return
    for key, parts in (("all", combination.all), ("any", combination.any), ("none", combination.none)):
        for number, part in enumerate(parts):
            place = (*path, key, number)
            if isinstance(part, str):
                yield part, place
            else:
                yield from _names(part, place)
