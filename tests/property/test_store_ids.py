"""What holds for every id."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.store.ids import START_MS, IdSource, MalformedIdError, parse, render

IDS = st.integers(1, 2**63 - 1)
PREFIXES = st.from_regex(r"[a-z][a-z-]{0,8}", fullmatch=True)


@given(PREFIXES, IDS)
def test_an_id_comes_back_from_its_text(prefix: str, number: int) -> None:
    """Rendering loses nothing."""
    assert parse(prefix, render(prefix, number)) == number


@given(IDS, IDS)
def test_texts_sort_as_ids_do(one: int, other: int) -> None:
    """The order of texts is the order of ids, and each id has a text of its own."""
    assert (render("fam", one) < render("fam", other)) == (one < other)


@given(st.text() | st.from_regex(r"fam-[0-9a-z]{13}", fullmatch=True))
def test_every_text_is_the_one_text_of_an_id_or_is_refused(text: str) -> None:
    """There is no second way to write an id."""
    try:
        number = parse("fam", text)
    except MalformedIdError:
        return
    assert render("fam", number) == text


@given(st.lists(st.integers(-5, 10_000), min_size=1, max_size=200), st.integers(0, 4095))
def test_ids_rise_whatever_the_clock_does(times: list[int], process: int) -> None:
    """Each id is greater than the one before and tells its process."""
    left = iter(times)
    source = IdSource(process, lambda: START_MS + next(left))
    ids = [source.new() for _ in times]
    assert all(a < b for a, b in pairwise(ids))
    assert {number >> 10 & 4095 for number in ids} == {process}
    assert ids[0] > 0
    assert ids[-1] < 2**63


@given(st.sampled_from([-1, 4096]))
def test_processes_are_told_apart(number: int) -> None:
    """A number that would spill into the time is refused."""
    with pytest.raises(ValueError, match="process number"):
        IdSource(number, lambda: 0)
