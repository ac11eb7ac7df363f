"""``router rules walkthrough``: one family through its months, as a router would have it, and as each may see it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from router.authoring.walkthrough.page import written
from router.authoring.walkthrough.scenes import Perspective, Scene, Walkthrough, Who
from router.cli.main import app
from router.cli.walking import walk
from router.rules.loader import build_pack, load_pack
from router.rules.pack import Pack
from router.rules.schema import StoryPerson
from router.rules.yamlfile import PackError
from router.service.settings import DEFAULT_PACK
from tests.support import small_pack
from tests.support.pages import seen
from tests.unit.docs.pages import fences, page, section, spans

BRUISE = "a-bruise-and-a-disclosure"


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return the shipped pack."""
    return load_pack(DEFAULT_PACK)


@pytest.fixture(scope="module")
def walks(pack: Pack) -> dict[str, Walkthrough]:
    """Return every shipped story, walked through."""
    return {name: walk(pack, story) for name, story in pack.stories.items()}


def of(scene: Scene, who: Who, name: str = "") -> Perspective:
    """Return one reader's part of a scene."""
    return next(one for one in scene.perspectives if one.who is who and name in one.name)


def everything(part: Perspective) -> str:
    """Return all that a reader meets in a scene."""
    return " ".join((*part.sees, *part.told, *part.waits))


def test_each_story_has_a_scene_for_each_event_and_everybody_in_it(walks: dict[str, Walkthrough], pack: Pack) -> None:
    """Every event is there on its date, and each kind of reader in every scene."""
    assert len(walks) >= 2
    for name, found in walks.items():
        assert [one.on for one in found.scenes] == [one.on for one in pack.stories[name].events]
        for scene in found.scenes:
            assert {one.who for one in scene.perspectives} == set(Who)


def test_a_giver_holds_until_the_receiver_accepts(walks: dict[str, Walkthrough]) -> None:
    """In the words of the scenes: asked, holds meanwhile, leads; and the giver is told each time."""
    asked, accepted = walks["low-mood-in-pregnancy"].scenes[2:4]
    assert asked.outcome == (
        "Community perinatal mental health team is asked to lead; Maternity service holds the family meanwhile."
    )
    assert accepted.outcome == "Community perinatal mental health team leads."
    assert "You lead until it is accepted" in everything(of(asked, Who.REFERRER, "Maternity"))
    assert "Care is theirs from now on" in everything(of(accepted, Who.REFERRER, "Maternity"))
    assert any(line.startswith("Its own answer is due by 22 March 2026") for line in of(asked, Who.LEAD).waits)
    assert not of(accepted, Who.PARENT).waits


def test_who_declined_is_not_asked_again(walks: dict[str, Walkthrough]) -> None:
    """The decline finds another owner, and the referrer is told."""
    first, declined = walks[BRUISE].scenes[:2]
    assert first.outcome.startswith("Parenting education is asked to lead")
    assert declined.outcome.startswith("Health visiting is asked to lead")
    assert "has declined; another owner has been found" in everything(of(declined, Who.REFERRER))


def test_danger_is_told_on_the_day(walks: dict[str, Walkthrough]) -> None:
    """A bruise goes to social work and the desk at once, and it is the infant's own scene."""
    scene = walks[BRUISE].scenes[2]
    assert any(line.startswith("To Social work: Bruising") for line in scene.safety)
    assert any(line.startswith("To the triage desk of Lothian: Bruising") for line in scene.safety)
    assert of(scene, Who.INFANT).told == ["Danger to me: Bruising in a baby who cannot yet move about"]


def test_what_was_said_in_confidence_reaches_nobody_who_may_not_know(walks: dict[str, Walkthrough]) -> None:
    """The disclosure and the very name of the service are with the lead, and with neither parent's letter nor GP."""
    for scene in walks[BRUISE].scenes[3:]:
        assert "Domestic abuse" in of(scene, Who.LEAD).name
        for hidden in (of(scene, Who.PARENT), of(scene, Who.REFERRER, "GP"), of(scene, Who.PARTNER_SERVICE, "GP")):
            assert "abuse" not in everything(hidden).lower()
            assert everything(hidden)


def test_the_page_is_whole(walks: dict[str, Walkthrough]) -> None:
    """A heading for each scene, a table through the eyes of each, and nothing that is loaded."""
    for found in walks.values():
        shown = seen(written(found))
        assert next(title for level, title in shown.headings if level == 2) == "The story at a glance"
        assert len(shown.tables) == len(found.scenes) + 1
        for number, scene in enumerate(found.scenes, start=1):
            rows = shown.tables[f"Event {number}, through the eyes of each"]
            assert rows[0] == ["Through the eyes of", "Sees", "Is told", "Waits for"]
            assert len(rows) == len(scene.perspectives) + 1
            assert scene.outcome in shown.text


def test_the_command_takes_a_file(tmp_path: Path) -> None:
    """A story from a file; for programs as JSON, for people as a page."""
    story = DEFAULT_PACK / "stories" / f"{BRUISE}.yaml"
    target = tmp_path / "page.html"
    done = CliRunner().invoke(
        app, ["rules", "walkthrough", str(story), "--json", "--html", str(target)], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert json.loads(done.stdout)["scenes"][0]["perspectives"]
    seen(target.read_text())


TEXT = """\
story: made-up
title: "<b>Bold</b>"
board: S08000015
people:
  mother: {role: mother, born: 1996-03-02}
events:
  - on: 2026-01-12
    what: "<script>alert(1)</script>"
    referral: {by: maternity, facts: {level: mild}}
"""
_WEEKS = '  weeks: {label: "Weeks", about: infant, type: number, unit: weeks, ask: "?", derived: weeks_postnatal}\n'


def small(story: str) -> dict[str, str]:
    """Return the small pack with a story and a fact that is worked out."""
    files = small_pack.files()
    return {**files, "facts.yaml": files["facts.yaml"] + _WEEKS, "stories/made-up.yaml": story}


def test_a_story_cannot_write_into_the_page() -> None:
    """Its words are text."""
    built = small_pack.build(small(TEXT))
    shown = seen(written(walk(built, built.stories["made-up"])))
    assert "<script>alert(1)</script>" in shown.text
    assert "<b>Bold</b>" in shown.text


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("level: mild", "levle: mild", 9, "did you mean 'level'?"),
        ("level: mild", "level: maybe", 9, "use one of none, mild, severe"),
        ("level: mild", "weeks: 3", 9, "is worked out from dates"),
        ("by: maternity", "by: maternty", 9, "did you mean 'maternity'?"),
        ("S08000015", "S08000099", 3, "is not a board"),
        ("role: mother", "role: mum", 5, "use one of"),
        ("role: mother", "role: partner", 4, "has nobody whose role is mother"),
        ("story: made-up", "story: other", 1, "but the file is"),
        ("events:\n", "events:\n  - {on: 2027-01-01, what: later}\n", 8, "put events in order"),
        ("    referral: {", "    answer: accepts\n    referral: {", 7, "make two events of them"),
    ],
)
def test_a_fault_of_a_story_is_told_with_its_line(old: str, new: str, line: int, words: str) -> None:
    """Where it is and what to do."""
    assert old in TEXT
    with pytest.raises(PackError) as refusal:
        small_pack.build(small(TEXT.replace(old, new, 1)))
    (fault,) = [one for one in refusal.value.faults if words in one.message]
    assert (fault.file, fault.line) == ("stories/made-up.yaml", line)


def test_the_story_in_the_documents_is_one(pack: Pack) -> None:
    """The rule authors' page shows a story that loads and can be walked through, and names its keys and values."""
    text = section(page("docs/rules.md"), "Stories")
    (block,) = fences(text, "yaml")
    name = block.partition("\n")[0].removeprefix("# ")
    built = build_pack({**pack.files, name: block.encode()})
    found = walk(pack, built.stories[name.removeprefix("stories/").removesuffix(".yaml")])
    assert found.scenes[1].outcome == "Community perinatal mental health team leads."
    assert {"referral", "answer", "accepts", "declines", "what", "role", "born"} <= set(spans(text))
    roles = get_args(StoryPerson.model_fields["role"].annotation)
    assert set(roles) <= set(spans(text))


def test_a_story_that_begins_with_an_answer_is_refused(tmp_path: Path) -> None:
    """Nobody has referred: said in one line, with exit code 2."""
    story = tmp_path / "made-up.yaml"
    story.write_text(TEXT.replace("referral: {by: maternity, facts: {level: mild}}", "answer: accepts"))
    pack = tmp_path / "pack"
    pack.mkdir()
    for name, text in small_pack.files().items():
        (pack / name).parent.mkdir(exist_ok=True)
        (pack / name).write_text(text)
    done = CliRunner().invoke(app, ["rules", "walkthrough", str(story), "--pack", str(pack)])
    assert done.exit_code == 2
    assert done.stderr == "router: event 1: nobody has referred yet; begin with a referral\n"
