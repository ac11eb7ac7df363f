"""The key's file."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from router.store.interface import StoreError, WrongKeyError
from router.store.key import create_key, load_key


def test_a_new_key_is_random_and_its_owners_alone(tmp_path: Path) -> None:
    """It has 32 bytes, nobody else may reach the file, and nothing else is left in the folder."""
    keys = {create_key(tmp_path / name) for name in ("a", "b")}
    assert {len(key) for key in keys} == {32}
    assert len(keys) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


def test_a_key_is_loaded_as_it_was_made(tmp_path: Path) -> None:
    """The file holds the key in hexadecimal digits."""
    key = create_key(tmp_path / "key")
    assert load_key(tmp_path / "key") == key
    assert (tmp_path / "key").read_text() == key.hex() + "\n"


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    """An existing file stays as it is, whatever it holds."""
    path = tmp_path / "key"
    path.write_text("not a key")
    with pytest.raises(StoreError, match="already"):
        create_key(path)
    assert path.read_text() == "not a key"
    assert list(tmp_path.iterdir()) == [path]


def test_of_those_that_make_a_key_at_once_one_succeeds(tmp_path: Path) -> None:
    """The others find a whole key, not half a one."""

    def make(_: int) -> bytes | None:
        try:
            return create_key(tmp_path / "key")
        except StoreError:
            return load_key(tmp_path / "key")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(32)))) == 1


def test_a_missing_key_file_is_told(tmp_path: Path) -> None:
    """The message names the file and says what to do; none is made."""
    with pytest.raises(WrongKeyError, match="put back"):
        load_key(tmp_path / "key")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o666])
def test_a_key_file_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    """The message says which mode it has and how to mend it."""
    path = tmp_path / "key"
    create_key(path)
    path.chmod(mode)
    with pytest.raises(StoreError, match=f"{mode:04o}.*chmod 600"):
        load_key(path)


@pytest.mark.parametrize(
    "content", [b"", b"00" * 31, b"00" * 33, b"zz" * 32, b"\xff" * 64, b"00" * 32 + b"\n" * 500 + b"1"]
)
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """What is too short, too long or no hexadecimal number is no key, and is not repeated in the message."""
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(WrongKeyError, match="64 hexadecimal digits") as refusal:
        load_key(path)
    assert "0000" not in str(refusal.value)


def test_a_key_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    """A folder in the file's place, or none to put it in, is a fault with the system's own words."""
    with pytest.raises(StoreError, match="cannot be read"):
        load_key(tmp_path)
    with pytest.raises(StoreError, match="cannot be written"):
        create_key(tmp_path / "missing" / "key")
