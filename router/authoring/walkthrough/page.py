"""Writes a walkthrough as a page that can be printed, and as plain values for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from router.authoring.html import Html, day, el, items, joined, page, table
from router.authoring.walkthrough.scenes import Scene, Walkthrough


def written(walk: Walkthrough) -> str:
    """Return the page."""
    overview: list[list[object]] = [
        [f"{number}", day(scene.on), scene.what, scene.outcome] for number, scene in enumerate(walk.scenes, 1)
    ]
    return page(
        walk.title,
        el("p", "Everybody in this story is invented. ", walk.notice, class_="notice"),
        el("p", f"{walk.board}. Decided by rule pack {walk.digest[:16]}, as a router would have."),
        el("h2", "The story at a glance"),
        table("Events in order", ["Event", "Date", "What happens", "Who leads then"], overview),
        *(_scene(number, scene) for number, scene in enumerate(walk.scenes, 1)),
    )


def as_json(walk: Walkthrough) -> dict[str, Any]:
    """Return the walkthrough in plain values."""
    told = asdict(walk)
    for scene in told["scenes"]:
        scene["on"] = scene["on"].isoformat()
    return told


def _scene(number: int, scene: Scene) -> Html:
    rows: list[list[object]] = [
        [joined(one.who.value, el("div", one.name) if one.name else None), *map(_list, (one.sees, one.told, one.waits))]
        for one in scene.perspectives
    ]
    return el(
        "section",
        el("h2", f"{number}. {scene.on.day} {scene.on:%B %Y}"),
        el("p", scene.what),
        el("p", el("strong", scene.outcome)),
        joined(el("h3", "Told at once, whatever was decided"), items(*scene.safety)) if scene.safety else None,
        table(
            f"Event {number}, through the eyes of each",
            ["Through the eyes of", "Sees", "Is told", "Waits for"],
            rows,
            even=True,
        ),
    )


def _list(lines: object) -> object:
    assert isinstance(lines, list | tuple)  # noqa: S101 - a perspective's lists
    return items(*lines) or "nothing"
