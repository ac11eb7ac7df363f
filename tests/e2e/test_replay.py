"""``router rules replay``: a real run's decisions come out again, and what was altered does not. On both stores."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import grpc
import orjson
import pytest
from typer.testing import CliRunner

from adapters.golden import cases
from adapters.outcome import Mapped
from adapters.read import read
from router.authoring.compare.replayed import tally
from router.cli.main import app
from router.cli.recorded import recorded
from router.rules.loader import build_pack, load_pack
from router.service.settings import DEFAULT_PACK
from router.store.ids import parse
from router.store.parts import kept
from router.v1 import decision_pb2
from tests.support import small_pack
from tests.support.history import play, routing
from tests.support.places import STORES, Place, Sql
from tests.support.requests import submit


@pytest.fixture(scope="module", params=STORES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a store with a history: referrals, newer versions, an acceptance, a decline, withdrawals, a doubt."""
    made = Place.of(request.param, tmp_path_factory.mktemp("replay"))
    with routing(made.open(), made.key_file) as (stub, core):
        play(stub, core)
    return made


def replay(place: Place) -> tuple[int, dict[str, Any]]:
    """Run the command and return how it ended and what it said."""
    done = CliRunner().invoke(
        app, ["rules", "replay", "--store", place.url, "--key-file", place.key_file, "--json"], catch_exceptions=False
    )
    return done.exit_code, json.loads(done.stdout)


def _literal(place: Place, content: bytes) -> str:
    return f"X'{content.hex()}'" if place.kind == "sqlite" else f"'\\x{content.hex()}'::bytea"


def test_a_real_run_comes_out_again(place: Place) -> None:
    """Every decision of the history is made again and none differs; the sentence for people says so."""
    with place.sql() as run:
        ((count,),) = run("SELECT count(*) FROM decision")
    assert count > 10
    person = CliRunner().invoke(app, ["rules", "replay", "--store", place.url, "--key-file", place.key_file])
    assert person.exit_code == 0
    assert person.stdout == f"{count} decisions made again under 1 packs, 0 differ\n"


def _column(_place: Place, row: dict[str, Any]) -> tuple[str, list[str]]:
    return f"service = '{'gp' if row['service'] != 'gp' else 'imh'}'", ["service"]


def _document(place: Place, row: dict[str, Any]) -> tuple[str, list[str]]:
    store = place.open(create=False)
    with store.read() as reader:
        whole = reader.decisions_by_id([row["decision_id"]])[row["decision_id"]]
    store.close()
    decision = decision_pb2.Decision.FromString(whole.document)
    decision.urgency = 1 if decision.urgency != 1 else 2
    return f"document = {_literal(place, kept(decision.SerializeToString()))}", ["urgency"]


def _basis(place: Place, row: dict[str, Any]) -> tuple[str, list[str]]:
    basis = orjson.loads(row["basis"])
    basis["standing"]["declined"] = [row["service"]]
    return f"basis = {_literal(place, orjson.dumps(basis))}", ["lead"]


def _nothing_to_read(place: Place, _row: dict[str, Any]) -> tuple[str, list[str]]:
    return f"basis = {_literal(place, b'broken')}", []


TAMPERINGS = (_column, _document, _basis, _nothing_to_read)


def _change(place: Place, run: Sql, decision_id: int, assignment: str) -> None:
    """Change a row past the store, and past what guards its rows."""
    if place.kind == "sqlite":
        guards = run("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'decision'")
        for name, _ in guards:
            run(f"DROP TRIGGER {name}")
        run(f"UPDATE decision SET {assignment} WHERE decision_id = {decision_id}")
        for _, sql in guards:
            run(sql)
        return
    run("ALTER TABLE decision DISABLE TRIGGER USER")
    run(f"UPDATE decision SET {assignment} WHERE decision_id = {decision_id}")
    run("ALTER TABLE decision ENABLE TRIGGER USER")


def test_what_was_altered_is_named(place: Place) -> None:
    """Rows changed past the store: each of those decisions is named with what differs, and no other."""
    columns = "decision_id, service, document, basis"
    expected: dict[int, list[str]] = {}
    before: list[tuple[int, str]] = []
    with place.sql() as run:
        rows = run(f"SELECT {columns} FROM decision WHERE outcome <> 'desk' ORDER BY decision_id")
        for tamper, found in zip(TAMPERINGS, rows, strict=False):
            row = dict(zip(columns.split(", "), found, strict=True))
            row |= {name: bytes(row[name]) for name in ("document", "basis")}
            assignment, expected[row["decision_id"]] = tamper(place, row)
            column = assignment.partition(" ")[0]
            old = f"'{row[column]}'" if isinstance(row[column], str) else _literal(place, row[column])
            before.append((row["decision_id"], f"{column} = {old}"))
            _change(place, run, row["decision_id"], assignment)
    code, said = replay(place)
    with place.sql() as run:
        for decision_id, assignment in before:
            _change(place, run, decision_id, assignment)
    assert code == 1
    assert len(expected) == len(TAMPERINGS)
    named = {parse("dec", one["decision"]): one for one in said["differing"]}
    assert set(named) == set(expected)
    assert all(set(fields) <= set(named[one]["fields"]) for one, fields in expected.items())
    (unread,) = [one["why"] for one in said["differing"] if not one["fields"]]
    assert unread == "what it was made from cannot be read (JSONDecodeError)"


def test_no_store_is_no_success(tmp_path: Path) -> None:
    """A store that is not there, and a URL that is none, are refused; no file is made."""
    runner = CliRunner()
    missing = runner.invoke(app, ["rules", "replay", "--store", f"sqlite:///{tmp_path}/no.db"])
    assert missing.exit_code != 0
    assert not list(tmp_path.iterdir())
    wrong = runner.invoke(app, ["rules", "replay", "--store", "postgres-secret@x"])
    assert wrong.exit_code == 2
    assert "secret" not in wrong.output


def test_a_changed_pack_is_tried_on_the_recorded_decisions(place: Place) -> None:
    """A team that no longer takes moderate illness loses recorded families, each named by its decision."""
    old = load_pack(DEFAULT_PACK)
    name = "services/cpmht.yaml"
    assert b"at_least: moderate" in old.files[name]
    new = build_pack({**old.files, name: old.files[name].replace(b"at_least: moderate", b"at_least: severe")})
    store, skipped = place.open(create=False), Counter[str]()
    with store.read() as reader:
        counted = tally(recorded(old, new, reader, skipped))
    store.close()
    assert not skipped
    assert {was for was, _ in counted.changed} == {"cpmht"}
    assert all(one.startswith("dec-") for examples in counted.examples.values() for one in examples)


def test_the_command_tries_the_recorded_decisions(place: Place, tmp_path: Path) -> None:
    """It looks at each, but for those that rest on a service that the packs lack, which it counts."""
    for name, text in small_pack.files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with place.sql() as run:
        ((count,),) = run("SELECT count(*) FROM decision")
    where = ["--store", place.url, "--key-file", place.key_file]
    done = CliRunner().invoke(
        app, ["rules", "compare", str(tmp_path), str(tmp_path), "--json", *where], catch_exceptions=False
    )
    assert done.exit_code == 0
    told = json.loads(done.stdout)["replayed"]
    assert told["on"] == "the decisions recorded in the store"
    assert told["looked_at"] > 0
    assert told["looked_at"] + sum(told["skipped"].values()) == count
    assert told["decisions_changed"] == 0


def test_what_the_adapters_send_comes_out_again_in_any_process(tmp_path: Path) -> None:
    """Sets have another order in each process; no decision has."""
    made = Place.of("sqlite", tmp_path)
    with routing(made.open(), made.key_file) as (stub, _):
        for case in cases():
            for item in read(case.source, case.fixture):
                # Two fixtures may tell of one referral, each in its own words: the second is refused.
                if isinstance(item, Mapped):
                    with contextlib.suppress(grpc.RpcError):
                        stub.SubmitReferral(submit(item.event))
    for seed in ("1", "2", "3"):
        done = subprocess.run(
            [
                Path(sys.executable).with_name("router"),
                "rules",
                "replay",
                "--store",
                made.url,
                "--key-file",
                made.key_file,
            ],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        count, _, rest = done.stdout.partition(" ")
        assert int(count) > 40
        assert rest == "decisions made again under 1 packs, 0 differ\n"
