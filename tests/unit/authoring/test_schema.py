"""``router rules schema``: what editors are told is what the loader takes, with the pack's own names."""

from __future__ import annotations

import copy
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from router.authoring.editing import _WANTED, FOLDER, kinds, modeline, schemas
from router.cli.main import app
from router.rules.loader import load_pack
from router.rules.yamlfile import parse_yaml
from router.service.settings import DEFAULT_PACK
from tests.support import small_pack

PACK = load_pack(DEFAULT_PACK)
SCHEMAS = schemas(PACK)
FILES = sorted(PACK.files)
_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "null": type(None),
}


def faults(schema: dict[str, Any], data: Any, root: dict[str, Any], path: str = "") -> list[str]:
    """Return what a schema refuses of some data; as much of JSON Schema as these schemas use."""
    if "$ref" in schema:
        return faults(root["$defs"][schema["$ref"].rpartition("/")[2]], data, root, path)
    kind = schema.get("type")
    if kind and (not isinstance(data, _TYPES[kind]) or (kind == "integer" and isinstance(data, bool))):
        return [f"{path}: not of type {kind}"]
    found = _of_value(schema, data, path)
    found += [
        f"{path}: {data!r} is none of those allowed"
        for key in ("anyOf", "oneOf")
        if key in schema and all(faults(one, data, root, path) for one in schema[key])
    ]
    for one in schema.get("allOf", []):
        if not faults(one["if"], data, root, path):
            found += faults(one["then"], data, root, path)
    if isinstance(data, dict):
        found += _of_mapping(schema, data, root, path)
    if isinstance(data, list):
        found += [f for n, one in enumerate(data) for f in faults(schema.get("items", {}), one, root, f"{path}/{n}")]
        if len(data) < schema.get("minItems", 0):
            found.append(f"{path}: too short")
    return found


def _of_value(schema: dict[str, Any], data: Any, path: str) -> list[str]:
    found = []
    if "const" in schema and data != schema["const"]:
        found.append(f"{path}: not {schema['const']}")
    if "enum" in schema and data not in schema["enum"]:
        found.append(f"{path}: {data!r} is not one of {len(schema['enum'])}")
    if "pattern" in schema and isinstance(data, str) and not re.search(schema["pattern"], data):
        found.append(f"{path}: not as names are written")
    return found


def _of_mapping(schema: dict[str, Any], data: dict[str, Any], root: dict[str, Any], path: str) -> list[str]:
    found = [f"{path}: lacks {key}" for key in schema.get("required", []) if key not in data]
    for key, value in data.items():
        here = f"{path}/{key}"
        matching = [one for pattern, one in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
        found += faults(schema.get("propertyNames", {}), key, root, here)
        if key in schema.get("properties", {}):
            found += faults(schema["properties"][key], value, root, here)
        elif matching:
            found += faults(matching[0], value, root, here)
        elif schema.get("additionalProperties", True) is False:
            found.append(f"{here}: no such key")
        elif isinstance(schema.get("additionalProperties"), dict):
            found += faults(schema["additionalProperties"], value, root, here)
    return found


def plain(data: Any) -> Any:
    """Return data as JSON has it."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, (tuple, list)):
        return [plain(one) for one in data]
    return data.isoformat() if isinstance(data, date) else data


def schema_of(file: str) -> dict[str, Any]:
    """Return the schema to which a file's first line would lead."""
    return SCHEMAS[modeline(file).rpartition("/")[2]]


def read(file: str) -> Any:
    """Return the data of a file of the shipped pack."""
    return plain(parse_yaml(PACK.files[file].decode(), file).data)


@pytest.mark.parametrize("file", FILES)
def test_every_file_of_the_shipped_pack_fits_its_schema(file: str) -> None:
    """An editor marks nothing in what the loader takes."""
    assert faults(schema_of(file), read(file), schema_of(file)) == []


WRONG: dict[str, tuple[str, list[Any], Any]] = {
    "an unknown fact": ("services/mbu.yaml", ["criteria", "born", "when", "fact"], "stag"),
    "an unknown source": ("services/mbu.yaml", ["criteria", "born", "source"], "a-book"),
    "an unknown need": ("services/mbu.yaml", ["offers", 0], "company"),
    "a choice that the fact does not have": ("services/mbu.yaml", ["criteria", "born", "when", "is"], "born"),
    "a number for yes or no": ("services/mbu.yaml", ["criteria", "main-carer", "when", "is"], 1),
    "a misspelt key": ("services/mbu.yaml", ["criteria", "born", "sorce"], "sign-169"),
    "a fact that a test does not have": ("services/mbu.yaml", ["tests", 0, "given", "stag"], "pregnant"),
    "a value that a fact does not have": ("services/mbu.yaml", ["tests", 0, "given", "stage"], "born"),
    "a question that no fact has": ("services/fnp.yaml", ["tests", 3, "expect", "asks", 0], "first_baby"),
    "an unknown service in a move": ("pathways/transfer.yaml", ["moves", "cpmht-to-cmht", "to"], "cmh"),
    "an unknown giver": ("pathways/transfer.yaml", ["moves", "cpmht-to-cmht", "from", 0], "cpmh"),
    "an unknown service in the order": ("lead.yaml", ["tie_break", 0], "mb"),
    "an unknown need in the order": ("lead.yaml", ["needs_order", 0], "company"),
    "an unknown service among equals": ("lead.yaml", ["equals", 0, 0], "family"),
    "an unknown service that a board lacks": ("boards/borders.yaml", ["lacks", 0], "im"),
    "an unknown service that is provided": ("boards/orkney.yaml", ["served_by", "im"], "S08000020"),
    "an unknown service that a board narrows": ("boards/orkney.yaml", ["narrows", "im"], {}),
    "room of a kind that is not known": ("boards/orkney.yaml", ["capacity", "imh"], "some"),
    "an unknown board that a service serves": ("services/special-needs-in-pregnancy.yaml", ["boards", 0], "S08000099"),
    "an unknown board in a case": ("cases/leads.yaml", ["cases", 0, "board"], "S08000099"),
    "an unknown lead in a case": ("cases/leads.yaml", ["cases", 0, "expect", "lead"], "mb"),
    "an unknown derivation": ("facts.yaml", ["facts", "stage", "derived"], "age"),
}  # fmt: skip


@pytest.mark.parametrize("fault", WRONG)
def test_an_editor_marks(fault: str) -> None:
    """What the loader would refuse by name is refused where it stands."""
    file, path, wrong = WRONG[fault]
    data = copy.deepcopy(read(file))
    part = data
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = wrong
    assert faults(schema_of(file), data, schema_of(file)), fault


def test_names_say_what_they_mean() -> None:
    """Each name that an editor offers has its label beside it."""
    offered = {one["const"]: one["description"] for one in SCHEMAS["service.json"]["$defs"]["facts"]["oneOf"]}
    assert set(offered) == set(PACK.facts)
    assert offered["parent_illness_severity"] == (
        "How severe the parent's mental illness is (none, mild, moderate, severe)"
    )
    needs = {one["const"]: one["description"] for one in SCHEMAS["service.json"]["$defs"]["needs"]["oneOf"]}
    assert needs == dict(PACK.order.needs)
    sources = {one["const"] for one in SCHEMAS["service.json"]["$defs"]["sources"]["oneOf"]}
    assert sources == set(PACK.sources)


def test_every_place_that_wants_a_name_exists() -> None:
    """The table of places names models and keys of the language."""
    models = {one.__name__: one for one in kinds()}
    for model, place in _WANTED:
        keys = {field.alias or name for name, field in models[model].model_fields.items()}
        assert place.rstrip("[]{}") in keys, (model, place)


def test_the_schemas_of_the_shipped_pack_are_fresh() -> None:
    """``router rules schema`` would change nothing, and each file's first line leads to its schema."""
    for name, made in SCHEMAS.items():
        written = json.loads((DEFAULT_PACK / FOLDER / name).read_text())
        assert written == made, f"{name} is out of date: run router rules schema"
    assert {one.name for one in (DEFAULT_PACK / FOLDER).iterdir()} == set(SCHEMAS)
    for file in FILES:
        first, _, _ = PACK.files[file].decode().partition("\n")
        assert first == modeline(file) or "yaml-language-server" not in first, file


def test_the_command_writes_them(tmp_path: Path) -> None:
    """They come to the folder asked for, or to the pack's own, and the pack still loads."""
    for name, text in small_pack.files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    done = CliRunner().invoke(app, ["rules", "schema", str(tmp_path)])
    assert (done.exit_code, "11 schemas written" in done.output) == (0, True)
    made = json.loads((tmp_path / FOLDER / "service.json").read_text())
    assert {one["const"] for one in made["$defs"]["sources"]["oneOf"]} == {"book"}
    load_pack(tmp_path)
    elsewhere = CliRunner().invoke(
        app, ["rules", "schema", str(tmp_path), "--out", str(tmp_path / "x" / "y"), "--json"]
    )
    assert json.loads(elsewhere.stdout)["files"] == sorted(path.name for path in (tmp_path / "x" / "y").iterdir())
