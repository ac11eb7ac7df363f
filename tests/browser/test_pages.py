"""The pages that rule authors make, in a real browser: on a telephone, on a desk, in the dark, and in print."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from router.authoring.compare.picture import picture
from router.authoring.compare.proved import prove_changes
from router.authoring.compare.replayed import made_up, tally
from router.authoring.compare.telling import Comparison
from router.authoring.compare.vocabulary import together
from router.authoring.compare.written import differences
from router.authoring.sheet.page import sheet
from router.authoring.walkthrough.page import written
from router.cli.walking import walk
from router.rules.loader import load_pack
from router.rules.pack import Pack
from router.service.settings import DEFAULT_PACK
from tests.support import small_pack
from tests.support.browser import ABSENT, CHROMIUM, WIDTHS, Shown, pages_in_print, show

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=ABSENT)
PAGES = {"walkthrough": (4, 20), "docs": (8, 40), "compare": (1, 4)}
"""Each page with the least and the most sheets of paper that it may take."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return the shipped pack."""
    return load_pack(DEFAULT_PACK)


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, pack: Pack) -> tuple[str, str]:
    """Return each page: its name and its HTML."""
    if request.param == "walkthrough":
        html = written(walk(pack, next(iter(pack.stories.values()))))
    elif request.param == "docs":
        html = sheet(pack, date(2026, 11, 26))
    else:
        files = dict(small_pack.files())
        old = small_pack.build(files)
        files["services/clinic.yaml"] = files["services/clinic.yaml"].replace("less_than: 12", "less_than: 6")
        both = together(old, small_pack.build(files))
        counted = tally(made_up(both, 100, seed=7))
        html = picture(Comparison(both, differences(old, both.new), prove_changes(both), counted, "made-up families"))
    return request.param, html


@pytest.fixture(scope="module")
def shown(page: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Return what the browser makes of a page."""
    return show(page[1], tmp_path_factory.mktemp("browser"))


def test_it_loads_without_a_complaint(shown: Shown) -> None:
    """No error, and nothing that the page's own policy refuses; a language and a title."""
    assert shown.complaints == []
    for view in shown.views:
        assert view["language"] == "en-GB"
        assert view["title"]


def test_nothing_runs_off_the_side(shown: Shown) -> None:
    """At a telephone's width and at a desk's; what is wide scrolls in a place of its own, which keys reach."""
    for view, width in zip(shown.views, WIDTHS, strict=True):
        assert view["width"] == width
        assert view["wide"] <= width
        assert view["out"] == []
        assert (view["unreached"], view["unnamed"]) == (0, 0)


def test_headings_go_down_one_step_at_a_time(shown: Shown) -> None:
    """One title, and no level left out."""
    for view in shown.views:
        assert view["headings"].count(1) == 1
        assert view["headings"][0] == 1
        assert all(after <= before + 1 for before, after in pairwise(view["headings"]))


def test_pictures_are_told_in_words_and_nothing_in_them_is_cut(page: tuple[str, str], shown: Shown) -> None:
    """Each has a title that says what it shows."""
    for view in shown.views:
        assert bool(view["pictures"]) == (page[0] != "walkthrough")
        assert all(len(title) > 20 for title in view["pictures"])
        assert view["cut"] == []


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(page: tuple[str, str], shown: Shown, tmp_path: Path, *, dark: bool) -> None:
    """By 4.5 to 1 at least, by day and by night."""
    found = show(page[1], tmp_path, dark=True) if dark else shown
    for view in found.views:
        assert view["contrast"] >= 4.5, view["faintest"]


def test_it_says_what_it_is_there_for(page: tuple[str, str], shown: Shown, pack: Pack) -> None:
    """At either width: every service of the pack, or every scene; on a telephone each cell says its column."""
    name, html = page
    for view in shown.views:
        text = view["text"]
        if name == "docs":
            assert [one.label for one in pack.services.values() if one.label not in text] == []
        elif name == "walkthrough":
            assert all(event.what in text for event in next(iter(pack.stories.values())).events)
        else:
            assert "Intake gained (to the right) and lost (to the left)" in text
    assert re.search("<td[^>]* data-label=", html)


def test_it_is_printed_on_a_fair_number_of_sheets(page: tuple[str, str], tmp_path: Path) -> None:
    """Neither cut off on one sheet nor spread over far too many."""
    least, most = PAGES[page[0]]
    assert least <= pages_in_print(page[1], tmp_path) <= most
