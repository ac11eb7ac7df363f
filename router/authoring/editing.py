"""JSON Schemas of rule files, so that an editor completes names, shows their labels and marks what is wrong.

Each is made from the language's own model, with the names of one pack in it: facts, sources, services, needs, boards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from router.model.danger import TRIGGERS
from router.model.facts import FactDefinition, FactType
from router.rules import schema
from router.rules.derivations import DERIVATIONS
from router.rules.loader import FILES, FOLDERS
from router.rules.pack import Pack

FOLDER = "schema"
"""The folder of a pack in which its schemas lie."""

Schema = dict[str, Any]
Names = Mapping[str, str]
"""Names with what each means."""

# Where a name of the pack is wanted: model and key, with what it names. "[]" is each entry, "{}" each key.
_WANTED: Mapping[tuple[str, str], str] = {
    ("BoardEntry", "lacks[]"): "services",
    ("BoardEntry", "served_by{}"): "services",
    ("BoardEntry", "capacity{}"): "services",
    ("BoardFile", "board"): "boards",
    ("BoardFile", "lacks[]"): "services",
    ("BoardFile", "served_by{}"): "services",
    ("BoardFile", "capacity{}"): "services",
    ("BoardFile", "narrows{}"): "services",
    ("Condition", "fact"): "facts",
    ("CriterionEntry", "source"): "sources",
    ("FactEntry", "change_of"): "facts",
    ("FactEntry", "count_of[]"): "facts",
    ("FactEntry", "derived"): "derivations",
    ("FactEntry", "sum_of[]"): "facts",
    ("HandedOver", "by"): "services",
    ("LeadFile", "needs_order[]"): "needs",
    ("LeadFile", "tie_break[]"): "services",
    ("LeadFile", "equals[][]"): "services",
    ("MoveEntry", "from[]"): "services",
    ("MoveEntry", "to"): "services",
    ("PackExpectation", "lead"): "leads",
    ("PackExpectation", "supporting[]"): "services",
    ("PackExpectation", "not_supporting[]"): "services",
    ("PackExpectation", "move"): "moves",
    ("PackExpectation", "safety[]"): "dangers",
    ("PackExpectation", "asks[]"): "facts",
    ("PackTest", "board"): "boards",
    ("PackTest", "referrer"): "services",
    ("PackTest", "requested"): "services",
    ("PackTest", "incumbent"): "services",
    ("PackTest", "declined[]"): "services",
    ("ReferrerGroup", "services[]"): "services",
    ("ServiceExpectation", "asks[]"): "facts",
    ("ServiceFile", "boards[]"): "boards",
    ("ServiceFile", "offers[]"): "needs",
}
_GIVEN = ("MoveTest", "PackTest", "ServiceTest")
_COMPARISONS = ("is", "at_least", "more_than", "at_most", "less_than")


def schemas(pack: Pack) -> dict[str, Schema]:
    """Return a schema for each kind of rule file, by the name of its file within ``FOLDER``."""
    kinds = {name.removesuffix(".yaml"): kind for name, kind in FILES.items()}
    kinds |= {_singular(name): kind for name, kind in FOLDERS.items()}
    names = _names(pack)
    made = {}
    for name, kind in kinds.items():
        whole: Schema = kind.model_json_schema(by_alias=True)
        definitions = whole.setdefault("$defs", {})
        for model, part in (*definitions.items(), (kind.__name__, whole)):
            _name(model, part, pack)
        # Only those that the file can name are worth its length.
        used = {one for one in names if f"#/$defs/{one}" in repr(whole)}
        definitions |= {one: _choice(names[one]) for one in sorted(used)}
        made[f"{name}.json"] = {"$schema": "http://json-schema.org/draft-07/schema#", **whole}
    return made


def modeline(file: str) -> str:
    """Return the first line of a rule file that tells an editor its schema; ``file`` is its path within the pack."""
    folder, _, _ = file.rpartition("/")
    kind = _singular(folder) if folder else file.removesuffix(".yaml")
    return f"# yaml-language-server: $schema={'../' if folder else ''}{FOLDER}/{kind}.json"


def _singular(folder: str) -> str:
    return f"{folder.removesuffix('ies')}y" if folder.endswith("ies") else folder.removesuffix("s")


def _names(pack: Pack) -> dict[str, Names]:
    services = {name: f"{one.label}: {one.plain}" for name, one in pack.services.items()}
    return {
        "facts": {name: _described(one) for name, one in pack.facts.items()},
        "sources": {name: f"{one.title} ({one.publisher})" for name, one in pack.sources.items()},
        "services": services,
        "leads": {**services, "none": "No service: a desk holds the family"},
        "needs": dict(pack.order.needs),
        "moves": {**{name: one.label for name, one in pack.moves.items()}, "stay": "The lead stays"},
        "boards": {
            **{code: one.name for code, one in pack.boards.items()},
            **{old: f"{pack.boards[code].name} (older code)" for old, code in pack.board_aliases.items()},
        },
        "dangers": {one.name: one.label for one in TRIGGERS},
        "derivations": dict.fromkeys(sorted(DERIVATIONS), ""),
    }


def _described(fact: FactDefinition) -> str:
    kind = ", ".join(fact.choices) if fact.choices else fact.unit or fact.type.value.replace("_", " or ")
    return f"{fact.label} ({kind})"


def _choice(names: Names) -> Schema:
    listed = [{"const": name, **({"description": words} if words else {})} for name, words in names.items()]
    return {"type": "string", "oneOf": listed}


def _name(model: str, part: Schema, pack: Pack) -> None:
    """Put the pack's names where a model wants them."""
    keys = part.get("properties", {})
    for (owner, place), wanted in _WANTED.items():
        if owner != model:
            continue
        key = place.rstrip("[]{}")
        steps = place[len(key) :]
        for variant in _variants(keys[key]):
            _put(variant, steps, {"$ref": f"#/$defs/{wanted}"})
    if model == "Condition":
        part["allOf"] = _values_of(pack)
    if model in _GIVEN:
        given = {name: {"description": _described(one), **_value(one)} for name, one in pack.facts.items()}
        keys["given"] = {**_plain(keys["given"]), "properties": given, "additionalProperties": False}
        keys["given"].pop("propertyNames", None)
        keys["given"].pop("patternProperties", None)


def _variants(part: Schema) -> Iterable[Schema]:
    """Return the shapes that a value may have, without null: a key that is not wanted is left out."""
    if "anyOf" not in part:
        return (part,)
    return [one for one in part["anyOf"] if one.get("type") != "null"]


def _put(part: Schema, steps: str, reference: Schema) -> None:
    if steps == "{}":
        kinds = list(part.pop("patternProperties", {}).values())
        part.setdefault("additionalProperties", kinds[0] if kinds else {"type": "string"})
        part["propertyNames"] = reference
        return
    for _ in range(len(steps) // 2):
        part = part["items"]
    kept = {key: value for key, value in part.items() if key in ("title", "description", "default")}
    part.clear()
    part.update(kept | reference)


def _plain(part: Schema) -> Schema:
    return {key: value for key, value in part.items() if key in ("title", "type")}


def _value(fact: FactDefinition) -> Schema:
    match fact.type:
        case FactType.YES_NO:
            return {"type": "boolean"}
        case FactType.CHOICE:
            return {"enum": list(fact.choices)}
        case FactType.NUMBER:
            return {"type": "integer"}
        case _:
            return {"type": "string", "format": "date"}


def _values_of(pack: Pack) -> list[Schema]:
    """Return what a condition may compare with, for each set of facts that have the same values."""
    alike: dict[str, tuple[Schema, list[str]]] = {}
    for fact in pack.facts.values():
        value = _value(fact)
        alike.setdefault(repr(value), (value, []))[1].append(fact.name)
    return [
        {
            "if": {"properties": {"fact": {"enum": facts}}},
            "then": {
                "properties": {
                    **dict.fromkeys(_COMPARISONS, value),
                    "one_of": {"type": "array", "items": value},
                }
            },
        }
        for value, facts in alike.values()
    ]


def kinds() -> tuple[type[schema.Strict], ...]:
    """Return the models that a place in ``_WANTED`` may name; a test holds the table to them."""
    return tuple(one for one in vars(schema).values() if isinstance(one, type) and issubclass(one, schema.Strict))
