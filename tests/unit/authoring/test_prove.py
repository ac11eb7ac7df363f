"""``router rules prove``: the shipped pack proves clean, each fault that is planted is found, and each witness is real."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from typer.testing import CliRunner

from router.authoring.places import Places
from router.authoring.proof import Finding, Kind, Proof, prove
from router.authoring.proof.asking import SECONDS_A_QUESTION, Asker
from router.authoring.proof.ground import Ground
from router.authoring.proof.moving import age_alone
from router.authoring.proof.symbols import Family, Symbol
from router.authoring.proof.telling import as_case, said, where
from router.authoring.proof.trying import circumstances_of, view_of, what_comes_of
from router.cli.main import app
from router.model.facts import Held, Known, NotApplicable
from router.model.truth import Truth
from router.rules.evaluation import STAY, Circumstances
from router.rules.loader import build_pack, load_pack
from router.rules.pack import Pack
from router.rules.reference import evaluate
from router.rules.schema import CasesFile
from router.service.settings import DEFAULT_PACK
from tests.support import packs, small_pack
from tests.support.rules import with_birthday

#: What keeps the small pack itself from being clean, mended: somebody accepts everybody, and red leads nowhere else.
_EVERYBODY = "eligible_when: {any: [red, green]}"


def sound() -> dict[str, str]:
    """Return a small pack that proves clean: the GP takes both colours, the others one level each."""
    files = small_pack.files()
    others = [
        name
        for name in files
        if name.startswith("services/") and name not in {"services/gp.yaml", "services/clinic.yaml"}
    ]
    for name in others:
        files[name] = files[name].replace("tier: 0", "tier: 2")
    files["services/gp.yaml"] = (
        files["services/gp.yaml"]
        .replace("eligible_when: {all: [red]}", _EVERYBODY)
        .replace(
            "criteria:\n",
            "criteria:\n  green:\n    label: Green\n    when: {fact: colour, is: green}\n    source: book\n",
        )
    )
    for name in others:
        fact = f"needs_{name.removeprefix('services/').removesuffix('.yaml').replace('-', '_')}"
        files["facts.yaml"] += f'  {fact}: {{label: "{fact}", about: parent, type: yes_no, ask: "?"}}\n'
        files[name] = files[name].replace("{fact: colour, is: red}", f"{{fact: {fact}, is: true}}")
    return files


def found(files: dict[str, str]) -> tuple[Pack, list[Finding]]:
    """Prove a pack and return what was found; nothing may be left unsettled."""
    pack = small_pack.build(files)
    proof = prove(pack)
    assert not proof.open
    return pack, list(proof.findings)


def kinds(files: dict[str, str]) -> set[Kind]:
    """Return the kinds of fault that are found."""
    return {one.kind for one in found(files)[1]}


def planted(name: str, old: str, new: str) -> dict[str, str]:
    """Return the sound pack with one text of one file changed."""
    files = sound()
    assert old in files[name]
    return {**files, name: files[name].replace(old, new)}


def test_the_sound_pack_is_clean() -> None:
    """Nothing is found where nothing is wrong."""
    assert not found(sound())[1]


@pytest.fixture(scope="module")
def shipped() -> Proof:
    """Return the proof of the shipped pack."""
    return prove(load_pack(DEFAULT_PACK))


def test_the_shipped_pack_proves_clean(shipped: Proof) -> None:
    """Every question about the shipped pack is settled, and none has a witness."""
    assert not shipped.findings
    assert not shipped.open


_STEP_DOWN = """\
  from-clinic:
    kind: {kind}
    label: "From the clinic"
    from: [clinic]
    to: gp
    criteria:
      low:
        label: "Low"
        when: {{{when}}}
        source: book
    when: {{all: [low]}}
    review: {{last: 2026-01-01, next: 2027-01-01}}
    tests:
      - name: "Nothing known"
        given: {{}}
        expect: unknown
"""


def _with_move(kind: str, when: str, facts: str = "") -> dict[str, str]:
    files = sound()
    files["pathways/moves.yaml"] += _STEP_DOWN.format(kind=kind, when=when)
    files["facts.yaml"] += facts
    return files


_WEEKS = '  weeks: {label: "Weeks", about: infant, type: number, unit: weeks, ask: "?", derived: weeks_postnatal}\n'
_SCORE = '  score: {label: "Score", about: parent, type: number, unit: points, ask: "?"}\n'

FAULTS: dict[str, tuple[Callable[[], dict[str, str]], Kind, set[str]]] = {
    "families of the other colour are accepted by nobody": (
        lambda: planted("services/gp.yaml", _EVERYBODY, "eligible_when: {all: [red], none: [green]}"),
        Kind.GAP,
        {"S08000015"},
    ),
    "two services answer the same need of the same people": (
        lambda: {
            **sound(),
            "services/maternity.yaml": sound()["services/maternity.yaml"].replace(
                "need-of-maternity", "need-of-social-work"
            ),
        },
        Kind.OVERLAP,
        {"maternity", "social-work"},
    ),
    "a level that lies beyond both bounds": (
        lambda: planted("services/clinic.yaml", "at_least: mild", "more_than: mild, less_than: severe"),
        Kind.UNREACHABLE,
        {"clinic", "ill"},
    ),
    "a criterion that everybody meets": (
        lambda: planted("services/clinic.yaml", "at_least: mild", "at_least: none"),
        Kind.ALWAYS,
        {"clinic", "ill"},
    ),
    "two criteria that exclude one another": (
        lambda: planted(
            "services/clinic.yaml",
            "eligible_when: {all: [young, ill]}",
            "  old:\n    label: Old\n    when: {fact: age_months, at_least: 12}\n    source: book\neligible_when: {all: [young, ill, old]}",
        ),
        Kind.CONTRADICTION,
        {"clinic", "young", "old"},
    ),
    "a service whose people all go to another first": (
        lambda: planted(
            "services/social-work.yaml", "{fact: needs_social_work, is: true}", "{fact: level, at_least: mild}"
        ),
        Kind.NEVER_LEADS,
        {"clinic"},
    ),
    "up and down at the same level": (
        lambda: _with_move("step_down", "fact: level, at_least: mild"),
        Kind.CYCLE,
        {"clinic", "gp"},
    ),
    "a move by weeks alone": (
        lambda: (
            _with_move("transfer", "fact: weeks, at_least: 52", _WEEKS)
            | {
                "services/gp.yaml": sound()["services/gp.yaml"].replace(
                    "{fact: colour, is: green}", "{fact: weeks, at_least: 3}"
                )
            }
            | {"facts.yaml": sound()["facts.yaml"] + _WEEKS}
        ),
        Kind.AGE_ALONE,
        {"from-clinic"},
    ),
    "a step down on a score": (
        lambda: _with_move("step_down", "fact: score, at_most: 9", _SCORE),
        Kind.SCORE_ALONE,
        {"from-clinic"},
    ),
    "danger that brings a step down": (
        lambda: _with_move("step_down", "fact: suicidal_intent, is: true"),
        Kind.DANGER_STEPS_DOWN,
        {"from-clinic", "suicidal_intent"},
    ),
    "danger that stops a step up": (
        lambda: planted("pathways/moves.yaml", "{fact: level, at_least: severe}", "{fact: suicidal_intent, is: false}"),
        Kind.DANGER_KEEPS_OUT,
        {"to-clinic", "suicidal_intent"},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_planted_fault_is_found(fault: str) -> None:
    """A fault of each kind is found, with what it is about."""
    plant, kind, subjects = FAULTS[fault]
    pack, findings = found(plant())
    assert any(one.kind is kind and subjects <= {*one.subjects} for one in findings), findings
    for one in findings:
        # A gap is about a board, and no one rule.
        assert any(where(pack, Places(pack), one)) is (one.kind is not Kind.GAP)


def test_a_finding_about_a_criterion_says_where_the_criterion_stands() -> None:
    """Once, by its own line: what it belongs to stands above it."""
    pack, findings = found(planted("services/clinic.yaml", "at_least: mild", "at_least: none"))
    (place,) = {place for one in findings if one.kind is Kind.ALWAYS for place in where(pack, Places(pack), one)}
    file, line, _ = place.split(":")
    assert pack.files[file].decode().splitlines()[int(line) - 1] == "  ill:"


def _by_time_alone(pack: Pack) -> list[Finding]:
    asker = Asker(SECONDS_A_QUESTION)
    findings = list(age_alone(Ground(pack, asker)))
    assert not asker.open
    return findings


@pytest.mark.parametrize(
    ("kind", "fact", "bound"),
    [
        *(("transfer", "infant_age_months", months) for months in (1, 6, 12, 13, 24)),
        ("step_up", "infant_age_months", 12),
        ("step_down", "infant_age_months", 12),
        ("transfer", "weeks_postnatal", 53),
        ("transfer", "corrected_age_months", 12),
    ],
)
def test_a_birthday_that_moves_somebody_is_found_in_the_shipped_pack(kind: str, fact: str, bound: int) -> None:
    """Whatever time is asked for, and though the pack has ages that are reckoned from what is not known here."""
    pack = with_birthday(kind, fact, bound)
    (finding,) = _by_time_alone(pack)
    assert (finding.kind, finding.subjects) == (Kind.AGE_ALONE, ("birthday",))
    witness = finding.witness
    assert witness is not None
    assert witness.now is not None
    circumstances = circumstances_of(witness)
    assert evaluate(pack, [view_of(witness.given)], circumstances).move == STAY
    assert evaluate(pack, [view_of(witness.now)], circumstances).move == "birthday"


@pytest.mark.parametrize(
    ("fact", "need"),
    [
        ("infant_age_months", "fact: parent_illness_severity, at_least: moderate"),
        ("corrected_age_months", "fact: gestation_weeks, less_than: 32"),
    ],
)
def test_a_birthday_with_a_need_is_none(fact: str, need: str) -> None:
    """How early a baby was born is a need where a rule asks for it."""
    assert not _by_time_alone(with_birthday("transfer", fact, 12, need))


def test_a_gap_is_one_in_earnest_and_its_test_passes_as_written() -> None:
    """The evaluator sends the witness of a gap to the desk, and the case reads back."""
    pack, findings = found(FAULTS["families of the other colour are accepted by nobody"][0]())
    gap = next(one for one in findings if one.kind is Kind.GAP)
    assert gap.witness is not None
    assert not evaluate(pack, [view_of(gap.witness.given)], circumstances_of(gap.witness)).lead
    case = as_case(gap.witness, "found", what_comes_of(pack, gap.witness))
    read = YAML(typ="safe", pure=True).load(case)
    assert CasesFile.model_validate({"cases": tuple(read)}).cases[0].expect.outcome == "desk"
    assert "Colour: green" in list(said(pack, gap.witness))


def test_a_circle_goes_round_in_earnest() -> None:
    """The evaluator hands the witness round until it is back where it was."""
    pack, findings = found(FAULTS["up and down at the same level"][0]())
    circle = next(one for one in findings if one.kind is Kind.CYCLE)
    assert circle.witness is not None
    where = circle.witness.accepted
    circumstances = circumstances_of(circle.witness)
    for _ in circle.subjects:
        step = evaluate(pack, [view_of(circle.witness.given)], replace(circumstances, accepted=where))
        assert step.move != STAY
        where = step.lead
    assert where == circle.witness.accepted


@settings(max_examples=25, deadline=None)
@given(packs.pack_files(), st.data())
def test_the_symbols_agree_with_the_evaluator(files: dict[str, bytes], data: st.DataObject) -> None:
    """What the solver is told of a formula is what the evaluator makes of it, for facts of every kind."""
    pack = build_pack(files)
    view = data.draw(packs.views)
    verdicts = evaluate(pack, [view], Circumstances()).verdicts[0]
    family = Family(pack)
    solver = z3.Solver()
    solver.add(*(_told(family.facts[name], view.get(name)) for name in pack.facts))
    formulas = [(family.formula(service), verdicts[name]) for name, service in pack.services.items()]
    met = [both.met != z3.BoolVal(verdict is Truth.MET) for both, verdict in formulas]
    missed = [both.not_met != z3.BoolVal(verdict is Truth.NOT_MET) for both, verdict in formulas]
    solver.add(z3.Or(*met, *missed))
    assert solver.check() == z3.unsat


def _told(symbol: Symbol, held: Held | None) -> Any:
    """Return the condition that this is what is held of a fact."""
    if not isinstance(held, Known):
        return z3.Not(symbol.known)
    if isinstance(held.value, NotApplicable):
        return z3.And(symbol.known, symbol.nothing)
    return z3.And(symbol.stated(), symbol.value == symbol.literal(held.value))


def test_the_command_tells_a_program_and_a_person(tmp_path: Any) -> None:
    """The command prints words and a case for people, and the same as JSON."""
    files = FAULTS["up and down at the same level"][0]()
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    person = CliRunner().invoke(app, ["rules", "prove", str(tmp_path)])
    assert person.exit_code == 1
    assert "would be handed from clinic to gp to clinic" in person.output
    assert "incumbent: clinic" in person.output
    assert "        services/clinic.yaml:1:1\n        services/gp.yaml:1:1\n" in person.output
    program = CliRunner().invoke(app, ["rules", "prove", "--json", str(tmp_path)])
    told = json.loads(program.stdout)
    (circle,) = (one for one in told["findings"] if one["kind"] == "cycle")
    assert circle["case"].startswith("  - name: ") or circle["case"].startswith("- name: ")
    assert circle["places"] == ["services/clinic.yaml:1:1", "services/gp.yaml:1:1"]
    assert "gap" in told["proved"]
