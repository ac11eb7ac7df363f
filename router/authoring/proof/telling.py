"""Says in plain words what a proof found, and writes a witness as a test case that an author can keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from router.authoring.places import Places
from router.authoring.proof.findings import MEANING, Finding, Proof, Witness
from router.model.facts import FactDefinition, FactType, NotApplicable
from router.model.referral import FactValue
from router.rules.pack import Pack, Rule

Value = FactValue | NotApplicable
_FITS = 100


def said(pack: Pack, witness: Witness) -> Iterator[str]:
    """Yield what is known of a witness, a line for each fact, in the words of the vocabulary."""
    board = pack.board(witness.board)
    if board is not None:
        yield f"Lives in {board.name}"
    if witness.accepted:
        yield f"Is led by: {pack.services[witness.accepted].label}"
    for name, value in witness.given.items():
        yield f"{pack.facts[name].label}: {_said(pack.facts[name], value)}"
    for name, value in (witness.now or {}).items():
        if witness.given.get(name) != value:
            yield f"then {pack.facts[name].label}: {_said(pack.facts[name], value)}"
    if not witness.given and not witness.now:
        yield "Nothing is known"


def where(pack: Pack, places: Places, finding: Finding) -> Iterator[str]:
    """Yield where the rules and criteria stand that a finding is about: "services/gp.yaml:12:5"."""
    rules: Mapping[str, Rule] = {**pack.services, **pack.narrowed.get(finding.narrowed_by, {}), **pack.moves}
    first, *others = finding.subjects
    criteria = [one for one in others if first in rules and one in rules[first].criteria]
    for name in (first, *others):
        # A criterion says where its rule is too.
        if name in criteria or (name in rules and not criteria):
            file, path = places.of_rule(rules[first if name in criteria else name])
            yield ":".join(map(str, places.of(file.name, (*path, "criteria", name) if name in criteria else path)))


def _said(definition: FactDefinition, value: Value) -> str:
    if isinstance(value, NotApplicable):
        return "there is none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if definition.type is FactType.NUMBER:
        return f"{value} {definition.unit}"
    return value.isoformat() if isinstance(value, date) else str(value)


def as_case(witness: Witness, name: str, expect: Mapping[str, Any]) -> str:
    """Return a witness as an entry of ``cases/*.yaml``; what does not exist is not stated there."""
    facts = witness.now if witness.now is not None else witness.given
    case: dict[str, Any] = {"name": name, "board": witness.board}
    if witness.accepted:
        case["incumbent"] = witness.accepted
    case["given"] = {fact: value for fact, value in facts.items() if not isinstance(value, NotApplicable)}
    case["expect"] = dict(expect)
    return as_yaml([case])


def as_yaml(cases: Sequence[Mapping[str, Any]]) -> str:
    """Return tests as they stand in a rule file."""
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 120
    text = StringIO()
    yaml.dump([_laid_out(one) for one in cases], text)
    return text.getvalue()


def _laid_out(case: Mapping[str, Any]) -> CommentedMap:
    """Lay a test out as the shipped ones are: facts on one line where they fit."""
    entry = CommentedMap()
    for key, value in case.items():
        if isinstance(value, Mapping):
            inner = CommentedMap((name, _in_line(part)) for name, part in value.items())
            if len(key) + sum(len(name) + len(str(part)) + 4 for name, part in value.items()) < _FITS:
                inner.fa.set_flow_style()
            entry[key] = inner
        else:
            entry[key] = DoubleQuotedScalarString(value) if key == "name" else value
    return entry


def _in_line(value: Any) -> Any:
    if not isinstance(value, (list, tuple)):
        return value
    listed = CommentedSeq(value)
    listed.fa.set_flow_style()
    return listed


def as_json(pack: Pack, proof: Proof, cases: Sequence[str | None]) -> dict[str, Any]:
    """Return a proof for programs; ``cases`` has the test case of each finding."""
    found, places = {one.kind for one in proof.findings}, Places(pack)
    return {
        "digest": proof.digest,
        "proved": {kind.value: words for kind, words in MEANING.items() if kind not in found and not proof.open},
        "findings": [_finding(pack, places, one, case) for one, case in zip(proof.findings, cases, strict=True)],
        "open": list(proof.open),
        "questions": proof.questions,
        "seconds": round(proof.seconds, 2),
    }


def _finding(pack: Pack, places: Places, finding: Finding, case: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": finding.kind.value,
        "subjects": list(finding.subjects),
        "message": finding.message,
        "places": list(where(pack, places, finding)),
    }
    if finding.witness is not None:
        told["witness"] = list(said(pack, finding.witness))
        told["case"] = case
    return told
