"""``router rules fmt``: files come out as the shipped ones are, comments and meaning kept, and stay so."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from typer.testing import CliRunner

from router.authoring.formatting import formatted
from router.cli.main import app
from router.rules.yamlfile import PackError, parse_yaml
from router.service.settings import DEFAULT_PACK

SERVICE = "services/clinic.yaml"
MESSY = """\
# The clinic.
label: 'Clinic'
service:   clinic
tier: 1   # of four
# What it is, for parents.
# In two lines.
plain: "A clinic."

respond: { urgent_hours: 48, routine_days: 10 }
offers:
- care
criteria:
    young:
        source: book
        # A bound by calendar months.
        when: {less_than: 12, fact: age_months}
        label: "Under a year"
eligible_when: {any: [young, {all: [young]}]}
tests:
- expect: {outcome: met}
  # a comment on what is given
  given:
    age_months: 3
  name: "Young"
review: {next: 2027-01-01, last: 2026-01-01}
"""
NEAT = """\
# The clinic.
service: clinic
label: 'Clinic'
# What it is, for parents.
# In two lines.
plain: "A clinic."

tier: 1   # of four
offers:
  - care
respond: {routine_days: 10, urgent_hours: 48}
criteria:
  young:
    label: "Under a year"
    # A bound by calendar months.
    when: {fact: age_months, less_than: 12}
    source: book
eligible_when: {any: [young, {all: [young]}]}
review: {last: 2026-01-01, next: 2027-01-01}
tests:
  - name: "Young"
    # a comment on what is given
    given:
      age_months: 3
    expect: {outcome: met}
"""


def test_a_messy_file_comes_out_neat() -> None:
    """Keys, indentation and braces are put in order; each comment stays with its key."""
    assert formatted(SERVICE, MESSY) == NEAT


def test_the_shipped_pack_is_formatted() -> None:
    """Nothing in the example pack would change."""
    for path in DEFAULT_PACK.rglob("*.yaml"):
        name = path.relative_to(DEFAULT_PACK).as_posix()
        assert formatted(name, path.read_text()) == path.read_text(), f"{name}: run router rules fmt"


def _shuffled(data: Any, draw: st.DrawFn) -> Any:
    if isinstance(data, dict):
        return {key: _shuffled(data[key], draw) for key in draw(st.permutations(list(data)))}
    return [_shuffled(one, draw) for one in data] if isinstance(data, list) else data


@st.composite
def untidy(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a file of the example pack with keys in any order, indented and broken in any way."""
    name = draw(st.sampled_from(["lead.yaml", "boards.yaml", "services/fnp.yaml", "pathways/transfer.yaml"]))
    data = YAML(typ="safe", pure=True).load((DEFAULT_PACK / name).read_text())
    out = YAML(typ="safe", pure=True)
    out.default_flow_style = draw(st.sampled_from([None, False, True]))
    out.width = draw(st.sampled_from([40, 90, 200]))
    out.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    text = io.BytesIO()
    out.dump(_shuffled(data, draw), text)
    return name, text.getvalue().decode()


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(untidy())
def test_meaning_is_kept_and_a_second_time_changes_nothing(file: tuple[str, str]) -> None:
    """However a file was written, what it says stays, and it comes out the same the second time."""
    name, text = file
    once = formatted(name, text)
    assert parse_yaml(once, name).data == parse_yaml(text, name).data
    assert formatted(name, once) == once


@pytest.mark.parametrize(("name", "text"), [("other.yaml", "a: 1\n"), (SERVICE, "a: [1\n"), (SERVICE, "a: &x 1\n")])
def test_what_is_no_rule_file_is_refused(name: str, text: str) -> None:
    """A file that a pack would not take is named, and not rewritten."""
    with pytest.raises(PackError):
        formatted(name, text)


def run(*words: str) -> Any:
    """Run ``router rules fmt``."""
    return CliRunner().invoke(app, ["rules", "fmt", *words])


def test_check_changes_nothing_and_names_the_file(tmp_path: Path) -> None:
    """With --check a file stays as it is and is named, with exit code 1; without, it is written."""
    (tmp_path / "pack").mkdir()
    for name in ("pack.yaml", "sources.yaml"):
        shutil.copy(DEFAULT_PACK / name, tmp_path / "pack" / name)
    pack, file = str(tmp_path / "pack"), tmp_path / "pack" / "pack.yaml"
    neat = file.read_bytes()
    messy = neat.replace(b"pack: scotland\n", b"", 1) + b"pack: scotland\n"
    file.write_bytes(messy)
    looked = run(pack, "--check", "--json")
    assert (looked.exit_code, json.loads(looked.stdout)["changed"], file.read_bytes()) == (1, ["pack.yaml"], messy)
    assert run(pack).exit_code == 0
    assert file.read_bytes() == neat
    assert run(pack, "--check").exit_code == 0


def test_a_file_that_cannot_be_read_spoils_no_other(tmp_path: Path) -> None:
    """A fault is told with its place and exit code 2; the other files are written all the same."""
    (tmp_path / "pack.yaml").write_text("status: approved\npack: one\n")
    (tmp_path / "lead.yaml").write_text("a: [1\n")
    done = run(str(tmp_path))
    assert done.exit_code == 2
    assert "lead.yaml:" in done.output
    assert (tmp_path / "pack.yaml").read_text() == "pack: one\nstatus: approved\n"
