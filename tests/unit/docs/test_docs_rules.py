"""The rule authors' page: its lists are the language's, and its example is a pack that loads and passes its tests."""

from __future__ import annotations

import inspect
import re
import typing
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from router.authoring import properties
from router.authoring.cases import run_cases
from router.authoring.coverage import cover
from router.authoring.formatting import formatted
from router.authoring.lint import MEANING, Severity, lint
from router.authoring.proof import prove
from router.model.facts import Privacy
from router.rules import loader, schema
from router.rules.derivations import DERIVATIONS
from router.rules.limits import MOST_CONJUNCTIONS, MOST_CRITERIA
from router.rules.loader import build_pack, load_pack
from router.rules.pack import Pack
from router.rules.yamlfile import PackError
from router.service.settings import DEFAULT_PACK
from tests.unit.docs.pages import ROOT, code, fences, page, prose, section, spans, table

RULES = page("docs/rules.md")
LANGUAGE = page("docs/rule-language.md")
README = page("README.md")
SERVICE = "services/feeding-support.yaml"


def _choices(model: type[BaseModel], field: str) -> set[str]:
    """Return every literal value that a field takes."""
    found: set[str] = set()
    annotations: list[object] = [model.model_fields[field].annotation]
    while annotations:
        one = annotations.pop()
        arguments = typing.get_args(one)
        if typing.get_origin(one) is typing.Literal:
            found.update(arguments)
        else:
            annotations.extend(arguments)
    return found


def _example() -> dict[str, bytes]:
    """Return the example pack's files with those of the page added, each block as its first line says."""
    folder = ROOT / "rules" / "scotland"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.yaml")}
    for block in fences(section(RULES, "A complete example"), "yaml"):
        first, _, rest = block.partition("\n")
        name = first.removeprefix("# ").removeprefix("end of ")
        if first.startswith("# end of "):
            files[name] += rest.encode()
        else:
            assert name not in files, "the example adds this file, so the pack must not have it"
            files[name] = block.encode()
    return files


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return the example pack with the page's service in it."""
    return build_pack(_example())


def test_the_example_adds_what_the_page_says(pack: Pack) -> None:
    """It loads, and its service, move and cases are in the pack."""
    assert "feeding-support" in pack.services
    assert "feeding-support-to-health-visiting" in pack.moves
    assert any(file == "cases/feeding-support.yaml" for file, _ in pack.cases)


def test_every_test_of_the_example_passes(pack: Pack) -> None:
    """The tests of the page pass, and adding its service breaks none of the pack's own."""
    results = list(run_cases(pack))
    assert sum("feeding-support" in one.file for one in results) >= 9
    assert [(one.file, one.name, one.faults) for one in results if one.faults] == []


def test_the_example_is_formatted_and_has_nothing_to_mend(pack: Pack) -> None:
    """What the page tells authors to write is as the commands would have it."""
    assert [one for one in lint(pack, date(2026, 10, 1)) if one.severity is not Severity.NOTE] == []
    for name in pack.files:
        if "feeding-support" in name:
            assert formatted(name, pack.files[name].decode()) == pack.files[name].decode()


def test_the_example_is_covered_and_proves_clean(pack: Pack) -> None:
    """Whoever follows the page has nothing left to mend; in the lower tier there would be, as it says."""
    assert not cover(pack).missing
    assert not prove(pack).findings
    files = _example()
    files[SERVICE] = files[SERVICE].replace(b"tier: 2", b"tier: 1")
    found = prove(build_pack(files)).findings
    assert {frozenset(one.subjects) for one in found} == {
        frozenset({"feeding-support", other}) for other in ("family-support", "third-sector")
    }


def test_the_property_of_ones_own_holds_for_the_example() -> None:
    """It is one that an author could write: it holds for the example pack, and families meet what it supposes."""
    (block,) = [one for one in fences(section(RULES, "Tests"), "python") if "holds_for_families" in one]
    names: dict[str, Any] = {"PACK": load_pack(DEFAULT_PACK), "properties": properties}
    exec(block, names)
    (test,) = [one for name, one in names.items() if name.startswith("test_")]
    test()


def test_the_faults_in_the_readme_are_what_the_loader_says() -> None:
    """Two slips of the pen in the example give the lines that the README shows."""
    files = _example()
    text = files[SERVICE].decode()
    for right, wrong in (("fact: infant_age_months", "fact: infant_age_month"), ("wants-help]", "want-help]")):
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    files[SERVICE] = text.encode()
    with pytest.raises(PackError) as refusal:
        build_pack(files)
    assert f"{refusal.value}\n" in fences(README, "text")


def test_the_criterion_in_the_readme_is_the_packs() -> None:
    """Its lines stand in a service of the example pack."""
    for text in (section(README, "Rule authors"), section(LANGUAGE, "Criteria")):
        (block,) = fences(text, "yaml")
        indented = "".join(f"  {line}\n" for line in block.splitlines())
        assert any(indented in path.read_text() for path in (ROOT / "rules" / "scotland" / "services").iterdir())


@pytest.mark.parametrize("text", [LANGUAGE, README], ids=["docs/rule-language.md", "README.md"])
def test_every_file_of_a_pack_is_listed(text: str) -> None:
    """The table has each file and folder that the loader knows."""
    shown = {re.sub(r"/.*", "", code(row[0])) for row in table(text, "File", "What it holds")}
    assert shown == {*loader.FILES, *loader.FOLDERS}


def test_every_comparison_is_listed() -> None:
    """The sentence on comparisons names each of the language."""
    (sentence,) = re.findall(r"The comparisons are ([^.]*)\.", prose(LANGUAGE))
    assert spans(sentence) == [name.rstrip("_") for name in schema.COMPARISONS]


def test_every_derived_fact_is_listed() -> None:
    """The facts that are worked out from dates are those of the code, and of the example pack."""
    (sentence,) = re.findall(
        r"These are worked out from dates and are never sent \(`derived:`\): ([^.]*)\.", prose(LANGUAGE)
    )
    assert set(spans(sentence)) == DERIVATIONS


def test_kinds_of_fact_are_listed() -> None:
    """Whom a fact is about, its types and its privacy are those of the language."""
    shown = set(spans(section(LANGUAGE, "Facts")))
    for field in ("about", "type", "privacy"):
        assert _choices(schema.FactEntry, field) <= shown
    assert {kind.value for kind in Privacy} <= shown


def test_every_key_of_a_service_is_listed() -> None:
    """The table, with the two keys above it, has each key of a service's file."""
    text = section(LANGUAGE, "Services")
    rows = table(text, "Key (besides `criteria`, `eligible_when`)", "What it says")
    keys = {"criteria", "eligible_when", *(key for row in rows for key in spans(row[0]))}
    assert keys == set(schema.ServiceFile.model_fields)
    assert _choices(schema.ServiceFile, "provision") | _choices(schema.ServiceFile, "beside_lead") <= set(spans(text))
    assert set(schema.Respond.model_fields) <= set(spans(text))


def test_every_kind_of_move_is_listed() -> None:
    """The page names each kind of move."""
    assert _choices(schema.MoveEntry, "kind") <= set(spans(section(LANGUAGE, "Moves")))


def test_every_comparison_of_the_lead_order_is_listed() -> None:
    """The table is the example pack's order, which uses each comparison."""
    rows = table(LANGUAGE, "Comparison", "Who comes first: each strikes out whoever loses it, and no tie is left")
    shown = [code(row[0]) for row in rows]
    assert set(shown) == _choices(schema.LeadFile, "order")
    assert f"order: [{', '.join(shown)}]" in (ROOT / "rules" / "scotland" / "lead.yaml").read_text()


def test_every_part_of_a_combination_is_listed() -> None:
    """The table has each way to combine criteria."""
    rows = table(LANGUAGE, "Part", "Holds when", "Unknown when")
    assert [code(row[0]) for row in rows] == list(schema.Combination.model_fields)


def test_every_kind_of_lint_finding_is_listed() -> None:
    """The table has each kind, with what it means."""
    rows = table(RULES, "Found", "What it means", "")
    assert {code(row[0]): row[1] for row in rows} == {kind.value: words for kind, words in MEANING.items()}


def test_every_property_is_listed_and_in_the_example() -> None:
    """The table has each property that can be called, and the example pack calls each."""
    listed = {code(row[0]) for row in table(RULES, "Property", "What it tests")}
    example = (ROOT / "rules" / "scotland" / "test_properties.py").read_text()
    existing = {
        name
        for name, one in vars(properties).items()
        if inspect.isfunction(one) and one.__module__ == properties.__name__ and not name.startswith("_")
    }
    assert (
        existing - {"holds_for_families"}
        == listed
        == set(re.findall(r"properties\.([a-z_]+)\(PACK\)\n(?!def)", example))
    )


def test_limits_are_the_codes() -> None:
    """The numbers of criteria and of ways stand in the text as the loader has them."""
    assert f"may have {MOST_CRITERIA} criteria" in prose(LANGUAGE)
    assert f"in at most {MOST_CONJUNCTIONS} ways" in prose(LANGUAGE)


def test_every_name_in_braces_is_listed() -> None:
    """The names that letters fill in are those that the example pack uses."""
    used = set(re.findall(r"\{\w+\}", re.sub(r"#.*", "", (ROOT / "rules" / "scotland" / "letters.yaml").read_text())))
    assert {span for span in spans(section(RULES, "Fine points")) if span.startswith("{")} == used


def test_the_language_takes_two_printed_pages() -> None:
    """At 60 lines a page."""
    assert LANGUAGE.count("\n") <= 120


def test_the_examples_of_the_language_are_the_packs() -> None:
    """Each block stands in a file of the example pack, so that it loads."""
    texts = [path.read_text() for path in (ROOT / "rules" / "scotland").rglob("*.yaml")]
    blocks = fences(LANGUAGE, "yaml")
    assert len(blocks) == 2
    for block in blocks:
        indented = "".join(f"  {line}\n" for line in block.splitlines())
        assert any(block in text or indented in text for text in texts), block


def test_the_example_of_a_board_loads_and_passes_its_tests() -> None:
    """A board's own file, as the page has it."""
    (block,) = fences(section(RULES, "A board that differs"), "yaml")
    first, _, _ = block.partition("\n")
    name = first.removeprefix("# ")
    files = _example()
    assert name not in files
    pack = build_pack({**files, name: block.encode()})
    assert pack.narrowed["S08000022"].keys() == {"imh"}
    results = [one for one in run_cases(pack) if one.file == name]
    assert len(results) == 1
    assert results[0].faults == ()
    assert formatted(name, block) == block


def test_every_word_of_boards_guards_and_ages_is_in_the_language() -> None:
    """The keys of a board's file, of a guard and of ages."""
    shown = set(spans(LANGUAGE))
    for model in (schema.GuardEntry, schema.BoardFile, schema.Ages):
        keys = {field.alias or name for name, field in model.model_fields.items()} - {"board"}
        assert keys <= {re.sub(r":.*", "", one) for one in shown}, model
    assert {"change_of", "sum_of", "count_of", "also_when", "referrer_groups"} <= {
        re.sub(r":.*", "", one)
        for one in {*shown, *spans(fences(LANGUAGE, "yaml")[0].replace("change_of", "`change_of`"))}
    }
