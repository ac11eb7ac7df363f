"""A line of a register is read as the contract has it, or refused with its place and nothing of what it says."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from router.model.errors import Reason
from router.service.registers import files as register_file
from router.service.registers.files import batches
from router.service.registers.records import Record, Refused, read_line
from router.service.workspace import KeyHash
from router.store.interface import StoreError
from router.v1 import referral_pb2
from tests.support.registers import REGISTER, content, line, record, written

SECRET = b"s" * 32
NAME = "Testpersonba"


def read(said: Any) -> Record | Refused:
    """Read one line."""
    return read_line(7, said if isinstance(said, bytes) else json.dumps(said).encode(), KeyHash(SECRET))


def refused(said: Any) -> Refused:
    """Read a line that is refused, and see that nothing of it is said."""
    found = read(said)
    assert isinstance(found, Refused)
    assert found.line == 7
    assert not any(word in found.message for word in (NAME, "Ailsa", "F0", "0700", "secret"))
    return found


def test_a_line_is_an_event_of_the_contract() -> None:
    """Whether its fields are named as in JSON or as in the contract, and in whatever order, it is the same record."""
    message = record(0)
    found = read(line(message))
    assert isinstance(found, Record)
    assert found == read(content(0))
    assert found == read(dict(reversed(content(0).items())))
    assert referral_pb2.ReferralEvent.FromString(found.payload) == message
    assert found.source == (REGISTER, "F0")
    assert found.people == (("mother", "mother"), ("infant-1", "infant"))
    assert len(found.keys) > 5


def test_numbers_as_text_are_taken_as_the_contract_allows() -> None:
    """JSON of protocol buffers may write a number as text."""
    assert read(content(0, source_version="1")) == read(content(0))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"not json \xff", "is not a JSON object"),
        (b"[]", "is not a JSON object"),
        (b"{}", "source_system"),
        (b'{"surname": "secret"}', "a field that the contract does not know"),
        (content(0, sourceSystem="secret"), "says one thing twice"),
        (content(0, observations=[{"fact": "x"}]), "observations is not for a register's record"),
        (content(0, free_text="secret"), "free_text is not for a register's record"),
        (content(0, people=[]), "people"),
        (content(0, people=[{"ref": "mother", "role": "secret"}]), "people[0] is not as the contract has it"),
        (content(0, people="secret"), "people is not as the contract has it"),
        (content(0, occurred_at="secret"), "occurred_at is not as the contract has it"),
        (content(0, occurred_at=None), "occurred_at"),
        (content(0, source_version=0), "source_version"),
        (content(0, household={"postcode": "EH1\0"}), "household.postcode holds the sign U+0000"),
        (b"{" + b" " * (1 << 16) + b"}", "is longer than"),
    ],
)
def test_a_line_that_cannot_be_loaded_says_where_and_why(said: Any, words: str) -> None:
    """By the paths of fields, and never by their values."""
    found = refused(said)
    assert found.reason is Reason.INVALID_FIELD
    assert words in found.message


def test_a_day_that_is_not_in_the_calendar_is_named() -> None:
    """As it is in a referral."""
    said = content(0)
    said["people"][1]["birth_date"] = "2026-02-30"
    assert "people[1].birth_date is not a day of the calendar" in refused(said).message


def test_two_people_of_one_ref_are_refused() -> None:
    """Nobody could tell which is which."""
    said = content(0)
    said["people"][1]["ref"] = "mother"
    assert "people[1].ref is used by another person" in refused(said).message


def test_other_processes_read_the_same_in_the_same_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many they are; lines are counted through, empty ones too."""
    monkeypatch.setattr(register_file, "LINES", 3)
    lines = [b"wrong\n" if number % 5 == 4 else line(record(number)) for number in range(20)]
    file = written(tmp_path / "register.jsonl", *lines[:7], b"\n", *lines[7:])
    alone = list(batches(file, SECRET, readers=0))
    assert [one.line for batch in alone for one in batch.refused] == [5, 11, 16, 21]
    assert sum(len(batch.records) for batch in alone) == 16
    assert sum(batch.size for batch in alone) == file.stat().st_size
    assert list(batches(file, SECRET, readers=2)) == alone


def test_a_reader_that_ends_is_told(tmp_path: Path) -> None:
    """Nothing is loaded as if the file had ended there."""
    file = tmp_path / "register.jsonl"
    file.write_bytes(b"wrong\n" * 500 * register_file._AHEAD * 3)
    reading = batches(file, SECRET, readers=1)
    next(reading)
    for child in multiprocessing.active_children():
        child.kill()
    with pytest.raises(StoreError, match="run the same command again"):
        list(reading)


def test_readers_end_when_nobody_listens_any_more(tmp_path: Path) -> None:
    """A load that is stopped leaves no process behind."""
    file = tmp_path / "register.jsonl"
    file.write_bytes(b"wrong\n" * 500 * register_file._AHEAD * 3)
    reading = batches(file, SECRET, readers=2)
    next(reading)
    started = multiprocessing.active_children()
    assert started
    reading.close()
    assert not any(child.is_alive() for child in started)
