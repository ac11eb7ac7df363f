"""Reading YAML: as 1.2, with places, and with nothing built from a hostile file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from router.rules.yamlfile import MOST_BYTES, MOST_DEPTH, Fault, PackError, parse_yaml, read_yaml


def fault_of(text: str) -> Fault:
    """Return the one fault of a text."""
    with pytest.raises(PackError) as caught:
        parse_yaml(text, "file.yaml")
    (fault,) = caught.value.faults
    return fault


def test_words_that_older_yaml_reads_as_something_else_are_text() -> None:
    """``on``, ``yes`` and ``no`` are words, a clock time is text, and a leading zero is no octal number."""
    data = parse_yaml("{on: yes, off: no, y: n, at: 17:30, place: 012, code: S08000015}", "file.yaml").data
    assert data == {"on": "yes", "off": "no", "y": "n", "at": "17:30", "place": 12, "code": "S08000015"}


def test_plain_values_are_read_as_what_they_are() -> None:
    """Whole numbers, true, false, dates, text, lists and mappings."""
    data = parse_yaml('a: 7\nb: true\nc: False\nd: 2026-10-01\ne: "7"\nf: [1, x]\ng: -3\n', "file.yaml").data
    assert data == {"a": 7, "b": True, "c": False, "d": date(2026, 10, 1), "e": "7", "f": (1, "x"), "g": -3}


@pytest.mark.parametrize(
    "value", ["1.5", "null", "~", "2026-13-01", "2026-10-01T12:00:00Z", "!!bool perhaps", "!!int x", "!tool x"]
)
def test_a_value_of_another_kind_is_refused_where_it_stands(value: str) -> None:
    """No number with a point, no nothing, no moment, and no tag is taken for something else."""
    fault = fault_of(f"first: 1\nsecond: {value}\n")
    assert fault.line == 2
    assert fault.message.startswith("has the value")


def test_a_key_that_stands_twice_is_refused_at_the_second_place() -> None:
    """Older readers let the second overwrite the first in silence."""
    fault = fault_of("a:\n  x: 1\n  y: 2\n  x: 3\n")
    assert (fault.line, fault.column, str(fault)) == (4, 3, "file.yaml:4:3: has the key 'x' twice; keep one")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("a: &x 1\nb: *x\n", 1, 4), ("a: 1\nb: *x\n", 2, 4), ("a: &x {<<: *x}\n", 1, 4), ("- &x [1]\n", 1, 3)],
)
def test_anchors_and_aliases_are_refused(text: str, line: int, column: int) -> None:
    """What a few lines can blow up to millions is never built."""
    fault = fault_of(text)
    assert (fault.line, fault.column) == (line, column)
    assert "anchor or alias" in fault.message


@pytest.mark.parametrize("text", ["[" * 200, "a: " + "{b: " * 60 + "1" + "}" * 60, "- " * 100 + "x"])
def test_deep_nesting_is_refused(text: str) -> None:
    """No file can exhaust the stack."""
    assert f"deeper than {MOST_DEPTH}" in fault_of(text).message


def test_the_depth_that_is_allowed_is_allowed() -> None:
    """The limit itself is within it."""
    data = parse_yaml("[" * MOST_DEPTH + "]" * MOST_DEPTH, "file.yaml").data
    for _ in range(MOST_DEPTH - 1):
        (data,) = data
    assert data == ()


def test_a_file_that_is_too_large_is_refused() -> None:
    """Counted in bytes, before anything is parsed."""
    assert "larger than" in fault_of("# " + "é" * (MOST_BYTES // 2)).message
    assert parse_yaml("a: 1 # " + "x" * (MOST_BYTES - 7), "file.yaml").data == {"a": 1}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [1, 2\nb: 3\n", 2, "not YAML"),
        ("a: 1\n b: 2\n", 2, "not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
        ("a:\n\t- 1\n", 2, "not YAML"),
        ("? [a, b]\n: 1\n", 1, "not plain text"),
        ("", 0, "is empty"),
        ("# only a remark\n", 0, "is empty"),
    ],
)
def test_what_is_no_single_yaml_document_is_refused_with_its_place(text: str, line: int, words: str) -> None:
    """The place is where the reader stumbled."""
    fault = fault_of(text)
    assert (fault.line, words in fault.message) == (line, True)


def test_every_fault_of_a_file_is_told_at_once() -> None:
    """A file with three faults has three reports, in order of place."""
    with pytest.raises(PackError) as caught:
        parse_yaml("a: 1.5\nb: 2\nb: 3\nc: null\n", "file.yaml")
    assert [one.line for one in caught.value.faults] == [1, 3, 4]
    assert str(caught.value).count("\n") == 2


def test_each_part_remembers_its_place() -> None:
    """A fault at a part points at its line and column; at a part that is not there, at the nearest above."""
    file = parse_yaml("a: 1\nb:\n  - c: 2\n    d: 3\n", "file.yaml")
    places = {path: (file.fault(path, "").line, file.fault(path, "").column) for path in file.places}
    assert places[("a",)] == (1, 1)
    assert places[("b", 0, "d")] == (4, 5)
    nowhere = file.fault(("b", 0, "x", "y"), "m")
    assert (nowhere.line, nowhere.column) == (3, 5)
    assert str(Fault("file.yaml", 0, 0, "m")) == "file.yaml: m"


def test_reading_a_file_refuses_what_cannot_be_read(tmp_path: Path) -> None:
    """No such file, not UTF-8, and too large a file are told without a trace."""
    for content, words in (
        (None, "cannot be read"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * (MOST_BYTES + 1), "larger than"),
    ):
        path = tmp_path / "file.yaml"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(PackError, match=words):
            read_yaml(path, "file.yaml")
    (tmp_path / "file.yaml").write_text("a: 1\n")
    assert read_yaml(tmp_path / "file.yaml", "file.yaml").data == {"a": 1}
