"""Common slips of YAML are told in plain words, with the place and what to do."""

from __future__ import annotations

import pytest

from router.rules.yamlfile import PackError, parse_yaml


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('a: 1\nb: "x\nc: 1\n', "4:1", "the text in quotes that began in line 2 does not end; add the missing quote"),
        ("a: {x: 1\nb: 2\n", "2:2", "the brace that began in line 1 does not end before this; look there"),
        ("a: {x: 1\n", "2:1", "the brace that began in line 1 does not end before this; look there"),
        ("a: [1, 2\nb: 3\n", "2:2", "the bracket that began in line 1 does not end before this; look there"),
        ("a:\n  b: 1\n\tc: 2\n", "3:1", "a tab stands where spaces belong; indent with spaces"),
        ("a: 1\nb:2\nc: 3\n", "3:1", "the key that began in line 2 has no colon with a space after it"),
        ("a: 1\n b: 2\n", "2:3", "a colon stands where no key can; check the indentation"),
        ("a:\n  b: 1\n c: 2\n", "3:2", "this does not fit the block that began in line 1; check the indentation"),
        ('a: "x\nb: "y"\n', "2:5", "in the lines above for a missing quote, brace or bracket"),
        ("a: 1\n---\nb: 2\n", "2:1", "but found another document"),
    ],
)
def test_a_slip_is_told_in_plain_words(text: str, place: str, words: str) -> None:
    """The place is where the reader stumbled, and the line where the unfinished thing began is named."""
    with pytest.raises(PackError) as caught:
        parse_yaml(text, "file.yaml")
    (fault,) = caught.value.faults
    assert str(fault).startswith(f"file.yaml:{place}: is not YAML: ")
    assert words in fault.message
