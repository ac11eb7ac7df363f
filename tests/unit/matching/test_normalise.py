"""Names that are the same name become equal, and no two names that are not."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from router.matching.normalise import are_variants, fold, forename, forename_sounds, is_known_name, sound, surname


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("McDonald", "MacDonald"),
        ("Mc Donald", "Mac Donald"),
        ("M'Kay", "MacKay"),
        ("M’Kay", "Mackay"),  # noqa: RUF001 - the printer's apostrophe
        ("O'Neil", "ONeil"),
        ("O Neil", "o'neil"),
        ("MÜLLER", "Muller"),
        ("Łukasz", "lukasz"),
        ("van der Berg", "Vanderberg"),
        ("Smith-Jones", "Smith Jones"),
    ],
)
def test_spellings_of_one_surname_are_equal(one: str, other: str) -> None:
    """Case, accents, apostrophes, spaces, and Mac or Mc make no difference to the whole surname."""
    assert surname(one)[0] == surname(other)[0]


def test_double_surname_has_parts() -> None:
    """Each part of a double surname is found by itself, and a particle is no part."""
    assert surname("Smith-Jones") == ("smithjones", "smith", "jones")
    assert surname("de la Cruz") == ("delacruz", "cruz")


@pytest.mark.parametrize("text", ["Macey", "Mackie", "Macaulay", "Mac", "Mc"])
def test_names_that_begin_like_mac_are_left(text: str) -> None:
    """A surname that merely begins with the letters of Mac stays whole."""
    assert surname(text) == (text.lower() if text != "Mc" else "mac",)


@pytest.mark.parametrize("text", ["", "  ", "?", "Unknown", "Not known", "NK", "123"])
def test_no_surname(text: str) -> None:
    """A surname that says "not known" is no surname."""
    assert surname(text) == ()


@pytest.mark.parametrize(
    "text",
    ["Baby", "BABY SMITH", "Baby Girl", "Baby Boy Fairbairn", "Twin 1", "TWIN2", "Infant of Catriona", "B/O Fairbairn",
     "Boy", "Girl 2", "Unnamed", "not known", "Newborn", "?", "1", "", "Triplet III"],
)  # fmt: skip
def test_placeholder_is_no_forename(text: str) -> None:
    """What a ward writes before a baby has a name is no name."""
    assert forename(text) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [("Mary-Jane", ("mary", "jane")), ("Mhàiri", ("mhairi",)), ("Mrs Eilidh", ("eilidh",)), ("M.", ("m",))],
)
def test_forename_words(text: str, words: tuple[str, ...]) -> None:
    """A forename is its words, folded, without a title."""
    assert forename(text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [("mhairi", "mairi"), ("mhairi", "vari"), ("catriona", "katrina"), ("elizabeth", "liz"), ("liz", "beth"),
     ("shona", "seonaid"), ("iain", "ian"), ("stephen", "steven"), ("katarzyna", "kasia")],
)  # fmt: skip
def test_variants(one: str, other: str) -> None:
    """Gaelic, short and borrowed forms of one name are variants, both ways round."""
    assert are_variants(one, other)
    assert are_variants(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("mary", "mairi"), ("marie", "maria"), ("anna", "anne"), ("emma", "emily"), ("laura", "lauren"),
     ("sophie", "sophia"), ("xyz", "xyz")],
)  # fmt: skip
def test_names_that_sisters_have_are_no_variants(one: str, other: str) -> None:
    """Two names that two sisters could have stay two names; a name outside the table is no variant of anything."""
    assert not are_variants(one, other)


def test_variants_are_not_passed_on() -> None:
    """Two names that share a short form are not for that variants of each other."""
    assert are_variants("alexander", "alex")
    assert are_variants("alex", "alexandra")
    assert not are_variants("alexander", "alexandra")


def test_variants_sound_alike_for_lookup() -> None:
    """Variants share a lookup sound, however different they are as sounds."""
    assert set(forename_sounds(("liz",))) & set(forename_sounds(("elizabeth",)))
    assert set(forename_sounds(("vari",))) & set(forename_sounds(("mhairi",)))
    assert forename_sounds(()) == ()


def test_sound_of_a_name_without_latin_letters() -> None:
    """A name that the sound code knows no letter of still has a sound of its own."""
    assert sound("李") == "李"


def test_known_names() -> None:
    """Names of the table, their variants, and the further names are known; a slip is not."""
    assert is_known_name("maria")
    assert is_known_name("kasia")
    assert not is_known_name("cathrine")


@example("㎀")
@example("İ")
@example("ŉ")
@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    """Folded text is its own folded form, for any text."""
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=30))
def test_any_text_has_a_surname_or_none(text: str) -> None:
    """Any text at all gives words that are not empty, or nothing."""
    assert all(surname(text))
    assert all(forename(text))
