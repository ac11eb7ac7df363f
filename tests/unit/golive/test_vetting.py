"""A pack is tried out in a process of its own, and what comes of it is told apart."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from router.authoring.proof.findings import Finding, Kind, Proof
from router.service.golive import tryout
from router.service.golive.tryout import SAFETY, vetted
from router.service.golive.vetting import Vetted, VettingError, vet
from router.service.packs import content_of_files
from tests.support import small_pack


def small() -> dict[str, bytes]:
    """Return the files of a small pack."""
    return {name: text.encode() for name, text in small_pack.files().items()}


def test_a_child_that_dies_or_hangs_is_no_answer() -> None:
    """What a pack does to the process that tries it is that process's alone."""
    with pytest.raises(VettingError, match="ended with 3"):
        vet({}, b"", command=(sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(VettingError, match="not done within 0 seconds"):
        vet({}, b"", command=(sys.executable, "-c", "import time; time.sleep(60)"), seconds=0.01)


def test_faults_come_with_their_places() -> None:
    """Over the pipe as in the child: file, line, column, message; a pack that does not load is not proved."""
    files = {**small(), "lead.yaml": b"order: [nonsense]\n"}
    found = vet(files, content_of_files(small()))
    assert found.faults
    assert {file for file, *_ in found.faults} == {"lead.yaml"}
    assert all(line >= 0 and column >= 0 and message for _, line, column, message in found.faults)
    assert found == Vetted(faults=found.faults)


def test_what_is_unsafe_is_told_from_what_is_to_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Danger, birthdays and scores refuse a pack, as does what the proof could not settle; a gap is shown."""
    findings = tuple(Finding(kind, (), f"about {kind.value}") for kind in Kind)
    proof = Proof("digest", findings, ("a question",), 1, 1.0)
    monkeypatch.setattr(tryout, "prove", lambda _pack: proof)
    found = vetted(small(), small())
    assert {Kind.DANGER_KEEPS_OUT, Kind.DANGER_STEPS_DOWN, Kind.AGE_ALONE, Kind.SCORE_ALONE} == SAFETY
    assert set(found["unsafe"]) == {*(f"about {kind.value}" for kind in SAFETY), "a question: could not be settled"}
    assert len(found["findings"]) == len(Kind) - len(SAFETY)
    assert found["services"] == []


def test_the_child_says_what_it_finds_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as the function that it runs."""
    own, base = small(), small()
    name = next(one for one in own if one.startswith("services/clinic"))
    own[name] = own[name].replace(b"\nlabel: ", b"\nlabel: New ", 1)
    here, there = vetted(own, base), vet(own, content_of_files(base))
    assert there.services == tuple(here["services"]) == (Path(name).stem,)
    assert (there.digest, there.title) == (here["digest"], here["title"])
    assert list(map(list, there.failures)) == list(map(list, here["failures"]))
