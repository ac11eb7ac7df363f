"""The measurement of lookups runs, and what it measures on is what it says. Its figures are not looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from router.bench.looking import Found
from router.bench.lookup import Outcome, Store
from router.bench.lookup_report import requirements
from router.bench.register import Families, write
from router.bench.register_events import Arrivals
from router.model.chi import passes_check
from router.service.decode import decode_event
from router.service.registers.records import Record, read_line
from router.service.validate import validate
from router.service.workspace import KeyHash
from tests.support.requests import choice, event, yes

TODAY = date(2026, 11, 1)
NUMBER = 300


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Run the quick measurement once."""
    folder = tmp_path_factory.mktemp("lookup")
    done = subprocess.run(
        [sys.executable, "-m", "router.bench.lookup", "--quick", f"--out={folder}/a.json"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads((folder / "a.json").read_text())


def test_it_says_what_was_measured(outcome: tuple[str, dict[str, Any]]) -> None:
    """Both stores, both caches, both sizes of batches, memory, file and rate."""
    text, content = outcome
    small, big = content["stores"]
    assert (small["families"], big["families"]) == (100, 400)
    for store in (small, big):
        assert store["loaded_per_second"] > 0
        assert store["file_mb"] > 0
        assert set(store["lookups"]) == {"cold", "warm"}
        assert set(store["decided"]) == {"1", "64"}
    assert content["memory_mb"]["after lookups among many"] > 10
    assert len(content["ratios"]) == 4
    for one in content["requirements"]:
        assert one["text"] in " ".join(text.split())


def test_known_families_are_found(outcome: tuple[str, dict[str, Any]]) -> None:
    """What is timed is the real thing: nearly every known family, and no stranger, is the right one."""
    for store in outcome[1]["stores"]:
        outcomes = store["lookups"]["warm"]["outcomes"]
        assert outcomes["known: same-family, right"] > 25
        assert not any("other" in what for what in outcomes)
    keys = outcome[1]["keys"]
    assert keys["right_one_passed_over"] == keys["decided_otherwise"] == 0
    assert keys["kinds"]["chi"]["right"] > 0.2


def test_every_line_of_the_register_can_be_loaded(tmp_path: Path) -> None:
    """And is of a family of its own, with numbers that are its own."""
    write(tmp_path / "register.jsonl", Families(7, TODAY), NUMBER)
    lines = (tmp_path / "register.jsonl").read_bytes().splitlines()
    read = [read_line(number, line, KeyHash(b"k" * 32)) for number, line in enumerate(lines)]
    assert all(isinstance(one, Record) and len(one.keys) > 4 for one in read)
    assert len({one.source for one in read if isinstance(one, Record)}) == NUMBER
    numbers = Counter(
        identifier["value"]
        for line in lines
        for person in orjson.loads(line)["people"]
        for identifier in person.get("identifiers", ())
    )
    assert len(numbers) > NUMBER / 2
    assert max(numbers.values()) == 1
    assert all(map(passes_check, numbers))


def test_a_family_is_told_again_by_its_number() -> None:
    """Whatever was told between."""
    families = Families(7, TODAY)
    first = families.record(5)
    families.record(6)
    assert families.record(5) == first
    assert Families(8, TODAY).record(5) != first


def test_arrivals_are_valid_referrals_of_known_families_and_strangers() -> None:
    """Some as the register has them, some not; none refers twice under one name."""
    template = event(1, choice("parent_illness_severity", "moderate"), yes("bruising_not_mobile", "nobody"))
    arrivals = Arrivals(Families(7, TODAY), NUMBER, [template], seed=3)
    told = [arrivals.next() for _ in range(NUMBER)]
    for message, _ in told:
        validate(message)
        decode_event(message)
    strangers = sum(number is None for _, number in told)
    assert NUMBER * 0.1 < strangers < NUMBER * 0.3
    assert {number for _, number in told if number is not None} <= set(range(NUMBER))
    assert len({message.source_reference for message, _ in told}) == NUMBER
    assert {one.fact for message, _ in told for one in message.observations} == {"parent_illness_severity"}


def test_what_is_required_is_told_apart_from_what_is_not_met() -> None:
    """By the 99th of a hundred lookups, and by the worse of wall and processor time in batches."""
    small, big = Store(10, 1.0, 1.0), Store(20, 1.0, 1.0)
    big.warm.times = [1.0] * 98 + [6.1] * 2
    for store, cost in ((small, 1.0), (big, 1.4)):
        store.wall_ms = {1: [9.0], 64: [cost]}
        store.cpu_ms = {1: [9.0], 64: [cost]}
    outcome = Outcome(small, big, Found(), 1.0, 1.0, (0.0, 0.0))
    assert [one.met for one in requirements(outcome)] == [False, True]
    big.warm.times = [1.0] * 99 + [7.0] * 1
    big.cpu_ms[64] = [1.6]
    assert [one.met for one in requirements(outcome)] == [False, False]
    big.warm.times = [1.0] * 199 + [7.0]
    assert [one.met for one in requirements(outcome)] == [True, False]
