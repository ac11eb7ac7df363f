"""Opening a store: with the right key, the wrong one, none, and what is no store at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from router.store import sqlite_file
from router.store.interface import Change, StoreError, WrongKeyError
from router.store.key import create_key, load_key
from router.store.open import migrate_store, open_store
from router.store.sqlite import SqliteStore
from tests.contract import samples

#: Bytes of a store's file that are written as one.
PAGE = 4096

CANARY = "Mhairi-Canary-0123456789"


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def url(folder: Path) -> str:
    """Return the URL of the store in a folder."""
    return f"sqlite:///{folder}/record.db"


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """Return a folder with a store, closed, and its key."""
    open_store(url(tmp_path), tmp_path / "key").close()
    return tmp_path


def left_by_a_killed_process(folder: Path) -> None:
    """Leave the store with a log that no process has open."""
    store = open_store(url(folder), folder / "key")
    with store.transaction() as transaction:
        transaction.apply([Change(audit=[samples.audit(1)])])
    left = {name: content for name, content in contents(folder).items() if name != "key"}
    store.close()
    for name, content in left.items():
        (folder / name).write_bytes(content)
    assert left["record.db-wal"]


def test_a_new_store_is_its_owners_alone(tmp_path: Path) -> None:
    """The store and its log may be read by nobody else, and nothing else is left in the folder."""
    store = open_store(url(tmp_path), tmp_path / "key")
    assert {path.name for path in tmp_path.iterdir()} == {"key", "record.db", "record.db-wal", "record.db-shm"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    store.close()
    assert {path.name for path in tmp_path.iterdir()} == {"key", "record.db"}


def test_an_existing_key_is_used_for_a_new_store(tmp_path: Path) -> None:
    """A key that was put there beforehand stays."""
    key = create_key(tmp_path / "key")
    open_store(url(tmp_path), tmp_path / "key").close()
    SqliteStore.open(tmp_path / "record.db", key, create=False).close()


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("create", [False, True])
def test_a_wrong_key_touches_nothing(
    closed: Path, capfd: pytest.CaptureFixture[str], *, create: bool, killed: bool
) -> None:
    """The store and the log that a killed process left stay byte for byte, and nothing is printed."""
    if killed:
        left_by_a_killed_process(closed)
    (closed / "key").unlink()
    create_key(closed / "key")
    before = contents(closed)
    with pytest.raises(WrongKeyError, match="cannot be read with this key"):
        open_store(url(closed), closed / "key", create=create)
    with pytest.raises(WrongKeyError, match="cannot be read with this key"):
        migrate_store(url(closed), closed / "key")
    assert contents(closed) == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("create", [False, True])
def test_a_missing_key_touches_nothing(closed: Path, *, create: bool) -> None:
    """A key is never made for a store that exists."""
    (closed / "key").unlink()
    before = contents(closed)
    with pytest.raises(WrongKeyError, match="there is no key file"):
        open_store(url(closed), closed / "key", create=create)
    assert contents(closed) == before


def test_a_key_that_others_can_read_opens_nothing(closed: Path) -> None:
    """Its mode is refused before the store is looked at."""
    (closed / "key").chmod(0o644)
    before = contents(closed)
    with pytest.raises(StoreError, match="chmod 600"):
        open_store(url(closed), closed / "key")
    assert contents(closed) == before


def test_what_a_killed_process_left_is_there_with_the_right_key(closed: Path) -> None:
    """The log is read, not thrown away."""
    left_by_a_killed_process(closed)
    store = open_store(url(closed), closed / "key")
    with store.read() as reader:
        assert reader.counts()["audit"] == 1
    store.close()


@pytest.mark.parametrize("first_page", ["whole", "torn"])
def test_a_store_that_died_while_its_log_was_brought_in_opens(
    closed: Path, monkeypatch: pytest.MonkeyPatch, first_page: str
) -> None:
    """Whichever page it died at, and with its first one half written, everything committed is there."""
    file, log = closed / "record.db", closed / "record.db-wal"
    before = file.read_bytes()
    store = open_store(url(closed), closed / "key")
    with store.transaction() as transaction:
        transaction.apply([Change(audit=[samples.audit(number)]) for number in range(1, 301)])
    committed = log.read_bytes()
    store.close()
    after = file.read_bytes()
    pages = len(after) // PAGE
    monkeypatch.setattr("router.store.sqlite_file.time.sleep", lambda _: None)
    assert len(before) < len(after)
    for written in range(1, pages + 1):
        died = after[: written * PAGE] + before[written * PAGE :]
        if first_page == "torn":
            died = died[: PAGE // 2] + bytes(PAGE // 2) + died[PAGE:]
        file.write_bytes(died)
        log.write_bytes(committed)
        store = open_store(url(closed), closed / "key", create=False)
        with store.read() as reader:
            assert reader.counts()["audit"] == 300
        store.close()
        assert file.read_bytes() == after


@pytest.mark.parametrize("pages", [1, 2, 40])
def test_a_store_that_lacks_a_part_is_damaged_and_its_key_not_blamed(closed: Path, pages: int) -> None:
    """A file that was copied without its log says what is amiss, and stays as it is."""
    file = closed / "record.db"
    file.write_bytes(file.read_bytes()[: pages * PAGE])
    before = contents(closed)
    with pytest.raises(StoreError, match="put back a whole copy") as refusal:
        open_store(url(closed), closed / "key", create=False)
    assert not isinstance(refusal.value, WrongKeyError)
    assert contents(closed) == before


def test_a_missing_store_is_not_made_unless_asked(tmp_path: Path) -> None:
    """Without ``create`` neither a store nor a key comes into being."""
    with pytest.raises(WrongKeyError):
        open_store(url(tmp_path), tmp_path / "key", create=False)
    assert not list(tmp_path.iterdir())
    create_key(tmp_path / "key")
    for attempt in (
        lambda: open_store(url(tmp_path), tmp_path / "key", create=False),
        lambda: migrate_store(url(tmp_path), tmp_path / "key"),
    ):
        with pytest.raises(StoreError, match="there is no store"):
            attempt()
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00" + b"\x00" * 4080, b"rubbish", b"rubbish" * 1000])
def test_a_file_that_is_no_store_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    """An empty file, an unencrypted database and rubbish are each refused as they are."""
    (tmp_path / "record.db").write_bytes(content)
    create_key(tmp_path / "key")
    before = contents(tmp_path)
    with pytest.raises(StoreError):
        open_store(url(tmp_path), tmp_path / "key")
    assert contents(tmp_path) == before


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The store's folder is not made: a mistyped path is an error, not an empty store."""
    create_key(tmp_path / "key")
    with pytest.raises(StoreError, match="cannot be made: No such file or directory"):
        open_store(url(tmp_path / "missing"), tmp_path / "key")
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path}", tmp_path / "key")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "record.db",
        "mysql://u:secret@host/db",
        "postgresql+asyncpg://u:secret@host/db",
        "postgresql://u:secret@host",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://host/x",
        "sqlite:///x?a=b",
    ],
)
def test_a_url_that_names_no_store_is_refused_without_being_repeated(tmp_path: Path, text: str) -> None:
    """The message says what is expected; a password in the URL is not shown."""
    with pytest.raises(StoreError, match="expected sqlite:///") as refusal:
        open_store(text, tmp_path / "key")
    assert "secret" not in str(refusal.value)
    assert not list(tmp_path.iterdir())


def test_nothing_of_a_row_can_be_read_in_the_files(tmp_path: Path) -> None:
    """Neither the store nor its log shows a name, a payload or the key, before and after closing."""
    store = open_store(url(tmp_path), tmp_path / "key")
    change = Change(
        answer=samples.answer(CANARY, content=CANARY.encode() * 50),
        events=[samples.event(1, reference=CANARY, payload=CANARY.encode() * 500)],
        notices=[samples.notice(1, text=CANARY)],
        audit=[samples.audit(1, name=CANARY)],
    )
    with store.transaction() as transaction:
        assert transaction.apply([change]) == [None]
    key = load_key(tmp_path / "key")
    for closing in (False, True):
        if closing:
            store.close()
        for name, content in contents(tmp_path).items():
            if name != "key":
                assert CANARY.encode() not in content, name
                assert b"SQLite format" not in content, name
                assert key not in content, name
                assert key.hex().encode() not in content, name


def test_an_error_tells_nothing_of_a_row(tmp_path: Path) -> None:
    """A fault in the middle of a change names the table, not what was to be written."""
    store = open_store(url(tmp_path), tmp_path / "key")
    change = Change(persons=[samples.person(1, 99, role=CANARY)])
    with store.transaction() as transaction, pytest.raises(StoreError, match="person") as refusal:
        transaction.apply([change])
    seen: BaseException | None = refusal.value
    while seen is not None:
        assert CANARY not in str(seen)
        seen = seen.__cause__ or seen.__context__
    store.close()


def test_the_driver_keeps_what_it_acknowledged() -> None:
    """SQLite before 3.51.3 may lose commits when its log begins anew, so no such driver is used."""
    assert dbapi2.sqlite_version_info >= (3, 51, 3)


def test_a_store_that_cannot_keep_a_log_is_refused(tmp_path: Path) -> None:
    """Without a log beside the file neither durability nor readers beside the writer would hold."""
    with pytest.raises(StoreError, match="cannot keep a log"):
        sqlite_file.connect_writer(Path(":memory:"), bytes(32))
    assert not list(tmp_path.iterdir())


def test_what_is_committed_is_on_the_disk(closed: Path) -> None:
    """The writing connection waits for the disk, keeps references, and spills nothing to unencrypted files."""
    connection = sqlite_file.connect_writer(closed / "record.db", load_key(closed / "key"))
    pragmas = {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "recursive_triggers": 1, "temp_store": 2}
    assert {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas} == pragmas
    connection.close()


def test_a_reading_connection_cannot_write(closed: Path) -> None:
    """A reader that tries is refused by the database."""
    connection = sqlite_file.connect_reader(closed / "record.db", load_key(closed / "key"))
    with pytest.raises(dbapi2.OperationalError, match="readonly"):
        connection.execute("INSERT INTO process VALUES (1, 1)")
    connection.close()


def test_a_page_that_is_being_written_is_not_taken_for_a_wrong_key(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process writes the first page while this one opens: it looks again, and finds it whole."""
    file = closed / "record.db"
    whole = file.read_bytes()
    torn = whole[:2048] + bytes(2048) + whole[4096:]
    pauses = []

    def written_meanwhile(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            file.write_bytes(whole)

    file.write_bytes(torn)
    monkeypatch.setattr("router.store.sqlite_file.time.sleep", written_meanwhile)
    sqlite_file.prove_key(file, load_key(closed / "key"))
    assert len(pauses) == 3
