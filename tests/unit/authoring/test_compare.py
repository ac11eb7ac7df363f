"""``router rules compare``: each planted change is found and shown, and a relabelling concerns nobody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from router.authoring.compare.picture import picture
from router.authoring.compare.proved import Kind, Proved, prove_changes, who_comes
from router.authoring.compare.replayed import Tally, made_up, tally
from router.authoring.compare.telling import Comparison, as_json, warnings
from router.authoring.compare.vocabulary import BEFORE, merged, together
from router.authoring.compare.written import differences
from router.cli.main import app
from router.rules.evaluation import Circumstances
from router.rules.pack import Pack
from router.rules.reference import evaluate
from tests.support import packs, small_pack
from tests.support.pages import seen

_GREEN = """\
service: green-help
label: "Green help"
plain: "Help."
tier: 1
offers: [need-of-clinic]
respond: {routine_days: 10, urgent_hours: 48, emergency_hours: 4}
criteria:
  green:
    label: "Green"
    when: {fact: colour, is: green}
    source: book
eligible_when: {all: [green]}
review: {last: 2026-01-01, next: 2027-01-01}
tests:
  - name: "Nothing known"
    given: {}
    expect: {outcome: unknown}
"""


def with_green() -> dict[str, str]:
    """Return the small pack with one service more."""
    files = small_pack.files()
    lead = files["lead.yaml"].replace("tie_break: [", "tie_break: [green-help, ")
    return {**files, "services/green-help.yaml": _GREEN, "lead.yaml": lead}


def edited(name: str, old: str, new: str, files: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the small pack, or these files, with one text of one file changed."""
    texts = dict(small_pack.files() if files is None else files)
    assert old in texts[name]
    return {**texts, name: texts[name].replace(old, new)}


def proved(old: Pack, new: Pack) -> Proved:
    """Prove what differs; everything must be settled, and each lead be what the evaluator says too."""
    both = together(old, new)
    found = prove_changes(both)
    assert not found.open
    for one in found.leads:
        assert who_comes(both, one.witness) == (one.was, one.now)
    return found


def kinds(found: Proved, rule: str) -> set[Kind]:
    """Return the kinds of change found of one service or move."""
    return {one.kind for one in found.rules if one.rule == rule}


def pairs(found: Proved, giver: str = "") -> set[tuple[str, str]]:
    """Return who led and who leads now, of new families or of those that one service leads."""
    return {(one.was, one.now) for one in found.leads if one.giver == giver}


SMALL = small_pack.build(small_pack.files())


def test_a_relabelling_concerns_nobody() -> None:
    """Other words, other names of criteria, another order of parts: nobody, and nothing but words differs."""
    files = edited("services/clinic.yaml", 'label: "Under a year"', 'label: "The baby is under one year old"')
    files["letters.yaml"] = files["letters.yaml"].replace("Because {reason}.", "We asked them because {reason}.")
    new = small_pack.build(files)
    found = proved(SMALL, new)
    assert not found.rules
    assert not found.leads
    assert {*SMALL.services, *SMALL.moves} == set(found.same)
    written = differences(SMALL, new)
    assert {one.place for one in written} == {
        "service clinic: criterion young: label",
        "letter to the parent: reason",
    }
    assert all(one.words_only for one in written)


def test_the_same_thing_said_otherwise_concerns_nobody() -> None:
    """Two files that mean the same are proved to, though they are written differently."""
    new = small_pack.build(edited("services/clinic.yaml", "less_than: 12", "at_most: 11"))
    found = proved(SMALL, new)
    assert not found.rules
    assert not found.leads
    assert [one.words_only for one in differences(SMALL, new)] == [False]


def test_a_threshold_moved_is_found() -> None:
    """Families between the two thresholds are no longer accepted, nor moved, and the desk gets them."""
    new = small_pack.build(edited("services/clinic.yaml", "less_than: 12", "less_than: 6"))
    found = proved(SMALL, new)
    assert kinds(found, "clinic") == {Kind.NO_LONGER_YES, Kind.NEWLY_NO}
    change = next(one for one in found.rules if one.kind is Kind.NO_LONGER_YES and one.rule == "clinic")
    assert 6 <= change.witness.given["age_months"] < 12  # type: ignore[operator]
    assert ("clinic", "") in pairs(found)
    assert kinds(found, "to-clinic") == {Kind.NO_LONGER_YES, Kind.NEWLY_NO}
    assert pairs(found, "gp") == {("clinic", "gp")}
    lacking = next(code for code, board in SMALL.boards.items() if "clinic" in board.lacks)
    assert all(lacking not in one.boards for one in found.leads)


def test_a_criterion_dropped_is_found() -> None:
    """Families who only lacked that criterion are accepted; whoever was a question may be settled."""
    text = small_pack.files()["services/clinic.yaml"]
    criterion = text[text.index("  young:") : text.index("  ill:")]
    files = edited("services/clinic.yaml", criterion, "")
    files["services/clinic.yaml"] = files["services/clinic.yaml"].replace("all: [young, ill]", "all: [ill]")
    found = proved(SMALL, small_pack.build(files))
    # who is too old and of whom the level is not known: the no has become a question
    assert kinds(found, "clinic") == {Kind.NEWLY_YES, Kind.NEWLY_UNKNOWN}
    assert ("", "clinic") in pairs(found)


def test_a_service_removed_or_added_is_named_and_its_families_are_found() -> None:
    """A service in one pack only is named, and who leads its families instead."""
    more = small_pack.build(with_green())
    found = proved(more, SMALL)
    assert ("green-help", "") in pairs(found)
    assert "green-help" not in found.same
    assert any(one.place == "service green-help" and not one.now for one in differences(more, SMALL))
    assert ("", "green-help") in pairs(proved(SMALL, more))
    (warning,) = warnings(together(more, SMALL))
    assert warning.startswith("Green help (green-help) is gone from the new pack: hand over the families")
    assert not warnings(together(SMALL, more))


def test_an_order_changed_is_found() -> None:
    """No answer of a service changes; who comes first of two that accept does."""
    order = "order: [safety, need_tier, incumbent, fit, requested, locality, capacity, tie_break]"
    turned = edited("lead.yaml", order, order.replace("need_tier, incumbent, fit", "fit, incumbent, need_tier"))
    turned["lead.yaml"] = (
        turned["lead.yaml"]
        .replace(", need-of-clinic]", "]")
        .replace("needs_order: [", "needs_order: [need-of-clinic, ")
    )
    plain = edited("services/clinic.yaml", "tier: 1", "tier: 0")
    plain["lead.yaml"] = small_pack.files()["lead.yaml"]
    turned["services/clinic.yaml"] = plain["services/clinic.yaml"]
    found = proved(small_pack.build(plain), small_pack.build(turned))
    assert not found.rules
    assert any(now == "clinic" for _, now in pairs(found))


def test_a_new_choice_is_unknown_to_the_pack_that_lacks_it() -> None:
    """A level that only the new pack knows was a question before, and is settled now."""
    new = small_pack.build(edited("facts.yaml", "[none, mild, severe]", "[none, mild, severe, extreme]"))
    found = proved(SMALL, new)
    assert Kind.NEWLY_YES in kinds(found, "clinic")
    change = next(one for one in found.rules if one.kind is Kind.NEWLY_YES and one.rule == "clinic")
    assert change.witness.given["level"] == "extreme"


def test_a_fact_of_another_type_is_two_facts() -> None:
    """A value of the one says nothing of the other, so families known to the old pack alone are found."""
    files = edited("facts.yaml", "type: choice\n    choices: [red, green]", "type: yes_no")
    for name in [one for one in files if one.startswith("services/")]:
        files[name] = files[name].replace("{fact: colour, is: red}", "{fact: colour, is: true}")
    both = together(SMALL, small_pack.build(files))
    assert both.apart == {"colour"}
    found = prove_changes(both)
    assert {"gp"} <= {one.rule for one in found.rules}
    change = next(one for one in found.rules if one.rule == "gp" and one.kind is Kind.NO_LONGER_YES)
    assert change.witness.given[f"colour{BEFORE}"] == "red"


def test_choices_are_put_together_in_their_order() -> None:
    """Each list keeps its order, and lists that disagree are not put together."""
    assert merged(("a", "c"), ("a", "b", "c", "d"), ordered=True) == ("a", "b", "c", "d")
    assert merged(("a", "b"), ("b", "a"), ordered=True) is None
    assert merged(("a", "b"), ("b", "a", "c"), ordered=False) == ("a", "b", "c")


@settings(max_examples=8, deadline=None)
@given(packs.packs, packs.packs, st.data())
def test_nobody_is_nobody(old: Pack, donor: Pack, data: st.DataObject) -> None:
    """No family that can be drawn gets another answer or lead than the proof allows, whatever the two packs say."""
    name, other = (data.draw(st.sampled_from(sorted(one.services))) for one in (old, donor))
    taken = donor.services[other]
    changed = replace(
        old.services[name], criteria=taken.criteria, formula=taken.formula, tier=taken.tier, can_lead=True
    )
    new = replace(old, services={**old.services, name: changed})
    found = prove_changes(together(old, new))
    assert not found.open
    allowed = {(one.giver, one.was, one.now) for one in found.leads}
    leads = [one for one in old.services if old.services[one].can_lead]
    for _ in range(8):
        view = data.draw(packs.views)
        where = Circumstances(
            board=data.draw(st.sampled_from(packs.BOARDS)), accepted=data.draw(st.sampled_from(("", *leads)))
        )
        before, now = evaluate(old, [view], where), evaluate(new, [view], where)
        for rule in set(found.same) & set(old.services):
            assert before.verdicts[0][rule] is now.verdicts[0][rule]
        if before.lead != now.lead:
            assert (where.accepted, before.lead, now.lead) in allowed


def compared(old: Pack, new: Pack, count: int = 400) -> Comparison:
    """Compare two packs in full."""
    both = together(old, new)
    counted = tally(made_up(both, count, seed=7))
    return Comparison(both, differences(old, new), prove_changes(both), counted, "made-up families")


@pytest.fixture(scope="module")
def moved() -> Comparison:
    """Return a comparison in which a threshold has moved."""
    return compared(SMALL, small_pack.build(edited("services/clinic.yaml", "less_than: 12", "less_than: 6")))


def test_made_up_families_are_the_same_for_the_same_seed(moved: Comparison) -> None:
    """The same seed makes the same families, another one others, and each is found again by its number."""
    again, other = (tally(made_up(moved.packs, 400, seed)) for seed in (7, 8))
    assert again == moved.tally
    assert other != moved.tally
    assert [one.example for one in made_up(moved.packs, 3, 7)] == ["0", "1", "2"]


def test_what_is_counted_adds_up(moved: Comparison) -> None:
    """What one loses others gain; every change is one that the proof allows; nothing changes between equals."""
    counted = moved.tally
    assert counted.looked_at == 400
    assert counted.changed
    assert counted.decisions_changed == sum(counted.changed.values())
    lost = sum(was for _, was, _ in counted.intake())
    gained = sum(now for _, _, now in counted.intake())
    stayed = sum(1 for one in made_up(moved.packs, 400, 7) if one.giver and one.old.lead == one.giver)
    still = sum(1 for one in made_up(moved.packs, 400, 7) if one.giver and one.new.lead == one.giver)
    assert (lost + stayed, gained + still) == (400, 400)
    assert {one.was for one in moved.proved.leads} >= {was for was, _ in counted.changed}
    same = tally(made_up(together(SMALL, SMALL), 100, 7))
    assert not same.changed
    assert not same.helped_otherwise
    assert [was for _, was, _ in same.intake()] == [now for _, _, now in same.intake()]


def test_the_page_has_the_numbers(moved: Comparison) -> None:
    """The matrix and the chart show what was counted, losses with their sign, and the page loads nothing."""
    found = seen(picture(moved))
    matrix = next(rows for caption, rows in found.tables.items() if caption.startswith("Who sends to whom"))
    assert sum(int(row[-1]) for row in matrix[1:]) == moved.tally.decisions_changed
    assert [row[0] for row in matrix[1:]] == ["Clinic"]
    intake = next(rows for caption, rows in found.tables.items() if caption.startswith("Intake"))
    changes = {row[0]: int(row[3]) for row in intake[1:]}
    assert changes["Clinic"] < 0
    (chart,) = [one for one in found.titles if one.startswith("Intake gained and lost")]
    assert f"Clinic {changes['Clinic']:+,}" in chart
    assert found.elements["rect"] == len(changes)


def test_a_label_cannot_write_into_the_page() -> None:
    """What a rule file says is text, wherever it is shown."""
    label = "<img src=x onerror=alert(1)> & 'more'"
    files = edited("services/clinic.yaml", 'label: "Clinic"', f'label: "{label}"')
    files["services/clinic.yaml"] = files["services/clinic.yaml"].replace("less_than: 12", "less_than: 6")
    found = seen(picture(compared(SMALL, small_pack.build(files))))
    assert "img" not in found.elements
    assert label in found.text


def test_a_criterion_that_is_told_in_its_old_words_is_named(moved: Comparison) -> None:
    """Whoever approves sees that letters would say what was so before; other words beside another meaning are fine."""
    assert [(one.now, one.told_as) for one in moved.written] == [("age_months less_than 6", "Under a year")]
    assert "rules, told in the same words: 'Under a year'" in seen(picture(moved)).text
    assert as_json(moved, SMALL)["written"][0]["told_as"] == "Under a year"
    files = edited("services/clinic.yaml", "less_than: 12", "less_than: 6")
    relabelled = small_pack.build(edited("services/clinic.yaml", "Under a year", "Under half a year", files))
    assert [one.told_as for one in differences(SMALL, relabelled)] == ["", ""]


def test_everything_is_in_the_json(moved: Comparison) -> None:
    """Programs get what people get."""
    told = json.loads(json.dumps(as_json(moved, SMALL)))
    assert told["changes"] is True
    assert "gp" in told["proved"]["nobody"]
    assert told["replayed"]["moves"][0]["was"] == "clinic"
    assert any("Led before by Clinic, and now by the desk" in one["witness"] for one in told["proved"]["leads"])


def test_a_lead_that_differs_is_never_called_unchanged() -> None:
    """A clock that changes moves nobody, and still is a change."""
    new = small_pack.build(edited("services/clinic.yaml", "routine_days: 10", "routine_days: 20"))
    both = together(SMALL, new)
    found = Comparison(both, differences(SMALL, new), prove_changes(both), Tally(), "nothing")
    assert not found.proved.rules
    assert found.something_changes


def _written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_the_command_ends_as_documented(tmp_path: Path) -> None:
    """0 where nothing changes, 1 where something does, with words, JSON and a page; 2 for a pack that cannot load."""
    old = _written(tmp_path / "old", small_pack.files())
    new = _written(tmp_path / "new", edited("services/clinic.yaml", "less_than: 12", "less_than: 6"))
    runner = CliRunner()
    quick = ["--families", "50"]
    same = runner.invoke(app, ["rules", "compare", str(old), str(old), *quick])
    assert same.exit_code == 0
    assert "Nothing changes for anybody." in same.stdout
    page = tmp_path / "page.html"
    person = runner.invoke(app, ["rules", "compare", str(old), str(new), *quick, "--html", str(page)])
    assert person.exit_code == 1
    assert "Clinic (clinic) no longer accepts families such as this one" in person.stdout
    assert "Led before by Clinic, and now by the desk" in person.stdout
    assert "told in the same words: 'Under a year'" in " ".join(person.stdout.replace("│", " ").split())
    seen(page.read_text())
    program = runner.invoke(app, ["rules", "compare", str(old), str(new), *quick, "--json"])
    assert json.loads(program.stdout)["replayed"]["looked_at"] == 50
    (new / "lead.yaml").unlink()
    broken = runner.invoke(app, ["rules", "compare", str(old), str(new)])
    assert broken.exit_code == 1
    assert "lead.yaml" in str(broken.exception)
