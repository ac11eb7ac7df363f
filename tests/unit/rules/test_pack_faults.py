"""Every fault of a pack is found, with its file, line, column, and a hint: each is planted once in a small pack."""

from __future__ import annotations

import pytest

from tests.support.small_pack import CLINIC, MOVES, build, faults_of, files, plant


def test_the_small_pack_is_sound() -> None:
    """Without a fault planted it loads."""
    pack = build(files())
    assert pack.services["clinic"].criteria["ill"].citation == "A book (A press)"
    assert list(pack.moves) == ["to-clinic"]
    assert pack.board("S08000018") is pack.boards["S08000029"]
    assert (pack.desk_of("S08000018"), pack.desk_of("S08999999")) == ("triage-third", "national-triage")


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        (
            CLINIC,
            "{fact: level, at_least: mild}",
            "{fact: levle, at_least: mild}",
            "services/clinic.yaml:14:12: 'levle' is not a fact of facts.yaml; did you mean 'level'?",
        ),
        (
            CLINIC,
            "    source: book\n",
            "    source: book\n    sorce: book\n",
            "services/clinic.yaml:12:5: has a key 'sorce' that is not known here; did you mean 'source'?",
        ),
        (
            CLINIC,
            "    source: book\n",
            "",
            "services/clinic.yaml:8:3: lacks 'source'",
        ),
        (
            CLINIC,
            "    source: book\n",
            "    source: bok\n",
            "services/clinic.yaml:11:5: source 'bok' is not in sources.yaml; did you mean 'book'?",
        ),
        (
            CLINIC,
            "less_than: 12",
            "less_than: twelve",
            "services/clinic.yaml:10:30: 'twelve' is not a value of 'age_months': use a whole number of months",
        ),
        (
            CLINIC,
            "at_least: mild",
            "at_least: middling",
            "services/clinic.yaml:14:25: 'middling' is not a value of 'level': use one of none, mild, severe",
        ),
        (
            CLINIC,
            "{fact: level, at_least: mild}",
            "{fact: colour, at_least: red}",
            "services/clinic.yaml:14:26: 'at_least' needs a number, a date or ordered choices; use 'is'",
        ),
        (
            CLINIC,
            "{fact: level, at_least: mild}",
            "{fact: level}",
            "services/clinic.yaml:14:5: needs a comparison: is, one_of, at_least, more_than, at_most or less_than",
        ),
        (
            CLINIC,
            "{fact: level, at_least: mild}",
            "{fact: level, one_of: []}",
            "services/clinic.yaml:14:25: 'one_of': tuple should have at least 1 item after validation, not 0",
        ),
        (
            CLINIC,
            "{fact: level, at_least: mild}",
            "{fact: level, is: mild, at_least: mild}",
            (
                "services/clinic.yaml:14:5: has comparisons that do not go together: "
                "use one, or one lower and one upper bound"
            ),
        ),
        (
            CLINIC,
            "{fact: level, at_least: mild}",
            "{fact: seen_on, at_least: mild}",
            "services/clinic.yaml:14:27: 'mild' is not a value of 'seen_on': use a date as YYYY-MM-DD",
        ),
        (
            CLINIC,
            "{all: [young, ill]}",
            "{all: [ill]}",
            "services/clinic.yaml:8:3: criterion 'young' is not used; name it in 'eligible_when' or delete it",
        ),
        (
            CLINIC,
            "{all: [young, ill]}",
            "{all: [young, ill, yuong]}",
            "services/clinic.yaml:16:35: 'yuong' is not a criterion of this rule; did you mean 'young'?",
        ),
        (
            CLINIC,
            "{all: [young, ill]}",
            "{}",
            "services/clinic.yaml:16:1: names no criteria",
        ),
        (
            CLINIC,
            "next: 2027-01-01",
            "next: 2026-01-01",
            "services/clinic.yaml:17:1: the next review must come after the last",
        ),
        (
            CLINIC,
            "service: clinic",
            "service: Clinic",
            (
                "services/clinic.yaml:1:1: has 'Clinic', which is not written as names are here: "
                "lower case, as in its neighbours"
            ),
        ),
        (
            CLINIC,
            "tier: 1",
            "tier: one",
            "services/clinic.yaml:4:1: 'tier': input should be a valid integer",
        ),
        (
            CLINIC,
            "tier: 1",
            "tier: 5",
            "services/clinic.yaml:4:1: 'tier': input should be less than or equal to 4",
        ),
        (
            CLINIC,
            "offers: [need-of-clinic]",
            "offers: [need-of-clinics]",
            "services/clinic.yaml:5:1: 'need-of-clinics' is not a need of lead.yaml; did you mean 'need-of-clinic'?",
        ),
        (
            CLINIC,
            "given: {age_months: 3, level: severe}",
            "given: {age_month: 3, level: severe}",
            "services/clinic.yaml:20:13: 'age_month' is not a fact of facts.yaml; did you mean 'age_months'?",
        ),
        (
            CLINIC,
            "given: {age_months: 3, level: severe}",
            "given: {age_months: true, level: severe}",
            "services/clinic.yaml:20:13: 'True' is not a value of 'age_months': use a whole number of months",
        ),
        (
            CLINIC,
            "expect: {outcome: met}",
            "expect: {outcome: met, asks: [levels]}",
            "services/clinic.yaml:21:28: 'levels' is not a fact of facts.yaml; did you mean 'level'?",
        ),
        (
            CLINIC,
            "expect: {outcome: met}",
            "expect: {outcome: yes}",
            "services/clinic.yaml:21:14: has 'yes'; use one of 'met', 'not_met' or 'unknown'",
        ),
        (
            MOVES,
            "to: clinic",
            "to: clinik",
            "pathways/moves.yaml:2:3: 'clinik' is not a service of this pack; did you mean 'clinic'?",
        ),
        (
            MOVES,
            "from: [gp]",
            "from: [clinic]",
            "pathways/moves.yaml:2:3: move 'to-clinic' leads from 'clinic' to itself",
        ),
        (
            "boards.yaml",
            "lacks: [clinic]",
            "lacks: [social-work]",
            "boards.yaml:7:13: 'social-work' receives safeguarding notices, so no board may lack it",
        ),
        (
            "boards.yaml",
            "lacks: [clinic]",
            "lacks: [clinik]",
            "boards.yaml:7:13: 'clinik' is not a service of this pack; did you mean 'clinic'?",
        ),
        (
            "boards.yaml",
            "{clinic: S08000015}",
            "{clinic: S08000029}",
            "boards.yaml:8:84: 'S08000029' is not another board of boards.yaml",
        ),
        (
            "boards.yaml",
            "  S08000015:",
            "  S0800001:",
            "boards.yaml:3:3: has 'S0800001', which is not a board code: write S08 and six digits, as in boards.yaml",
        ),
        (
            "lead.yaml",
            "capacity, tie_break]",
            "capacity]",
            "lead.yaml:1:1: must end with tie_break, so that no two services are ever equal",
        ),
        (
            "lead.yaml",
            "order: [safety,",
            "order: [safety, safety,",
            "lead.yaml:1:1: names a comparison twice",
        ),
        (
            "lead.yaml",
            "order: [safety,",
            "order: [saftey,",
            (
                "lead.yaml:1:9: has 'saftey'; use one of 'safety', 'need_tier', 'incumbent', 'fit', 'requested', 'locality', "
                "'capacity' or 'tie_break'"
            ),
        ),
        (
            "facts.yaml",
            "    unit: months\n",
            "    unit: months\n    choices: [red, green]\n",
            "facts.yaml:2:3: fact 'age_months' needs choices if and only if its type is choice",
        ),
        (
            "facts.yaml",
            "choices: [red, green]",
            "choices: [red, green, red]",
            "facts.yaml:19:5: fact 'colour' names a choice twice",
        ),
        (
            "facts.yaml",
            "    unit: months\n",
            "",
            "facts.yaml:2:3: fact 'age_months' is a number and lacks its unit",
        ),
        (
            "facts.yaml",
            "    unit: months\n",
            "    unit: months\n    derived: infant_age_month\n",
            (
                "facts.yaml:7:5: fact 'age_months' has an unknown derivation 'infant_age_month'; "
                "did you mean 'infant_age_months'?"
            ),
        ),
        (
            "facts.yaml",
            "  suicidal_intent:",
            "  suicidal_intention:",
            "facts.yaml:1:1: the safety floor needs 'suicidal_intent' as yes_no",
        ),
        (
            "facts.yaml",
            'label: "Suicidal intent", about: parent, type: yes_no',
            'label: "Suicidal intent", about: parent, type: number',
            "facts.yaml:33:3: the safety floor needs 'suicidal_intent' as yes_no",
        ),
    ],
)
def test_a_planted_fault_is_found_where_it_stands(name: str, old: str, new: str, fault: str) -> None:
    """The fault is told with file, line, column and a hint, and it is the only one."""
    assert faults_of(plant(name, old, new)) == [fault]


def test_a_service_in_the_wrong_file_is_found() -> None:
    """The file is called what the service is called, so that it can be found."""
    texts = files()
    texts["services/clinik.yaml"] = texts.pop(CLINIC)
    assert faults_of(texts) == ["services/clinik.yaml:1:1: service 'clinic' must stand in services/clinic.yaml"]


def test_a_code_that_stands_for_two_boards_is_found() -> None:
    """Both places are told."""
    assert faults_of(plant("boards.yaml", "aliases: [S08000018]", "aliases: [S08000015]")) == [
        f"boards.yaml:{line}:3: the code S08000015 stands for two boards" for line in (3, 8)
    ]


def test_a_misspelt_key_is_found_beside_what_it_leaves_out() -> None:
    """Both are told: the key that is not known, and the one that is missing."""
    assert faults_of(plant(CLINIC, "    source: book\n", "    sorce: book\n")) == [
        "services/clinic.yaml:8:3: lacks 'source'",
        "services/clinic.yaml:11:5: has a key 'sorce' that is not known here; did you mean 'source'?",
    ]


def test_an_incomplete_tie_break_is_found() -> None:
    """A service that is left out, named twice or unknown leaves the order open."""
    texts = files()
    texts["lead.yaml"] = texts["lead.yaml"].replace(", clinic]", ", clinnic, gp]")
    assert [fault.split(": ", 1)[1] for fault in faults_of(texts)] == [
        "'gp' stands twice, so the order is not total",
        "'clinnic' is not known; did you mean 'clinic'?",
        "lacks 'clinic', so the order is not total",
    ]


def test_needs_without_a_place_are_found() -> None:
    """Every need stands in the order of needs."""
    texts = plant("lead.yaml", ", need-of-clinic]", "]")
    assert [fault.split(": ", 1)[1] for fault in faults_of(texts)] == [
        "lacks 'need-of-clinic', so the order is not total"
    ]


def test_a_handover_to_a_service_that_never_leads_is_found() -> None:
    """Care cannot move to it; working together with it is allowed."""
    texts = plant(CLINIC, "tier: 1\n", "tier: 1\ncan_lead: false\n")
    assert faults_of(texts) == ["pathways/moves.yaml:6:5: 'clinic' never leads, so care cannot move to it"]
    build({**texts, MOVES: texts[MOVES].replace("step_up", "joint_work")})


def test_a_move_that_stands_in_two_files_is_found() -> None:
    """The second place is told."""
    texts = {**files(), "pathways/other.yaml": files()[MOVES]}
    assert faults_of(texts) == ["pathways/other.yaml:2:3: move 'to-clinic' stands in another file too; rename one"]


def test_a_missing_recipient_of_safety_notices_is_found() -> None:
    """The floor's recipients must be services of the pack."""
    texts = {name: text for name, text in files().items() if name != "services/social-work.yaml"}
    texts["lead.yaml"] = texts["lead.yaml"].replace(" social-work,", "")
    assert set(faults_of(texts)) == {
        "services/social-work.yaml: is missing; the safety floor sends notices to it",
    }


def test_cases_name_only_what_the_pack_has() -> None:
    """A case about a fact or a service that is not there would pass for the wrong reason."""
    case = 'cases:\n  - name: "x"\n    given: {levl: mild}\n    requested: clinc\n    expect: {lead: gpp}\n'
    assert [fault.split(": ", 1)[1] for fault in faults_of({**files(), "cases/a.yaml": case})] == [
        "'levl' is not a fact of facts.yaml; did you mean 'level'?",
        "'clinc' is not a service of this pack; did you mean 'clinic'?",
        "'gpp' is not a service of this pack; did you mean 'gp'?",
    ]
