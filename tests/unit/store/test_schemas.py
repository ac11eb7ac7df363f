"""Every schema that was released upgrades with its data intact, on both databases."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from router.store import migrate, postgres, sqlite_file
from router.store.interface import SchemaError
from router.store.key import load_key
from router.store.open import migrate_store, open_store
from router.v1 import routing_service_pb2 as pb
from tests.support.history import everything, routing, table_digests
from tests.support.places import STORES, Place

FIXTURES = Path(__file__).parents[2] / "fixtures" / "schemas"
SCHEMAS = sorted(folder.name for folder in FIXTURES.iterdir() if folder.is_dir())

#: Revisions that were never the newest of a release, each with one that it landed together with.
LANDED_TOGETHER = {"0002": "0003", "0004": "0005"}


class Old:
    """A store of an old schema."""

    def __init__(self, schema: str, place: Place) -> None:
        self.place = place
        self.contents: dict[str, Any] = json.loads((FIXTURES / schema / "contents.json").read_text())

    def migrated(self) -> tuple[str, ...]:
        """Bring the store up to date."""
        return migrate_store(self.place.url, self.place.key_file)


@pytest.fixture(params=[(schema, kind) for schema in SCHEMAS for kind in STORES], ids="-".join)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Old:
    """Return a store of each schema in each database."""
    schema, kind = request.param
    place = Place.of(kind, tmp_path)
    source = tmp_path / "fixture.db"
    shutil.copy(FIXTURES / schema / "router.db", source)
    shutil.copy(FIXTURES / schema / "router.key", place.key_file)
    # A checkout does not keep who may read a file.
    Path(place.key_file).chmod(0o600)
    made = Old(schema, place)
    if kind == "sqlite":
        source.rename(tmp_path / "record.db")
    else:
        _load(place, schema, source, made.contents["tables"])
    return made


def _load(place: Place, schema: str, source: Path, tables: dict[str, Any]) -> None:
    """Make the schema as its revisions made it, and put the fixture's rows into it."""
    engine = postgres._engine(sa.make_url(place.url), 1)
    with engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
        made = sa.MetaData()
        made.reflect(connection)
    rows = sqlite_file.connect_reader(source, load_key(place.key_file))
    with engine.begin() as connection:
        for table in made.sorted_tables:
            if table.name not in tables:
                continue
            names = tables[table.name]["columns"]
            found = rows.execute(f"SELECT {', '.join(names)} FROM {table.name}").fetchall()
            if found:
                connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in found])
            if "sequence" in names:
                connection.execute(
                    sa.text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'sequence'), max(sequence)) FROM {table.name}"
                    )
                )
    rows.close()
    engine.dispose()


@contextmanager
def opened(old: Old) -> Iterator[Any]:
    """Open the migrated store."""
    store = open_store(old.place.url, old.place.key_file, create=False)
    yield store
    store.close()


def test_every_released_schema_has_its_store() -> None:
    """A revision that lands needs a store of the release before it: the folder's README says how one is made."""
    known = [script.revision for script in migrate.revisions()]
    assert all(other in known and other > one for one, other in LANDED_TOGETHER.items())
    needed = {revision for revision in known[:-1] if revision not in LANDED_TOGETHER}
    assert needed <= set(SCHEMAS), needed - set(SCHEMAS)
    assert set(SCHEMAS) <= set(known)


def test_an_old_store_is_refused_until_it_is_migrated(old: Old) -> None:
    """The sentence names the command, and nothing is changed before it is given."""
    with pytest.raises(SchemaError, match=r"older than this program.*make a copy of the store.*`router migrate`"):
        open_store(old.place.url, old.place.key_file)
    pending = migrate_store(old.place.url, old.place.key_file, dry_run=True)
    assert pending
    assert old.migrated() == pending
    assert old.migrated() == ()
    with opened(old):
        pass


def test_every_row_is_kept(old: Old) -> None:
    """Every column that the old schema had holds what it held, row by row."""
    kept = {table: one["columns"] for table, one in old.contents["tables"].items()}
    with old.place.sql() as run:
        assert table_digests(run, kept) == old.contents["tables"]
        old.migrated()
        assert table_digests(run, kept) == old.contents["tables"]


def test_every_reader_says_what_it_said(old: Old) -> None:
    """Answers and documents come byte for byte, and every method gives the same rows."""
    old.migrated()
    with opened(old) as store, store.read() as reader, old.place.sql() as run:
        now = everything(reader, run)
    assert_kept(json.loads(json.dumps(now)), old.contents["reader"], "reader")


def test_it_serves_on(old: Old) -> None:
    """A repeated request gets the stored bytes; a newer version goes on in the family of the earlier one."""
    old.migrated()
    repeated, later = old.contents["repeated"], old.contents["family"]
    store = open_store(old.place.url, old.place.key_file, create=False)
    with routing(store, old.place.key_file) as (stub, core):
        request = pb.SubmitReferralRequest.FromString(base64.b64decode(repeated["request"]))
        answer = stub.SubmitReferral(request)
        assert answer.SerializeToString(deterministic=True) == _same(repeated["answer"])
        newer = stub.SubmitReferral(pb.SubmitReferralRequest.FromString(base64.b64decode(later["request"])))
        with core.store.read() as reader:
            rows = reader.families([later["of"]])[later["of"]]
        assert newer.referral_id
        assert {event.source_version for event in rows.events if event.source_reference == "history-1"} == {1, 2}
        assert newer.decision.family_id == answer.decision.family_id


def _same(answer: str) -> bytes:
    return pb.SubmitReferralResponse.FromString(base64.b64decode(answer)).SerializeToString(deterministic=True)


def assert_kept(now: Any, then: Any, where: str) -> None:
    """Assert that what was said then is said now; a newer program may say more of a row, and of more tables."""
    if isinstance(then, dict):
        for key, value in then.items():
            assert key in now, f"{where}.{key}"
            assert_kept(now[key], value, f"{where}.{key}")
    elif isinstance(then, list):
        assert len(now) == len(then), where
        for place, (one, other) in enumerate(zip(now, then, strict=True)):
            assert_kept(one, other, f"{where}[{place}]")
    else:
        assert now == then, where


def test_sequences_go_on(old: Old) -> None:
    """What is written after the migration comes after what was there."""
    last = max(row["sequence"] for row in old.contents["reader"]["list_audit"])
    old.migrated()
    store = open_store(old.place.url, old.place.key_file, create=False)
    with routing(store, old.place.key_file) as (stub, core):
        stub.SubmitReferral(pb.SubmitReferralRequest.FromString(base64.b64decode(old.contents["family"]["request"])))
        with core.store.read() as reader:
            # The start writes down which pack is in force, if the store does not know yet; then the referral.
            written = reader.list_audit(after=last, limit=10)
        assert [row.sequence for row in written] == list(range(last + 1, last + 1 + len(written)))
        assert written[-1].name == "api:referral:decided"
