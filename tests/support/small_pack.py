"""A small pack, written out, in which a test plants one fault at a time and looks for its line."""

from __future__ import annotations

import pytest

from router.model.danger import TRIGGERS
from router.rules.loader import build_pack
from router.rules.pack import Pack
from router.rules.yamlfile import PackError

CLINIC = "services/clinic.yaml"
MOVES = "pathways/moves.yaml"

_RECIPIENTS = sorted({service for trigger in TRIGGERS for service in trigger.recipients})
_NEED = {name: f"need-of-{name}" for name in (*_RECIPIENTS, "clinic")}

_PACK = """\
pack: small
title: "A small pack"
status: illustrative
notice: "For a test"
"""
_SOURCES = """\
sources:
  book: {title: "A book", publisher: "A press", read: true}
"""
_BOARDS = """\
national_desk: {id: national-triage, label: "National triage desk"}
boards:
  S08000015: {name: "First", desk: triage-first}
  S08000016:
    name: "Second"
    desk: triage-second
    lacks: [clinic]
  S08000029: {name: "Third", aliases: [S08000018], desk: triage-third, served_by: {clinic: S08000015}}
"""
_LETTERS = """\
parent: {reason: "Because {reason}."}
referrer: {reason: "Reason: {reason}."}
receiver: {reason: "Reason: {reason}."}
"""
_FACTS = """\
facts:
  age_months:
    label: "Age"
    about: infant
    type: number
    unit: months
    ask: "How old is the baby?"
  level:
    label: "Level"
    about: parent
    type: choice
    choices: [none, mild, severe]
    ordered: true
    ask: "Which level?"
  colour:
    label: "Colour"
    about: parent
    type: choice
    choices: [red, green]
    ask: "Which colour?"
  seen_on:
    label: "Seen on"
    about: parent
    type: date
    ask: "When was the parent seen?"
"""
_CLINIC = """\
service: clinic
label: "Clinic"
plain: "A clinic."
tier: 1
offers: [need-of-clinic]
respond: {routine_days: 10, urgent_hours: 48}
criteria:
  young:
    label: "Under a year"
    when: {fact: age_months, less_than: 12}
    source: book
  ill:
    label: "Ill"
    when: {fact: level, at_least: mild}
    source: book
eligible_when: {all: [young, ill]}
review: {last: 2026-01-01, next: 2027-01-01}
tests:
  - name: "Young and ill"
    given: {age_months: 3, level: severe}
    expect: {outcome: met}
"""
_OTHER = """\
service: {name}
label: "{name}"
plain: "A service."
tier: 0
offers: [need-of-{name}]
respond: {{routine_days: 10, urgent_hours: 48, emergency_hours: 4}}
criteria:
  red:
    label: "Red"
    when: {{fact: colour, is: red}}
    source: book
eligible_when: {{all: [red]}}
review: {{last: 2026-01-01, next: 2027-01-01}}
tests:
  - name: "Nothing known"
    given: {{}}
    expect: {{outcome: unknown}}
"""
_MOVES = """\
moves:
  to-clinic:
    kind: step_up
    label: "To the clinic"
    from: [gp]
    to: clinic
    criteria:
      ill:
        label: "Ill"
        when: {fact: level, at_least: severe}
        source: book
    when: {all: [ill]}
    review: {last: 2026-01-01, next: 2027-01-01}
    tests:
      - name: "Nothing known"
        given: {}
        expect: unknown
"""


def files() -> dict[str, str]:
    """Return the text of each file of the pack, by its path."""
    facts = _FACTS
    for trigger in TRIGGERS:
        kind = "yes_no" if trigger.at_least is None else "number"
        facts += (
            f'  {trigger.fact}: {{label: "{trigger.label}", about: parent, type: {kind}, unit: points, ask: "?"}}\n'
        )
    needs = "".join(f'  {need}: "{need}"\n' for need in _NEED.values())
    lead = (
        "order: [safety, need_tier, incumbent, fit, requested, locality, capacity, tie_break]\n"
        f"needs:\n{needs}needs_order: [{', '.join(_NEED.values())}]\ntie_break: [{', '.join(_NEED)}]\n"
    )
    return {
        "pack.yaml": _PACK,
        "facts.yaml": facts,
        "sources.yaml": _SOURCES,
        "boards.yaml": _BOARDS,
        "letters.yaml": _LETTERS,
        "lead.yaml": lead,
        "services/clinic.yaml": _CLINIC,
        **{f"services/{name}.yaml": _OTHER.format(name=name) for name in _RECIPIENTS},
        "pathways/moves.yaml": _MOVES,
    }


def build(texts: dict[str, str]) -> Pack:
    """Build a pack from the texts of its files. Raises ``PackError``."""
    return build_pack({name: text.encode() for name, text in texts.items()})


def faults_of(texts: dict[str, str]) -> list[str]:
    """Return the faults of a pack, as they are printed."""
    with pytest.raises(PackError) as caught:
        build(texts)
    return [str(fault) for fault in caught.value.faults]


def plant(name: str, old: str, new: str, *, nth: int = 1) -> dict[str, str]:
    """Return the small pack with one piece of text replaced."""
    texts = files()
    pieces = texts[name].split(old)
    assert len(pieces) > nth, f"'{old}' does not stand in {name}"
    texts[name] = old.join(pieces[:nth]) + new + old.join(pieces[nth:])
    return texts
