"""Words of danger in a message that nobody could read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.danger import TRIGGERS, TRIGGERS_BY_NAME
from router.routing.danger_words import danger_in
from tests.support.events import quick


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("Small BRUISES on the arm", "bruising-not-mobile"),
        ("NBI: safeguarding concern", "child-protection"),
        ("<child_protection>Y</child_protection>", "child-protection"),
        ("Pre-birth planning meeting held", "unborn-protection"),
        ("referred to MARAC", "high-risk-domestic-abuse"),
        ("he has been violent", "partner-violence"),
        ("coercive control", "domestic-abuse"),
        ("? postpartum psychosis", "psychosis-suspected"),
        ("hallucinations overnight", "psychosis-suspected"),
        ("suicidal with a plan", "suicidal-intent"),
        ("said she would end her life", "suicidal-intent"),
        ("OBX|3||SELF-HARM||Y", "new-violent-self-harm"),
        ("took an overdose", "overdose-recent"),
        ("failure to thrive", "faltering-growth"),
        ("loss of skills since June", "withdrawal-or-lost-skills"),
    ],
)
def test_a_word_of_danger_is_seen(text: str, trigger: str) -> None:
    """Upper or lower case, whatever the format round it."""
    assert trigger in danger_in(text.encode())


def test_words_are_seen_in_bytes_that_are_no_text() -> None:
    """A broken encoding hides nothing that is plain."""
    assert danger_in(b"\xff\xfe\x00overdose\x80") == ("overdose-recent",)


def test_what_is_seen_is_named_as_the_floor_names_it_most_pressing_first() -> None:
    """Each name is a trigger's, in the floor's own order, once."""
    seen = danger_in(b"overdose, bruising, bruises, psychosis, safeguarding, violence, marac, faltering growth")
    assert len(set(seen)) == len(seen) == 7
    order = [one.name for one in TRIGGERS]
    assert list(seen) == sorted(seen, key=order.index)


@pytest.mark.parametrize("text", ["", "Mild low mood, sleeping well, feeding well", "MSH|^~\\&|REF^I12"])
def test_nothing_is_seen_in_plain_words(text: str) -> None:
    """The desk's queue is not all danger."""
    assert danger_in(text.encode()) == ()


@quick(100)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_read(raw: bytes) -> None:
    """Nothing makes it fail."""
    assert set(danger_in(raw)) <= set(TRIGGERS_BY_NAME)
    assert "suicidal-intent" in danger_in(raw + b" suicidal")
