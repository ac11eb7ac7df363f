"""Where settings come from, what is refused, and that a password is shown nowhere."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from router.service import sources
from router.service.settings import IsolatedSettings, Settings, SettingsError
from router.service.sources import variable_of

CANARY = "canary-9d1f"
SECRET = f"postgresql://router:{CANARY}@db.example:5432/router?sslmode=require&password={CANARY}"
HIDDEN = "postgresql://router:***@db.example:5432/router?password=***&sslmode=require"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, in which a ``router.toml`` counts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources, "DEFAULT_FILE", Path("router.toml"))
    return tmp_path


def refusal(**given: Any) -> str:
    """Return why such settings are refused, and see that it is one line of which nothing else remains."""
    with pytest.raises(SettingsError) as caught:
        Settings(**given)
    said = str(caught.value)
    assert "\n" not in said
    assert caught.value.__context__ is None, "an error of pydantic's knows the values"
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    return said


def test_each_source_gives_way_to_the_one_before_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flag, variable, file, default; and each setting says which it was."""
    (folder / "router.toml").write_text('port = 1\nworkers = 11\nhost = "127.0.0.3"\n')
    monkeypatch.setenv("ROUTER_PORT", "2")
    monkeypatch.setenv("ROUTER_WORKERS", "12")
    settings = Settings(port=3)
    assert (settings.port, settings.workers, settings.host, settings.queue_ms) == (3, 12, "127.0.0.3", 50)
    origins = [settings.origin(name) for name in ("port", "workers", "host", "queue_ms", "config")]
    assert origins == ["--port", "ROUTER_WORKERS", "router.toml", "default", "default"]
    assert settings.config == Path("router.toml")


@pytest.mark.parametrize("by", ["flag", "variable"])
def test_a_file_that_is_named_stands_for_the_one_in_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """The other is not read; what is read names the file as it was named."""
    (folder / "router.toml").write_text("this is not TOML")
    (folder / "other.toml").write_text("workers = 7\n")
    (folder / "third.toml").write_text("workers = 8\n")
    if by == "variable":
        monkeypatch.setenv("ROUTER_CONFIG", "other.toml")
        settings = Settings()
    else:
        monkeypatch.setenv("ROUTER_CONFIG", "third.toml")
        settings = Settings(config=Path("other.toml"))
    assert settings.workers == 7
    assert settings.origin("workers") == "other.toml"
    assert settings.origin("config") == {"variable": "ROUTER_CONFIG", "flag": "--config"}[by]


def test_every_setting_can_come_from_a_variable_and_from_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but ``config``, which no file can hold."""
    values: dict[str, str | int] = {name: f"/{name}" for name in Settings.model_fields if name != "config"}
    values |= {"host": "::1", "port": 5, "workers": 6, "queue_ms": 7, "store": SECRET}
    (folder / "router.toml").write_text("".join(f"{name} = {value!r}\n" for name, value in values.items()))
    assert {name: Settings().origin(name) for name in values} == dict.fromkeys(values, "router.toml")
    for name, value in values.items():
        monkeypatch.setenv(variable_of(name), str(value))
    settings = Settings()
    assert {name: settings.origin(name) for name in values} == {name: variable_of(name) for name in values}
    assert {name: settings.shown(name) for name in values} == {**values, "store": HIDDEN}


def test_the_store_and_its_key_are_in_the_data_folder(folder: Path) -> None:
    """Unless they are told otherwise, one at a time."""
    settings = Settings(data=Path("there"))
    assert settings.store_url == settings.shown_store == f"sqlite:///{folder}/there/router.db"
    assert settings.key_file == folder / "there" / "router.key"
    assert Settings(data=Path("there"), store=SECRET).key_file == folder / "there" / "router.key"
    assert Settings(key_file=Path("/a/key")).store_url == f"sqlite:///{folder}/data/router.db"


def test_folders_are_made_where_they_are_needed(folder: Path) -> None:
    """The key's always; the data folder only for the store that lies there."""
    Settings(store=SECRET, key_file=Path("keys/router.key")).make_folders()
    assert [one.name for one in folder.iterdir()] == ["keys"]
    Settings().make_folders()
    assert {one.name for one in folder.iterdir()} == {"keys", "data"}


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a line ``ROUTER_STORE=`` of a container's settings means it."""
    monkeypatch.setenv("ROUTER_STORE", "")
    assert Settings().origin("store") == "default"


def test_isolated_settings_look_at_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a variable, be it misspelt, nor a file turns them."""
    (folder / "router.toml").write_text("faulty")
    monkeypatch.setenv("ROUTER_STORE", SECRET)
    monkeypatch.setenv("ROUTER_STOER", "x")
    settings = IsolatedSettings(data=folder)
    assert settings.store is None
    assert settings.config is None


def test_a_worker_gets_what_its_supervisor_had(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every value with its origin, secrets included, on one line."""
    (folder / "router.toml").write_text(f'store = "{SECRET}"\n')
    monkeypatch.setenv("ROUTER_QUEUE_MS", "55")
    settings = Settings(workers=3, data=folder / "a\nb").model_copy(update={"port": 4711})
    line = settings.to_line()
    assert b"\n" not in line
    monkeypatch.setenv("ROUTER_QUEUE_MS", "66")
    passed = IsolatedSettings.from_line(line)
    assert passed.model_dump() == settings.model_dump()
    assert passed.store_url == SECRET
    assert [passed.origin(name) for name in Settings.model_fields] == [
        settings.origin(name) for name in Settings.model_fields
    ]


def test_a_password_is_in_no_text_of_the_settings() -> None:
    """Not in their representation, not as a string, not in a dump; only ``store_url`` has it."""
    settings = Settings(store=SECRET)
    texts = [repr(settings), str(settings), f"{settings}", repr(settings.model_dump()), settings.model_dump_json()]
    texts += [str(settings.shown(name)) for name in Settings.model_fields]
    assert [one for one in texts if CANARY in one] == []
    assert settings.shown_store == HIDDEN
    assert settings.store_url == SECRET


@pytest.mark.parametrize(
    "value",
    [
        CANARY,
        f"mysql://router:{CANARY}@h/db",
        f"postgresql:/router:{CANARY}@h/db",
        f"postgresql://router:{CANARY}@h:port/db",
        f"postgresql://router:not@{CANARY}@h/db",
        f"postgresql://router:12@34/{CANARY}@h/db",
        "",
    ],
)
def test_a_faulty_store_is_refused_without_a_word_of_it(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever made it faulty, it may hold a password."""
    assert refusal(store=value).startswith("store (--store) ")
    if value:
        monkeypatch.setenv("ROUTER_STORE", value)
        assert refusal().startswith("store (ROUTER_STORE) ")


def test_no_fault_of_a_file_repeats_what_stands_there(folder: Path) -> None:
    """A URL without quotation marks, and one in a table."""
    (folder / "router.toml").write_text(f"store = {SECRET}\n")
    assert refusal() == "router.toml is not a TOML file: Invalid value (at line 1, column 9): put it right there"
    (folder / "router.toml").write_text(f'store = {{url = "{SECRET}"}}\n')
    assert refusal() == "store (router.toml) must be text"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"port": "abc"}, "port (--port) must be a whole number"),
        ({"port": True}, "port (--port) must be a whole number"),
        ({"port": 1.5}, "port (--port) must be a whole number"),
        ({"port": 65536}, "port (--port) must be at most 65535"),
        ({"port": -1}, "port (--port) must be at least 0"),
        ({"workers": 0}, "workers (--workers) must be at least 1"),
        ({"queue_ms": 0}, "queue_ms (--queue-ms) must be at least 1"),
        ({"queue_ms": 10001}, "queue_ms (--queue-ms) must be at most 10000"),
        ({"host": ""}, "host (--host) must not be empty"),
        ({"tls_certificate": 3}, "tls_certificate (--tls-cert) must be a path, written as text"),
        ({"data": 3}, "data (--data) must be a path, written as text"),
        ({"dat": 3}, "--dat names no setting"),
        (
            {"config": "away.toml"},
            "config (--config): away.toml cannot be read: No such file or directory: name a file that can, or none",
        ),
        (
            {"port": "x", "workers": "y"},
            "port (--port) must be a whole number; workers (--workers) must be a whole number",
        ),
        (
            {"host": "0.0.0.0"},
            (
                "host (--host) can be reached from other machines: give --tls-cert, --tls-key, --client-ca and --callers, "
                "or listen on 127.0.0.1"
            ),
        ),
        (
            {"tls_key": "k", "callers": "c"},
            (
                "tls_key (--tls-key) and callers (--callers) without tls_certificate and tls_client_ca: "
                "--tls-cert, --tls-key, --client-ca and --callers go together: give all four or none"
            ),
        ),
    ],
)
def test_a_fault_says_which_from_where_what_and_what_to_do(given: dict[str, Any], said: str) -> None:
    """Word for word."""
    assert refusal(**given) == said


def test_all_faults_of_all_sources_are_told_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its own source, and misspelt names with the nearest right one."""
    (folder / "router.toml").write_text('tls-key = "x"\nworkers = "many"\nconfig = "y"\n[router]\n')
    monkeypatch.setenv("ROUTER_QEUE_MS", "3")
    monkeypatch.setenv("ROUTER_UNHEARD_OF", "")
    monkeypatch.setenv("ROUTER_TLS_CERT", CANARY)
    assert set(refusal(port="x").split("; ")) == {
        "port (--port) must be a whole number",
        "ROUTER_QEUE_MS names no setting: did you mean ROUTER_QUEUE_MS?",
        "ROUTER_UNHEARD_OF names no setting: remove it (the names are in docs/settings.md)",
        "ROUTER_TLS_CERT names no setting: did you mean ROUTER_TLS_CERTIFICATE?",
        "'tls-key' in router.toml names no setting: did you mean tls_key?",
        "workers (router.toml) must be a whole number",
        "'config' in router.toml names no setting: remove it (the names are in docs/settings.md)",
        "'router' in router.toml names no setting: remove it (the names are in docs/settings.md)",
    }


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    """With its name, and without its bytes."""
    (folder / "router.toml").write_bytes(b"\xff" + CANARY.encode())
    assert refusal() == "router.toml is not a TOML file: it must be UTF-8 text"


def test_a_name_with_a_line_end_makes_no_second_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names come from outside too."""
    monkeypatch.setenv("ROUTER_A\nrouter: all is well", "x")
    assert "ROUTER_A?router: all is well names no setting" in refusal()


def test_settings_do_not_change() -> None:
    """What was checked stays as it was checked."""
    settings = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 3  # type: ignore[misc]


def test_files_that_cannot_be_read_are_named_together(folder: Path) -> None:
    """Those of TLS, before anything is started."""
    (folder / "here").touch()
    given: dict[str, Any] = {"tls_certificate": "here", "tls_key": "away", "tls_client_ca": ".", "callers": "here"}
    with pytest.raises(SettingsError) as caught:
        Settings(**given).check_files()
    assert str(caught.value) == (
        "tls_key (--tls-key): away cannot be read: No such file or directory: name a file that can; "
        "tls_client_ca (--client-ca): . cannot be read: Is a directory: name a file that can"
    )
