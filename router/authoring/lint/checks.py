"""The checks: review dates, sources, wording, birthdays that move people, services that nobody can reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from router.authoring.lint.findings import Code, Finding, Severity
from router.authoring.lint.jargon import abbreviations, jargon
from router.authoring.places import Places
from router.authoring.proof.symbols import TIMES
from router.model.truth import Truth
from router.rules.evaluation import is_offered
from router.rules.normal_form import conjunctions
from router.rules.pack import HANDOVERS, Move, MoveKind, Pack, Rule, Service
from router.rules.yamlfile import Path_

SOON = timedelta(days=30)
_APPROVED = "approved"
_UNIVERSAL_TIER = 0


def lint(pack: Pack, today: date) -> list[Finding]:
    """Return what is likely to be wrong with a pack on a day, in order of file, line and column."""
    return sorted(_Linter(pack, today).findings(), key=lambda one: (one.file, one.line, one.column, one.code))


class _Linter:
    def __init__(self, pack: Pack, today: date) -> None:
        self.pack = pack
        self.today = today
        self.places = Places(pack)
        self.is_approved = self.places.file("pack.yaml").data["status"] == _APPROVED
        self.names = [service.label for service in pack.services.values()]

    def findings(self) -> Iterator[Finding]:
        for rule in self.pack.rules():
            yield from self.review(rule)
            yield from self.sources(rule)
            yield from self.graduation(rule)
        yield from self.nowhere()
        yield from self.only_up()
        yield from self.wording()

    # --- single rules -----------------------------------------------------------------------------------------

    def review(self, rule: Rule) -> Iterator[Finding]:
        file, path = self.places.of_rule(rule)
        place = (file.name, (*path, "review", "next"))
        due = rule.review_due
        remedy = "Review the criteria with those who own them, then set last to that day and next to the one after"
        if due < self.today:
            yield self._at(place, Code.REVIEW_OVERDUE, f"{_called(rule)} was to be reviewed by {due}", remedy)
        elif due <= self.today + SOON:
            message = f"{_called(rule)} is to be reviewed by {due}"
            yield self._at(place, Code.REVIEW_DUE_SOON, message, remedy, Severity.NOTE)

    def sources(self, rule: Rule) -> Iterator[Finding]:
        """Look for criteria that rest on what nobody has read: a note, but in a pack that says it is approved."""
        file, path = self.places.of_rule(rule)
        sources = self.places.file("sources.yaml").data["sources"]
        for name, entry in _within(file.data, path).get("criteria", {}).items():
            source = entry["source"]
            if not sources[source]["read"]:
                message = f"Criterion '{name}' of {_called(rule)} rests on '{source}', which nobody has confirmed"
                remedy = "Name the published source that says so, or have a clinician confirm it and set read: true"
                severity = Severity.WARNING if self.is_approved else Severity.NOTE
                place = (file.name, (*path, "criteria", name, "source"))
                yield self._at(place, Code.SOURCE_UNCONFIRMED, message, remedy, severity)

    def graduation(self, rule: Rule) -> Iterator[Finding]:
        """Look for a way to meet a rule in which nothing but age and stage is asked, and age is asked."""
        if isinstance(rule, Move) and rule.kind not in HANDOVERS:
            return
        if isinstance(rule, Service) and (rule.tier == _UNIVERSAL_TIER or rule.narrowing is not None):
            return  # whoever meets a narrowed service meets the national one, which is looked at
        for way in conjunctions(rule.formula, Truth.MET):
            derivations = {self.pack.facts[rule.criteria[name].condition.fact].derivation for name, _ in way}
            if not derivations & TIMES or derivations - TIMES - {"stage"}:
                continue
            file, path = self.places.of_rule(rule)
            names = ", ".join(f"'{name}'" for name in sorted(name for name, _ in way))
            act = "hands a family on" if isinstance(rule, Move) else "takes a family"
            message = f"{_called(rule)} {act} by age alone ({names}): whoever grows old enough meets it"
            key = "when" if isinstance(rule, Move) else "eligible_when"
            yield self._at(
                (file.name, (*path, key)), Code.GRADUATION, message, "Add a criterion of need, beside the age, to 'all'"
            )
            return

    # --- the pack as a whole ----------------------------------------------------------------------------------

    def nowhere(self) -> Iterator[Finding]:
        for name in self.pack.services:
            if not any(is_offered(self.pack, name, code) for code in self.pack.boards):
                yield self._at(
                    (f"services/{name}.yaml", ("service",)),
                    Code.SERVICE_NOWHERE,
                    f"No board offers the service '{name}', so no family can reach it",
                    "Take it out of 'lacks' of a board in boards.yaml, or say there who provides it in served_by",
                )

    def only_up(self) -> Iterator[Finding]:
        """Look for services that families step up to, and from which no way leads down again."""
        up: dict[str, set[str]] = {}
        on: dict[str, set[str]] = {}
        for move in self.pack.moves.values():
            if move.kind is MoveKind.STEP_UP:
                up.setdefault(move.receiver, set()).update(move.givers)
            elif move.kind in HANDOVERS:
                for giver in move.givers:
                    on.setdefault(giver, set()).add(move.receiver)
        for top, givers in sorted(up.items()):
            if self._leads_down(top, on):
                continue
            ladder = ", ".join(sorted(givers))
            yield self._at(
                (f"services/{top}.yaml", ("service",)),
                Code.ONLY_UP,
                f"A ladder that only goes up: families step up to '{top}' from {ladder}, and no way leads down again",
                f"Add a move of kind step_down from '{top}', by needs that have been met",
            )

    def _leads_down(self, top: str, on: dict[str, set[str]]) -> bool:
        tier = self.pack.services[top].tier
        seen, left = {top}, [top]
        while left:
            for name in sorted(on.get(left.pop(), set()) - seen):
                if self.pack.services[name].tier < tier:
                    return True
                seen.add(name)
                left.append(name)
        return False

    def wording(self) -> Iterator[Finding]:
        for file, path, text in self._texts():
            for word in abbreviations(text):
                yield self._at(
                    (file, path),
                    Code.ABBREVIATION,
                    f"\"{_short(text)}\" has the abbreviation '{word}'",
                    f"Write it out; the abbreviation may follow in brackets: written out ({word})",
                )
            # A service's label is its name, and may hold any word.
            if path == ("label",):
                continue
            for word, plain in jargon(text, self.names):
                message = f"\"{_short(text)}\" has '{word}', a word of the trade"
                yield self._at((file, path), Code.JARGON, message, f"Say: {plain}")

    def _texts(self) -> Iterator[tuple[str, Path_, str]]:
        """Yield the texts that families and referrers read."""
        for rule in self.pack.rules():
            file, path = self.places.of_rule(rule)
            entry = _within(file.data, path)
            for key in ("label", "plain"):
                if key in entry:
                    yield file.name, (*path, key), entry[key]
            for name, criterion in entry.get("criteria", {}).items():
                for key in ("label", "ask"):
                    if key in criterion:
                        yield file.name, (*path, "criteria", name, key), criterion[key]
        for name, fact in self.places.file("facts.yaml").data["facts"].items():
            yield from (("facts.yaml", ("facts", name, key), fact[key]) for key in ("label", "ask"))
        for name, text in self.places.file("lead.yaml").data["needs"].items():
            yield "lead.yaml", ("needs", name), text
        for name, text in self.places.file("letters.yaml").data["parent"].items():
            yield "letters.yaml", ("parent", name), text

    def _at(
        self,
        place: tuple[str, Path_],
        code: Code,
        message: str,
        remedy: str,
        severity: Severity = Severity.WARNING,
    ) -> Finding:
        return Finding(code, severity, *self.places.of(*place), message, remedy)


def _within(data: Any, path: Path_) -> Any:
    for part in path:
        data = data[part]
    return data


def _called(rule: Rule) -> str:
    if isinstance(rule, Move):
        return f"move '{rule.name}'"
    where = f" in board {rule.narrowing.board}" if isinstance(rule, Service) and rule.narrowing else ""
    return f"service '{rule.name}'{where}"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} ..."
