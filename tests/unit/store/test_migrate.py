"""The schema: made, brought up to date, and refused when it is another."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table

from router.store import migrate, postgres, sqlite, tables
from router.store.interface import SchemaError, WrongKeyError
from router.store.key import create_key, load_key
from router.store.migrations.guards import refuse_change
from router.store.open import migrate_store, open_store
from tests.support.places import STORES, Place

LATER = '''"""A later revision."""

from alembic import op
import sqlalchemy as sa

revision = "{revision}"
down_revision = "{after}"


def upgrade() -> None:
    op.create_table("later_{revision}", sa.Column("later_id", sa.Integer(), primary_key=True))
    {fault}
'''


class Site:
    """A store's place, with an engine on it past the store."""

    def __init__(self, place: Place) -> None:
        self.url = place.url
        self.key_file = place.key_file
        self.open()
        if place.kind == "sqlite":
            self.engine = sqlite._engine(Path(place.url.removeprefix("sqlite:///")), load_key(place.key_file))
        else:
            self.engine = postgres._engine(sa.make_url(place.url), 1)

    def open(self) -> None:
        """Open the store and close it."""
        open_store(self.url, self.key_file).close()

    def execute(self, statement: str) -> None:
        """Run a statement past the store."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(statement)


@pytest.fixture(params=STORES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """Return a place with a new store of each kind."""
    made = Site(Place.of(request.param, tmp_path))
    yield made
    made.engine.dispose()


def known() -> list[str]:
    """Return the revisions that the program knows, first to last."""
    return [script.revision for script in migrate.revisions()]


def with_later(folder: Path, monkeypatch: pytest.MonkeyPatch, *, fault: str = "") -> None:
    """Let the program know two more revisions, of which the last may fail."""
    scripts = folder / "two more: 100%"
    newest = known()[-1]
    shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    for revision, after, failing in (("9001", newest, ""), ("9002", "9001", fault)):
        text = LATER.format(revision=revision, after=after, fault=failing)
        (scripts / "versions" / f"r{revision}_later.py").write_text(text)
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)


def test_a_new_store_has_nothing_pending(site: Site) -> None:
    """Opening a new store brings it to the newest revision."""
    assert migrate.pending(site.engine) == ()
    assert migrate.upgrade(site.engine) == ()
    assert migrate_store(site.url, site.key_file) == ()


# The one index on an expression cannot be compared; tests/unit/store/test_plans.py holds it.
@pytest.mark.filterwarnings("ignore:.*ix_desk_item_desk")
def test_the_revisions_make_the_tables_that_the_program_uses(site: Site) -> None:
    """Tables, columns, constraints and indexes are those of ``tables``, none more and none fewer."""
    with site.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_the_revisions_say_of_every_column_what_the_program_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Types, references, comments and options are the same, on every database."""
    made = MetaData(naming_convention=tables.metadata.naming_convention)
    recorder = SimpleNamespace(
        create_table=lambda name, *parts, **options: Table(name, made, *parts, **options),
        create_index=lambda *_, **__: None,
        execute=lambda _: None,
        get_bind=lambda: SimpleNamespace(dialect=SimpleNamespace(name="sqlite")),
        f=lambda name: name,
    )
    for script in migrate.revisions():
        monkeypatch.setattr(script.module, "op", recorder)
        script.module.upgrade()
    assert described(made) == described(tables.metadata)


def test_every_revision_says_in_one_sentence_what_it_does() -> None:
    """`router migrate --dry-run` shows it."""
    for script in migrate.revisions():
        assert re.fullmatch(r"[A-Z][^\n]{20,110}\.", migrate.sentence(script.revision)), script.revision


def described(metadata: MetaData) -> dict[str, Any]:
    """Return what is said of every table and column."""
    return {
        table.name: (
            table.comment,
            sorted(table.dialect_options["sqlite"].items(), key=str),
            [
                (
                    column.name,
                    column.type.compile(dialect=sa.create_engine("sqlite://").dialect),
                    type(column.type),
                    column.nullable,
                    column.primary_key,
                    column.comment,
                    sorted(key.target_fullname for key in column.foreign_keys),
                )
                for column in table.columns
            ],
        )
        for table in metadata.sorted_tables
    }


def test_every_table_and_column_says_what_it_is() -> None:
    """A comment stands on each of them."""
    for table in tables.metadata.sorted_tables:
        assert table.comment, table.name
        assert all(column.comment for column in table.columns), table.name


def test_an_older_store_is_refused_until_it_is_migrated(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the command; after it the store opens, and its rows are still there."""
    store = open_store(site.url, site.key_file)
    number = store.claim_process_number()
    store.close()
    with_later(tmp_path, monkeypatch)
    assert migrate.pending(site.engine) == ("9001", "9002")
    with pytest.raises(SchemaError, match=r"older than this program: 2 revision.*9001 to 9002.*`router migrate`"):
        site.open()
    assert migrate_store(site.url, site.key_file, dry_run=True) == ("9001", "9002")
    assert migrate.pending(site.engine) == ("9001", "9002")
    assert migrate_store(site.url, site.key_file) == ("9001", "9002")
    store = open_store(site.url, site.key_file)
    assert store.claim_process_number() == number + 1
    store.close()


def test_a_newer_store_is_refused_with_its_own_sentence(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program never opens, and never migrates, what a newer one has upgraded."""
    with monkeypatch.context() as newer:
        with_later(tmp_path, newer)
        migrate_store(site.url, site.key_file)
    sentence = rf"revision 9002, which this program does not know.*up to {known()[-1]}"
    for attempt in (
        site.open,
        lambda: migrate_store(site.url, site.key_file),
        lambda: migrate_store(site.url, site.key_file, dry_run=True),
    ):
        with pytest.raises(SchemaError, match=sentence):
            attempt()


def test_a_database_with_no_schema_of_ours_is_older(site: Site) -> None:
    """A store without the mark of any revision lacks all of them."""
    site.execute("DELETE FROM alembic_version")
    assert migrate.pending(site.engine) == tuple(known())
    with pytest.raises(SchemaError, match="router migrate"):
        site.open()


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All revisions are applied in one transaction: half a schema never stays."""
    with_later(tmp_path, monkeypatch, fault="raise ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        migrate_store(site.url, site.key_file)
    assert migrate.pending(site.engine) == ("9001", "9002")
    assert not [name for name in sa.inspect(site.engine).get_table_names() if name.startswith("later")]


def test_a_migration_needs_the_store_and_its_key(site: Site, tmp_path: Path) -> None:
    """Another key migrates nothing."""
    create_key(tmp_path / "other")
    with pytest.raises(WrongKeyError, match="nothing was changed"):
        migrate_store(site.url, tmp_path / "other")


def test_a_database_without_guards_written_for_it_is_not_made() -> None:
    """A new kind of store cannot be made with tables that let themselves be changed."""
    with pytest.raises(NotImplementedError, match="oracle"):
        refuse_change("oracle", "event")
