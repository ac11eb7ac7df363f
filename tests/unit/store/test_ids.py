"""Ids by example; ``tests/property/test_store_ids.py`` has what holds for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from router.model.errors import Reason
from router.store.ids import START_MS, IdSource, MalformedIdError, parse, render


def clock(times: Iterable[int]) -> Callable[[], int]:
    """Return a clock that shows these milliseconds since 2024-01-01 in turn."""
    left = iter(times)
    return lambda: START_MS + next(left)


def test_an_id_is_made_of_time_process_and_count() -> None:
    """Each part lies where the others do not reach."""
    source = IdSource(4095, clock([5, 5, 6]))
    assert [source.new() for _ in range(3)] == [5 << 22 | 4095 << 10, 5 << 22 | 4095 << 10 | 1, 6 << 22 | 4095 << 10]


def test_ids_rise_when_the_clock_goes_back() -> None:
    """A clock that is set back does not give an id twice, nor a lower one."""
    source = IdSource(1, clock([100, 50, 0, -7, 100, 101]))
    ids = [source.new() for _ in range(6)]
    assert ids == sorted(set(ids))
    assert [number >> 22 for number in ids] == [100, 100, 100, 100, 100, 101]


def test_more_than_1024_ids_in_a_millisecond_run_ahead_of_the_clock() -> None:
    """The counter's overflow goes into the next millisecond, and stays ahead until the clock has passed it."""
    source = IdSource(1, clock([9] * 1025 + [10, 11]))
    ids = [source.new() for _ in range(1027)]
    assert ids == sorted(set(ids))
    assert [number >> 22 for number in ids[1023:]] == [9, 10, 10, 11]


def test_a_clock_before_2024_gives_positive_ids() -> None:
    """The id 0 means none, so no clock can give it."""
    assert IdSource(0, lambda: 0).new() == 1 << 22


def test_a_clock_past_the_end_is_an_error() -> None:
    """After 2093 an id would not fit: it is refused, not cut."""
    with pytest.raises(OverflowError, match="2093"):
        IdSource(0, lambda: START_MS + (1 << 41)).new()


@pytest.mark.parametrize("number", [-1, 4096])
def test_a_process_number_that_does_not_fit_is_refused(number: int) -> None:
    """Two processes would share ids if it were cut."""
    with pytest.raises(ValueError, match="process number"):
        IdSource(number, lambda: 0)


def test_threads_never_share_an_id() -> None:
    """A source may be used by all threads of a process."""
    source = IdSource(1, lambda: START_MS + 1)
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [source.new() for _ in range(2_000)], range(8)))
    assert len({number for batch in batches for number in batch}) == 16_000
    assert all(batch == sorted(batch) for batch in batches)


def test_an_id_reads_as_thirteen_signs() -> None:
    """The text is short, lower case, and sorts as the number does."""
    assert render("fam", 1) == "fam-0000000000001"
    assert render("fam", 2**63 - 1) == "fam-7zzzzzzzzzzzz"
    assert parse("dec", "dec-000000000000z") == 31


@pytest.mark.parametrize("number", [0, -1, 2**63])
def test_what_is_no_id_is_not_rendered(number: int) -> None:
    """A number out of range is a fault of the program."""
    with pytest.raises(ValueError, match="not an id"):
        render("fam", number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "fam-",
        "fam",
        "0000000000001",
        "dec-0000000000001",
        "fam-000000000001",
        "fam-00000000000001",
        "fam-000000000000I",
        "fam-000000000000l",
        "fam-000000000000u",
        "fam-000000000000A",
        "FAM-0000000000001",
        "fam-0000000000000",
        "fam-8000000000000",
        "fam-zzzzzzzzzzzzz",
        "fam-000000000000 ",
        " fam-0000000000001",
        "fam-00000000000\u0661",
        "fam--000000000001",
        "0101701234",
    ],
)
def test_rubbish_is_refused_with_a_reason_and_not_repeated(text: str) -> None:
    """Only the one text of an id is taken; the message does not echo what may be a patient's."""
    with pytest.raises(MalformedIdError) as refusal:
        parse("fam", text)
    assert refusal.value.reason is Reason.INVALID_FIELD
    assert "fam-" in str(refusal.value)
    assert len(text) < 10 or text not in str(refusal.value)
